package lsp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/lsp"
	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// fingerprints are this test's own.
func withDaemon(daemon *lsptest.Daemon) lsp.Config {
	cfg := config()
	cfg.Daemon = daemon
	cfg.Fingerprint = func(value []byte) string { return "i:" + string(value[len(value)-4:]) }
	return cfg
}

// rich starts an editor that has all that later versions of the protocol brought.
func rich(t *testing.T, daemon *lsptest.Daemon, o lsptest.Options, secrets ...string) *lsptest.Editor {
	t.Helper()
	o.Rich = true
	e := lsptest.Start(t, withDaemon(daemon), o, secrets...)
	synctest.Wait()
	return e
}

// wirePlaceholder is a text with the form of what goes out on the wire.
func wirePlaceholder(t *testing.T) string {
	const letters = "23456789abcdefghjkmnpqrstuvwxyz"
	for _, c := range letters {
		p := "PASSWORD_sy8ca" + string(c)
		if found := redact.Find([]byte(p)); len(found) == 1 && found[0] == (redact.Span{End: len(p), Scope: redact.Wire}) {
			return p
		}
	}
	t.Fatal("no letter makes one")
	return ""
}

// TestTraffic: over the lines of a file that a request said stands where they went, as long as they stand there.
func TestTraffic(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value, daemon := key(t, "github"), lsptest.NewDaemon()
		e := rich(t, daemon, lsptest.Options{Encoding: "utf-8"}, value)
		u := "file:///a.py"
		lines := []string{"import os, sys, json", "", "def first_of_all(x):", "    return other_thing(x)", "TOKEN = '" + value + "'", "}", "def last_of_all(y):", "    return nothing_else(y)"}
		e.Open(u, "python", strings.Join(lines, "\n"))
		synctest.Wait()
		titles, _ := e.Lenses(u)
		if want := []string{"1: 1 value is kept from AI: redact"}; !slices.Equal(titles, want) {
			t.Errorf("before any exchange: %q", titles)
		}
		// What is said has other indenting, and comes with other texts.
		daemon.Say("x1", "Please look at this:\n"+strings.Join(lines[2:5], "\n  "), "and nothing else")
		at := time.Date(2026, 3, 4, 14, 3, 0, 0, time.Local)
		daemon.Send(control.Event{Kind: "exchange", Time: at, Provider: "openai", Verdict: "scrub", Exchange: "x1", Fingerprints: []string{"i:" + value[len(value)-4:]}})
		synctest.Wait()
		titles, lenses := e.Lenses(u)
		if want := []string{"1: 1 value is kept from AI: redact", "3: Lines 3-5 went to openai at 14:03, 1 value as a placeholder"}; !slices.Equal(titles, want) {
			t.Fatalf("after an exchange: %q", titles)
		}
		if e.Count("workspace/codeLens/refresh") == 0 {
			t.Error("the editor was not told")
		}
		e.Run(lenses[1].Command)
		shown := e.Shown()
		if len(shown) != 1 || !strings.HasSuffix(shown[0], "x1") {
			t.Fatalf("shown was %q", shown)
		}
		e.Secrets = nil // the person's own text, in a view of their own
		if text := e.Content(shown[0]); !strings.Contains(text, "as sent") || !strings.Contains(text, "as answered") || !strings.Contains(text, value) {
			t.Errorf("the view says %q", text)
		}
		// Completions ask at every pause: a lens of them would never stand still.
		daemon.Say("completion1", e.Text(u))
		daemon.Send(control.Event{Kind: "exchange", Time: at, Provider: "house", Verdict: "scrub", Exchange: "completion1"})
		synctest.Wait()
		if again, _ := e.Lenses(u); !slices.Equal(again, titles) {
			t.Errorf("after a completion: %q", again)
		}
		// A line alone is everywhere, and what was changed since did not go out.
		e.Replace(u, strings.Index(e.Text(u), "    return other"), strings.Index(e.Text(u), "TOKEN"), "    return changed_since(x)\n")
		synctest.Wait()
		if titles, _ = e.Lenses(u); len(titles) != 1 {
			t.Errorf("of a text that was changed: %q", titles)
		}
		// The latest of a provider counts; what was not sent is not said to have gone.
		daemon.Say("x2", e.Text(u))
		daemon.Send(control.Event{Kind: "exchange", Time: at, Provider: "openai", Verdict: "forbid", Exchange: "x2"})
		synctest.Wait()
		if titles, _ = e.Lenses(u); len(titles) != 2 || titles[1] != "1: Lines 1-8 did not go to openai at 14:03" {
			t.Errorf("of what was forbidden: %q", titles)
		}
		e.HangUp()
	})
}

// TestLeftovers: a placeholder of the wire that an assistant left in a file is shown, and its value put there.
func TestLeftovers(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		const issued, other = "PASSWORD_sy8c22", "PASSWORD_sy8c22x" // the second is a word that goes on
		value, daemon := key(t, "github"), lsptest.NewDaemon()
		left := wirePlaceholder(t)
		daemon.Keep(left, value)
		e := rich(t, daemon, lsptest.Options{Encoding: "utf-8"}, value)
		u := "file:///a.txt"
		e.Open(u, "plaintext", "a = 1\nurl = postgres:/"+"/u:"+left+"@h\nb = "+other+"\n"+issued)
		synctest.Wait()
		got := e.Diagnostics(u)
		if len(got) != 1 || got[0].Code != protocol.String("left-placeholder") || got[0].Range.Start.Line != 1 {
			t.Fatalf("shown is %v", got)
		}
		do(t, e, u, strings.Index(e.Text(u), left)+2, "Restore the value of "+left)
		if want := "postgres:/" + "/u:" + value + "@h"; !strings.Contains(e.Text(u), want) {
			t.Errorf("restored to %q", strings.ReplaceAll(e.Text(u), value, "VALUE"))
		}
		// One that comes with a later edit is seen as well; one that stands for nothing never is.
		e.Replace(u, 0, 1, left)
		synctest.Wait()
		if shown := e.Diagnostics(u); !slices.ContainsFunc(shown, func(d protocol.Diagnostic) bool { return d.Code == protocol.String("left-placeholder") }) {
			t.Errorf("after an edit: %v", shown)
		}
		e.HangUp()
	})
}

// TestSelection: what is selected is copied or asked about with placeholders, or its values are replaced by made-up ones.
func TestSelection(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value, mail, daemon := key(t, "aws"), key(t, "email"), lsptest.NewDaemon()
		e := rich(t, daemon, lsptest.Options{Encoding: "utf-16", Init: json.RawMessage(`{"offers": ["clipboard", "ask"]}`)}, value, mail)
		u := "file:///a.txt"
		text := "😀 first\nkey " + value + " of " + mail + "\nlast " + mail
		e.Open(u, "plaintext", text)
		synctest.Wait()
		start, end := strings.Index(text, "key"), strings.Index(text, "\nlast")
		find := func(title string) protocol.CodeAction {
			t.Helper()
			for _, a := range e.Actions(u, start, end) {
				if a.Title == title {
					return a
				}
			}
			t.Fatalf("nothing is called %q", title)
			return protocol.CodeAction{}
		}
		copied := e.Run(find("Copy redacted").Command)
		if !strings.Contains(copied, `"clipboard":"key REDACTED_AWS_KEY_ID_`) || !strings.Contains(copied, " of REDACTED_EMAIL_") || strings.Contains(copied, "last") {
			t.Errorf("copied is %s", copied)
		}
		if asked := e.Run(find("Ask an assistant, redacted").Command); !strings.Contains(asked, `"ask":"key REDACTED_AWS_KEY_ID_`) {
			t.Errorf("asked is %s", asked)
		}
		reported := e.Run(find("Report a false positive").Command)
		if !strings.Contains(reported, `Rule aws-access-key-id`) || !strings.Contains(reported, `key XXXX`) || strings.Contains(reported, mail) || strings.Contains(reported, value) {
			t.Errorf("reported is %s", strings.ReplaceAll(reported, value, "VALUE"))
		}
		// What is pasted comes with placeholders, but into a file that secrets belong in.
		pasted := func(u, text string) string {
			of, _ := json.Marshal(map[string]any{"uri": u, "text": text})
			return e.Run(protocol.Command{Command: "scrubjay.redactText", Arguments: []protocol.LSPAny{of}})
		}
		e.Open("file:///.env", "dotenv", "")
		if got := pasted(u, "é "+value+" ü"); !strings.Contains(got, `"clipboard":"é REDACTED_AWS_KEY_ID_`) || !strings.Contains(got, ` ü"`) {
			t.Errorf("pasted is %s", got)
		}
		for u, text := range map[string]string{u: "nothing", "file:///.env": value} {
			if got := pasted(u, text); got != "null" {
				t.Errorf("into %s pasted is %s", u, got)
			}
		}
		if err := e.Do(find("Replace by a made-up one: Email address")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if now := e.Text(u); strings.Count(now, mail) != 1 || !strings.Contains(now, "@example.com\nlast "+mail) {
			t.Errorf("the text is %q", strings.ReplaceAll(now, value, "VALUE"))
		}
		e.HangUp()
	})
}

// TestPreview: the view of a file names what is kept back, and follows the file.
func TestPreview(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value, daemon := key(t, "aws"), lsptest.NewDaemon()
		e := rich(t, daemon, lsptest.Options{Encoding: "utf-8"}, value)
		u := "file:///a%20b.txt"
		e.Open(u, "plaintext", "é "+value+" 😀")
		synctest.Wait()
		do(t, e, u, 4, "Show what AI vendors would see")
		shown := e.Shown()
		if len(shown) != 1 {
			t.Fatalf("shown was %q", shown)
		}
		if text := e.Content(shown[0]); text != "é ‹AWS_KEY_ID› 😀" {
			t.Errorf("the view says %q", text)
		}
		e.Replace(u, 0, 2, "typed")
		synctest.Wait()
		if text := e.Content(shown[0]); text != "typed ‹AWS_KEY_ID› 😀" || e.Count("workspace/textDocumentContent/refresh") == 0 {
			t.Errorf("after an edit the view says %q", text)
		}
		e.Close(u)
		synctest.Wait()
		if text := e.Content(shown[0]); text != "The file is not open any more.\n" {
			t.Errorf("of a closed file the view says %q", text)
		}
		e.HangUp()
	})
}

// TestOnSave: a file is redacted on its way to the disk only where the settings ask for that, and saved as it is if it
// cannot be.
func TestOnSave(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value, daemon := key(t, "aws"), lsptest.NewDaemon()
		e := rich(t, daemon, lsptest.Options{Encoding: "utf-8"}, value)
		u := "file:///a.txt"
		e.Open(u, "plaintext", "a "+value)
		save := func() string {
			raw, err := e.Request("textDocument/willSaveWaitUntil", map[string]any{"textDocument": map[string]any{"uri": u}, "reason": 1})
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		if edits := save(); edits != "[]" {
			t.Errorf("nobody asked for it, and yet %s", edits)
		}
		e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"scrubjay": map[string]any{"redactOnSave": true}}})
		synctest.Wait()
		if edits := save(); !strings.Contains(edits, `"newText":"REDACTED_AWS_KEY_ID_`) {
			t.Errorf("on save: %s", edits)
		}
		daemon.Down(true)
		if edits := save(); edits != "[]" {
			t.Errorf("without a daemon: %s", edits)
		}
		synctest.Wait()
		if told := e.Messages(); len(told) != 1 || !strings.Contains(told[0], "saved without redacting") {
			t.Errorf("told was %q", told)
		}
		e.HangUp()
	})
}

// TestShape: of a value that is reported no letter stays, those beyond ASCII neither.
func TestShape(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		name := strings.Join([]string{"José", "García"}, " ")
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Encoding: "utf-8", Init: json.RawMessage(`{"offers": ["clipboard"]}`)})
		u := "file:///a.txt"
		e.Open(u, "plaintext", "patient name: "+name)
		synctest.Wait()
		for _, a := range e.Actions(u, 16, 16) {
			if a.Title == "Report a false positive" {
				if said := e.Run(a.Command); strings.ContainsAny(said, "éí") || !strings.Contains(said, "patient name: X") {
					t.Errorf("reported is %s", said)
				}
				e.HangUp()
				return
			}
		}
		t.Error("nothing can be reported")
		e.HangUp()
	})
}

// TestRename: an allow entry goes along with its file; comments and other entries stay.
func TestRename(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	settings := filepath.Join(folder, ".scrubjay.yaml")
	if err := os.WriteFile(settings, []byte("# ours\nallow:\n  - rule: github-pat\n    path: a/b.env # why\n  - path: /c.env\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Encoding: "utf-8", Folder: folder})
		rename := func(from, to string) string {
			raw, err := e.Request("workspace/willRenameFiles", map[string]any{"files": []any{map[string]any{
				"oldUri": uri.File(filepath.Join(folder, from)), "newUri": uri.File(filepath.Join(folder, to)),
			}}})
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		if edit := rename("c.env", "d/[1].env"); !strings.Contains(edit, `# ours\nallow:\n  - rule: github-pat\n    path: a/b.env # why\n  - path: d/\\[1\\].env\n`) {
			t.Errorf("renamed: %s", edit)
		}
		for _, other := range [][2]string{{"none.env", "x"}, {"c.env", "../x"}} {
			if edit := rename(other[0], other[1]); edit != "null" {
				t.Errorf("%v: %s", other, edit)
			}
		}
		e.HangUp()
	})
}

// TestUndo: what was allowed in a file of settings that is not open can be taken back, unless somebody has changed it.
func TestUndo(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	settings := filepath.Join(folder, ".scrubjay.yaml")
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "github")
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Encoding: "utf-8", Folder: folder}, value)
		u := string(uri.File(filepath.Join(folder, "a.env")))
		e.Open(u, "dotenv", "A="+value)
		synctest.Wait()
		allow := func() {
			t.Helper()
			for _, a := range e.Actions(u, 5, 5) {
				if strings.HasPrefix(a.Title, "Not sensitive: allow this value") {
					if said := e.Run(a.Command); !strings.Contains(said, `"undo":"scrubjay.undoAllow"`) {
						t.Errorf("the command answers %s", said)
					}
				}
			}
			synctest.Wait()
			if left := e.Diagnostics(u); len(left) != 0 {
				t.Fatalf("allowed, and yet %v", left)
			}
		}
		undo := protocol.Command{Command: "scrubjay.undoAllow", Arguments: []protocol.LSPAny{protocol.LSPAny(`{"uri":"` + u + `"}`)}}
		allow()
		e.Run(undo)
		synctest.Wait()
		if _, err := os.Stat(settings); err == nil || len(e.Diagnostics(u)) != 1 {
			t.Errorf("undone, the file is there: %v; shown is %v", err, e.Diagnostics(u))
		}
		allow()
		text, _ := os.ReadFile(settings)
		if err := os.WriteFile(settings, append(text, "# more\n"...), 0o644); err != nil {
			t.Fatal(err)
		}
		e.Run(undo)
		e.Run(undo)
		synctest.Wait()
		if told := e.Messages(); len(told) != 2 || !strings.Contains(told[0], "was changed since") || !strings.Contains(told[1], "nothing to undo") {
			t.Errorf("told was %q", told)
		}
		e.HangUp()
	})
}

// TestScanWorkspace: what nobody has open is shown with how far it is; an open file's own findings take over and give back;
// a second scan begins anew, and a person can end one.
func TestScanWorkspace(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	value := key(t, "github")
	for name, text := range map[string]string{"a.env": "A=" + value + "\n", "d/b.txt": "é " + value, "clean.go": "package a\n", "open.env": "B=" + value, "ignored.env": "C=" + value, ".gitignore": "ignored.env\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var progress []string
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Encoding: "utf-16", Folder: folder, OnMessage: func(method string, params json.RawMessage) {
			if method == "$/progress" {
				progress = append(progress, string(params))
			}
		}}, value)
		at := func(name string) string { return string(uri.File(filepath.Join(folder, name))) }
		e.Open(at("open.env"), "dotenv", "nothing")
		scan := protocol.Command{Command: "scrubjay.scanWorkspace", Arguments: []protocol.LSPAny{protocol.LSPAny(`{"uri":"` + at("") + `"}`)}}
		for range 2 {
			e.Run(scan)
			synctest.Wait()
			for name, want := range map[string]int{"a.env": 1, "d/b.txt": 1, "clean.go": 0, "open.env": 0, "ignored.env": 0} {
				if got := e.Diagnostics(at(name)); len(got) != want {
					t.Errorf("of %s shown is %v", name, got)
				}
			}
		}
		if n := len(progress); n < 4 || !strings.Contains(progress[0], `"kind":"begin"`) || !strings.Contains(progress[n-1], `2 findings in 2 of `) {
			t.Errorf("said was %q", progress)
		}
		e.Open(at("a.env"), "dotenv", "A=1\n")
		synctest.Wait()
		if got := e.Diagnostics(at("a.env")); len(got) != 0 {
			t.Errorf("open and mended, and yet %v", got)
		}
		e.Close(at("a.env"))
		synctest.Wait()
		if got := e.Diagnostics(at("a.env")); len(got) != 1 {
			t.Errorf("closed without being saved, it shows %v", got)
		}
		e.Notify("window/workDoneProgress/cancel", map[string]any{"token": "scrubjay-scan-" + strconv.Itoa(2)})
		e.HangUp()
	})
}

// TestGeneratedCode: what comes at once is looked at, what is typed or was there is not; an edit of it ends that.
func TestGeneratedCode(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Encoding: "utf-8"})
		u := "file:///a.py"
		e.Open(u, "python", "import hashlib\nold = hashlib.md5(b'')\n")
		shown := func() (codes []string) {
			synctest.Wait()
			for _, d := range e.Diagnostics(u) {
				codes = append(codes, string(d.Code.(protocol.String)))
			}
			return codes
		}
		at := len(e.Text(u))
		for _, c := range "x = hashlib.md5(b)\n" {
			e.Replace(u, at, at, string(c))
			at++
		}
		if got := shown(); len(got) != 0 {
			t.Errorf("typed, and yet %q", got)
		}
		e.Replace(u, at, at, "def fetch(url):\n    return requests.get(url, verify=False)\n\ndef run(name):\n    os.system(f\"rm {name}\")\n")
		if got := shown(); !slices.Equal(got, []string{"tls-check-off", "shell-command-built"}) {
			t.Fatalf("shown is %q", got)
		}
		e.Replace(u, 0, 0, "# above\n")
		mended := strings.Index(e.Text(u), "verify=False")
		e.Replace(u, mended, mended+len("verify=False"), "verify=True")
		if got := shown(); !slices.Equal(got, []string{"shell-command-built"}) {
			t.Errorf("mended, shown is %q", got)
		}
		e.HangUp()
	})
}
