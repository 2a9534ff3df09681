package detect

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
	"github.com/scrubjay-dev/scrubjay/rules"
)

const corpusDir = "../../testdata/corpus"

// corpus is what testdata/corpus says: where values stand and what they are called.
type corpus struct {
	Contexts []corpusContext     `toml:"context"`
	Names    map[string]string   `toml:"names"`
	Around   map[string]string   `toml:"around"`
	Values   map[string][]string `toml:"values"`
	// OwnForm are families and rules whose values stand in a form of their own, such as a command line: their
	// examples are put between other lines instead.
	OwnForm []string `toml:"own_form"`
	Excepts []struct {
		Rules, Contexts []string
		Reason          string
	} `toml:"except"`

	// families are the rules' files, in order, and engine has all of them.
	families []family
	engine   *Engine
}

type family struct {
	name  string
	rules []*Rule
}

type corpusContext struct {
	Name, Text, Lines, Escape, Indent string
	Spaced                            bool
}

func loadCorpus(t testing.TB) *corpus {
	t.Helper()
	c := &corpus{}
	text, err := os.ReadFile(filepath.Join(corpusDir, "contexts.toml"))
	if err == nil {
		err = toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Contexts) < 5 {
		t.Fatalf("only %d contexts", len(c.Contexts))
	}
	e, sets := loaded(t)
	c.engine = e
	names, err := rules.FS.ReadDir("detect")
	if err != nil {
		t.Fatal(err)
	}
	for i, set := range sets {
		if len(set.Rules) > 0 {
			c.families = append(c.families, family{strings.TrimSuffix(names[i].Name(), ".toml"), set.Rules})
		}
	}
	for _, of := range []map[string]string{c.Names, c.Around} {
		for id := range of {
			if e.Rule(id) == nil {
				t.Errorf("contexts.toml speaks of %s, and no rule is called so", id)
			}
		}
	}
	for _, x := range c.Excepts {
		for _, id := range x.Rules {
			if e.Rule(id) == nil || x.Reason == "" {
				t.Errorf("contexts.toml excepts %s: no rule is called so, or no reason is given", id)
			}
		}
	}
	return c
}

func (c *corpus) excepted(rule, context string) bool {
	for _, x := range c.Excepts {
		if slices.Contains(x.Rules, rule) && slices.Contains(x.Contexts, context) {
			return true
		}
	}
	return false
}

// sample is a value as it may be written: what belongs to it, and where in that it stands.
type sample struct {
	text  []byte
	value letters.Span
}

// sample draws a value of a rule: from its expression, or, where only a checksum or a hand-written check
// knows what is one, from its examples.
func (c *corpus) sample(t testing.TB, d *drawer, r *Rule) sample {
	t.Helper()
	s := c.bare(t, d, r)
	if around, ok := c.Around[r.ID]; ok {
		before, after, _ := strings.Cut(around, "{VALUE}")
		value := s.text[s.value.Start:s.value.End]
		s.text = slices.Concat([]byte(before), value, []byte(after))
		s.value = letters.Between(len(before), len(before)+len(value))
	}
	return s
}

func (c *corpus) bare(t testing.TB, d *drawer, r *Rule) sample {
	t.Helper()
	if values := c.Values[r.ID]; len(values) > 0 {
		v := []byte(unbroken(values[d.IntN(len(values))]))
		return sample{v, letters.Between(0, len(v))}
	}
	switch {
	case r.ID == "generic-secret":
		v := d.password()
		return sample{v, letters.Between(0, len(v))}
	case r.source.Regex == "" || r.validate != nil || r.Class == Injection:
		for _, n := range d.Perm(len(r.Examples)) {
			text := []byte(r.Examples[n])
			for _, f := range c.engine.Find("", text) {
				if f.Rule == r && !bytes.Contains(text[f.Start:f.End], []byte(`\n`)) {
					return sample{text[f.Start:f.End], letters.Between(0, f.Len())}
				}
			}
		}
		t.Fatalf("%s: no example of it has a value", r.ID)
	}
	x := d.draw(t, r.source.Regex)
	_, named := c.Names[r.ID]
	if _, around := c.Around[r.ID]; named || around || r.near != nil {
		return sample{x.text[x.group.Start:x.group.End], letters.Between(0, x.group.Len())}
	}
	return sample{x.text, x.group}
}

// name is what a rule's value may be called, and a line before it where a name cannot say it.
func (c *corpus) name(r *Rule) (name, before string) {
	if name, ok := c.Names[r.ID]; ok {
		return name, ""
	}
	if r.near != nil {
		name := strings.Trim(r.triggers[0], `_-:=. "'`)
		if !r.near().named {
			name += "_" + strings.Trim(string(r.near().words[0]), "_- ")
		}
		return strings.ReplaceAll(name, " ", "_"), ""
	}
	for _, n := range proof.Numbers {
		if n.Name == r.numeral && len(n.Words) > 0 {
			return strings.ReplaceAll(strings.Split(n.Words, ",")[0], " ", "_"), ""
		}
		if n.Name == r.numeral && n.Labels != "" {
			return strings.ReplaceAll(strings.Split(n.Labels, ",")[0], " ", "_"), ""
		}
	}
	if len(r.context) > 0 {
		return "acme_value", "# " + r.context[0] + "\n"
	}
	return "acme_value", ""
}

// place writes a value into a context. It answers with the text and where the value stands in it.
func (x *corpusContext) place(name, before string, s sample) ([]byte, letters.Span) {
	text := x.Text
	if bytes.ContainsRune(s.text, '\n') && x.Lines != "" {
		text = x.Lines
	}
	if x.Spaced {
		name = strings.ReplaceAll(name, "_", " ")
	}
	text = before + strings.ReplaceAll(text, "{NAME}", name)
	head, tail, _ := strings.Cut(text, "{VALUE}")
	first, value, last := x.write(s.text[:s.value.Start]), x.write(s.text[s.value.Start:s.value.End]), x.write(s.text[s.value.End:])
	at := len(head) + len(first)
	return []byte(head + first + value + last + tail), letters.Between(at, at+len(value))
}

func (x *corpusContext) write(v []byte) string {
	switch x.Escape {
	case "json":
		var b bytes.Buffer
		w := json.NewEncoder(&b)
		w.SetEscapeHTML(false)
		_ = w.Encode(string(v))
		return strings.TrimSuffix(strings.TrimSpace(b.String()), `"`)[1:]
	case "url":
		return strings.ReplaceAll(url.QueryEscape(string(v)), "+", "%20")
	}
	return strings.ReplaceAll(string(v), "\n", "\n"+x.Indent)
}

// perContext is how many values of each rule are put into each context.
const perContext = max(1, 5/trial.Thorough)

// TestCorpus: a value of every rule is found in every context, and nothing else is. At least 99 of 100 values
// of each family of rules are found as what they are: a credential, data of a person.
func TestCorpus(t *testing.T) {
	c := loadCorpus(t)
	for _, fam := range c.families {
		planted, found, exact, alarms := 0, 0, 0, 0
		var other []string
		for _, r := range fam.rules {
			d := newDrawer(r.ID)
			name, before := c.name(r)
			var missed []string
			if slices.Contains(c.OwnForm, fam.name) || slices.Contains(c.OwnForm, r.ID) {
				all, hits := c.inLines(t, r)
				planted, found, exact = planted+all, found+hits, exact+hits
				continue
			}
			for i := range c.Contexts {
				x := &c.Contexts[i]
				if c.excepted(r.ID, x.Name) {
					continue
				}
				for range perContext {
					text, value := x.place(name, before, c.sample(t, d, r))
					hit, same := false, false
					for _, f := range c.engine.Find("", text) {
						switch {
						case !f.Overlaps(value):
							alarms++
							t.Errorf("%s in %s: a false alarm of %s beside the value", r.ID, x.Name, f.Rule.ID)
						case f.Rule.Class == r.Class && f.Start <= value.Start && f.End >= value.End:
							hit = true
							same = f.Rule == r && f.Span == value
							if f.Rule != r {
								other = append(other, r.ID+" as "+f.Rule.ID)
							}
						}
					}
					planted++
					if hit {
						found++
					} else {
						missed = append(missed, x.Name)
					}
					if same {
						exact++
					}
				}
			}
			if len(missed) > 0 {
				t.Logf("%s: missed in %v", r.ID, missed)
			}
		}
		t.Logf("%-14s %5d values, %6.2f%% found, %6.2f%% by their own rule and to the byte, %d false alarms", fam.name, planted, percent(found, planted), percent(exact, planted), alarms)
		slices.Sort(other)
		if other = slices.Compact(other); len(other) > 0 {
			t.Logf("%-14s found by another rule of the class: %s", fam.name, strings.Join(other, ", "))
		}
		if percent(found, planted) < 99 {
			t.Errorf("%s: only %.2f%% of its values are found", fam.name, percent(found, planted))
		}
	}
}

// inLines puts a rule's examples between other lines, in a file, a conversation and a list.
func (c *corpus) inLines(t *testing.T, r *Rule) (planted, found int) {
	for _, example := range r.Examples {
		for _, around := range []string{"# first\n\n%s\n\n# last\n", "Please look at this:\n\n%s\n\nWhat is wrong?\n", "\r\n%s\r\n\r\n"} {
			text := []byte(strings.Replace(around, "%s", strings.Trim(example, "\n"), 1))
			all := c.engine.Find("", text)
			planted++
			if slices.ContainsFunc(all, func(f Finding) bool { return f.Rule == r }) {
				found++
			} else {
				t.Logf("%s: missed between %.20q", r.ID, around)
			}
			if len(all) > 1 {
				t.Errorf("%s: false alarms beside its example: %v", r.ID, ids(all))
			}
		}
	}
	return planted, found
}

func percent(of, all int) float64 { return 100 * float64(of) / float64(max(all, 1)) }
