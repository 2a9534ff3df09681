package daemon

import (
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// TestMarksAreRecorded: by rule, class and fingerprint, without the value.
func TestMarksAreRecorded(t *testing.T) {
	r := start(t, "")
	value := control.Value{Rule: "generic-secret", Class: "credential", Bytes: []byte("not a secret at all")}
	if err := r.client.Marked(t.Context(), control.Marked{Path: "/a.py", Values: []control.Value{value, value}}); err != nil {
		t.Fatal(err)
	}
	r.stop()
	var got []audit.Record
	if err := audit.Show(r.state.Dir, func(r audit.Record) error {
		if r.Kind == "mark" {
			got = append(got, r)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Rules["generic-secret"] != 2 || got[0].Classes["credential"] != 2 || len(got[0].Fingerprints) != 1 || !strings.HasPrefix(got[0].Fingerprints[0], "i:") || got[0].Path != "/a.py" {
		t.Errorf("recorded are %+v", got)
	}
}
