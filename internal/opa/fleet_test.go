package opa

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestFleetTakesReports: each is a line, the last of a machine counts, and what is no report is not kept.
func TestFleetTakesReports(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fleet.jsonl")
	f, err := OpenFleet(file)
	if err != nil {
		t.Fatal(err)
	}
	f.Now = func() time.Time { return today }
	server := httptest.NewServer(f)
	defer server.Close()
	report := func(machine, revision string) FleetReport {
		return FleetReport{Machine: machine, Program: "v0.3.0", Revision: revision, Sequence: 7, Since: today, Health: "good"}
	}
	var all sync.WaitGroup
	for _, machine := range []string{"m1", "m2", "m3", "m4"} {
		all.Go(func() {
			for _, revision := range []string{"7-abc", "8-def"} {
				if err := report(machine, revision).Send(t.Context(), server.Client(), server.URL, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for body, want := range map[string]int{
		"{}":          http.StatusBadRequest,
		"revision: 8": http.StatusBadRequest,
		`{"machine":"m5","program":"1","revision":"\u001b[2J","health":"good"}`:                       http.StatusBadRequest,
		`{"machine":"` + strings.Repeat("m", 300) + `","program":"1","revision":"8","health":"good"}`: http.StatusBadRequest,
		`{"machine":"` + strings.Repeat("m", 5000) + `"}`:                                             http.StatusRequestEntityTooLarge,
	} {
		res, err := http.Post(server.URL, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%.40s: %s, not %d", body, res.Status, want)
		}
	}
	if err := report("", "8").Send(t.Context(), server.Client(), server.URL, ""); err == nil {
		t.Error("a report that was not taken counts as sent")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || bytes.Count(text, []byte("\n")) != 8 {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := os.WriteFile(file, append(text, `{"machine":"cut o`...), 0o600); err != nil {
		t.Fatal(err)
	}
	last, unread, err := ReadFleet(file)
	if err != nil || len(last) != 4 || unread != 1 || last["m1"].Revision != "8-def" || !last["m1"].Seen.Equal(today) {
		t.Errorf("%+v, %d unread, %v", last, unread, err)
	}
}

// TestFleetAsksForItsToken: who does not know it reports for nobody.
func TestFleetAsksForItsToken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fleet.jsonl")
	f, err := OpenFleet(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.Token = "known to machines"
	server := httptest.NewServer(f)
	defer server.Close()
	report := FleetReport{Machine: "m1", Program: "v0.3.0", Revision: "7-abc", Health: "good"}
	for token, taken := range map[string]bool{"": false, "known to machine": false, "known to machines": true} {
		if err := report.Send(t.Context(), server.Client(), server.URL, token); (err == nil) != taken {
			t.Errorf("with %q: %v", token, err)
		}
	}
	if last, _, err := ReadFleet(file); err != nil || len(last) != 1 {
		t.Errorf("%v, %v", last, err)
	}
}

// TestFleetIsBounded: of a long file only the last report of each machine stays, and no machines are made up without end.
func TestFleetIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fleet.jsonl")
	f, err := OpenFleet(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.most = 4 << 10
	server := httptest.NewServer(f)
	defer server.Close()
	report := func(machine string, sequence int64) error {
		return FleetReport{Machine: machine, Program: "v0.3.0", Revision: "7-abc", Sequence: sequence, Health: "good"}.Send(t.Context(), server.Client(), server.URL, "")
	}
	for i := range int64(200) {
		for _, machine := range []string{"m1", "m2"} {
			if err := report(machine, i); err != nil {
				t.Fatal(err)
			}
		}
	}
	last, unread, err := ReadFleet(file)
	st, serr := os.Stat(file)
	if err != nil || serr != nil || unread != 0 || last["m1"].Sequence != 199 || last["m2"].Sequence != 199 || st.Size() > f.most {
		t.Errorf("%+v, %d bytes, %v, %v", last, st.Size(), err, serr)
	}
	full := false
	for i := range 100 {
		if err := report(fmt.Sprint("made up ", i), 1); err != nil {
			full = strings.Contains(err.Error(), "507")
		}
	}
	if st, err := os.Stat(file); err != nil || !full || st.Size() > f.most {
		t.Errorf("of machines without end it is %d bytes, %v", st.Size(), err)
	}
}

// TestReportStandsInTheManagedFile: nobody else says where machines report, and never in clear over a network.
func TestReportStandsInTheManagedFile(t *testing.T) {
	key := "    - |\n      " + strings.ReplaceAll(strings.TrimSpace(string(acmeKey().public)), "\n", "\n      ") + "\n"
	for _, c := range []struct {
		layer        policy.Layer
		report, want string
	}{
		{policy.ManagedLayer, "https://policy.acme.example/fleet", ""},
		{policy.ManagedLayer, "http://127.0.0.1:8080/fleet", ""},
		{policy.ManagedLayer, "http://policy.acme.example/fleet", "settings.yaml:2: report is an https:// address"},
		{policy.ManagedLayer, "policy.acme.example", "settings.yaml:2: report is an https:// address"},
		{policy.UserLayer, "https://policy.acme.example/fleet", "settings.yaml:2: report stands in the managed file alone"},
	} {
		_, err := policy.ParseSettings("settings.yaml", []byte("organisation:\n  report: "+c.report+"\n  url: https://policy.acme.example/acme.tar.gz\n  scope: acme\n  keys:\n"+key), c.layer, nil)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s in %s: %v", c.report, c.layer, err)
		}
	}
}
