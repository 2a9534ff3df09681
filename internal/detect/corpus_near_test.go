package detect

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// TestCorpusFiles: whole files of the kinds that leak: every value in braces is found as what it is, and
// nothing else in them is.
func TestCorpusFiles(t *testing.T) {
	c := loadCorpus(t)
	entries, err := os.ReadDir(filepath.Join(corpusDir, "files"))
	if err != nil || len(entries) < 10 {
		t.Fatalf("%d files: %v", len(entries), err)
	}
	braces := regexp.MustCompile(`\{\{([a-z0-9-]+)\}\}`)
	for _, entry := range entries {
		template, err := os.ReadFile(filepath.Join(corpusDir, "files", entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for round := range 24 / trial.Thorough {
			d := newDrawer(entry.Name() + string(rune('a'+round)))
			var text []byte
			var planted []letters.Span
			var as []*Rule
			for at := 0; ; {
				m := braces.FindSubmatchIndex(template[at:])
				if m == nil {
					text = append(text, template[at:]...)
					break
				}
				text = append(text, template[at:at+m[0]]...)
				r := c.engine.Rule(string(template[at+m[2] : at+m[3]]))
				if r == nil {
					t.Fatalf("%s: no rule is called %s", entry.Name(), template[at+m[2]:at+m[3]])
				}
				s := c.bare(t, d, r)
				value := s.text[s.value.Start:s.value.End]
				planted, as = append(planted, letters.Between(len(text), len(text)+len(value))), append(as, r)
				text = append(text, value...)
				at += m[1]
			}
			if len(planted) == 0 {
				t.Fatalf("%s holds no value in braces", entry.Name())
			}
			found := c.engine.Find(entry.Name(), text)
			for i, p := range planted {
				if !slices.ContainsFunc(found, func(f Finding) bool {
					return f.Rule.Class == as[i].Class && f.Start <= p.Start && f.End >= p.End
				}) {
					t.Errorf("%s: the value of %s is missed", entry.Name(), as[i].ID)
				}
			}
			for _, f := range found {
				if !slices.ContainsFunc(planted, f.Overlaps) {
					t.Errorf("%s: a false alarm of %s at %d: %.12q", entry.Name(), f.Rule.ID, f.Start, text[f.Start:f.End])
				}
			}
		}
	}
}

// lines are those of a file of the corpus, less its comments.
func (c *corpus) lines(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(corpusDir, name))
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(string(text)), "\n"), func(l string) bool { return strings.HasPrefix(l, "# ") })
	if len(lines) < 20 {
		t.Fatalf("%s has only %d lines", name, len(lines))
	}
	return lines
}

// TestCorpusReferences: under no rule's name is a reference, a template or a dummy a finding.
func TestCorpusReferences(t *testing.T) {
	c := loadCorpus(t)
	references := c.lines(t, "references.txt")
	for _, fam := range c.families {
		for _, r := range fam.rules {
			name, before := c.name(r)
			for n, reference := range references {
				if n%min(trial.Thorough, 3) != 0 {
					continue
				}
				for i := range c.Contexts {
					s := sample{[]byte(reference), letters.Between(0, len(reference))}
					text, _ := c.Contexts[i].place(name, before, s)
					for _, f := range c.engine.Find("", text) {
						t.Errorf("%s in %s under the name of %s: a false alarm of %s", reference, c.Contexts[i].Name, r.ID, f.Rule.ID)
					}
				}
			}
		}
	}
}

// TestCorpusNearMisses: what is nearly a value is none: made by hand, and made of each rule's own values by one
// character too few, one too many, one of another alphabet, as a part of a longer token, and by a dummy's letters. Behind a
// vendor's mark it is in doubt: logs cut tokens off, and vendors make them longer.
func TestCorpusNearMisses(t *testing.T) {
	c := loadCorpus(t)
	for i, line := range c.lines(t, "near_misses.txt") {
		text := strings.ReplaceAll(unbroken(line), `\n`, "\n")
		for _, f := range c.engine.Find("", []byte(text)) {
			t.Errorf("near_misses.txt: the %d. line: a false alarm of %s", i+1, f.Rule.ID)
		}
	}
	for _, fam := range c.families {
		tried := map[string]int{}
		for _, r := range fam.rules {
			if r.source.Regex == "" {
				c.wrongCheck(t, r, tried)
				continue
			}
			if r.Class == Injection {
				continue // words have no alphabet of their own
			}
			re := regexp.MustCompile(r.source.Regex)
			name, before := c.name(r)
			ownForm := slices.Contains(c.OwnForm, fam.name) || slices.Contains(c.OwnForm, r.ID)
			for kind, mutate := range mutations {
				if kind == "inside" && ownForm {
					continue // its form is what is inside
				}
				for n := range max(1, 3/trial.Thorough) {
					d := newDrawer(r.ID + kind + string(rune('a'+n)))
					x, ok := mutate(t, d, r.source.Regex)
					if !ok {
						continue
					}
					s := sample{x.text, letters.Between(0, len(x.text))}
					if _, named := c.Names[r.ID]; named || r.near != nil {
						s = sample{x.text[x.group.Start:x.group.End], letters.Between(0, x.group.Len())}
					}
					for i := range c.Contexts {
						text, _ := c.Contexts[i].place(name, before, s)
						if kind != "dummy" && (re.Match(text) || re.Match(percentDecoded(text))) {
							continue // still a value: the expression allows for it
						}
						tried[kind]++
						for _, f := range c.engine.Find("", text) {
							if f.Confidence == ConfidenceLow && kind != "dummy" {
								continue
							}
							if f.Rule == r || kind == "dummy" && f.Rule.Class == Credential && !c.isValue(f, text) {
								t.Errorf("%s in %s, %s: a false alarm of %s", r.ID, c.Contexts[i].Name, kind, f.Rule.ID)
							}
						}
					}
				}
			}
		}
		t.Logf("%-14s %v", fam.name, tried)
	}
}

// isValue tells a finding that its own rule's expression stands for: a mutilated token may be another's.
func (c *corpus) isValue(f Finding, text []byte) bool {
	return f.Rule.source.Regex != "" && !guess.IsDummy(text[f.Start:f.End])
}

// wrongCheck changes one digit of a value that a checksum proves, and asks that its rule leaves it.
func (c *corpus) wrongCheck(t *testing.T, r *Rule, tried map[string]int) {
	if r.validate == nil || len(c.Values[r.ID]) > 0 {
		return
	}
	d := newDrawer(r.ID)
	name, before := c.name(r)
	for range 6 {
		s := c.bare(t, d, r)
		v := bytes.Clone(s.text)
		i := d.IntN(len(v))
		if !letters.IsDigit(v[i]) {
			continue
		}
		v[i] = '0' + (v[i]-'0'+1)%10
		if r.validate(v) != proof.Failed {
			continue
		}
		tried["wrong check"]++
		for i := range c.Contexts {
			text, _ := c.Contexts[i].place(name, before, sample{v, letters.Between(0, len(v))})
			for _, f := range c.engine.Find("", text) {
				if f.Rule == r {
					t.Errorf("%s in %s: it is found though its check fails", r.ID, c.Contexts[i].Name)
				}
			}
		}
	}
}

// mutations make near misses of an expression; ok is false where there is none of the kind.
var mutations = map[string]func(t *testing.T, d *drawer, expr string) (x drawn, ok bool){
	"short": func(t *testing.T, d *drawer, expr string) (drawn, bool) {
		d.length = func(least, _ int) int { return least }
		x := d.draw(t, expr)
		return x.cut(x.longestRun()), true
	},
	"long": func(t *testing.T, d *drawer, expr string) (drawn, bool) {
		d.length = func(_, most int) int { return most }
		x := d.draw(t, expr)
		run := x.longestRun()
		return x.insert(run.End, x.text[run.Start]), run.Len() > 0
	},
	"alphabet": func(t *testing.T, d *drawer, expr string) (drawn, bool) {
		d.length = func(least, _ int) int { return least }
		x := d.draw(t, expr)
		run := x.longestRun()
		if run.Len() > 0 {
			x.text[run.Start+run.Len()/2] = '\''
		}
		return x, run.Len() > 0
	},
	"inside": func(t *testing.T, d *drawer, expr string) (drawn, bool) {
		d.length = func(_, most int) int { return most }
		x := d.draw(t, expr)
		x.text = slices.Concat([]byte("Xq7"), x.text, []byte("Zk4"))
		x.group = letters.Between(0, len(x.text))
		return x, true
	},
	"dummy": func(t *testing.T, d *drawer, expr string) (drawn, bool) {
		x := d.draw(t, expr)
		run := x.longestRun()
		if run.Len() < 16 {
			return x, false
		}
		for i, from := range x.from {
			if from == nil {
				continue
			}
			for _, c := range []byte("xX0aA2") {
				if bytes.IndexByte(membersOf(from), c) >= 0 {
					x.text[i] = c
					break
				}
			}
		}
		return x, true
	},
}

// longestRun is the longest part of the value that was drawn from classes.
func (x drawn) longestRun() (run letters.Span) {
	start := x.group.Start
	for i := x.group.Start; i < x.group.End; i++ {
		if x.from[i] == nil {
			start = i + 1
		} else if i+1-start > run.Len() {
			run = letters.Between(start, i+1)
		}
	}
	return run
}

func (x drawn) cut(run letters.Span) drawn {
	if run.Len() > 0 {
		x.text = slices.Delete(slices.Clone(x.text), run.Start, run.Start+1)
		x.group.End--
	}
	return x
}

func (x drawn) insert(at int, b byte) drawn {
	x.text = slices.Insert(slices.Clone(x.text), at, b)
	x.group.End++
	return x
}

// percentDecoded is a text with the escapes of a URL undone; what is none stays.
func percentDecoded(text []byte) []byte {
	return regexp.MustCompile(`%[0-9A-Fa-f]{2}`).ReplaceAllFunc(text, func(escape []byte) []byte {
		return []byte{letters.HexByte(escape[1], escape[2])}
	})
}
