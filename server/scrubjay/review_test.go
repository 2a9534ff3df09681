package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestReviewFile: a second person sees and signs what was exported, and nothing else.
func TestReviewFile(t *testing.T) {
	dir := t.TempDir()
	private, public, err := policy.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	file, key := filepath.Join(dir, "a.review"), filepath.Join(dir, "ben.pem")
	r := control.Review{ID: "A", Provider: "openai", Model: "m", User: "jay", Machine: "roost", Second: true, Findings: []string{"aws-access-key (credential)"}, Body: []byte(`{"model":"m"}`)}
	text, err := json.Marshal(exported{Format: exportedFormat, Review: r, Digest: r.Digest()})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{file: text, key: private} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	do := func(args ...string) (string, error) {
		root := newRoot()
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetArgs(append([]string{"review"}, args...))
		err := root.ExecuteContext(t.Context())
		return out.String(), err
	}
	if out, err := do("show", file); err != nil || !strings.Contains(out, "jay on roost, to openai m\naws-access-key (credential)\n\n{\"model\":\"m\"}\n") {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := do("accept", file); err == nil || !strings.Contains(err.Error(), "is not signed") {
		t.Errorf("without a signature: %v", err)
	}
	if _, err := do("sign", file, "--key", key, "--for", "200h"); err == nil || !strings.Contains(err.Error(), "7 days") {
		t.Errorf("for too long: %v", err)
	}
	if out, err := do("sign", file, "--key", key, "--for", "1h"); err != nil || !strings.Contains(out, "aws-access-key (credential)") || !strings.Contains(out, "is signed until") {
		t.Errorf("%q, %v", out, err)
	}
	x, err := readExported(file)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := (policy.Settings{Reviewers: map[string]string{"ben": string(public)}}).Approved(x.Approval, time.Now()); err != nil || a.By != "ben" || a.Digest != r.Digest() {
		t.Errorf("%+v, %v", a, err)
	}
	// Who changes what is shown gets no signature on it.
	signed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(signed, []byte("credential"), []byte("an example"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"sign", file, "--key", key}, {"show", file}, {"accept", file}} {
		if _, err := do(args...); err == nil || !strings.Contains(err.Error(), "changed since it was exported") {
			t.Errorf("%v: %v", args, err)
		}
	}
}
