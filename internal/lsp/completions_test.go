package lsp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/completion"
	"github.com/scrubjay-dev/scrubjay/internal/lsp"
	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestCompletion: a model is asked once the person pauses; what they type into its answer asks nobody, a new key ends a
// question, and a file that policy keeps from the model is not shown to it.
func TestCompletion(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		value := key(t, "card")
		var asked []completion.Query
		answer, fail := "return a + b", error(nil)
		hold := make(chan struct{})
		close(hold)
		decider := &lsptest.Decider{}
		cfg := lsp.Config{
			Engine: config().Engine, Decider: decider, Program: "scrubjay", Version: "1", Daemon: lsptest.NewDaemon(),
			Settings: func() policy.Settings {
				return policy.Settings{Providers: map[string]policy.Provider{"house": {Format: "ollama", Kind: policy.Private}}, Completion: policy.Completion{Provider: "house", Model: "m"}}
			},
			Complete: func(ctx context.Context, listen string, q completion.Query) (string, error) {
				asked = append(asked, q)
				if listen != "127.0.0.1:7425" {
					t.Errorf("asked at %q", listen)
				}
				select {
				case <-hold:
					return answer, fail
				case <-ctx.Done():
					return "", ctx.Err()
				}
			},
		}
		e := lsptest.Start(t, cfg, lsptest.Options{Encoding: "utf-16", Rich: true}, value)
		synctest.Wait()
		u := "file:///a.go"
		e.Open(u, "go", "// 😀\nfunc f(a, b int) int {\n\t\n}\n")
		synctest.Wait()
		complete := func(after string) string {
			t.Helper()
			return e.Complete(u, strings.Index(e.Text(u), after)+len(after), true)
		}
		began := time.Now()
		if got := complete("{\n\t"); got != answer || len(asked) != 1 || time.Since(began) < 50*time.Millisecond {
			t.Fatalf("completed by %q after %d questions in %v", got, len(asked), time.Since(began))
		}
		if q := asked[0]; q.Prefix != "// 😀\nfunc f(a, b int) int {\n\t" || q.Suffix != "\n}\n" || q.Chat || q.File != "a.go" || q.Language != "go" || q.Format != "ollama" {
			t.Errorf("asked was %+v", q)
		}
		at := strings.Index(e.Text(u), "{\n\t") + 3
		e.Replace(u, at, at, "return ")
		if got := complete("return "); got != "a + b" || len(asked) != 1 {
			t.Errorf("typed into, it is %q after %d questions", got, len(asked))
		}
		e.Replace(u, at, at+len("return "), "x := ")
		if got := complete("x := "); got != answer || len(asked) != 2 {
			t.Errorf("typed past, it is %q after %d questions", got, len(asked))
		}
		// A question is dropped with the next key.
		hold = make(chan struct{})
		e.Replace(u, at, at, "y")
		if err := e.CancelCompletion(u, at+1); err == nil || !strings.Contains(err.Error(), "-32800") {
			t.Errorf("cancelled, the answer is %v", err)
		}
		close(hold)
		// Why there is none is said once.
		fail = errors.New("the model is not there")
		for _, typed := range []string{"z", "w"} {
			e.Replace(u, at, at, typed)
			if got := complete("{\n\t" + typed); got != "" {
				t.Errorf("without a model: %q", got)
			}
		}
		synctest.Wait()
		if told := e.Messages(); len(told) != 1 || !strings.Contains(told[0], "no completion: the model is not there") {
			t.Errorf("told was %q", told)
		}
		fail = nil
		// A file may be one long line, or end without one: what is around the cursor is cut there.
		long := strings.Repeat("é=1;", 5000)
		e.Open("file:///min.js", "javascript", long)
		synctest.Wait()
		for _, at := range []int{0, 10_000 * 5 / 4, len(long)} {
			if got := e.Complete("file:///min.js", at, false); got != answer {
				t.Errorf("at %d of one line: %q", at, got)
			}
			if q := asked[len(asked)-1]; len(q.Prefix) > 6<<10+4 || len(q.Suffix) > 2<<10+4 || q.Prefix+q.Suffix == "" {
				t.Errorf("at %d of one line asked was with %d and %d bytes", at, len(q.Prefix), len(q.Suffix))
			}
		}
		// What policy keeps from the model stops it near the cursor.
		if err := decider.Rule("pci", "forbid", "error"); err != nil {
			t.Fatal(err)
		}
		n := len(asked)
		e.Open("file:///b.txt", "plaintext", "card "+value+"\nand ")
		synctest.Wait()
		if got := e.Complete("file:///b.txt", len("card "+value+"\nand "), false); got != "" || len(asked) != n {
			t.Errorf("beside what is forbidden: %q after %d more questions", got, len(asked)-n)
		}
		e.HangUp()
	})
}
