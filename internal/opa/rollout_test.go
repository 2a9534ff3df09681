package opa

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

func rollout(cells, who string) map[string]string {
	files := verdicts(cells)
	files["settings.yaml"] = "rollout: " + who + "\n"
	return files
}

// TestTheFirstAreAFewOfAll: about as many as asked for, the same ones however often they are asked, others for the next bundle.
func TestTheFirstAreAFewOfAll(t *testing.T) {
	const machines = 5000
	first := map[int64]int{}
	both := 0
	for i := range machines {
		name := fmt.Sprintf("laptop-%d", i)
		for seq := int64(1); seq <= 2; seq++ {
			if place(name, seq) < 20 {
				first[seq]++
			}
		}
		if place(name, 1) < 20 && place(name, 2) < 20 {
			both++
		}
	}
	for seq, n := range first {
		if n < machines*18/100 || n > machines*22/100 {
			t.Errorf("%d of %d machines are the first 20 %% for sequence %d", n, machines, seq)
		}
	}
	if both > machines*6/100 {
		t.Errorf("%d of %d are the first both times", both, machines)
	}
}

// TestAMachineThatIsNotAmongTheFirst keeps what it has, without calling it a refusal, until its turn comes.
func TestAMachineThatIsNotAmongTheFirst(t *testing.T) {
	s := newSite(t)
	m := newMachine(t, s, t.TempDir())
	// Without a policy any is better than none.
	s.put(t, signed(t, rollout("{pii: {public: forbid}}", "{groups: [pilots]}"), 1, today.Add(hour)))
	poll := func(what string, want policy.Verdict, waits string) {
		t.Helper()
		if err := m.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := m.pii(t); got != want || (m.Waiting() == "") != (waits == "") || !strings.Contains(m.Waiting(), waits) {
			t.Errorf("%s: %s is in force, waits: %q", what, got, m.Waiting())
		}
	}
	poll("the first bundle", policy.Forbid, "")
	out := int64(2) // a sequence number for which this machine, which has no name, is not among the first
	for place("", out) < 20 {
		out++
	}
	s.put(t, signed(t, rollout("{pii: {public: allow}}", "{percent: 20, groups: [pilots]}"), out, today.Add(2*hour)))
	for range 3 {
		poll("others first", policy.Forbid, "this machine is not among the first 20 %")
	}
	if len(m.refused) != 0 || len(m.swapped) != 1 {
		t.Errorf("refused %q, in force were %q", m.refused, m.swapped)
	}
	// The managed file makes it a pilot: the server need not have anything new.
	o := acme("")
	m.Reload(&policy.Layers{Managed: &policy.Settings{Groups: []string{"pilots"}}, User: &policy.Settings{Organisation: &o}})
	poll("a pilot", policy.Allow, "")

	out++
	s.put(t, signed(t, rollout("{pii: {public: scrub}, pci: {public: forbid}}", "{groups: [testers]}"), out, today.Add(3*hour)))
	poll("testers first", policy.Allow, "not of the first groups: testers")
	m.now = today.Add(2 * hour) // what it has expires
	poll("its own has expired", policy.Scrub, "")
	if m.Status().Sequence != out {
		t.Errorf("sequence %d is in force", m.Status().Sequence)
	}
	out++
	files := rollout("{pii: {public: forbid}}", "{groups: [finance]}")
	files["scrubjay/org/data.yaml"] += "groups: {finance: ['']}\n" // this test's account has no name
	s.put(t, signed(t, files, out, today.Add(4*hour)))
	poll("a group of accounts", policy.Forbid, "")
	out++
	s.put(t, signed(t, rollout("{pii: {public: allow}}", "{percent: 100}"), out, today.Add(4*hour)))
	poll("everybody", policy.Allow, "")
}

// TestStatusSaysWhatIsInForce: since when, also after a restart, and who signed it.
func TestStatusSaysWhatIsInForce(t *testing.T) {
	s := newSite(t)
	state := t.TempDir()
	m := newMachine(t, s, state)
	if st := m.Status(); st.Sequence != 0 || !st.Since.IsZero() || st.Keys != nil {
		t.Errorf("nothing yet: %+v", st)
	}
	s.put(t, signed(t, verdicts("{}"), 3, today.Add(hour)))
	if err := m.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := m.Status(); st.Sequence != 3 || !st.Since.Equal(today) || len(st.Keys) != 1 || st.Keys[0] != acmeKeyID(t) || !st.Expires.Equal(today.Add(hour)) {
		t.Errorf("%+v", st)
	}
	kept := today.Add(-hour)
	if err := os.Chtimes(filepath.Join(state, "policy", "bundle.tar.gz"), kept, kept); err != nil {
		t.Fatal(err)
	}
	again := newMachine(t, s, state)
	if err := again.Load(); err != nil {
		t.Fatal(err)
	}
	if st := again.Status(); !st.Since.Truncate(time.Second).Equal(kept) || st.Keys[0] != acmeKeyID(t) {
		t.Errorf("after a restart: %+v", st)
	}
}
