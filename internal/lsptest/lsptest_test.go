package lsptest

import (
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// TestTheStepsAreToldAbout: an archive is written from the package's comment, so every step has its line there.
func TestTheStepsAreToldAbout(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "lsptest.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	_, steps, _ := strings.Cut(f.Doc.Text(), "\nThe steps:\n")
	var told []string
	for line := range strings.Lines(steps) {
		if words := strings.Fields(line); strings.HasPrefix(line, "\t") {
			told = append(told, words[0])
		}
	}
	for verb := range verbs {
		if !slices.Contains(told, verb) {
			t.Errorf("the comment of package lsptest has no line for the step %s", verb)
		}
	}
	for _, verb := range told {
		if _, ok := verbs[verb]; !ok {
			t.Errorf("the comment of package lsptest has a line for %s, which is no step", verb)
		}
	}
}
