package lsp_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf16"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

// do does the one action whose title begins so.
func do(t *testing.T, e *lsptest.Editor, u string, at int, title string) {
	t.Helper()
	for _, a := range e.Actions(u, at, at) {
		if strings.HasPrefix(a.Title, title) {
			if err := e.Do(a); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			return
		}
	}
	t.Fatalf("no action is called %q", title)
}

// The first allow entry of a repository brings a random salt, and neither is a finding itself.
func TestAllowMakesSettings(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "github")
		e := lsptest.Start(t, config(), lsptest.Options{Folder: folder}, value)
		u := string(uri.File(filepath.Join(folder, "a [1].env")))
		e.Open(u, "dotenv", "A="+value+"\nB="+value)
		synctest.Wait()
		do(t, e, u, 5, "Not sensitive: allow this value")
		if left := e.Diagnostics(u); len(left) != 0 {
			t.Errorf("allowed, it still shows %v", left)
		}
		settings := filepath.Join(folder, ".scrubjay.yaml")
		content, err := os.ReadFile(settings)
		if err != nil {
			t.Fatal(err)
		}
		want := regexp.MustCompile(`^salt: "[0-9a-f]{32}"\nallow:\n  - rule: github-pat\n    path: /a \\\[1\\\]\.env\n    fingerprint: r:[0-9a-f]{32}\n$`)
		if !want.Match(content) {
			t.Errorf("wrote %s", content)
		}
		su := string(uri.File(settings))
		e.Open(su, "yaml", string(content))
		synctest.Wait()
		if shown := e.Diagnostics(su); len(shown) != 0 {
			t.Errorf("the settings have diagnostics: %+v", shown)
		}
		if left, _ := filepath.Glob(filepath.Join(folder, ".scrubjay-*")); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

// Settings that are not in order are not written to.
func TestAllowRefusesBrokenSettings(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	settings := filepath.Join(folder, ".scrubjay.yaml")
	const broken = "salt: x\nallow: [\n"
	if err := os.WriteFile(settings, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "github")
		e := lsptest.Start(t, config(), lsptest.Options{Folder: folder}, value)
		u := string(uri.File(filepath.Join(folder, "a.env")))
		e.Open(u, "dotenv", "A="+value)
		synctest.Wait()
		do(t, e, u, 5, "Not sensitive: allow this value")
		if told := e.Messages(); len(told) != 1 || !strings.Contains(told[0], ".scrubjay.yaml is not in order, so nothing was added; mend line") {
			t.Errorf("the person was told %q", told)
		}
		if content, _ := os.ReadFile(settings); string(content) != broken {
			t.Errorf("the settings became %s", content)
		}
	})
}

// .env is the person's alone, holds any value literally, and is written before the code is touched.
func TestEnvironmentFile(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "openai")
		e := lsptest.Start(t, config(), lsptest.Options{Folder: folder, Answer: "Write .env"}, value)
		u := string(uri.File(filepath.Join(folder, "a.go")))
		e.Open(u, "go", `var k = "`+value+`"`)
		synctest.Wait()
		env := filepath.Join(folder, ".env")
		asked := false
		e.BeforeEdit(func() {
			asked = true
			if content, _ := os.ReadFile(env); string(content) != "K="+value+"\n" {
				t.Error("the code is changed before .env holds the value")
			}
			if ignored, _ := os.ReadFile(filepath.Join(folder, ".gitignore")); string(ignored) != ".env\n" {
				t.Errorf(".gitignore is %q", ignored)
			}
		})
		do(t, e, u, 15, "Use an environment variable")
		if text, _ := e.TextOf(u); !asked || text != `var k = os.Getenv("K")` {
			t.Errorf("the code is %s", text)
		}
		info, err := os.Stat(env)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf(".env is %v, %v", info, err)
		}
	})
}

// Where .env cannot be written, the code stays.
func TestEnvironmentFileFails(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, ".env"), 0o700); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "openai")
		e := lsptest.Start(t, config(), lsptest.Options{Folder: folder, Answer: "Write .env"}, value)
		u := string(uri.File(filepath.Join(folder, "a.go")))
		code := `var k = "` + value + `"`
		e.Open(u, "go", code)
		synctest.Wait()
		do(t, e, u, 15, "Use an environment variable")
		if text, _ := e.TextOf(u); text != code {
			t.Error("the code was changed")
		}
		if told := e.Messages(); len(told) != 2 || !strings.Contains(told[1], ".env cannot be read, so nothing was done") {
			t.Errorf("the person was told %q", told)
		}
	})
}

// The editor's word on what is wrong where is not taken: what is echoed may be counted otherwise.
func TestActionsIgnoreEchoedDiagnostics(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Daemon = lsptest.NewDaemon()
		value := key(t, "aws")
		e := lsptest.Start(t, cfg, lsptest.Options{Encoding: "utf-16"}, value)
		e.Open(file, "dotenv", "k=😀"+value+" tail")
		synctest.Wait()
		raw, err := e.Request("textDocument/codeAction", map[string]any{
			"textDocument": map[string]any{"uri": file},
			"range":        map[string]any{"start": map[string]any{"line": 0, "character": 5}, "end": map[string]any{"line": 0, "character": 5}},
			"context": map[string]any{"diagnostics": []any{map[string]any{ // byte columns, no source, no data
				"range":   map[string]any{"start": map[string]any{"line": 0, "character": 6}, "end": map[string]any{"line": 0, "character": 26}},
				"message": "AWS",
			}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		var actions []protocol.CodeAction
		if err := protocol.Unmarshal(raw, &actions); err != nil {
			t.Fatal(err)
		}
		if err := e.Do(actions[0]); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if text, _ := e.TextOf(file); !regexp.MustCompile(`^k=😀REDACTED_AWS_KEY_ID_\w+ tail$`).MatchString(text) {
			t.Errorf("the text became %s", strings.ReplaceAll(text, value, "<value>"))
		}
	})
}

// A file that is closed before its command runs is left alone.
func TestCommandAfterClose(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Daemon = lsptest.NewDaemon()
		e := lsptest.Start(t, cfg, lsptest.Options{})
		e.Open(file, "dotenv", "A="+key(t, "aws"))
		synctest.Wait()
		actions := e.Actions(file, 5, 5)
		e.Close(file)
		for _, a := range actions {
			if a.Command.Command == "" {
				continue
			}
			if err := e.Do(a); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if told := e.Messages(); len(told) != 1 || !strings.Contains(told[0], "the file is not open any more, so nothing was done") {
				t.Errorf("%s: the person was told %q", a.Title, told)
			}
		}
		if _, err := os.Stat(filepath.Join("/w", ".env")); !errors.Is(err, fs.ErrNotExist) {
			t.Error("something was written")
		}
	})
}

// answering is a daemon that answers Issue with whatever it was told to.
type answering struct {
	*lsptest.Daemon
	placeholders []string
}

func (d answering) Issue(context.Context, control.Issue) (control.Issued, error) {
	return control.Issued{Placeholders: d.placeholders}, nil
}

// Unless the daemon confirms each value with a placeholder that can be restored, the text stays.
func TestRedactTrustsNoOddAnswer(t *testing.T) {
	lsptest.Prepare(t)
	for message, placeholders := range map[string][]string{
		"did not confirm that every value is safe": nil,
		"is of another version":                    {"EMAIL_sy8cab"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := config()
			cfg.Daemon = answering{lsptest.NewDaemon(), placeholders}
			value := key(t, "aws")
			e := lsptest.Start(t, cfg, lsptest.Options{}, value)
			e.Open(file, "dotenv", "A="+value)
			synctest.Wait()
			do(t, e, file, 5, "Redact: ")
			if told := e.Messages(); len(told) != 1 || !strings.Contains(told[0], message) {
				t.Errorf("the person was told %q", told)
			}
			if text, _ := e.TextOf(file); text != "A="+value {
				t.Error("the text was changed")
			}
		})
	}
}

// A .env that is open with changes is the editor's to write.
func TestEnvironmentFileIsOpen(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "openai")
		e := lsptest.Start(t, config(), lsptest.Options{Folder: folder, Answer: "Write .env"}, value)
		u, env := string(uri.File(filepath.Join(folder, "a.go"))), string(uri.File(filepath.Join(folder, ".env")))
		code := `var k = "` + value + `"`
		e.Open(u, "go", code)
		e.Open(env, "dotenv", "NOT=saved\n")
		synctest.Wait()
		do(t, e, u, 15, "Use an environment variable")
		if told := e.Messages(); len(told) != 2 || !strings.Contains(told[1], ".env is open with changes that are not saved") {
			t.Errorf("the person was told %q", told)
		}
		if text, _ := e.TextOf(u); text != code {
			t.Error("the code was changed")
		}
	})
}

// What the person agreed to is what is done, or nothing.
func TestTheCodeChangesWhileThePersonThinks(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "openai")
		u := string(uri.File(filepath.Join(folder, "a.go")))
		var e *lsptest.Editor
		e = lsptest.Start(t, config(), lsptest.Options{Folder: folder, Answer: "Write .env", OnMessage: func(method string, _ json.RawMessage) {
			if method == "window/showMessageRequest" {
				e.Replace(u, 4, 5, "other")
			}
		}}, value)
		e.Open(u, "go", `var k = "`+value+`"`)
		synctest.Wait()
		do(t, e, u, 15, "Use an environment variable: K")
		if told := e.Messages(); len(told) != 2 || !strings.Contains(told[1], "the text has changed here meanwhile") {
			t.Errorf("the person was told %q", told)
		}
		if _, err := os.Stat(filepath.Join(folder, ".env")); !errors.Is(err, fs.ErrNotExist) {
			t.Error(".env was written")
		}
	})
}

func TestStatusIsSentWhenItChanges(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "aws")
		e := lsptest.Start(t, config(), lsptest.Options{}, value)
		synctest.Wait()
		if e.Status("").Daemon == "" {
			t.Error("nobody says that there is no daemon")
		}
		before := e.Count("scrubjay/status")
		e.Open(file, "dotenv", "A="+value)
		synctest.Wait()
		e.Replace(file, 0, 0, "# é\n")
		synctest.Wait()
		if got := e.Count("scrubjay/status") - before; got != 1 {
			t.Errorf("sent %d times for one state", got)
		}
		raw, err := e.Request("scrubjay/status", map[string]any{"uri": file})
		if err != nil || !strings.Contains(string(raw), `"classes":{"credential":1}`) || !strings.Contains(string(raw), `"verdict":"scrub"`) {
			t.Errorf("asked, it answers %s, %v", raw, err)
		}
	})
}

// An editor that takes no edits of the server's, and lists no kinds of actions, gets the edits with the actions.
func TestLiteralEdits(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		daemon := lsptest.NewDaemon()
		cfg.Daemon = daemon
		first, second := key(t, "aws"), key(t, "github")
		e := lsptest.Start(t, cfg, lsptest.Options{Literal: true}, first, second)
		text := "a = '😀" + first + "'\nb = '" + second + "'\n"
		e.Open(file, "python", text)
		synctest.Wait()
		var titles []string
		for _, a := range e.Actions(file, 0, len(text)) {
			titles = append(titles, a.Title)
			if a.Edit == nil {
				t.Errorf("%q needs a command", a.Title)
			}
		}
		want := []string{"Redact all 2 here", "Redact: AWS access key id", "Redact: GitHub", "Not sensitive: allow aws-", "Not sensitive: allow github-", "Redact all 2 in this file"}
		if len(titles) != len(want) {
			t.Fatalf("offered are %q", titles)
		}
		for i := range want {
			if !strings.HasPrefix(titles[i], want[i]) {
				t.Errorf("offered is %q, want %q", titles[i], want[i])
			}
		}
		do(t, e, file, len(text)-5, "Redact: GitHub")
		do(t, e, file, 12, "Not sensitive: allow aws-")
		got, _ := e.TextOf(file)
		if !regexp.MustCompile(`^# scrubjay:allow aws-access-key-id\na = '😀` + first + `'\nb = 'REDACTED_[A-Z_]+_\w+'\n$`).MatchString(got) {
			t.Errorf("the text became %s", hide(got, []string{first, second}))
		}
		// What the daemon does not keep is not offered, and the person is told why.
		e.Replace(file, 0, 0, "c = '"+key(t, "openai")+"'\n")
		daemon.Down(true)
		for _, a := range e.Actions(file, 8, 8) {
			if strings.HasPrefix(a.Title, "Redact") {
				t.Errorf("%q is offered without a daemon", a.Title)
			}
		}
		synctest.Wait()
		if told := e.Messages(); len(told) != 1 || !strings.Contains(told[0], "does not answer") {
			t.Errorf("the person was told %q", told)
		}
	})
}

// An editor that takes edits with actions alone does not say how it counts, and may count bytes, UTF-16 or code points: each gets
// the same text of the same edit, and no edit holds the value of a finding that it is not about.
func TestUncountedEdits(t *testing.T) {
	lsptest.Prepare(t)
	place := map[string]func(line string, units int) int{
		"bytes": func(_ string, units int) int { return units },
		"UTF-16": func(line string, units int) int {
			for i, r := range line {
				if units <= 0 {
					return i
				}
				units -= utf16.RuneLen(r)
			}
			return len(line)
		},
		"code points": func(line string, units int) int {
			for i := range line {
				if units <= 0 {
					return i
				}
				units--
			}
			return len(line)
		},
	}
	for name, text := range map[string]string{
		"behind":                  "é😀 A '# é😀\r\nmore é\n",
		"before":                  "A # é😀\nmore",
		"no end":                  "x\né A é",
		"alone":                   "A",
		"two on a line":           "é A é B é\n",
		"two, ASCII":              "A B # plain\n",
		"two, letters between":    "A é B\n",
		"two, letters behind":     "A B é\n",
		"on two lines":            "é A\né B",
		"equal ones, another too": "A é A é B\n",
	} {
		// Comments go above the line in the one and behind it in the other.
		for _, file := range []string{file, "file:///w/a.py"} {
			t.Run(name+" in "+path.Base(file), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cfg := config()
					cfg.Daemon = lsptest.NewDaemon()
					first, second := key(t, "aws"), key(t, "github")
					e := lsptest.Start(t, cfg, lsptest.Options{Literal: true}, first, second)
					text := strings.NewReplacer("A", first, "B", second).Replace(text)
					e.Open(file, "python", text)
					synctest.Wait()
					redacted := 0
					for _, a := range e.Actions(file, 0, len(text)) {
						var edits []protocol.TextEdit
						for _, c := range a.Edit.DocumentChanges {
							for _, element := range c.(*protocol.TextDocumentEdit).Edits {
								edits = append(edits, *element.(*protocol.TextEdit))
							}
						}
						for counting, offset := range place {
							lines, got := strings.SplitAfter(text, "\n"), text
							at := func(p protocol.Position) int {
								content := strings.TrimRight(lines[p.Line], "\r\n")
								return len(strings.Join(lines[:p.Line], "")) + min(offset(content, int(p.Character)), len(content))
							}
							for _, c := range slices.Backward(edits) {
								if strings.Contains(c.NewText, first) || strings.Contains(c.NewText, second) {
									t.Fatalf("%q holds a value", a.Title)
								}
								got = got[:at(c.Range.Start)] + c.NewText + got[at(c.Range.End):]
							}
							if len(edits) == 0 {
								t.Errorf("%q changes nothing", a.Title)
							}
							back := regexp.MustCompile(`REDACTED_AWS_[A-Z_]*_\w+`).ReplaceAllString(got, first)
							back = regexp.MustCompile(`REDACTED_GITHUB_[A-Z_]*_\w+`).ReplaceAllString(back, second)
							back = regexp.MustCompile(`(?m)^# scrubjay:allow [a-z-]+\r?\n| # scrubjay:allow [a-z-]+`).ReplaceAllString(back, "")
							if back != text {
								t.Errorf("%s by %s: the text became %s", a.Title, counting, hide(got, []string{first, second}))
							}
							if strings.HasPrefix(a.Title, "Redact") {
								redacted++
							}
						}
					}
					if redacted == 0 {
						t.Error("nothing can be redacted")
					}
				})
			})
		}
	}
}
