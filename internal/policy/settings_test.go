package policy

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	"golang.org/x/tools/txtar"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

func TestWrongSettingsAreNamedByLine(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/policy/settings.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 20 {
		t.Fatalf("only %d files were found", len(archive.Files))
	}
	formats := strings.NewReplacer("FORMATS", strings.Join(wire.Formats(), ", "))
	for i := 0; i+1 < len(archive.Files); i += 2 {
		l, name, _ := strings.Cut(archive.Files[i].Name, " ")
		t.Run(l+" "+name, func(t *testing.T) {
			_, err := ParseSettings(name, archive.Files[i].Data, Layer(l), nil)
			if err == nil {
				t.Fatal("nothing is wrong with it")
			}
			got, want := strings.Split(err.Error(), "\n"), strings.Split(strings.TrimSpace(formats.Replace(string(archive.Files[i+1].Data))), "\n")
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("said:\n%s\nnot:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the message quotes the file")
			}
		})
	}
}

func FuzzSettings(f *testing.F) {
	f.Add([]byte("providers: {openai: {url: https://api.openai.com}}\nverdicts: {pii: {public: forbid}}"))
	f.Add([]byte("a: &a [*a]\nallow: [{rule: x, until: 2027-01-31}]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := ParseSettings("f.yaml", content, UserLayer, nil)
		if err == nil {
			(&Layers{User: &s}).Wire()
			return
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if !strings.HasPrefix(line, "f.yaml:") {
				t.Errorf("%q names no line", line)
			}
		}
	})
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadSettings(t *testing.T) {
	managed := write(t, "managed.yaml", "rules: {files: [ours.toml, /etc/more.toml]}\ndelegate: [allow]\n")
	user := write(t, "config.yaml", "providers:\n  openai: {url: 'http://127.0.0.1:9'}\n  house: {format: openai, url: 'https://models.acme.example', kind: private}\nallow: [{rule: email, until: 2027-03-01}]\nrules: {disable: [email], files: [mine.toml]}\n")
	l, err := LoadSettings(Paths{Managed: managed, User: user})
	if err != nil {
		t.Fatal(err)
	}
	s := l.Wire()
	if want := (Provider{Format: "openai", URL: "http://127.0.0.1:9", Kind: Public}); !s.Providers["openai"].equal(want) {
		t.Errorf("a built-in provider given in part is %+v", s.Providers["openai"])
	}
	if s.Providers["house"].Kind != Public {
		t.Error("a user's provider counts as private below a managed file")
	}
	if len(s.Providers) != 7 || s.Providers["ollama"].Kind != Local {
		t.Errorf("providers are %+v", s.Providers)
	}
	if want := []string{"anthropic", "copilot", "gemini", "house", "mistral", "openai"}; !slices.Equal(s.Destinations, want) {
		t.Errorf("destinations are %q", s.Destinations)
	}
	if len(s.Rules.Disable) != 0 || len(s.Allow) != 1 {
		t.Errorf("disable %q, allow %+v: only allow is delegated", s.Rules.Disable, s.Allow)
	}
	if want := []string{filepath.Join(filepath.Dir(user), "mine.toml"), filepath.Join(filepath.Dir(managed), "ours.toml"), "/etc/more.toml"}; !slices.Equal(s.Rules.Files, want) {
		t.Errorf("rule files are %q, not %q", s.Rules.Files, want)
	}
	if notes := l.Ignored(); len(notes) != 2 {
		t.Errorf("what does not count is said so: %q", notes)
	}
	if _, err := LoadSettings(Paths{User: filepath.Join(t.TempDir(), "none.yaml")}); err != nil {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := LoadSettings(Paths{User: filepath.Join(t.TempDir(), "none.yaml"), Explicit: true}); err == nil {
		t.Error("a file that was named is not there, and nobody says so")
	}
	if _, err := LoadSettings(Paths{Managed: t.TempDir()}); err == nil {
		t.Error("a managed file that cannot be read was passed over")
	}
}

func TestDefaultPaths(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", "/xdg")
	t.Setenv("SCRUBJAY_CONFIG", "")
	for _, step := range []struct{ env, flag, want string }{{"", "", filepath.Join("/xdg", "scrubjay", "config.yaml")}, {"/env.yaml", "", "/env.yaml"}, {"/env.yaml", "/flag.yaml", "/flag.yaml"}} {
		t.Setenv("SCRUBJAY_CONFIG", step.env)
		p, err := DefaultPaths(step.flag)
		if err != nil || p.User != step.want || p.Explicit != (step.flag != "") || p.Managed == "" {
			t.Errorf("%+v gives %+v, error %v", step, p, err)
		}
	}
}

func TestARepositoryQuietsTheEditorOnly(t *testing.T) {
	o := acme(t)
	l := &Layers{Managed: &Settings{Organisation: &o}, User: &Settings{Rules: RuleSettings{Disable: []string{"email"}}, Destinations: []string{"ollama"}}}
	repo := write(t, ".scrubjay.yaml", "salt: abc\nrules: {disable: [phone-number], files: [team.toml]}\nallow: [{path: docs/**}]\nverdicts: {pii: {public: forbid}}\ndestinations: [openai]\n")
	s, err := l.Editor(repo)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Rules.Disable, []string{"phone-number", "email"}) || len(s.Allow) != 1 || s.Salt != "abc" || s.Verdicts["pii"][Public] != "forbid" || !slices.Equal(s.Destinations, []string{"ollama", "openai"}) {
		t.Errorf("the editor's settings are %+v", s)
	}
	if s := l.Wire(); len(s.Rules.Disable)+len(s.Allow) != 0 || s.Salt != "" {
		t.Errorf("the wire's settings are %+v", s)
	}
	if s, err := l.Editor(filepath.Join(t.TempDir(), ".scrubjay.yaml")); err != nil || !slices.Equal(s.Rules.Disable, []string{"email"}) {
		t.Errorf("without a repository's file: %+v, error %v", s, err)
	}
	if _, err := l.Editor(write(t, ".scrubjay.yaml", "providers: {x: {}}")); err == nil || !strings.Contains(err.Error(), "cannot name providers") {
		t.Errorf("a repository named providers: %v", err)
	}
}

func TestProvidersOfAHigherLayerStand(t *testing.T) {
	o := acme(t)
	theirs := map[string]Provider{"openai": {URL: "https://gateway.acme.example"}}
	mine := map[string]Provider{"openai": {URL: "https://elsewhere.example", Kind: Private}}
	l := &Layers{Managed: &Settings{Organisation: &o, Providers: theirs}, User: &Settings{Organisation: &o, Providers: mine}}
	if p := l.Wire().Providers["openai"]; p.URL != "https://gateway.acme.example" || p.Kind != Public {
		t.Errorf("openai is %+v", p)
	}
	if notes := l.Ignored(); len(notes) != 2 || !strings.Contains(notes[0], "openai") {
		t.Errorf("notes are %q", notes)
	}
	alone := (&Layers{User: &Settings{Providers: mine}}).Wire().Providers["openai"]
	if alone.Kind != Private {
		t.Errorf("nobody stands above the user, and openai is %+v", alone)
	}
}

func TestAllowed(t *testing.T) {
	print := "r:" + strings.Repeat("0a", 16)
	entries := []AllowEntry{
		{Rule: "email", Path: "docs/**", Reason: "docs"},
		{Path: "*.lock", Reason: "locks"},
		{Path: "**/fixtures/*", Reason: "fixtures"},
		{Rule: "jwt", Fingerprint: print, Reason: "print"},
		{Rule: "iban", Until: "2027-02-28", Reason: "expired"},
		{Rule: "iban", Until: "2027-03-01", Path: "a.txt", Reason: "last day"},
	}
	for _, c := range []struct{ rule, path, want string }{
		{"email", "docs/a/b.md", "docs"}, {"email", "src/docs/b.md", ""}, {"phone-number", "docs/b.md", ""}, {"email", "", ""},
		{"any", "deep/down/go.lock", "locks"}, {"any", "fixtures/x", "fixtures"}, {"any", "a/b/fixtures/x", "fixtures"}, {"any", "fixtures/x/y", ""},
		{"jwt", "", "print"}, {"jwt", "x.go", "print"},
		{"iban", "b.txt", ""}, {"iban", "a.txt", "last day"},
	} {
		list, err := NewAllowList(entries)
		if err != nil {
			t.Fatal(err)
		}
		e, ok := list.Allows(c.rule, c.path, func(s detect.Scope) string {
			if s != detect.Repository {
				t.Errorf("asked for a fingerprint of scope %c", s)
			}
			return print
		}, time.Date(2027, 3, 1, 23, 0, 0, 0, time.Local))
		if e.Reason != c.want || ok != (c.want != "") {
			t.Errorf("%s in %q: %q", c.rule, c.path, e.Reason)
		}
	}
	list, err := NewAllowList([]AllowEntry{{Fingerprint: print}})
	if _, ok := list.Allows("jwt", "", func(detect.Scope) string { return "" }, today); ok || err != nil {
		t.Errorf("allowed without a fingerprint to compare (%v)", err)
	}
	list, err = NewAllowList([]AllowEntry{{}, {Rule: "iban"}})
	if _, ok := list.Allows("jwt", "", nil, today); ok || err == nil || !strings.Contains(err.Error(), "allow entry 1: ") {
		t.Errorf("an empty entry allows everything (%v)", err)
	}
	if _, ok := list.Allows("iban", "", nil, today); !ok {
		t.Error("an entry that cannot be read hides one that can")
	}
}

func TestAllowPaths(t *testing.T) {
	tests := []struct {
		pattern, rel string
		want         bool
	}{
		{"a.env", "a.env", true},
		{"a.env", "deep/down/a.env", true},
		{"testdata", "x/testdata/y/z.txt", true},
		{"*.pem", "x/y.pem", true},
		{"/a.env", "a.env", true},
		{"/a.env", "x/a.env", false},
		{"test/*", "test/a.env", true},
		{"test/*", "test/x/a.env", false},
		{"test/**", "test/x/a.env", true},
		{"**/fixtures/**", "fixtures/a", true},
		{"**/fixtures/**", "a/b/fixtures/c/d", true},
		{"**/fixtures/**", "a/myfixtures/c", false},
		{"src/a.go", "other/src/a.go", false},
	}
	for _, tt := range tests {
		rule, err := AllowEntry{Path: tt.pattern}.compile()
		if err != nil {
			t.Fatal(err)
		}
		if got := rule.of.matches(tt.rel); got != tt.want {
			t.Errorf("%s matches %s: %v", tt.pattern, tt.rel, got)
		}
	}
	if _, err := (AllowEntry{Path: "["}).compile(); err == nil || !strings.Contains(err.Error(), "path is not a pattern") {
		t.Errorf("a broken pattern: %v", err)
	}
}

var update = flag.Bool("update", false, "write docs/settings.schema.json")

// The schema that editors check settings files with is made of the types.
func TestSchemaIsCurrent(t *testing.T) {
	const file = "../../docs/settings.schema.json"
	r := jsonschema.Reflector{FieldNameTag: "yaml", ExpandedStruct: true, RequiredFromJSONSchemaTags: true}
	if err := r.AddGoComments("github.com/scrubjay-dev/scrubjay", "../../internal/policy"); err != nil {
		// The comments are read from below the module's root.
		t.Fatal(err)
	}
	r.LookupComment = func(typ reflect.Type, field string) string {
		name := typ.Name()
		if field != "" {
			name += "." + field
		}
		for key, text := range r.CommentMap {
			if strings.HasSuffix(key, "policy."+name) {
				return strings.Join(strings.Fields(text), " ")
			}
		}
		return ""
	}
	schema := r.Reflect(&Settings{})
	schema.ID = "https://scrubjay.dev/settings.schema.json"
	schema.Title = "Scrubjay settings"
	verdicts := schema.Properties.GetPair("verdicts").Value
	classes := jsonschema.NewProperties()
	for _, class := range detect.Classes {
		cells := jsonschema.NewProperties()
		for _, kind := range Kinds {
			cells.Set(string(kind), &jsonschema.Schema{Type: "string", Enum: []any{"allow", "scrub", "forbid"}})
		}
		classes.Set(string(class), &jsonschema.Schema{Type: "object", Properties: cells, AdditionalProperties: jsonschema.FalseSchema})
	}
	verdicts.Properties, verdicts.AdditionalProperties = classes, jsonschema.FalseSchema
	attachments := schema.Properties.GetPair("attachments").Value
	files := jsonschema.NewProperties()
	for _, name := range Names(Attachments) {
		cells := jsonschema.NewProperties()
		for _, kind := range Kinds {
			cells.Set(string(kind), &jsonschema.Schema{Type: "string", Enum: []any{"allow", "ask", "forbid"}})
		}
		files.Set(name, &jsonschema.Schema{Type: "object", Properties: cells, AdditionalProperties: jsonschema.FalseSchema})
	}
	attachments.Properties, attachments.AdditionalProperties = files, jsonschema.FalseSchema
	// Package wire says which formats there are; the struct tag cannot ask it.
	format, _ := schema.Definitions["Provider"].Properties.Get("format")
	for _, name := range wire.Formats() {
		format.Enum = append(format.Enum, name)
	}
	providers, _ := schema.Properties.Get("providers")
	providers.Description += " Known are " + strings.Join(slices.Sorted(maps.Keys(builtinProviders)), ", ") + "."
	want, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != string(want) {
		t.Errorf("docs/settings.schema.json is not what the types say: run make generate")
	}
}

// TestGroupsAreTheAdministrators: nobody puts themselves into a group.
func TestGroupsAreTheAdministrators(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("destinations: [openai]\ngroups: [finance]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSettings(file, UserLayer, nil); err == nil || !strings.Contains(err.Error(), "config.yaml:2: groups stand in the managed file alone") {
		t.Error(err)
	}
	if _, err := readSettings(file, ManagedLayer, nil); err != nil {
		t.Error(err)
	}
}
