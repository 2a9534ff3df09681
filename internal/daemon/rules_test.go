package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestEngineForIndexes: an index is named beside files of rules, never takes a built-in rule's place, and what
// cannot be one is refused by its name.
func TestEngineForIndexes(t *testing.T) {
	dir := t.TempDir()
	index := func(id string) string {
		b, err := detect.NewIndexBuilder(detect.Index{ID: id, Class: detect.Internal, Severity: detect.Low, Warn: 2, Block: 5})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Term("kappa shaft"); err != nil {
			t.Fatal(err)
		}
		file, _, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, id+detect.IndexExtension)
		if err := os.WriteFile(name, file, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	with := func(files ...string) (*detect.Engine, error) {
		return EngineFor(policy.Settings{Rules: policy.RuleSettings{Files: files}})
	}
	e, err := with(index("acme"), index("iban"))
	if err != nil {
		t.Fatal(err)
	}
	if found := e.Find("", []byte("the Kappa_Shaft")); len(found) != 1 || found[0].Rule.ID != "acme" {
		t.Errorf("found %v", found)
	}
	if r := e.Rule("iban"); r == nil || r.Class != detect.Default().Rule("iban").Class {
		t.Error("an index has a built-in rule's place")
	}
	large := filepath.Join(dir, "large"+detect.IndexExtension)
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, detect.IndexLimit+1); err != nil { // a hole: it takes no room
		t.Fatal(err)
	}
	for name, want := range map[string]string{dir: "is no file", large: "larger than 1024 MiB", filepath.Join(dir, "none"): "none"} {
		if _, err := with(name); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", filepath.Base(name), err, want)
		}
	}
}
