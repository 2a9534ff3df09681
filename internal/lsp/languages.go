package lsp

import (
	"path/filepath"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// language is what has to be known of one to write a comment or to read an environment variable in it.
type language struct {
	ids        string   // the editors' ids, with spaces between
	extensions string   // and for unknown ids, the files' extensions
	comment    string   // what begins a comment that reaches to the end of the line
	alone      bool     // a comment has to stand on a line of its own
	env        string   // how a variable is read; NAME stands for its name
	imports    importOf // what that needs besides; nil if nothing
	bare       bool     // strings need no quotes, and env goes inside those that there are
}

var languages = []language{
	{ids: "go", extensions: ".go", comment: "//", env: `os.Getenv("NAME")`, imports: importGo},
	{ids: "javascript javascriptreact typescript typescriptreact vue svelte", extensions: ".js .mjs .cjs .jsx .ts .mts .cts .tsx", comment: "//", env: `process.env.NAME`},
	{ids: "python", extensions: ".py .pyi", comment: "#", env: `os.environ["NAME"]`, imports: importPython},
	{ids: "ruby", extensions: ".rb", comment: "#", env: `ENV["NAME"]`},
	{ids: "java", extensions: ".java", comment: "//", env: `System.getenv("NAME")`},
	{ids: "kotlin scala groovy", extensions: ".kt .kts .scala .groovy .gradle", comment: "//", env: `System.getenv("NAME")`},
	{ids: "csharp", extensions: ".cs", comment: "//", env: `System.Environment.GetEnvironmentVariable("NAME")`},
	{ids: "php", extensions: ".php", comment: "//", env: `getenv('NAME')`},
	{ids: "rust", extensions: ".rs", comment: "//", env: `std::env::var("NAME").expect("NAME is not set")`},
	{ids: "shellscript bash sh zsh", extensions: ".sh .bash .zsh", comment: "#", env: `$NAME`, bare: true},
	{ids: "c cpp objective-c objective-cpp swift dart proto3 proto", extensions: ".c .h .cc .cpp .hpp .m .swift .dart .proto", comment: "//"},
	{ids: "lua sql haskell elm", extensions: ".lua .sql .hs .elm", comment: "--"},
	{ids: "yaml toml dockerfile makefile terraform hcl perl r julia elixir nix graphql", extensions: ".yaml .yml .toml .tf .hcl .pl .jl .ex .exs .nix .graphql", comment: "#"},
	{ids: "jsonc less scss", extensions: ".jsonc .less .scss", comment: "//"},
	// Here a comment behind a value is a part of it for some readers.
	{ids: "dotenv properties ini conf", extensions: ".env .properties .ini .conf .cfg", comment: "#", alone: true},
}

// languageOf goes by the editor's id, and where that says nothing by the file's name.
func languageOf(b *workspace.Buffer) (language, bool) {
	name := strings.ToLower(filepath.Base(b.Path))
	ext := filepath.Ext(name)
	if name == ".env" || strings.HasPrefix(name, ".env.") {
		ext = ".env" // whatever the editor takes it for: many say shellscript
	}
	for _, by := range []func(language) bool{
		func(l language) bool { return ext == ".env" && has(l.extensions, ext) },
		func(l language) bool { return has(l.ids, b.Language) },
		func(l language) bool { return has(l.extensions, ext) },
	} {
		for _, l := range languages {
			if by(l) {
				return l, true
			}
		}
	}
	return language{}, false
}

func has(words, word string) bool {
	return word != "" && strings.Contains(" "+words+" ", " "+word+" ")
}
