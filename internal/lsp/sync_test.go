package lsp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

func TestPublishesOnlyWhatDiffers(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		const publish = "textDocument/publishDiagnostics"
		value := key(t, "aws")
		e := lsptest.Start(t, config(), lsptest.Options{}, value)
		sent := func(what string, want int) {
			t.Helper()
			synctest.Wait()
			if got := e.Count(publish); got != want {
				t.Errorf("%s: published %d times, want %d", what, got, want)
			}
		}
		e.Open(file, "dotenv", "B=1\n")
		sent("a file without findings", 0)
		e.Replace(file, 2, 3, value)
		sent("a finding", 1)
		e.Replace(file, 0, 1, "C")
		sent("an edit beside it", 1)
		e.Replace(file, 0, 0, "#\n")
		sent("it moves", 2)
		e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{}})
		sent("settings that change nothing", 2)
		e.Close(file)
		sent("closed", 3)
		if left := e.Diagnostics(file); len(left) != 0 {
			t.Errorf("closed, the file still has %v", left)
		}
	})
}

func TestPull(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "aws")
		e := lsptest.Start(t, config(), lsptest.Options{Pull: true}, value)
		e.Open(file, "dotenv", "A="+value)
		pull := func(previous string) (kind, id string) {
			t.Helper()
			params := map[string]any{"textDocument": map[string]any{"uri": file}}
			if previous != "" {
				params["previousResultId"] = previous
			}
			raw, err := e.Request("textDocument/diagnostic", params)
			if err != nil {
				t.Fatal(err)
			}
			var r struct{ Kind, ResultID string }
			if err := json.Unmarshal(raw, &r); err != nil {
				t.Fatal(err)
			}
			return r.Kind, r.ResultID
		}
		kind, first := pull("")
		if again, id := pull(first); kind != "full" || again != "unchanged" || id != first {
			t.Errorf("pulled %s %s, then %s %s", kind, first, again, id)
		}
		e.Replace(file, 0, 0, "#\n")
		if kind, id := pull(first); kind != "full" || id == first {
			t.Errorf("after an edit pulled %s %s", kind, id)
		}
		synctest.Wait()
		before := e.Count("workspace/diagnostic/refresh")
		e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"scrubjay.rules.disable": []string{"aws-access-key-id"}}})
		synctest.Wait()
		if got := e.Count("workspace/diagnostic/refresh") - before; got != 1 {
			t.Errorf("new settings asked for %d refreshes", got)
		}
		if got := e.Diagnostics(file); len(got) != 0 {
			t.Errorf("a disabled rule shows %v", got)
		}
		if got := e.Count("textDocument/publishDiagnostics"); got != 0 {
			t.Errorf("pushed %d times to an editor that pulls", got)
		}
	})
}

func TestAThousandDiagnostics(t *testing.T) {
	lsptest.Prepare(t)
	var text strings.Builder
	for i := range 1200 {
		fmt.Fprintf(&text, "😀=%s\n", key(t, "aws", i))
	}
	for _, pull := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			e := lsptest.Start(t, config(), lsptest.Options{Encoding: "utf-16", Pull: pull})
			e.Open(file, "dotenv", text.String())
			synctest.Wait()
			all := e.Diagnostics(file)
			if len(all) != 1000 {
				t.Fatalf("%d diagnostics", len(all))
			}
			last := all[999]
			if last.Message != protocol.String("201 more findings in this file are not shown") || last.Range.Start.Line != 999 || last.Range.End.Line != 999 {
				t.Errorf("the last one is %+v", last)
			}
		})
	}
}

// A line of 100 MB and a binary file are not scanned, say so, and nothing else suffers.
func TestHugeFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred megabytes")
	}
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "aws")
		e := lsptest.Start(t, config(), lsptest.Options{}, value)
		const huge = "file:///w/huge.json"
		e.Open(huge, "json", strings.Repeat("x", 100<<20)+value)
		e.Open(file, "dotenv", "A="+value)
		synctest.Wait()
		got := e.Diagnostics(huge)
		if len(got) != 1 || !strings.Contains(string(got[0].Message.(protocol.String)), "it is larger than 4 MiB") || got[0].Severity != protocol.DiagnosticSeverityInformation {
			t.Errorf("the huge file says %+v", got)
		}
		if st := e.Status(huge); st.Unscanned == "" {
			t.Error("the status of the huge file says nothing")
		}
		if offered := e.Actions(huge, 0, 0); len(offered) != 0 {
			t.Errorf("offered for the huge file: %v", offered)
		}
		if got := e.Diagnostics(file); len(got) != 1 {
			t.Errorf("the other file has %d diagnostics", len(got))
		}
	})
}

// An editor that knows nothing gets UTF-16, pushes and plain text; what needs an edit is not offered.
func TestBareEditor(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "aws")
		cfg := config()
		cfg.Daemon = lsptest.NewDaemon()
		e := lsptest.Start(t, cfg, lsptest.Options{Bare: true, Folder: t.TempDir()}, value)
		e.Open(file, "dotenv", "😀="+value)
		synctest.Wait()
		got := e.Diagnostics(file)
		if len(got) != 1 || got[0].Range.Start.Character != 3 {
			t.Errorf("diagnostics are %+v", got)
		}
		if offered := e.Actions(file, 5, 5); len(offered) != 0 {
			t.Errorf("offered are %+v", offered)
		}
		if says := e.Hover(file, 6); strings.ContainsAny(says, "*`") {
			t.Errorf("hover says %q", says)
		}
	})
}

type failing struct{ blocked chan struct{} }

func (f failing) Decide(ctx context.Context, _ policy.Query) (policy.Decision, error) {
	if f.blocked != nil {
		<-ctx.Done()
		return policy.Decision{}, ctx.Err()
	}
	return policy.Decision{}, errors.New("the policy does not compile")
}

// When policy cannot be asked, the answer is the strictest.
func TestPolicyFails(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Decider = failing{}
		e := lsptest.Start(t, cfg, lsptest.Options{})
		e.Open(file, "dotenv", "A="+key(t, "aws"))
		synctest.Wait()
		got := e.Diagnostics(file)
		if len(got) != 1 || got[0].Severity != protocol.DiagnosticSeverityError || !strings.Contains(string(got[0].Message.(protocol.String)), "stops AI requests") {
			t.Errorf("diagnostics are %+v", got)
		}
		if says := e.Hover(file, 5); !strings.Contains(says, "policy cannot be asked: the policy does not compile") {
			t.Errorf("hover says %q", says)
		}
	})
}

func TestCancel(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		cfg := config()
		cfg.Decider = failing{blocked: make(chan struct{})}
		e := lsptest.Start(t, cfg, lsptest.Options{Pull: true})
		e.Open(file, "dotenv", "A="+key(t, "aws"))
		for _, method := range []string{"textDocument/hover", "textDocument/codeAction", "textDocument/diagnostic"} {
			id, wait := e.Go(method, json.RawMessage(`{"textDocument":{"uri":"`+file+`"},"position":{"line":0,"character":5},
				"range":{"start":{"line":0,"character":5},"end":{"line":0,"character":5}},"context":{"diagnostics":[]}}`))
			synctest.Wait()
			e.Notify("$/cancelRequest", map[string]any{"id": id})
			_, err := wait()
			if f, ok := errors.AsType[*lsptest.Failure](err); !ok || f.Code != -32800 {
				t.Errorf("%s: cancelled, it answers %v", method, err)
			}
		}
	})
}
