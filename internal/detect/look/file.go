package look

import (
	"path"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// File is what a path alone tells.
type File struct {
	// Code: numbers and words without quotes are the program's own, not data.
	Code bool
	// Quiet: lock files, source maps, minified and generated files hold hashes by the thousand; rules that
	// are generic or look for data of persons are off in them.
	Quiet bool
	// Implicit: strings that stand together are joined.
	Implicit bool
	// Test: what stands in tests and examples is one step less severe.
	Test bool
	// Env: each of its lines gives a variable a value, to the line's end.
	Env bool
	// Lines: a value without quotes goes on to its line's end, whatever signs are in it.
	Lines bool
	// Credits: the file says who made what, in public.
	Credits bool
}

var codeExtensions = letters.Set("go c h cc cpp cxx hpp cs java kt kts scala swift m mm rs js jsx mjs cjs ts tsx vue svelte py pyi rb php pl pm lua dart ex exs erl hs clj cljs fs fsx r jl zig nim v sol groovy")

var joinsImplicitly = letters.Set("py pyi c h cc cpp cxx hpp m mm rb d sh bash zsh")

var lineExtensions = letters.Set("yml yaml ini cfg cnf properties desktop")

var lockFiles = letters.Set("package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock go.sum cargo.lock poetry.lock uv.lock pipfile.lock gemfile.lock composer.lock podfile.lock package.resolved packages.lock.json flake.lock gradle.lockfile")

// manifestFiles describe packages, and name nobody else than who made them.
var manifestFiles = letters.Set("package.json composer.json bower.json cargo.toml pyproject.toml setup.cfg pubspec.yaml pkg-info pom.xml mix.exs elm.json meta.json meta.yml")

var creditFiles = letters.Set("license licence copying notice copyright authors contributors maintainers codeowners owners credits patents thanks")

var testParts = letters.Set("test tests __tests__ spec specs fixture fixtures testdata mock mocks __mocks__ example examples sample samples stories cassettes")

func FileOf(name string) File {
	if name == "" {
		return File{Implicit: true}
	}
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	base := path.Base(name)
	ext := strings.TrimPrefix(path.Ext(base), ".")
	k := File{Code: codeExtensions[ext], Implicit: joinsImplicitly[ext]}
	k.Quiet = lockFiles[base] || ext == "map" || ext == "svg" || strings.Contains(base, ".min.") || strings.Contains(base, ".bundle.")
	k.Test = strings.HasSuffix(base, "_test.go") || strings.Contains(base, ".test.") || strings.Contains(base, ".spec.")
	k.Env = base == ".env" || strings.HasPrefix(base, ".env.") || ext == "env"
	k.Lines = k.Env || lineExtensions[ext]
	k.Credits = creditFiles[strings.TrimSuffix(base, "."+ext)] || manifestFiles[base]
	for dir := name[:len(name)-len(base)]; !k.Test && dir != ""; {
		dir = strings.TrimSuffix(dir, "/")
		part := dir[strings.LastIndexByte(dir, '/')+1:]
		dir = dir[:len(dir)-len(part)]
		// A path has ten parts and a tree tens of thousands of paths: most are told by their first letter.
		k.Test = part != "" && strings.IndexByte("tsfmec_", part[0]) >= 0 && testParts[part]
	}
	return k
}
