package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// gitleaksFile is a gitleaks.toml, in the order in which it is written out again. What has no effect here is read,
// told and left out.
type gitleaksFile struct {
	Allowlists []gitleaksAllow `toml:"allowlists,omitempty"`
	Rules      []gitleaksRule  `toml:"rules,omitempty"`

	Title       string         `toml:"title,omitempty"`
	Description string         `toml:"description,omitempty"`
	MinVersion  string         `toml:"minVersion,omitempty"`
	Extend      gitleaksExtend `toml:"extend,omitempty"`
	Allowlist   *gitleaksAllow `toml:"allowlist,omitempty"`
}

type gitleaksExtend struct {
	Path          string   `toml:"path,omitempty"`
	URL           string   `toml:"url,omitempty"`
	UseDefault    bool     `toml:"useDefault,omitempty"`
	DisabledRules []string `toml:"disabledRules,omitempty"`
}

type gitleaksRule struct {
	ID          string          `toml:"id"`
	Description string          `toml:"description,omitempty"`
	Regex       string          `toml:"regex,omitempty"`
	Path        string          `toml:"path,omitempty"`
	SecretGroup int             `toml:"secretGroup,omitempty"`
	Entropy     float64         `toml:"entropy,omitempty"`
	Keywords    []string        `toml:"keywords,omitempty"`
	Tags        []string        `toml:"tags,omitempty"`
	SkipReport  bool            `toml:"skipReport,omitempty"`
	Required    []any           `toml:"required,omitempty"`
	Allowlist   *gitleaksAllow  `toml:"allowlist,omitempty"`
	Allowlists  []gitleaksAllow `toml:"allowlists,omitempty"`
}

type gitleaksAllow struct {
	Description string   `toml:"description,omitempty"`
	Condition   string   `toml:"condition,omitempty"`
	TargetRules []string `toml:"targetRules,omitempty"`
	Paths       []string `toml:"paths,omitempty"`
	RegexTarget string   `toml:"regexTarget,omitempty"`
	Regexes     []string `toml:"regexes,omitempty"`
	StopWords   []string `toml:"stopwords,omitempty"`
	Commits     []string `toml:"commits,omitempty"`
}

// maxExtends is how many files may extend each other; gitleaks itself follows two.
const maxExtends = 8

func rulesImportCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "import GITLEAKS.toml", Short: "Make a rule file of a gitleaks configuration", Args: cobra.ExactArgs(1),
		Long: `Import reads a gitleaks.toml, with the files that it extends, and writes a rule file for rules.files: the rules that
Scrubjay does not have itself. It says what was taken and what has no effect here. A key that gitleaks does not
know either is an error.`,
		Example: "  scrubjay rules import gitleaks.toml -o rules.toml",
		RunE: func(c *cobra.Command, args []string) error {
			if same(args[0], out) {
				return fmt.Errorf("%s would be written over itself: choose another name for -o", out)
			}
			i := &importing{told: c.ErrOrStderr()}
			f, err := i.read(args[0], 0)
			if err != nil {
				return err
			}
			text, err := i.convert(f, filepath.Base(args[0]))
			if err != nil {
				return err
			}
			if out == "" {
				_, err = c.OutOrStdout().Write(text)
				return err
			}
			return rename.Replace(out, text)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "write to this `FILE` instead of standard output")
	return c
}

func same(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

// importing is one import, and what it has to say.
type importing struct{ told io.Writer }

func (i *importing) say(format string, args ...any) {
	fmt.Fprintf(i.told, "scrubjay: "+format+"\n", args...)
}

// read reads a file and what it extends. As in gitleaks, a rule of the file goes before one of the same id that
// it extends, and what it leaves out it has from there.
func (i *importing) read(name string, depth int) (*gitleaksFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &gitleaksFile{}
	if err := detect.DecodeTOML(name, text, f, "is none of gitleaks': correct it or take it out"); err != nil {
		return nil, err
	}
	if f.Allowlist != nil {
		f.Allowlists, f.Allowlist = append(f.Allowlists, *f.Allowlist), nil
	}
	for n := range f.Rules {
		r := &f.Rules[n]
		if r.Allowlist != nil {
			r.Allowlists, r.Allowlist = append(r.Allowlists, *r.Allowlist), nil
		}
	}
	if f.Extend.URL != "" {
		i.say("%s: extend.url has no effect: fetch the file and extend it by path", name)
	}
	if f.Extend.UseDefault {
		i.say("%s: extend.useDefault: Scrubjay's own rules take the place of gitleaks'", name)
	}
	for _, id := range f.Extend.DisabledRules {
		if detect.Default().Rule(id) != nil {
			i.say("%s: rule %s is disabled: write rules: {disable: [%s]} into .scrubjay.yaml", name, id, id)
		} else if f.Extend.UseDefault {
			i.say("%s: rule %s is disabled, and Scrubjay has none of this id: look in scrubjay rules list for what finds the same, and write rules: {disable: [ID]} into .scrubjay.yaml", name, id)
		}
	}
	if f.Extend.Path == "" {
		return f, nil
	}
	if depth == maxExtends {
		return nil, fmt.Errorf("%s: more than %d files extend each other: does one extend itself?", name, maxExtends)
	}
	// gitleaks takes the path from the current directory; beside the file is what people mean.
	at := f.Extend.Path
	if _, err := os.Stat(at); err != nil && !filepath.IsAbs(at) {
		at = filepath.Join(filepath.Dir(name), at)
	}
	base, err := i.read(at, depth+1)
	if err != nil {
		return nil, fmt.Errorf("%s: extend.path: %w", name, err)
	}
	return f.over(base), nil
}

// over is the file with what it extends.
func (f *gitleaksFile) over(base *gitleaksFile) *gitleaksFile {
	base.Rules = slices.DeleteFunc(base.Rules, func(r gitleaksRule) bool { return slices.Contains(f.Extend.DisabledRules, r.ID) })
	base.Allowlists = append(base.Allowlists, f.Allowlists...)
	for _, r := range f.Rules {
		n := slices.IndexFunc(base.Rules, func(b gitleaksRule) bool { return b.ID == r.ID })
		if n < 0 {
			base.Rules = append(base.Rules, r)
			continue
		}
		b := &base.Rules[n]
		replace(&b.Description, r.Description)
		replace(&b.Regex, r.Regex)
		replace(&b.Path, r.Path)
		replace(&b.SecretGroup, r.SecretGroup)
		replace(&b.Entropy, r.Entropy)
		b.Keywords = append(b.Keywords, r.Keywords...)
		b.Tags = append(b.Tags, r.Tags...)
		b.Allowlists = append(b.Allowlists, r.Allowlists...)
	}
	return base
}

func replace[T comparable](to *T, by T) {
	var none T
	if by != none {
		*to = by
	}
}

// convert leaves what counts here, says what does not, and writes it in a form that loads.
func (i *importing) convert(f *gitleaksFile, from string) ([]byte, error) {
	out := &gitleaksFile{}
	for _, r := range f.Rules {
		if i.takes(r) {
			r.Tags = nil
			r.Allowlists = i.allowlists(r.Allowlists, "rule "+r.ID)
			out.Rules = append(out.Rules, r)
		}
	}
	if len(out.Rules) == 0 {
		i.dropped(f.Allowlists)
		return nil, errors.New("no rule is left to import: what it asks for is built in")
	}
	if out.Allowlists = i.allowlists(f.Allowlists, "the allow-list at the top"); len(out.Allowlists) > 0 {
		i.say("the allow-list at the top speaks of the %d imported rules only: for built-in ones write allow entries into .scrubjay.yaml", len(out.Rules))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Made from %s by scrubjay rules import. Name it in rules.files of .scrubjay.yaml or of config.yaml.\n", from)
	if err := toml.NewEncoder(&b).Encode(out); err != nil {
		return nil, err
	}
	if _, err := detect.Load("what would be written", b.Bytes()); err != nil {
		return nil, err
	}
	i.say("%d of %d rules were taken", len(out.Rules), len(f.Rules))
	return b.Bytes(), nil
}

// takes tells whether a rule has an effect here, and says why not, or what of it has none.
func (i *importing) takes(r gitleaksRule) bool {
	switch {
	case detect.Default().Rule(r.ID) != nil:
		i.say("rule %s: left out, Scrubjay has a rule of this id", r.ID)
		return false
	case r.Regex == "" && r.Path == "":
		i.say("rule %s: left out, it has no regex: it changes a rule of gitleaks that is not imported", r.ID)
		return false
	}
	if len(r.Tags) > 0 {
		i.say("rule %s: tags: no effect", r.ID)
	}
	if len(r.Keywords) == 0 && r.Regex != "" {
		i.say("rule %s: it has no keywords, so that every text is searched as a whole: add one that stands in each value", r.ID)
	}
	return true
}

// dropped says what the allow-list at the top would allow in the built-in rules, and what to write instead.
func (i *importing) dropped(lists []gitleaksAllow) {
	for _, a := range lists {
		for _, p := range a.Paths {
			i.say("the allow-list's path %s is left out: write allow: [{path: GLOB, reason: WHY}] into .scrubjay.yaml", p)
		}
		for _, re := range append(slices.Clone(a.Regexes), a.StopWords...) {
			i.say("the allow-list's %s is left out: write allow: [{fingerprint: F, reason: WHY}] into .scrubjay.yaml, with the fingerprint that scrubjay scan --format jsonl prints of each value", re)
		}
	}
}

// allowlists leaves out what only commits would allow.
func (i *importing) allowlists(lists []gitleaksAllow, of string) (out []gitleaksAllow) {
	for _, a := range lists {
		if len(a.Commits) > 0 {
			i.say("%s: commits: no effect, a finding is allowed by what it is and not by when it came", of)
			if strings.EqualFold(a.Condition, "and") {
				continue // without them it would allow more than was meant
			}
			a.Commits = nil
		}
		if len(a.Paths)+len(a.Regexes)+len(a.StopWords) > 0 {
			out = append(out, a)
		}
	}
	return out
}
