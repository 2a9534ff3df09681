package assistants

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// home is a machine of its own in a temporary directory.
func home(t *testing.T) (Machine, Store) {
	dir := t.TempDir()
	return Machine{System: "linux", Home: dir, Root: dir, Getenv: func(string) string { return "" }}, Store{filepath.Join(dir, "state", "assistants")}
}

func proxyWith(token string) Proxy {
	p := Proxy{Listen: "127.0.0.1:7425", Token: token, Addresses: map[string]string{}, Authority: "/state/ca.pem", URLs: map[string]string{
		"openai": "https://api.openai.com", "anthropic": "https://api.anthropic.com", "gemini": "https://generativelanguage.googleapis.com",
		"mistral": "https://api.mistral.ai", "ollama": "http://127.0.0.1:11434",
		"acme": "https://gateway.acme.example", "acme-openai": "https://gateway.acme.example/openai",
	}}
	for name := range p.URLs {
		p.Addresses[name] = "http://127.0.0.1:7425/t/" + token + "/" + name
	}
	return p
}

// fixture is settings as people have them, and what has to become of them.
type fixture struct{ name, before, after string }

// fixtures are an assistant's, each in several worlds.
func fixtures(t *testing.T, a *Assistant) (all []fixture) {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", a.Name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		name, before, after := archive.Files[i].Name, string(archive.Files[i].Data), string(archive.Files[i+1].Data)
		all = append(all, fixture{name, before, after})
		if before == "" {
			continue
		}
		crlf := strings.NewReplacer("\n", "\r\n")
		all = append(all,
			fixture{name + " CRLF", crlf.Replace(before), crlf.Replace(after)},
			fixture{name + " unended", strings.TrimSuffix(before, "\n"), strings.TrimSuffix(after, "\n")},
			fixture{name + " BOM", string(bom) + before, string(bom) + after})
	}
	if len(all) == 0 {
		t.Fatal("no fixture")
	}
	return all
}

func written(t *testing.T) (all []*Assistant) {
	for _, a := range All {
		if a.syntax != nil {
			all = append(all, a)
		}
	}
	if len(all) < 8 {
		t.Fatalf("only %d assistants have a settings file", len(all))
	}
	return all
}

func put(t *testing.T, name, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func setup(t *testing.T, a *Assistant, m Machine, s Store, token string) Result {
	t.Helper()
	r, err := a.Setup(m, s, proxyWith(token))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSetupAndUndo: for each assistant's settings as people have them: what is written, that it is read back, that
// twice is once, that a new token replaces the old one, and that undo is byte for byte.
func TestSetupAndUndo(t *testing.T) {
	for _, a := range written(t) {
		for _, f := range fixtures(t, a) {
			t.Run(a.Name+"/"+f.name, func(t *testing.T) {
				m, s := home(t)
				file := a.files(m)[0]
				put(t, file, f.before, 0o640)
				if r := setup(t, a, m, s, "TOKEN"); !r.Changed || r.File != file || len(r.Notes) == 0 {
					t.Errorf("setup says %+v", r)
				}
				if noted := strings.Contains(fmt.Sprint(setup(t, a, m, s, "TOKEN").Notes), "named another proxy"); noted != (a == copilot && strings.HasPrefix(f.name, "another") || a == copilotCLI && strings.HasPrefix(f.name, "full")) {
					t.Errorf("a note of another proxy: %v", noted)
				}
				if got := text(t, file); got != f.after {
					t.Fatalf("setup wrote:\n%s\nnot:\n%s", got, f.after)
				}
				st, err := a.Check(m, s, proxyWith("TOKEN"), "")
				if err != nil || !st.SetUp || len(st.Wrong) > 0 || len(st.Asks) == 0 && a != copilot && a != copilotCLI {
					t.Errorf("check says %+v, %v", st, err)
				}
				for _, ask := range st.Asks {
					if !strings.HasPrefix(ask.URL, "http://127.0.0.1:7425/t/TOKEN/") && ask.Header[tokenHeader] != "TOKEN" || !strings.Contains(ask.Body("canary text"), "canary text") {
						t.Errorf("ask %+v", ask)
					}
				}
				if r := setup(t, a, m, s, "TOKEN"); r.Changed || text(t, file) != f.after {
					t.Error("twice is not once")
				}
				setup(t, a, m, s, "OTHER")
				if got := text(t, file); got != strings.ReplaceAll(f.after, "TOKEN", "OTHER") {
					t.Errorf("with a new token:\n%s", got)
				}
				if st, err = a.Check(m, s, proxyWith("TOKEN"), ""); err != nil || len(st.Wrong) == 0 || len(st.Asks) != 0 {
					t.Errorf("check with another token says %+v, %v", st, err)
				}
				if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
					t.Errorf("the mode became %v", info.Mode())
				}
				r, err := a.Undo(s)
				if err != nil || !r.Changed || text(t, file) != f.before {
					t.Fatalf("undo: %+v, %v, left:\n%s", r, err, text(t, file))
				}
				if left, err := os.ReadDir(s.Dir); err != nil || len(left) != 0 {
					t.Errorf("the record is still there: %v, %v", left, err)
				}
				if r, err := a.Undo(s); err != nil || r.Changed || text(t, file) != f.before {
					t.Errorf("undo twice: %+v, %v", r, err)
				}
			})
		}
	}
}

// TestInterruptedTwice: a setup that came no further than its record is taken back to what there was before the first.
func TestInterruptedTwice(t *testing.T) {
	for _, a := range written(t) {
		for _, f := range fixtures(t, a) {
			m, s := home(t)
			file := a.files(m)[0]
			put(t, file, f.before, 0o600)
			setup(t, a, m, s, "TOKEN")
			first := text(t, file)
			setup(t, a, m, s, "OTHER")
			put(t, file, first, 0o600)
			if _, err := a.Undo(s); err != nil || text(t, file) != f.before {
				t.Errorf("%s/%s: %v, left:\n%s", a.Name, f.name, err, text(t, file))
			}
		}
	}
}

// inMemory is Setup without files: what is written, and the record of it.
func inMemory(t *testing.T, a *Assistant, before string) (after string, r *record) {
	t.Helper()
	m := Machine{System: "linux", Getenv: func(string) string { return "" }}
	text, changes, err := a.apply(m, proxyWith("TOKEN"), []byte(before))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), &record{Existed: true, Former: []byte(before), Wrote: sum(text), Changes: changes}
}

// TestUndoByKeys: taking out our own values alone gives the former bytes too, wherever there was something.
func TestUndoByKeys(t *testing.T) {
	for _, a := range written(t) {
		for _, f := range fixtures(t, a) {
			if f.before == "" || strings.Contains(f.before, "{}") { // an object that was empty may have got a line
				continue
			}
			after, r := inMemory(t, a, f.before)
			r.Wrote, r.Former = "another", nil
			got, existed, err := a.former([]byte(after), r)
			if err != nil || !existed || string(got) != f.before {
				t.Errorf("%s/%s: %v, left:\n%s", a.Name, f.name, err, got)
			}
		}
	}
}

// TestNewFile: a file that there was not is closed to other accounts, and undo removes it and its directories.
func TestNewFile(t *testing.T) {
	for _, a := range written(t) {
		if a == continueDev {
			continue // it has nothing to write without models
		}
		m, s := home(t)
		r := setup(t, a, m, s, "TOKEN")
		if info, err := os.Stat(r.File); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", a.Name, info, err)
		}
		setup(t, a, m, s, "OTHER")
		if _, err := a.Undo(s); err != nil {
			t.Error(err)
		}
		left, err := os.ReadDir(m.Home)
		if err != nil || len(left) != 1 || left[0].Name() != "state" {
			t.Errorf("%s: left %v, %v", a.Name, left, err)
		}
		setup(t, a, m, s, "TOKEN")
		put(t, r.File, text(t, r.File)+"\n", 0o600)
		if _, err := a.Undo(s); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(r.File); err == nil {
			t.Errorf("%s: a file with nothing but ours in it is left: %s", a.Name, text(t, r.File))
		}
	}
}

// TestEditsAreKept: what a person writes between setup and undo stays, and nothing of ours does.
func TestEditsAreKept(t *testing.T) {
	for _, a := range written(t) {
		mark := "# note "
		if a.syntax == &jsonc {
			mark = "// note "
		}
		for _, f := range fixtures(t, a) {
			if strings.Contains(f.before, "|\n") || strings.Contains(f.before, "|\r\n") {
				continue // a note in a text of several lines is part of the text
			}
			for seed := range uint64(12) {
				random := rand.New(rand.NewPCG(seed, 7))
				after, r := inMemory(t, a, f.before)
				lines := slices.Collect(strings.Lines(after))
				if len(lines) > 0 && !strings.HasSuffix(lines[len(lines)-1], "\n") {
					lines[len(lines)-1] += "\n"
				}
				for i := range 1 + random.IntN(3) {
					at := random.IntN(len(lines) + 1)
					if at == 0 {
						at = len(lines) // a byte order mark stays first
					}
					lines = slices.Insert(lines, at, fmt.Sprint(mark, i, "\n"))
				}
				edited := strings.Join(lines, "")
				undone, _, err := a.former([]byte(edited), r)
				if err != nil {
					t.Fatalf("%s/%s: %v\n%s", a.Name, f.name, err, edited)
				}
				got := string(undone)
				if strings.Contains(got, "TOKEN") || strings.Count(got, mark) != strings.Count(edited, mark) {
					t.Fatalf("%s/%s: from\n%s\nundo left\n%s", a.Name, f.name, edited, got)
				}
				before, err := a.syntax.decode([]byte(strings.TrimPrefix(f.before, string(bom))))
				if err != nil {
					t.Fatal(err)
				}
				now, err := a.syntax.decode([]byte(strings.TrimPrefix(got, string(bom))))
				if err != nil || !alike(before, now) {
					t.Fatalf("%s/%s: %v: from\n%s\nundo left\n%s", a.Name, f.name, err, edited, got)
				}
			}
		}
	}
}

// TestEditsAreKeptWhereTheyAre: what a person writes behind a line of theirs is, after undo, byte for byte what it would
// have been without us.
func TestEditsAreKeptWhereTheyAre(t *testing.T) {
	tried := 0
	for _, a := range written(t) {
		mark := "# note"
		if a.syntax == &jsonc {
			mark = "// note"
		}
		for _, f := range fixtures(t, a) {
			if strings.HasSuffix(f.name, "unended") || strings.Contains(f.before, "{}") || strings.Contains(f.before, "|") {
				continue
			}
			for line := range strings.Lines(f.before) {
				if strings.Count(f.before, line) != 1 || strings.Count(f.after, line) != 1 {
					continue
				}
				tried++
				edit := func(text string) string {
					return strings.Replace(text, line, line+mark+strings.TrimLeft(line, strings.TrimRight(line, "\r\n")), 1)
				}
				after, r := inMemory(t, a, f.before)
				if got, _, err := a.former([]byte(edit(after)), r); err != nil || string(got) != edit(f.before) {
					t.Errorf("%s/%s: %v: behind %q undo left:\n%s", a.Name, f.name, err, line, got)
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d edits", tried)
	}
}

// TestTheirsStays: a value that a person has set since is theirs, and so is a key beside ours.
func TestTheirsStays(t *testing.T) {
	m, s := home(t)
	file := claudeCode.files(m)[0]
	setup(t, claudeCode, m, s, "TOKEN")
	put(t, file, strings.Replace(text(t, file), `"env": {`, `"env": {"MINE": "1",`, 1), 0o600)
	if _, err := claudeCode.Undo(s); err != nil {
		t.Fatal(err)
	}
	if got := text(t, file); strings.Contains(got, "TOKEN") || !strings.Contains(got, `"MINE": "1"`) {
		t.Errorf("left %s", got)
	}
	const theirs = `{"env": {"ANTHROPIC_BASE_URL": "https://gateway.acme.example"}}`
	setup(t, claudeCode, m, s, "TOKEN")
	put(t, file, theirs, 0o600)
	st, err := claudeCode.Check(m, s, proxyWith("TOKEN"), "")
	if err != nil || len(st.Wrong) != 1 || len(st.Asks) != 0 {
		t.Errorf("check says %+v, %v", st, err)
	}
	if _, err := claudeCode.Undo(s); err != nil || text(t, file) != theirs {
		t.Errorf("left %s, %v", text(t, file), err)
	}
	setup(t, claudeCode, m, s, "TOKEN")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if st, err := claudeCode.Check(m, s, proxyWith("TOKEN"), ""); err != nil || len(st.Wrong) != 1 {
		t.Errorf("check without a file says %+v, %v", st, err)
	}
	if _, err := claudeCode.Undo(s); err != nil {
		t.Error(err)
	}
}

// TestRefused: what cannot be done says why, with the line where there is one, and nothing is written.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		assistant, text, want string
		change                func(*Machine, *Proxy)
	}{
		{"claude-code", "{\n  \"env\": {\n    \"A\" 1\n", "line 3", nil},
		{"claude-code", "{\"env\": null}", "by hand", nil},
		{"claude-code", "[1]", "by hand", nil},
		{"claude-code", `{"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}}`, "another cloud", nil},
		{"claude-code", `{}`, "CLAUDE_CODE_USE_VERTEX", func(m *Machine, _ *Proxy) {
			m.Getenv = func(name string) string { return map[string]string{"CLAUDE_CODE_USE_VERTEX": "1"}[name] }
		}},
		{"codex", "model = 'a'\nmodel = \n", "line 2", nil},
		{"codex", "model_providers = {}\n", "by hand", nil},
		{"codex", "profile = 'work'\n[profiles.work]\nmodel_provider = 'azure'\n", "counts instead", nil},
		{"aider", "a: 1\n b: [\n", "line ", nil},
		{"aider", "&x set-env:\n", "by hand", nil},
		{"aider", "openai-api-base: |\n  https://api.openai.com/v1\n", "by hand", nil},
		{"aider", "openai-api-base: &x https://api.openai.com/v1\n", "by hand", nil},
		{"continue", "models: []\n", "add your models", nil},
		{"continue", "models:\n  - provider: openai\n", "needs a name", nil},
		{"continue", "models:\n  - {name: A, provider: openai}\n  - {name: A, provider: openai}\n", "no other has", nil},
		{"zed", `{"language_models": 1}`, "by hand", nil},
		{"gemini-cli", "A=1\n", "refused", func(_ *Machine, p *Proxy) { delete(p.Addresses, "gemini") }},
		{"copilot", "{}", "no authority", func(_ *Machine, p *Proxy) { p.Authority = "" }},
	} {
		a, err := Named(c.assistant)
		if err != nil {
			t.Fatal(err)
		}
		m, s := home(t)
		p := proxyWith("TOKEN")
		if c.change != nil {
			c.change(&m, &p)
		}
		file := a.files(m)[0]
		put(t, file, c.text, 0o600)
		_, err = a.Setup(m, s, p)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s of %q: %v, want %q", c.assistant, c.text, err, c.want)
		}
		if text(t, file) != c.text {
			t.Errorf("%s of %q was changed to %q", c.assistant, c.text, text(t, file))
		}
		if _, err := os.Stat(s.Dir); err == nil {
			t.Errorf("%s of %q left a record", c.assistant, c.text)
		}
	}
}

// TestLinks: a link stays one, and one that leads nowhere is not replaced.
func TestLinks(t *testing.T) {
	m, s := home(t)
	file, target := claudeCode.files(m)[0], filepath.Join(m.Home, "dotfiles", "claude.json")
	put(t, target, "{}\n", 0o600)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, file); err != nil {
		t.Skip("this system has no links: ", err)
	}
	setup(t, claudeCode, m, s, "TOKEN")
	if to, err := os.Readlink(file); to != target || !strings.Contains(text(t, target), "TOKEN") {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if _, err := claudeCode.Undo(s); err != nil || text(t, target) != "{}\n" {
		t.Errorf("undo: %v", err)
	}
	if err := os.Remove(target); err != nil {
		t.Fatal(err)
	}
	if _, err := claudeCode.Setup(m, s, proxyWith("TOKEN")); err == nil || !strings.Contains(err.Error(), "leads nowhere") {
		t.Errorf("a link that leads nowhere: %v", err)
	}
}

// TestSetUpByAnOlderVersion: Codex's address held the token once, and needs no header then. It does as well, and is told; an address
// of another token, or one without any, is none.
func TestSetUpByAnOlderVersion(t *testing.T) {
	const head, tail = "model_provider = \"scrubjay\"\n\n[model_providers.scrubjay]\nname = \"OpenAI through Scrubjay\"\nbase_url = \"", "\"\nenv_key = \"OPENAI_API_KEY\"\nwire_api = \"responses\"\nsupports_websockets = false\n"
	for _, c := range []struct {
		address string
		wrong   int
	}{
		{"http://127.0.0.1:7425/t/TOKEN/openai/v1", 0},
		{"http://127.0.0.1:7425/openai/v1", 1},
		{"http://127.0.0.1:7425/t/OTHER/openai/v1", 2},
		{"https://api.openai.com/v1", 2},
	} {
		m, s := home(t)
		file := codex.files(m)[0]
		setup(t, codex, m, s, "TOKEN")
		now := head + c.address + tail
		put(t, file, now, 0o600)
		st, err := codex.Check(m, s, proxyWith("TOKEN"), "")
		if err != nil || len(st.Wrong) != c.wrong || (st.Older != "") != (c.wrong == 0) || (len(st.Asks) == 1) != (c.wrong == 0) {
			t.Errorf("%s: check says %+v, %v", c.address, st, err)
		}
		if c.wrong == 0 && (st.Asks[0].URL != c.address+"/responses" || st.Asks[0].Header != nil) {
			t.Errorf("it is asked by %+v", st.Asks[0])
		}
		if r := setup(t, codex, m, s, "TOKEN"); !r.Changed {
			t.Error("setup does not write it anew")
		}
		if st, err := codex.Check(m, s, proxyWith("TOKEN"), ""); err != nil || len(st.Wrong) > 0 || st.Older != "" {
			t.Errorf("after setup check says %+v, %v", st, err)
		}
	}
}

// TestExposed: a file that others can read is told, unless the way to it is closed to them.
func TestExposed(t *testing.T) {
	m, s := home(t)
	for dir := m.Home; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if st, err := os.Stat(dir); err != nil || st.Mode().Perm()&0o011 == 0 {
			if os.Chmod(dir, 0o755) != nil {
				t.Skip("temporary files are closed to others here")
			}
		}
	}
	file := codex.files(m)[0]
	put(t, file, "model = 'a'\n", 0o600)
	setup(t, codex, m, s, "TOKEN")
	for _, c := range []struct {
		dir, file fs.FileMode
		want      bool
	}{{0o755, 0o644, true}, {0o755, 0o600, false}, {0o700, 0o644, false}} {
		if err := errors.Join(os.Chmod(filepath.Dir(file), c.dir), os.Chmod(file, c.file)); err != nil {
			t.Fatal(err)
		}
		if st, err := codex.Check(m, s, proxyWith("TOKEN"), ""); err != nil || st.Exposed != c.want {
			t.Errorf("%o in %o: exposed %v, %v", c.file, c.dir, st.Exposed, err)
		}
	}
}

// TestMeanwhile: what somebody writes between our reading and our writing is not lost.
func TestMeanwhile(t *testing.T) {
	m, _ := home(t)
	file := filepath.Join(m.Home, "settings.json")
	put(t, file, "theirs", 0o600)
	if _, err := replace(file, []byte("read before"), []byte("ours")); err == nil || text(t, file) != "theirs" {
		t.Errorf("%v, %s", err, text(t, file))
	}
	if left, err := filepath.Glob(filepath.Join(m.Home, ".scrubjay-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestInterrupted: a record whose settings were never written takes nothing back.
func TestInterrupted(t *testing.T) {
	m, s := home(t)
	file := codex.files(m)[0]
	put(t, file, "model = 'a'\n", 0o600)
	setup(t, codex, m, s, "TOKEN")
	put(t, file, "model = 'a'\n", 0o600)
	if r, err := codex.Undo(s); err != nil || r.Changed || text(t, file) != "model = 'a'\n" {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestEveryAssistant: each has one way, and is found by its name.
func TestEveryAssistant(t *testing.T) {
	for _, a := range All {
		if got, err := Named(a.Name); err != nil || got != a || a.Title == "" {
			t.Errorf("%q: %v", a.Name, err)
		}
		ways := 0
		for _, way := range []bool{a.syntax != nil, a.steps != nil, a.unreachable != ""} {
			if way {
				ways++
			}
		}
		if ways != 1 {
			t.Errorf("%s has %d ways", a.Name, ways)
		}
		m, s := home(t)
		st, err := a.Check(m, s, proxyWith("TOKEN"), "")
		if err != nil || st.SetUp || st.Steps != (a.steps != nil) || st.Unreachable != (a.unreachable != "") {
			t.Errorf("%s, not set up: %+v, %v", a.Name, st, err)
		}
		r, err := a.Setup(m, s, proxyWith("TOKEN"))
		if a.unreachable != "" && (err == nil || !strings.Contains(err.Error(), a.unreachable)) {
			t.Errorf("%s: %v", a.Name, err)
		}
		if a.steps != nil && (!strings.Contains(r.Steps, "/t/TOKEN/openai") || strings.Contains(r.Steps, "{{") || r.Changed) {
			t.Errorf("%s: %+v", a.Name, r)
		}
	}
	if _, err := Named("nobody"); err == nil || !strings.Contains(err.Error(), "claude-code") {
		t.Errorf("an unknown name: %v", err)
	}
	few := Proxy{Addresses: map[string]string{"openai": "http://x/openai"}}
	if got := minuetSteps(few); strings.Contains(got, "claude") || !strings.Contains(got, "http://x/openai/v1/chat/completions") {
		t.Errorf("with one provider:\n%s", got)
	}
}

// TestPlaces: settings are where each system and its variables have them.
func TestPlaces(t *testing.T) {
	for _, c := range []struct{ assistant, system, variable, want string }{
		{"claude-code", "linux", "", "/h/.claude/settings.json"},
		{"claude-code", "linux", "CLAUDE_CONFIG_DIR", "/v/settings.json"},
		{"codex", "darwin", "CODEX_HOME", "/v/config.toml"},
		{"copilot", "darwin", "", "/h/Library/Application Support/Code/User/settings.json"},
		{"copilot", "windows", "APPDATA", "/v/Code/User/settings.json"},
		{"copilot", "linux", "XDG_CONFIG_HOME", "/v/Code/User/settings.json"},
		{"zed", "darwin", "", "/h/.config/zed/settings.json"},
		{"zed", "windows", "", "/h/AppData/Roaming/Zed/settings.json"},
		{"opencode", "linux", "XDG_CONFIG_HOME", "/v/opencode/opencode.json"},
		{"opencode", "linux", "OPENCODE_CONFIG", "/v"},
	} {
		a, err := Named(c.assistant)
		if err != nil {
			t.Fatal(err)
		}
		m := Machine{System: c.system, Home: filepath.FromSlash("/h"), Getenv: func(name string) string {
			if name == c.variable {
				return filepath.FromSlash("/v")
			}
			return ""
		}}
		if got := filepath.ToSlash(a.files(m)[0]); got != c.want {
			t.Errorf("%s on %s with %s: %s, want %s", c.assistant, c.system, c.variable, got, c.want)
		}
	}
	m, s := home(t)
	put(t, a(t, "opencode").files(m)[1], "{}\n", 0o600)
	if r := setup(t, a(t, "opencode"), m, s, "TOKEN"); r.File != a(t, "opencode").files(m)[1] {
		t.Errorf("written to %s, beside the file that there is", r.File)
	}
}

func a(t *testing.T, name string) *Assistant {
	t.Helper()
	a, err := Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// FuzzSyntaxes: whatever a file holds, setting a value either is refused or can be taken out again, and then the
// file says what it said before.
func FuzzSyntaxes(f *testing.F) {
	paths := []struct {
		s    *syntax
		path []string
	}{
		{&jsonc, []string{"a", "b"}}, {&yamlFile, []string{"a", "B="}}, {&yamlFile, []string{"a", "name=x", "b"}},
		{&tomlFile, []string{"a", "b"}}, {&tomlFile, []string{"b"}}, {&envFile, []string{"B"}},
	}
	for _, a := range All {
		if a.syntax != nil {
			archive, err := txtar.ParseFile(filepath.Join("testdata", a.Name+".txtar"))
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range archive.Files {
				f.Add(file.Data)
			}
		}
	}
	for _, seed := range []string{"{\"a\":{}}", "a: {c: 1}\n", "a:\n- name: x\n  c: 1\n", "a:\n- {name: x}\n", "[a]\nb = 1", "a.b = 1\r\n[a.c]\n", "B=1\n B = 2"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, p := range paths {
			out, c, err := p.s.set(bytes.Clone(text), setting{path: p.path, value: "B=v"})
			if err != nil {
				continue
			}
			before, err := p.s.decode(text)
			if err != nil {
				t.Fatalf("%q was set and cannot be read: %v", text, err)
			}
			if was, ok := lookup(before, p.path); ok && was == "B=v" {
				continue
			}
			back, err := p.s.takeOut(out, c)
			if err != nil {
				t.Fatalf("%q became %q and cannot be taken back: %v", text, out, err)
			}
			if after, err := p.s.decode(back); err != nil || !alike(before, after) {
				t.Fatalf("%q became %q and then %q: %v", text, out, back, err)
			}
		}
	})
}
