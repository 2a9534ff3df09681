package scrubjay_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"go.yaml.in/yaml/v3"
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

// TestEveryAssistantHasItsRow: the page has a row for each assistant that setup knows, and for no other.
func TestEveryAssistantHasItsRow(t *testing.T) {
	var known, said []string
	for _, a := range assistants.All {
		known = append(known, a.Name)
	}
	for _, row := range rows(section(t, "docs/assistants.md", "## What setup does")) {
		said = append(said, code(row[0])...)
	}
	if missing, other := lacks(said, known), lacks(known, said); len(missing)+len(other) > 0 {
		t.Errorf("docs/assistants.md, What setup does: add a row for each of %q of internal/assistants/assistants.go, and remove those of %q", missing, other)
	}
}

// pages are all that a person reads of the repository.
func pages(t *testing.T) (names []string) {
	t.Helper()
	for _, name := range repositoryFiles(t) {
		if filepath.Ext(name) == ".md" && name != "CHANGELOG.md" { // which also says what was
			names = append(names, name)
		}
	}
	if len(names) < 10 {
		t.Fatalf("only %q are pages", names)
	}
	return names
}

// isSetting tells whether a path of keys, as providers.acme.limits, leads to a setting of a type.
func isSetting(typ reflect.Type, path []string) bool {
	if len(path) == 0 {
		return true
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return isSetting(typ.Elem(), path)
	case reflect.Map:
		return isSetting(typ.Elem(), path[1:])
	case reflect.Struct:
		for field := range typ.Fields() {
			if key, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); key == path[0] {
				return isSetting(field.Type, path[1:])
			}
		}
	}
	return false
}

var (
	settings    = reflect.TypeFor[policy.Settings]()
	yamlBlock   = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")
	settingPath = regexp.MustCompile(`^[a-z_]+(\.[A-Za-z_]+)+$`)
	fileName    = regexp.MustCompile(`\.(go|md|toml|yaml|json|bin|rego)$`)
	// inline is a setting with its value within a sentence.
	inline = regexp.MustCompile(`^[a-z_]+: `)
)

// TestEverySettingIsTold: each setting has its row in docs/policy.md, and a setting that a page speaks of is one.
func TestEverySettingIsTold(t *testing.T) {
	told := map[string]bool{}
	for _, row := range rows(section(t, "docs/policy.md", "## Settings")) {
		for _, name := range code(row[0]) {
			path := strings.Split(name, ".")
			told[path[0]] = true
			if !isSetting(settings, path) {
				t.Errorf("docs/policy.md, Settings, has a row for %s, which is no setting of internal/policy/settings.go", name)
			}
		}
	}
	for field := range settings.Fields() {
		if key, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); key != "-" && !told[key] {
			t.Errorf("docs/policy.md, Settings, has no row for %s of internal/policy/settings.go", key)
		}
	}
	checked := 0
	for _, name := range pages(t) {
		text := page(t, name)
		var values []string
		for _, m := range yamlBlock.FindAllStringSubmatch(text, -1) {
			values = append(values, m[1])
		}
		for _, c := range code(text) {
			switch {
			case inline.MatchString(c):
				values = append(values, c)
			case settingPath.MatchString(c) && !fileName.MatchString(c):
				path := strings.Split(c, ".")
				if isSetting(settings, path[:1]) && !isSetting(settings, path) {
					t.Errorf("%s speaks of %s, which is no setting", name, c)
				}
			}
		}
		for _, value := range values {
			var top map[string]yaml.Node
			if yaml.Unmarshal([]byte(value), &top) != nil {
				continue // no settings: a line of prose, or another program's file
			}
			ours := false
			for key := range top {
				ours = ours || isSetting(settings, []string{key})
			}
			// A bundle's data has verdicts, too, of a shape of its own.
			if !ours || strings.Contains(value, "data.yaml") {
				continue
			}
			checked++
			d := yaml.NewDecoder(strings.NewReader(value))
			d.KnownFields(true)
			if err := d.Decode(&policy.Settings{}); err != nil {
				t.Errorf("%s has settings that nobody could have: %v\n%s", name, err, value)
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d examples of settings were found in the pages", checked)
	}
}

// TestGenerateRunsEveryUpdate: what a test can write anew, make generate writes.
func TestGenerateRunsEveryUpdate(t *testing.T) {
	_, recipe, _ := strings.Cut(page(t, "Makefile"), "\ngenerate:")
	recipe, _, _ = strings.Cut(recipe, "\n\n")
	found := 0
	for _, name := range repositoryFiles(t) {
		if !strings.HasSuffix(name, "_test.go") || !strings.Contains(page(t, name), "flag.Bool("+`"update"`) {
			continue
		}
		found++
		dir := "./" + filepath.ToSlash(filepath.Dir(name))
		if dir == "./." {
			dir = "."
		}
		if !strings.Contains(recipe, "go test "+dir+" ") {
			t.Errorf("%s has -update, and make generate does not run it: add go test %s to the Makefile", name, dir)
		}
	}
	if found != strings.Count(recipe, "go test ") {
		t.Errorf("make generate runs %d tests, and %d packages have -update: see the Makefile", strings.Count(recipe, "go test "), found)
	}
}

// testLine is a call of go test in a page, with the directory that it is made in.
var testLine = regexp.MustCompile("(?:cd (\\S+) && )?go test ([^\n`]+)")

// TestPagesNameTestsThatThereAre: a go test line in a page names a package that there is, and tests that it has.
func TestPagesNameTestsThatThereAre(t *testing.T) {
	found := 0
	for _, name := range pages(t) {
		for _, m := range testLine.FindAllStringSubmatch(page(t, name), -1) {
			dir, pattern := m[1], ""
			words := strings.Fields(m[2])
			for i, w := range words {
				switch {
				case dir == "" && (w == "." || strings.HasPrefix(w, "./") && w != "./..."):
					dir = w
				case w == "-run" && i+1 < len(words):
					pattern = strings.Trim(words[i+1], "'")
				}
			}
			if dir == "" || pattern == "" || pattern == "^$" || pattern == "xxx" { // the last two are of benchmarks
				continue
			}
			found++
			files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
			if err != nil || len(files) == 0 {
				t.Errorf("%s: go test %s: there are no tests in %s", name, m[2], dir)
				continue
			}
			var all strings.Builder
			for _, file := range files {
				all.WriteString(page(t, file))
			}
			for one := range strings.SplitSeq(pattern, "|") {
				one, _, _ = strings.Cut(strings.Trim(one, "^$"), "/")
				one = strings.TrimPrefix(strings.TrimSuffix(one, "$"), "Test")
				if !regexp.MustCompile(`(?m)^func Test\w*` + one + `\w*\(`).MatchString(all.String()) {
					t.Errorf("%s: go test %s: %s has no test of the name %s", name, m[2], dir, one)
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d lines of go test were found in the pages", found)
	}
}

// TestTheExtensionHasTheProgramsSettings: what VS Code offers beside its own two settings is in the program's schema, field by
// field, and each has its row in the extension's page.
func TestTheExtensionHasTheProgramsSettings(t *testing.T) {
	var manifest struct {
		Contributes struct {
			Configuration struct {
				Properties map[string]struct {
					Items struct{ Properties map[string]any }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(page(t, "clients/vscode/package.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	told := code(section(t, "clients/vscode/README.md", "## Settings"))
	offered := manifest.Contributes.Configuration.Properties
	if len(offered) < 3 {
		t.Fatalf("clients/vscode/package.json offers only %d settings", len(offered))
	}
	for name, setting := range offered {
		if !slices.Contains(told, name) {
			t.Errorf("clients/vscode/README.md, Settings, has no row for %s of clients/vscode/package.json", name)
		}
		path := strings.Split(strings.TrimPrefix(name, "scrubjay."), ".")
		if slices.Contains([]string{"server", "trace", "redactOnPaste", "redactOnSave", "models", "mcpServers"}, path[0]) { // the extension's own
			continue
		}
		if !isSetting(settings, path) {
			t.Errorf("clients/vscode/package.json offers %s, which is no setting of internal/policy/settings.go", name)
		}
		var fields []string
		for field := range setting.Items.Properties {
			fields = append(fields, field)
		}
		if name != "scrubjay.allow" {
			continue
		}
		var known []string
		for field := range reflect.TypeFor[policy.AllowEntry]().Fields() {
			key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			known = append(known, key)
		}
		if missing, other := lacks(fields, known), lacks(known, fields); len(missing)+len(other) > 0 {
			t.Errorf("clients/vscode/package.json, scrubjay.allow: add %q of internal/policy/settings.go, and remove %q", missing, other)
		}
	}
	for _, name := range told {
		if _, ok := offered[name]; !ok && strings.HasPrefix(name, "scrubjay.") {
			t.Errorf("clients/vscode/README.md, Settings, has a row for %s, which clients/vscode/package.json does not offer", name)
		}
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	noWord  = regexp.MustCompile(`[^\p{L}\p{N}_\s-]`)
)

// TestLinksLeadSomewhere: a link of a page to another, or to a heading, leads there.
func TestLinksLeadSomewhere(t *testing.T) {
	found := 0
	for _, name := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(page(t, name), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			found++
			file, anchor, _ := strings.Cut(m[1], "#")
			target := name
			if file != "" {
				target = filepath.Join(filepath.Dir(name), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
				continue
			}
			there := anchor == ""
			if !there {
				for _, h := range heading.FindAllStringSubmatch(page(t, target), -1) {
					there = there || strings.ReplaceAll(noWord.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-") == anchor
				}
			}
			if !there {
				t.Errorf("%s links to %s, and there is no such heading", name, m[1])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d links were found", found)
	}
}

// TestArchitecturePageHasEveryRoom: a newcomer finds each room by a line that says what it does.
func TestArchitecturePageHasEveryRoom(t *testing.T) {
	page, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, floor := range floors {
		for _, room := range floor {
			if !strings.Contains(string(page), "\n| `"+room+"` | ") {
				t.Errorf("docs/architecture.md has no row for %s", room)
			}
		}
	}
}
