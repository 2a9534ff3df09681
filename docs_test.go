package scrubjay_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// page is a page of the repository, which has to be there.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section is what stands below a heading, to the next one of its level or above.
func section(t *testing.T, name, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(page(t, name), "\n"+heading+"\n")
	if !found {
		t.Fatalf("%s has no heading %q", name, heading)
	}
	text, _, _ = strings.Cut(text, "\n"+heading[:strings.IndexByte(heading, ' ')+1])
	return text
}

// rows are the cells of the tables in a text, without their heads.
func rows(text string) (all [][]string) {
	body := false
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case !strings.HasPrefix(line, "|"):
			body = false
		case strings.HasPrefix(line, "|--"):
			body = true
		case body:
			cells := strings.Split(strings.Trim(line, "|"), " | ")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			all = append(all, cells)
		}
	}
	return all
}

var inlineCode = regexp.MustCompile("`([^`\n]+)`")

// code is what a text has between backticks.
func code(text string) (all []string) {
	for _, m := range inlineCode.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// lacks are the elements of all that the others do not have.
func lacks(others, all []string) (missing []string) {
	for _, x := range all {
		if !slices.Contains(others, x) {
			missing = append(missing, x)
		}
	}
	return missing
}

// TestEveryFormatIsEverywhere: package wire says which formats there are. What cannot be made of its list has to name
// each of them, and no other.
func TestEveryFormatIsEverywhere(t *testing.T) {
	formats := wire.Formats()

	layers, err := policy.LoadSettings(policy.Paths{})
	if err != nil {
		t.Fatal(err)
	}
	providers := layers.Wire().Providers
	for _, name := range formats {
		if providers[name].Format != name {
			t.Errorf("no provider is called %s and speaks it: add one to builtinProviders in internal/policy/layers.go", name)
		}
	}
	for name, p := range providers {
		if !slices.Contains(formats, p.Format) {
			t.Errorf("the provider %s speaks %q, which internal/wire/wire.go does not list: see builtinProviders in internal/policy/layers.go", name, p.Format)
		}
	}

	for _, row := range rows(section(t, "docs/policy.md", "## Settings")) {
		if row[0] != "`providers`" {
			continue
		}
		said, _, _ := strings.Cut(strings.TrimPrefix(row[1], "`format` "), ";")
		if want := strings.Join(formats[:len(formats)-1], ", ") + " or " + formats[len(formats)-1]; said != want {
			t.Errorf("docs/policy.md, Settings, says of providers that format is %s: write %s", said, want)
		}
	}

	var spoken []string
	for _, row := range rows(section(t, "docs/assistants.md", "## What is spoken")) {
		spoken = append(spoken, code(row[0])...)
	}
	if missing, other := lacks(spoken, formats), lacks(formats, spoken); len(missing)+len(other) > 0 {
		t.Errorf("docs/assistants.md, What is spoken: add a row for each of %q, and remove those of %q", missing, other)
	}

	readme := strings.ToLower(section(t, "README.md", "## Your assistant"))
	for _, name := range formats {
		if !strings.Contains(readme, name) {
			t.Errorf("README.md, Your assistant, does not say that the proxy speaks %s", name)
		}
	}
}
