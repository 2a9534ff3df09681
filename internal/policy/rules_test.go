package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
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
		return EngineFor(Settings{Rules: RuleSettings{Files: files}})
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

// TestRulesExtendFiles: what a file extends is held to the same limits as the file, since a repository can name it.
func TestRulesExtendFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("base.toml", "[[rules]]\nid = 'acme'\nregex = 'acme-[0-9]{8}'\nkeywords = ['acme-']\n")
	large := write("large.toml", "")
	if err := os.Truncate(large, rulesLimit+1); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"base.toml": "", "none.toml": "none.toml", os.DevNull: "is no file", dir: "is no file", large: "larger than"} {
		file := write("extra.toml", "[extend]\npath = '"+path+"'\n")
		_, err := EngineFor(Settings{Rules: RuleSettings{Files: []string{file}}})
		if got := fmt.Sprint(err); (err == nil) != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %q", filepath.Base(path), got, want)
		}
	}
}
