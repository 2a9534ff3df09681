package lsp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/lsp"
	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

const file = "file:///w/a.env"

func config() lsp.Config {
	return lsp.Config{Engine: detect.Default, Decider: &lsptest.Decider{}, Settings: func() policy.Settings { return policy.Settings{} }, Program: "scrubjay", Version: "1"}
}

func key(t testing.TB, kind string, n ...int) string {
	t.Helper()
	v, err := lsptest.Key(kind, n...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestExitCodes(t *testing.T) {
	lsptest.Prepare(t)
	tests := []struct {
		name string
		end  func(*testing.T, *lsptest.Editor)
		code int
	}{
		{"shutdown and exit", func(t *testing.T, e *lsptest.Editor) {
			if raw, err := e.Request("shutdown", nil); err != nil || string(raw) != "null" {
				t.Errorf("shutdown answers %s, %v", raw, err)
			}
			e.Notify("exit", nil)
		}, 0},
		{"shutdown and gone", func(t *testing.T, e *lsptest.Editor) {
			if _, err := e.Request("shutdown", nil); err != nil {
				t.Error(err)
			}
			e.HangUp()
		}, 0},
		{"exit alone", func(_ *testing.T, e *lsptest.Editor) { e.Notify("exit", nil) }, 1},
		{"gone", func(_ *testing.T, e *lsptest.Editor) { e.HangUp() }, 1},
		{"nonsense", func(_ *testing.T, e *lsptest.Editor) { e.Send([]byte("nonsense\r\n\r\n")) }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := config()
				cfg.Daemon = lsptest.NewDaemon()
				e := lsptest.Start(t, cfg, lsptest.Options{})
				tt.end(t, e)
				code, err := e.Exit()
				if code != tt.code || (err != nil) != (tt.name == "nonsense") {
					t.Errorf("ended with %d, %v, want %d", code, err, tt.code)
				}
			})
		})
	}
}

// An editor that died without closing its pipes is noticed.
func TestParentDies(t *testing.T) {
	lsptest.Prepare(t)
	parent := exec.Command(os.Args[0], "-test.run=^$")
	if err := parent.Run(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		e := lsptest.Connect(t, config(), lsptest.Options{})
		if _, err := e.Request("initialize", map[string]any{"processId": parent.Process.Pid, "rootUri": nil, "capabilities": struct{}{}}); err != nil {
			t.Fatal(err)
		}
		if code, _ := e.Exit(); code != 1 {
			t.Errorf("ended with %d", code)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		e := lsptest.Connect(t, config(), lsptest.Options{})
		if _, err := e.Request("initialize", map[string]any{"processId": os.Getpid(), "rootUri": nil, "capabilities": struct{}{}}); err != nil {
			t.Fatal(err)
		}
		<-time.After(10 * time.Minute) // of the bubble
		if _, err := e.Request("shutdown", nil); err != nil {
			t.Errorf("it ended though the parent lives: %v", err)
		}
	})
}

func TestInitialize(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		for offered, agreed := range map[string]string{"": "utf-16", "utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32", "utf-7": "utf-16"} {
			e := lsptest.Start(t, config(), lsptest.Options{Encoding: offered})
			if got := string(e.Init.Capabilities.PositionEncoding); got != agreed {
				t.Errorf("%s: agreed on %s", offered, got)
			}
			if e.Init.Capabilities.DiagnosticProvider != nil {
				t.Error("pull is advertised to an editor that does not pull")
			}
		}
		e := lsptest.Connect(t, config(), lsptest.Options{})
		raw, err := e.Request("initialize", json.RawMessage(`{"processId":null,"rootUri":null,"capabilities":{"general":{"positionEncodings":["utf-16","utf-8"]},"textDocument":{"diagnostic":{}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"positionEncoding":"utf-8"`, `"interFileDependencies":false,"workspaceDiagnostics":false`, `"change":2`,
			`"commands":["scrubjay.redact","scrubjay.redactAll","scrubjay.restore","scrubjay.useEnv","scrubjay.useReference","scrubjay.allowHere","scrubjay.allow",`} {
			if !strings.Contains(string(raw), want) {
				t.Errorf("initialize answers without %s: %s", want, raw)
			}
		}
	})
}

// Whatever an editor sends, the server answers in the protocol's words and goes on.
func TestBadInput(t *testing.T) {
	lsptest.Prepare(t)
	doc := fmt.Sprintf(`{"textDocument":{"uri":%q}`, file)
	tests := []struct {
		name, method, params string
		code                 int // zero is an answer, -1 a notification
	}{
		{"hover in a file that is not open", "textDocument/hover", `{"textDocument":{"uri":"file:///none"},"position":{"line":0,"character":0}}`, 0},
		{"hover far outside", "textDocument/hover", doc + `,"position":{"line":4000000000,"character":4000000000}}`, 0},
		{"actions far outside", "textDocument/codeAction", doc + `,"range":{"start":{"line":9,"character":9},"end":{"line":99,"character":9}},"context":{"diagnostics":[]}}`, 0},
		{"actions backwards", "textDocument/codeAction", doc + `,"range":{"start":{"line":9,"character":9},"end":{"line":0,"character":0}},"context":{"diagnostics":[]}}`, 0},
		{"actions in a file that is not open", "textDocument/codeAction", `{"textDocument":{"uri":"untitled:x"},"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"context":{"diagnostics":[]}}`, 0},
		{"a negative position", "textDocument/hover", doc + `,"position":{"line":-1,"character":0}}`, -32602},
		{"diagnostics of a file that is not open", "textDocument/diagnostic", `{"textDocument":{"uri":"file:///none"}}`, 0},
		{"an unknown method", "textDocument/nonsense", `{}`, -32601},
		{"a method that we lack", "textDocument/completion", doc + `,"position":{"line":0,"character":0}}`, -32601},
		{"an unknown command", "workspace/executeCommand", `{"command":"rm","arguments":[]}`, -32803},
		{"a command without argument", "workspace/executeCommand", `{"command":"scrubjay.redact"}`, -32803},
		{"a command with a wrong argument", "workspace/executeCommand", `{"command":"scrubjay.redact","arguments":["x"]}`, -32803},
		{"a command for nothing", "workspace/executeCommand", `{"command":"scrubjay.redact","arguments":[{"uri":"file:///none","start":0,"end":1}]}`, 0},
		{"a command for no place", "workspace/executeCommand", `{"command":"scrubjay.restore","arguments":[{"uri":"file:///w/a.env","version":1,"start":-5,"end":9999}]}`, 0},
		{"a command for a version that never was", "workspace/executeCommand", `{"command":"scrubjay.redact","arguments":[{"uri":"file:///w/a.env","version":77,"start":0,"end":2,"rule":"x"}]}`, 0},
		{"status of nothing", "scrubjay/status", `{}`, 0},
		{"status of an array", "scrubjay/status", `[1]`, -32803},
		{"a change of a file that is not open", "textDocument/didChange", `{"textDocument":{"uri":"file:///none","version":2},"contentChanges":[{"text":"x"}]}`, -1},
		{"a change backwards", "textDocument/didChange", `{"textDocument":{"uri":"file:///w/a.env","version":2},"contentChanges":[{"range":{"start":{"line":0,"character":2},"end":{"line":0,"character":0}},"text":"x"}]}`, -1},
		{"an older version", "textDocument/didChange", `{"textDocument":{"uri":"file:///w/a.env","version":0},"contentChanges":[{"text":""}]}`, -1},
		{"a change without changes", "textDocument/didChange", `{"textDocument":{"uri":"file:///w/a.env","version":1}}`, -1},
		{"a save of a file that is not open", "textDocument/didSave", `{"textDocument":{"uri":"file:///none"}}`, -1},
		{"a close of a file that is not open", "textDocument/didClose", `{"textDocument":{"uri":"file:///none"}}`, -1},
		{"params of another shape", "textDocument/didOpen", `{"textDocument":7}`, -1},
		{"no params", "textDocument/didOpen", `null`, -1},
		{"settings that are none", "workspace/didChangeConfiguration", `{"settings":[7]}`, -1},
		{"an unknown notification", "$/nonsense", `{}`, -1},
	}
	value := key(t, "aws")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := lsptest.Start(t, config(), lsptest.Options{}, value)
				e.Open(file, "dotenv", "A="+value)
				if tt.code == -1 {
					e.Notify(tt.method, json.RawMessage(tt.params))
				} else {
					_, err := e.Request(tt.method, json.RawMessage(tt.params))
					failure, _ := errors.AsType[*lsptest.Failure](err)
					if code := failureCode(failure); code != tt.code {
						t.Errorf("answered with %d, %v, want %d", code, err, tt.code)
					}
				}
				synctest.Wait()
				if got := len(e.Diagnostics(file)); got != 1 {
					t.Errorf("afterwards the file has %d diagnostics", got)
				}
				if _, err := e.Request("shutdown", nil); err != nil {
					t.Errorf("afterwards shutdown answers %v", err)
				}
			})
		})
	}
}

func failureCode(f *lsptest.Failure) int {
	if f == nil {
		return 0
	}
	return f.Code
}

func TestBeforeInitialize(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		e := lsptest.Connect(t, config(), lsptest.Options{})
		e.Open(file, "dotenv", "A="+key(t, "aws"))
		_, err := e.Request("textDocument/hover", map[string]any{})
		if f, ok := errors.AsType[*lsptest.Failure](err); !ok || f.Code != -32002 {
			t.Errorf("answered with %v", err)
		}
		e.Initialize()
		synctest.Wait()
		if got := e.Diagnostics(file); len(got) != 0 {
			t.Errorf("the file opened before initialize has diagnostics: %v", got)
		}
	})
}
