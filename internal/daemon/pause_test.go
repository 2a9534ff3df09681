package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// TestPauseIsOver: a pause ends by the clock that nobody sets, and by the wall's if that says so first or runs backwards.
func TestPauseIsOver(t *testing.T) {
	began := time.Date(2027, 3, 1, 14, 22, 0, 0, time.UTC)
	until := began.Add(10 * time.Minute)
	for what, is := range map[string]struct {
		now     time.Time
		elapsed time.Duration
		over    bool
	}{
		"at once":                   {began, 0, false},
		"in it":                     {began.Add(9 * time.Minute), 9 * time.Minute, false},
		"its time is over":          {until, 10 * time.Minute, true},
		"the clock was set back":    {began.Add(time.Minute), 10 * time.Minute, true},
		"back before it began":      {began.Add(-time.Second), time.Minute, true},
		"the clock was set forward": {until.Add(time.Hour), time.Minute, true},
		"the machine slept":         {until, 2 * time.Minute, true},
	} {
		if got := over(began, until, is.now, is.elapsed, 10*time.Minute); got != is.over {
			t.Errorf("%s: over is %t", what, got)
		}
	}
}

// pauses are the ledger's records of them.
func (r *running) pauses() (all []string) {
	r.t.Helper()
	if err := audit.ShowOpen(r.state.Dir, func(a audit.Record) error {
		if a.Kind == "pause" {
			by, _, _ := strings.Cut(strings.Join(a.Authorisations, ""), " until ")
			all = append(all, strings.TrimSpace(fmt.Sprint(a.Note, " ", by, strings.Join(a.Reasons, ""))))
		}
		return nil
	}); err != nil {
		r.t.Fatal(err)
	}
	return all
}

// TestPause: it is told in the greeting and as an event, ends when it is told to, by itself, and with the daemon; the ledger has who
// began and what ended it. Nobody can pause for longer than ten minutes.
func TestPause(t *testing.T) {
	r := start(t, "")
	events := make(chan control.Event, 64)
	attached := make(chan struct{})
	go r.client.Attend(t.Context(), func(e control.Event) {
		switch e.Kind {
		case control.Attached:
			close(attached)
		case "pause":
			events <- e
		}
	})
	<-attached
	for _, long := range []time.Duration{0, -1, control.LongestPause + 1} {
		if _, err := r.client.Pause(t.Context(), control.Pause{For: long, By: "test"}); err == nil || !strings.Contains(err.Error(), "10 minutes") {
			t.Errorf("for %s: %v", long, err)
		}
	}
	of, err := r.client.Pause(t.Context(), control.Pause{For: control.LongestPause, By: "a\n\x1btest"})
	if err != nil || of.By != "atest" {
		t.Fatalf("%+v, %v", of, err)
	}
	if h, err := r.client.Hello(t.Context()); err != nil || h.Paused == nil || !h.Paused.Until.Equal(of.Until) {
		t.Errorf("greets with %+v, %v", h.Paused, err)
	}
	if e := <-events; !strings.HasPrefix(e.Text, "nothing is scrubbed until ") {
		t.Errorf("told %q", e.Text)
	}
	for _, was := range []bool{true, false} {
		if out, err := r.client.Resume(t.Context(), control.Resume{By: "test"}); err != nil || out.WasPaused != was {
			t.Errorf("resumed: %+v, %v", out, err)
		}
	}
	if e := <-events; e.Text != "scrubbing goes on: test ended it" {
		t.Errorf("told %q", e.Text)
	}
	if _, err := r.client.Pause(t.Context(), control.Pause{For: time.Millisecond, By: "test"}); err != nil {
		t.Fatal(err)
	}
	<-events
	if e := <-events; e.Text != "scrubbing goes on: its time was over" {
		t.Errorf("told %q", e.Text)
	}
	if _, err := r.client.Pause(t.Context(), control.Pause{For: time.Minute, By: ""}); err != nil {
		t.Fatal(err)
	}
	r.stop()
	r = startIn(t, r.state, "")
	if r.hello.Paused != nil {
		t.Error("the next daemon is paused")
	}
	want := []string{"begun paused by atest", "ended test ended it", "begun paused by test", "ended its time was over", "begun paused by a program without a name", "ended the daemon ended"}
	if got := r.pauses(); !slices.Equal(got, want) {
		t.Errorf("on record\n%q, not\n%q", got, want)
	}
}

// TestPauseIsRefused: below an organisation nobody pauses that it does not let, and one that is named in a pause ends it.
func TestPauseIsRefused(t *testing.T) {
	r := start(t, "")
	if _, err := r.client.Pause(t.Context(), control.Pause{For: time.Minute, By: "test"}); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(r.state.Dir, "config.yaml")
	named := "organisation:\n  url: http://127.0.0.1:1/acme.tar.gz\n  scope: acme\n  keys:\n    - |\n      " +
		strings.ReplaceAll(strings.TrimSpace(string(newSigner(t).public)), "\n", "\n      ") + "\n"
	later := time.Now().Add(time.Hour)
	for deadline := time.Now().Add(20 * time.Second); ; {
		if err := os.WriteFile(config, []byte(named), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(config, later, later); err != nil {
			t.Fatal(err)
		}
		h, err := r.client.Hello(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if h.Paused == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the pause goes on below an organisation that does not allow it")
		}
	}
	if _, err := r.client.Pause(t.Context(), control.Pause{For: time.Minute, By: "test"}); err == nil || !strings.Contains(err.Error(), "delegate: [pause]") {
		t.Errorf("refused with %v", err)
	}
	r.stop()
	if got := r.pauses(); len(got) != 2 || got[1] != "ended policy does not allow it any more" {
		t.Errorf("on record: %q", got)
	}
}
