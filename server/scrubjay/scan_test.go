package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// scanEnvironment gives the scripts a git without anybody's settings.
func scanEnvironment(e *testscript.Env) error {
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_SYSTEM": os.DevNull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
		"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "GIT_ADVICE": "0",
	} {
		e.Setenv(name, value)
	}
	program, err := exec.LookPath("scrubjay") // testscript has put it on PATH
	if err != nil {
		program = e.WorkDir
	}
	e.Setenv("SCRUBJAYDIR", filepath.Dir(program))
	return nil
}

// scanAppend FILE LINE adds a line.
func scanAppend(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	ts.Check(err)
	_, err = f.WriteString(args[1] + "\n")
	ts.Check(err)
	ts.Check(f.Close())
}

// scanEvilName DIR makes a file there whose name colours a terminal red.
func scanEvilName(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.MkdirAll(ts.MkAbs(args[0]), 0o700))
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), "\x1b[31mred.env"), []byte("A="+ts.Getenv("KEY")), 0o600))
}

// scanInCommit JSONL PATH FILE fails unless every finding of the path came in with the commit that the file names.
func scanInCommit(ts *testscript.TestScript, _ bool, args []string) {
	want, seen := strings.TrimSpace(ts.ReadFile(args[2])), 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var f struct{ Path, Commit string }
		ts.Check(json.Unmarshal([]byte(line), &f))
		if f.Path != args[1] {
			continue
		}
		if seen++; f.Commit != want {
			ts.Fatalf("%s came in with %s, want %s", f.Path, f.Commit, want)
		}
	}
	if seen == 0 {
		ts.Fatalf("no finding in %s", args[1])
	}
}

// scanRemoveBlob REPOSITORY PATH takes the contents away that a path had, as a broken disk does.
func scanRemoveBlob(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	out, err := exec.Command("git", "-C", dir, "rev-list", "--objects", "--all", "--", args[1]).Output()
	ts.Check(err)
	removed := 0
	for line := range strings.Lines(string(out)) {
		if id, path, _ := strings.Cut(strings.TrimSpace(line), " "); path == args[1] {
			ts.Check(os.Remove(filepath.Join(dir, ".git", "objects", id[:2], id[2:])))
			removed++
		}
	}
	if removed == 0 {
		ts.Fatalf("%s has no content", args[1])
	}
}

var sarifSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	return jsonschema.NewCompiler().Compile("../../testdata/sarif/sarif-schema-2.1.0.json")
})

// scanSARIF FILE holds a report to the official schema.
func scanSARIF(ts *testscript.TestScript, _ bool, args []string) {
	schema, err := sarifSchema()
	ts.Check(err)
	report, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	if err := schema.Validate(report); err != nil {
		ts.Fatalf("%v", err)
	}
}

// TestSARIFSchemaRefuses: the schema that reports are held to is one that can be broken.
func TestSARIFSchemaRefuses(t *testing.T) {
	schema, err := sarifSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, report := range []string{`{}`, `{"version": "2.1.0", "runs": [{"results": []}]}`, `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "secret": 1}}}]}`} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(report))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(v) == nil {
			t.Errorf("%s is taken for SARIF", report)
		}
	}
}
