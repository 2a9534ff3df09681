package detect

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// Rule is one thing to find.
type Rule struct {
	ID          string
	Description string
	Class       Class
	Severity    Severity
	Confidence  Confidence
	// Placeholder is the TYPE of the placeholders that stand for this rule's values, such as AWS_KEY or EMAIL.
	Placeholder string
	// Examples are texts in which exactly this rule finds something, Negatives texts in which no rule does.
	// The engine of Default goes without them.
	Examples, Negatives []string

	triggers []string
	// run is woken at every trigger. Its answer depends on no byte more than back before the trigger's start or
	// reach after it.
	run         func(c *check, r *Rule, at letters.Span)
	back, reach int
	// find is the finder that run asks, if it asks one.
	find func(c *look.Text, at letters.Span)
	// generic rules give way to every other where they overlap.
	generic bool
	// added rules came to an engine that had rules already.
	added bool

	// numeral is the kind of number that the rule is for, if it is for one.
	numeral string
	pattern *pattern
	near    func() *near
	// imported is what a rule means that somebody added; nil for our own and for those with find.
	imported *imported
	group    int
	entropy  float64
	context  []string
	// with are rules whose finding near one of this rule makes one leak of the two: a key's id and its secret.
	with     []string
	path     *regexp.Regexp
	validate proof.Check
	// judge is what a value must pass as: "password", "secret", or nothing.
	judge string
	// alone: what stands beside no word of its own is in doubt instead of none.
	alone bool
	allow []allowlist
	// index is what the rule looks things up in, if it is an index's.
	index *Index
	// source is the entry that the rule was made of.
	source *ruleTOML
}

// BuiltIn tells whether the rule is one of Scrubjay's own, which docs/rule-list.md describes.
func (r *Rule) BuiltIn() bool { return !r.added && r.index == nil }

// Set is what one file of rules holds.
type Set struct {
	Rules []*Rule
	// Published are values that documents print as examples: information wherever they stand.
	Published []string
}

// The file's schema is that of gitleaks, so that an existing gitleaks.toml loads as it is, and our keys.
type fileTOML struct {
	Title       string          `toml:"title"`
	Description string          `toml:"description"`
	MinVersion  string          `toml:"minVersion"`
	Extend      extendTOML      `toml:"extend"`
	Rules       []ruleTOML      `toml:"rules"`
	Allowlist   *allowlistTOML  `toml:"allowlist"`
	Allowlists  []allowlistTOML `toml:"allowlists"`
	Published   []string        `toml:"published"`
}

type extendTOML struct {
	Path          string   `toml:"path"`
	URL           string   `toml:"url"`
	UseDefault    bool     `toml:"useDefault"`
	DisabledRules []string `toml:"disabledRules"`
}

type ruleTOML struct {
	ID          string          `toml:"id"`
	Description string          `toml:"description"`
	Regex       string          `toml:"regex"`
	Path        string          `toml:"path"`
	SecretGroup int             `toml:"secretGroup"`
	Entropy     float64         `toml:"entropy"`
	Keywords    []string        `toml:"keywords"`
	Tags        []string        `toml:"tags"`
	Allowlist   *allowlistTOML  `toml:"allowlist"`
	Allowlists  []allowlistTOML `toml:"allowlists"`
	SkipReport  bool            `toml:"skipReport"`
	Required    []requiredTOML  `toml:"required"`

	// Find names a check written by hand instead of a regex.
	Find        string   `toml:"find"`
	Class       string   `toml:"class"`
	Severity    string   `toml:"severity"`
	Confidence  string   `toml:"confidence"`
	Placeholder string   `toml:"placeholder"`
	Validate    string   `toml:"validate"`
	Context     []string `toml:"context"`
	With        []string `toml:"with"`
	Judge       string   `toml:"judge"`
	// Alone: beside none of its context words, or of its keywords if it is found near them, a value is in doubt and not none.
	Alone     bool     `toml:"alone"`
	Examples  []string `toml:"examples"`
	Negatives []string `toml:"negatives"`

	// known is an entry that was checked when what it comes to was kept; plan is how its regex is to be run.
	known bool
	plan  *pattern
	// imported: it is of a file that somebody adds. at is the file and the line.
	imported bool
	at       string
}

type requiredTOML struct {
	ID            string `toml:"id"`
	WithinLines   *int   `toml:"withinLines"`
	WithinColumns *int   `toml:"withinColumns"`
}

type allowlistTOML struct {
	Description string   `toml:"description"`
	Condition   string   `toml:"condition"`
	Commits     []string `toml:"commits"`
	Paths       []string `toml:"paths"`
	RegexTarget string   `toml:"regexTarget"`
	Regexes     []string `toml:"regexes"`
	StopWords   []string `toml:"stopwords"`
	TargetRules []string `toml:"targetRules"`
}

// LoadFS loads every *.toml of a directory.
func LoadFS(files fs.FS, dir string) ([]*Set, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.toml"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s holds no rule file (*.toml)", dir)
	}
	var sets []*Set
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		set, err := load(name, text, nil)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// Load reads a file of rules that somebody adds, which mean what they mean in gitleaks. name is for its errors,
// which say file:line and what to do.
func Load(name string, text []byte) (*Set, error) {
	return load(name, text, func(string) ([]byte, error) {
		return nil, errors.New("only a file in rules.files is read with what it extends: write its rules into this one")
	})
}

// LoadExtending is Load for a file that may extend others by extend.path: open reads them.
func LoadExtending(name string, text []byte, open func(path string) ([]byte, error)) (*Set, error) {
	return load(name, text, open)
}

// load is Load, or without open the reading of a file of our own.
func load(name string, text []byte, open func(path string) ([]byte, error)) (*Set, error) {
	if strings.HasSuffix(name, IndexExtension) {
		return loadIndex(name, text)
	}
	f, err := decode(name, text)
	if err != nil {
		return nil, err
	}
	if open != nil {
		if err := f.extend(name, open, 0); err != nil {
			return nil, err
		}
	}
	set := &Set{}
	for _, v := range f.Published {
		set.Published = append(set.Published, unbroken(v))
	}
	for i := range f.Rules {
		t := &f.Rules[i]
		t.imported = open != nil
		r, err := t.rule()
		if err != nil {
			return nil, t.problem(err)
		}
		set.Rules = append(set.Rules, r)
	}
	// They speak of this file's rules and no others: a file that is added must not quiet built-in ones.
	if err := set.allow(f.Allowlists); err != nil {
		return nil, fmt.Errorf("%s: allowlist: %w", name, err)
	}
	return set, set.require()
}

// decode reads a file. Each of its rules knows where it stands.
func decode(name string, text []byte) (*fileTOML, error) {
	f := &fileTOML{}
	if err := DecodeTOML(name, text, f, "is not known: see docs/rules.md for the keys a rule may have"); err != nil {
		return nil, err
	}
	if f.Allowlist != nil {
		f.Allowlists = append(f.Allowlists, *f.Allowlist)
	}
	seen := map[string]bool{}
	for i := range f.Rules {
		t := &f.Rules[i]
		t.at = fmt.Sprintf("%s:%d", name, lineOf(text, t.ID))
		if t.Allowlist != nil {
			t.Allowlists = append(t.Allowlists, *t.Allowlist)
		}
		if t.ID == "" {
			return nil, t.problem(errors.New("it has no id: give it one, like acme-api-key"))
		}
		if seen[t.ID] {
			return nil, t.problem(errors.New("another rule of this file has the same id: choose a new one"))
		}
		seen[t.ID] = true
	}
	return f, nil
}

func (t *ruleTOML) problem(err error) error { return fmt.Errorf("%s: rule %q: %w", t.at, t.ID, err) }

// DecodeTOML reads a file strictly, with or without the mark that some editors write before a text. Its errors say file, line
// and key, and unknown says what is wrong with a key that the file should not have.
func DecodeTOML(name string, text []byte, into any, unknown string) error {
	err := toml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).DisallowUnknownFields().Decode(into)
	var strange *toml.StrictMissingError
	if errors.As(err, &strange) && len(strange.Errors) > 0 {
		line, _ := strange.Errors[0].Position()
		return fmt.Errorf("%s:%d: key %q %s", name, line, strings.Join(strange.Errors[0].Key(), "."), unknown)
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, column := bad.Position()
		return fmt.Errorf("%s:%d:%d: %s", name, line, column, withoutGo(strings.TrimPrefix(bad.Error(), "toml: "), bad.Key()))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// mistyped is how the decoder says that a value is of another kind, in Go's terms.
var mistyped = text.Expression(`cannot decode TOML (\w+) into .* of type (\S+)`)

// withoutGo says the same in words of the file.
func withoutGo(said string, key toml.Key) string {
	m := mistyped().FindStringSubmatch(said)
	if m == nil {
		return said
	}
	wanted := map[string]string{"string": "a text in quotes", "[]string": "a list of texts", "int": "a whole number", "float64": "a number", "bool": "true or false"}[m[2]]
	return fmt.Sprintf("key %q is of kind %s and must be %s", strings.Join(key, "."), m[1], cmp.Or(wanted, "a table"))
}

// lineOf is the line where a rule's id stands; the decoder does not keep it.
func lineOf(text []byte, id string) int {
	re, err := regexp.Compile(`(?m)^\s*id\s*=\s*["']+` + regexp.QuoteMeta(id) + `["']`)
	if err == nil {
		if at := re.FindIndex(text); at != nil {
			return 1 + strings.Count(string(text[:at[1]]), "\n")
		}
	}
	return 1
}

// rule makes a rule of its entry.
func (t *ruleTOML) rule() (*Rule, error) {
	r := &Rule{
		ID: t.ID, Description: cmp.Or(t.Description, t.ID), Class: Class(t.Class), Severity: High, Confidence: ConfidenceMedium,
		Placeholder: t.Placeholder, Examples: unbrokenAll(t.Examples), Negatives: unbrokenAll(t.Negatives),
		source: t, group: t.SecretGroup, entropy: t.Entropy, context: foldAll(t.Context), with: t.With, judge: t.Judge, alone: t.Alone,
	}
	if !slices.Contains([]string{"", "password", "secret"}, r.judge) {
		return nil, fmt.Errorf("judge %q is none of password, secret", t.Judge)
	}
	if r.Class == "" {
		r.Class = Credential
	}
	if !slices.Contains(Classes, r.Class) {
		return nil, fmt.Errorf("class %q is none of %v", t.Class, Classes)
	}
	var err error
	if t.Severity != "" {
		if r.Severity, err = ParseSeverity(t.Severity); err != nil {
			return nil, err
		}
	}
	if t.Confidence != "" {
		if r.Confidence, err = ParseConfidence(t.Confidence); err != nil {
			return nil, err
		}
	}
	if r.Placeholder == "" {
		r.Placeholder = placeholderOf(r.Class)
	}
	if !t.known && !placeholderType().MatchString(r.Placeholder) {
		return nil, fmt.Errorf("placeholder %q must be 2 to 24 of A-Z, 0-9 and single _, beginning with a letter", r.Placeholder)
	}
	if t.Path != "" {
		if r.path, err = regexp.Compile(t.Path); err != nil {
			return nil, fmt.Errorf("path: %w", err)
		}
	}
	if t.Validate != "" {
		if r.validate = proof.Checks[t.Validate]; r.validate == nil {
			return nil, fmt.Errorf("validate %q is no checksum that is built in: use one of %s", t.Validate, names(proof.Checks))
		}
	}
	if r.allow, err = allowlists(t.Allowlists); err != nil {
		return nil, fmt.Errorf("allowlist: %w", err)
	}
	switch {
	case t.Find == "near" && t.Regex != "":
		return r, r.compileNear(t.Regex, t.Keywords, t.known)
	case t.Find == "near":
		return nil, errors.New(`find = "near" needs a regex: what the value looks like`)
	case t.Find != "" && t.Regex != "":
		return nil, errors.New("it has both find and regex: keep one")
	case t.Find != "":
		f, ok := find.Finders[t.Find]
		if !ok {
			return nil, fmt.Errorf("find %q is no built-in check: use one of %s", t.Find, names(find.Finders))
		}
		r.triggers, r.run, r.find, r.back, r.reach, r.generic = f.Triggers, askFinder, f.Find, cmp.Or(f.Back, f.Reach), f.Reach, f.Generic
		if f.Find == nil {
			r.numeral = t.Find
		}
		if len(r.context) > 0 {
			r.back, r.reach = r.back+contextBack, r.reach+contextForward
		}
		return r, nil
	case t.imported && (t.Regex != "" || t.Path != ""):
		return r, r.importAs(t)
	case t.Regex == "":
		return nil, errors.New("it has no regex: write what the value looks like")
	}
	if t.plan != nil {
		return r, r.follow(t.plan, t.Regex, t.Keywords)
	}
	return r, r.compile(t.Regex, t.Keywords)
}

// placeholderOf is the TYPE of a rule's placeholders that names none.
func placeholderOf(c Class) string {
	switch c {
	case Credential:
		return "SECRET"
	case PII:
		return "PERSONAL"
	case PHI:
		return "HEALTH"
	case PCI:
		return "PAYMENT"
	}
	return strings.ToUpper(string(c))
}

var placeholderType = text.Expression(`^[A-Z](_?[A-Z0-9]){1,23}$`)

// unbroken takes out the ¦ that rule files put into examples, so that no scanner flags the file itself.
func unbroken(s string) string { return strings.ReplaceAll(s, "¦", "") }

func unbrokenAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = unbroken(s)
	}
	return out
}

// names lists what a map holds, for an error that says what there is.
func names[V any](m map[string]V) string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return strings.Join(keys, ", ")
}

func foldAll(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ToLower(w)
	}
	return out
}
