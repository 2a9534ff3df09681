package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var (
	block  = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```$")
	within = regexp.MustCompile("`([^`\n]+)`")
	// invoked is a call of the program, up to where a shell, a quote or a column of explanation ends it.
	invoked = regexp.MustCompile(`(?:^|[\s"(])scrubjay ((?:[^\s"|<>;&)#]+ ?)+)`)
)

// invocations are the calls of the program that a page has in its code.
func invocations(page string) (all []string) {
	var codes []string
	for _, m := range block.FindAllStringSubmatch(page, -1) {
		codes = append(codes, strings.Split(m[1], "\n")...)
	}
	for _, m := range within.FindAllStringSubmatch(block.ReplaceAllString(page, ""), -1) {
		codes = append(codes, m[1])
	}
	for _, code := range codes {
		for _, m := range invoked.FindAllStringSubmatch(code, -1) {
			all = append(all, strings.TrimSpace(m[1]))
		}
	}
	return all
}

// called is the command that words call, or what is wrong with them.
func called(root *cobra.Command, words []string) (c *cobra.Command, wrong string) {
	c = root
	for i, w := range words {
		switch {
		case w == "--":
			return c, ""
		case strings.HasPrefix(w, "--"):
			name, _, _ := strings.Cut(w[2:], "=")
			if c.Flags().Lookup(name) == nil && c.InheritedFlags().Lookup(name) == nil && name != "help" && name != "version" {
				return c, c.CommandPath() + " has no flag --" + name
			}
		case strings.HasPrefix(w, "-") && len(w) == 2:
			if c.Flags().ShorthandLookup(w[1:]) == nil {
				return c, c.CommandPath() + " has no flag " + w
			}
		case i == 0 || c.HasSubCommands():
			sub, _, err := c.Find([]string{w})
			if err != nil || sub == c {
				return c, c.CommandPath() + " has no command " + w
			}
			c = sub
		}
	}
	return c, ""
}

// TestPagesNameCommandsThatThereAre: a call of the program in a page has a command, and that the flags; and each command
// stands in a page.
func TestPagesNameCommandsThatThereAre(t *testing.T) {
	root := newRoot()
	root.InitDefaultCompletionCmd()
	var pages []string
	for _, pattern := range []string{"*.md", "docs/*.md", "clients/*/*.md", "clients/*/*/*.md"} {
		found, err := filepath.Glob("../../" + pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, and %d pages", pattern, err, len(found))
		}
		pages = append(pages, slices.DeleteFunc(found, func(name string) bool {
			return strings.Contains(name, "node_modules") || strings.HasSuffix(name, "words.md") // which has sentences torn apart
		})...)
	}
	told := map[*cobra.Command]bool{}
	calls := 0
	for _, name := range pages {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range invocations(string(text)) {
			calls++
			c, wrong := called(root, strings.Fields(call))
			if wrong != "" && filepath.Base(name) != "CHANGELOG.md" { // which also says what was
				t.Errorf("%s: scrubjay %s: %s", strings.TrimPrefix(name, "../../"), call, wrong)
			}
			for ; c != nil; c = c.Parent() {
				told[c] = true
			}
		}
	}
	if calls < 50 {
		t.Errorf("the pages call the program only %d times", calls)
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if !told[c] && !c.Hidden && c.Name() != "completion" {
			t.Errorf("no page says what %q is for: add it to docs/", c.CommandPath())
		}
		if c.Name() == "completion" {
			return
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}
