package lsp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

// What an editor calls a text is not changed, however it writes it.
func TestURIsAreTheEditors(t *testing.T) {
	lsptest.Prepare(t)
	for _, u := range []string{
		"untitled:Untitled-1", "fugitive:///a/.git//0/x.env", "zipfile:///a.zip::b.env", "jdt://x?y=z", "file:/a/b.env", "file:///a/%5bx%5d.env",
		"FILE:///a.env", "untitled:/a/b c.env", "vscode-notebook-cell:/a/b.ipynb#W0sZmlsZQ%3D%3D", "file:///c:/a.env", "buffer:1", "file:///a/é.env",
	} {
		synctest.Test(t, func(t *testing.T) {
			value := key(t, "aws")
			cfg := config()
			cfg.Daemon = lsptest.NewDaemon()
			e := lsptest.Start(t, cfg, lsptest.Options{}, value)
			e.Open(u, "plaintext", "k = "+value+"\n")
			synctest.Wait()
			if shown := e.Diagnostics(u); len(shown) != 1 {
				t.Errorf("%s has %d diagnostics", u, len(shown))
			}
			if st := e.Status(u); st.Classes["credential"] != 1 {
				t.Errorf("the status of %s is %+v", u, st)
			}
			do(t, e, u, 6, "Redact: ")
			if text, _ := e.TextOf(u); !strings.HasPrefix(text, "k = REDACTED_") {
				t.Errorf("%s was not redacted", u)
			}
			e.Close(u)
			synctest.Wait()
			if left := e.Diagnostics(u); len(left) != 0 {
				t.Errorf("%s is closed and has %d diagnostics", u, len(left))
			}
		})
	}
}

// What stands in no file of its own belongs to the folder all the same.
func TestFolderOfOddTexts(t *testing.T) {
	lsptest.Prepare(t)
	folder := t.TempDir()
	settings := "rules: {disable: [aws-access-key-id]}\nallow: [{rule: github-pat, path: \"*.ipynb\"}]\n"
	if err := os.WriteFile(filepath.Join(folder, ".scrubjay.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	in := strings.TrimPrefix(string(uri.File(filepath.Join(folder, "x"))), "file://")
	for u, want := range map[string]int{
		"vscode-notebook-cell:" + in + ".ipynb#W0": 0,
		"untitled:" + in + ".py":                   1,
		"untitled:Untitled-1":                      1,
		"scratch:1":                                1,
		"untitled:/elsewhere/a.py":                 2,
		"vscode-notebook-cell:/elsewhere/a.ipynb":  2,
	} {
		synctest.Test(t, func(t *testing.T) {
			aws, github := key(t, "aws"), key(t, "github")
			e := lsptest.Start(t, config(), lsptest.Options{Folder: folder}, aws, github)
			e.Open(u, "python", "a = '"+aws+"'\nb = '"+github+"'\n")
			synctest.Wait()
			if shown := e.Diagnostics(u); len(shown) != want {
				t.Errorf("%s has %d diagnostics, want %d", u, len(shown), want)
			}
		})
	}
}

// An editor without versions is followed, and told none.
func TestVersionNull(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "aws")
		e := lsptest.Start(t, config(), lsptest.Options{}, value)
		e.Open(file, "dotenv", "A=1\n")
		for _, text := range []string{"A=2\n", "A=" + value + "\n# \"version\":null\n"} {
			e.Notify("textDocument/didChange", map[string]any{
				"textDocument": map[string]any{"uri": file, "version": nil}, "contentChanges": []any{map[string]any{"text": text}},
			})
		}
		synctest.Wait()
		if shown := e.Diagnostics(file); len(shown) != 1 {
			t.Errorf("there are %d diagnostics", len(shown))
		}
	})
}

// The status goes to whoever asked, by the option or by asking once.
func TestStatusIsAskedFor(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		e := lsptest.Start(t, config(), lsptest.Options{NoStatus: true})
		e.Open(file, "dotenv", "A="+key(t, "aws"))
		synctest.Wait()
		if n := e.Count("scrubjay/status"); n != 0 {
			t.Errorf("it was sent %d times, unasked", n)
		}
		if _, err := e.Request("scrubjay/status", map[string]any{"uri": file}); err != nil {
			t.Fatal(err)
		}
		e.ReplaceAll(file, "A=1")
		synctest.Wait()
		if n := e.Count("scrubjay/status"); n != 1 {
			t.Errorf("it was sent %d times, asked for", n)
		}
	})
}

// What changes between the greeting and the first event that can be heard is known all the same.
func TestNothingIsMissedWhileAttaching(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		daemon := lsptest.NewDaemon()
		daemon.Greets(control.Hello{Version: control.Version, Policy: control.Policy{Revision: "built-in"}})
		daemon.BeforeAttached(func() {
			daemon.Greets(control.Hello{Version: control.Version, Proxy: control.Proxy{Listen: "127.0.0.1:1"}, Policy: control.Policy{Revision: "7-acme"}})
		})
		reloads := 0
		cfg := config()
		cfg.Daemon, cfg.Reload = daemon, func() { reloads++ }
		e := lsptest.Start(t, cfg, lsptest.Options{})
		e.Open(file, "dotenv", "A=1")
		synctest.Wait()
		if st := e.Status(file); st.Policy.Revision != "7-acme" || st.Proxy.Listen != "127.0.0.1:1" || reloads != 1 {
			t.Errorf("the status is %+v after %d reloads", st, reloads)
		}
	})
}
