//go:build unix

package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/gofrs/flock"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// TestMain lets this program be the daemon that an Attached starts: serve --for-editor --state DIR.
func TestMain(m *testing.M) {
	if len(os.Args) > 4 && os.Args[1] == "serve" {
		os.Exit(serveForTest(os.Args[4]))
	}
	os.Exit(m.Run())
}

func serveForTest(dir string) int {
	state, err := installation.OpenState(dir)
	if err != nil || os.Getenv("SCRUBJAY_TEST_BROKEN") != "" {
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err = Run(ctx, Options{State: state, Config: filepath.Join(dir, "config.yaml"), Listen: "127.0.0.1:0", ForEditor: true, Version: "test", Log: zap.NewNop()})
	if errors.Is(err, installation.ErrRunning) {
		if told, err := net.Dial("unix", filepath.Join(dir, "refused")); err == nil {
			_ = told.Close()
		}
	}
	return 0
}

// attachedTo is a new state's, whose daemon is ended with the test.
func attachedTo(t *testing.T) *Attached {
	t.Helper()
	state, err := installation.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(state.Dir, "config.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := Attach(state, filepath.Join(state.Dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(t, a, syscall.SIGTERM) })
	return a
}

// end ends the daemon that answers, and returns when its lock is free.
func end(t *testing.T, a *Attached, how syscall.Signal) {
	t.Helper()
	h, err := a.Client.Hello(context.WithoutCancel(t.Context()))
	if err != nil {
		return
	}
	if err := syscall.Kill(h.PID, how); err != nil {
		t.Error(err)
	}
	lock := flock.New(a.state.Path("daemon.lock"))
	if err := lock.Lock(); err != nil {
		t.Error(err)
	}
	_ = lock.Unlock()
}

var oneValue = control.Issue{Path: "a.env", Values: []control.Value{{Type: "SECRET", Rule: "generic-secret", Class: "credential", Bytes: []byte("a value of the person")}}}

// The first thing that is asked of a daemon may be to keep a value, and the next after it died to give it back.
func TestIssueAndRevealStartTheDaemon(t *testing.T) {
	a := attachedTo(t)
	issued, err := a.Issue(t.Context(), oneValue)
	if err != nil || len(issued.Placeholders) != 1 {
		t.Fatalf("issued %v, %v", issued, err)
	}
	for _, how := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		end(t, a, how)
		got, err := a.Reveal(t.Context(), control.Reveal{Path: "a.env", Placeholders: issued.Placeholders})
		if err != nil || string(got.Values[issued.Placeholders[0]]) != "a value of the person" {
			t.Fatalf("after %v: %d values, %v", how, len(got.Values), err)
		}
		end(t, a, how)
		again, err := a.Issue(t.Context(), oneValue)
		if err != nil || again.Placeholders[0] != issued.Placeholders[0] {
			t.Fatalf("after %v: issued %v, %v", how, again, err)
		}
	}
}

// A daemon that is about to end holds its lock for a while, and answers nobody.
func TestTheDyingDaemonHoldsItsLock(t *testing.T) {
	a := attachedTo(t)
	refused, err := net.Listen("unix", a.state.Path("refused"))
	if err != nil {
		t.Fatal(err)
	}
	defer refused.Close()
	dying := flock.New(a.state.Path("daemon.lock"))
	if ok, err := dying.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	go func() {
		if _, err := refused.Accept(); err == nil {
			_ = dying.Unlock()
		}
	}()
	if issued, err := a.Issue(t.Context(), oneValue); err != nil || len(issued.Placeholders) != 1 {
		t.Fatalf("issued %v, %v", issued, err)
	}
}

// A daemon that cannot live is one plain sentence, and no waiting for the editor's patience.
func TestTheDaemonCannotLive(t *testing.T) {
	a := attachedTo(t)
	t.Setenv("SCRUBJAY_TEST_BROKEN", "yes")
	if _, err := a.Issue(t.Context(), oneValue); err == nil || !strings.HasPrefix(err.Error(), "the daemon was started and ended at once: ") {
		t.Error(err)
	}
}
