package scan

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestRevokedIsFound: what the organisation revoked is reported whatever a comment, an entry, a baseline or a low confidence
// says of it; what stands beside it is not.
func TestRevokedIsFound(t *testing.T) {
	revoked, other := strings.Join([]string{"AK", "IAQ3EGRZ5TPLW7MNX2"}, ""), strings.Join([]string{"AK", "IAR4FHSZ6UQMX8NOY3"}, "")
	salt := []byte("sixteen or more of them")
	settings := policy.Settings{
		Allow:       []policy.AllowEntry{{Path: "?entry.env"}},
		Revocations: policy.Revocations{Salt: salt, Prints: map[string]bool{detect.Fingerprint(detect.Organisation, salt, []byte(revoked)): true}},
	}
	dir := t.TempDir()
	t.Chdir(dir)
	for name, line := range map[string]string{"comment.env": "K=% # scrubjay:allow", "entry.env": "K=%", "known.env": "K=%"} {
		for i, value := range []string{revoked, other} {
			if err := os.WriteFile(filepath.Join(dir, string(rune('a'+i))+name), []byte(strings.ReplaceAll(line, "%", value)+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	scan := func(change func(*Options)) string {
		t.Helper()
		var out bytes.Buffer
		o := Options{Format: "text", Confidence: "medium", Key: make([]byte, 32), Settings: func(string) (policy.Settings, error) { return settings, nil }, Out: &out, Err: &bytes.Buffer{}}
		change(&o)
		if err := Run(t.Context(), []string{"."}, o); err != nil && !errors.Is(err, ErrFound) {
			t.Fatal(err)
		}
		return out.String()
	}
	baseline := filepath.Join(t.TempDir(), "known.json")
	scan(func(o *Options) { o.WriteBaseline = baseline })
	got := scan(func(o *Options) { o.Baseline = baseline })
	for _, name := range []string{"acomment.env", "aentry.env", "aknown.env"} {
		if !strings.Contains(got, name+":1:3:") {
			t.Errorf("%s is left out", name)
		}
	}
	if strings.Count(got, "revoked by your organisation") != 3 || strings.Count(got, "\n") != 3 {
		t.Errorf("it says\n%s", got)
	}
}
