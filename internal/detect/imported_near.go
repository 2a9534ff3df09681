package detect

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// What gitleaks asks of findings together: a rule may require another's finding near its own, and a rule
// whose id says generic gives way on its line to one that found the same and says what it is.

// lineAt is the line of a place and where it begins, as gitleaks counts: the line feed before a line belongs
// to it.
func (c *check) lineAt(at int) (line, start int) {
	if len(c.feeds) == 0 {
		c.feeds = append(c.feeds, 0)
		for i, b := range c.Bytes {
			if b == '\n' {
				c.feeds = append(c.feeds, i)
			}
		}
	}
	line, _ = slices.BinarySearch(c.feeds[1:], at+1)
	return line, c.feeds[line]
}

// require finds the rules that others of the set require.
func (s *Set) require() error {
	for _, r := range s.Rules {
		if r.imported == nil {
			continue
		}
		for i := range r.imported.required {
			q := &r.imported.required[i]
			n := slices.IndexFunc(s.Rules, func(o *Rule) bool { return o.ID == q.id && o.imported != nil })
			if n < 0 {
				return r.source.problem(fmt.Errorf("required: no rule of this file is called %q", q.id))
			}
			q.rule = s.Rules[n]
		}
	}
	return nil
}

// required leaves the matches of a rule near which all stands that it requires.
func (c *check) required(r *Rule, all []match) []match {
	for i := range r.imported.required {
		if len(all) == 0 || r.imported.re == nil {
			break
		}
		q := &r.imported.required[i]
		others := c.matches(q.rule)
		if q.lines == nil && q.columns == nil {
			if len(others) == 0 {
				return nil
			}
			continue
		}
		type at struct{ line, column int }
		places := make([]at, len(others))
		for k, o := range others {
			if o.rule.imported.re != nil { // gitleaks gives the finding of a file no place
				line, start := c.lineAt(o.whole.Start)
				places[k] = at{line, o.whole.Start - start + 1}
			}
		}
		all = slices.DeleteFunc(all, func(m match) bool {
			line, start := c.lineAt(m.whole.Start)
			column := m.whole.Start - start + 1
			return !slices.ContainsFunc(places, func(p at) bool {
				return (q.lines == nil || max(line-p.line, p.line-line) <= *q.lines) &&
					(q.columns == nil || max(column-p.column, p.column-column) <= *q.columns)
			})
		})
	}
	return all
}

// specific leaves out what a generic rule found where another on the same line found it, too.
func specific(c *check, all []match) []match {
	if !slices.ContainsFunc(all, func(m match) bool { return m.rule.imported.generic }) {
		return all
	}
	byLine := map[int][]match{}
	line := func(m match) int { n, _ := c.lineAt(m.whole.Start); return n }
	for _, m := range all {
		if !m.rule.imported.generic {
			byLine[line(m)] = append(byLine[line(m)], m)
		}
	}
	return slices.DeleteFunc(all, func(m match) bool {
		return m.rule.imported.generic && slices.ContainsFunc(byLine[line(m)], func(o match) bool {
			return bytes.Contains(c.Bytes[o.value.Start:o.value.End], c.Bytes[m.value.Start:m.value.End])
		})
	})
}

// firstLine is the match of a rule that has only a path: the file itself is the finding, and its first line
// stands for it.
func (c *check) firstLine(r *Rule) []match {
	from := 0
	for from < len(c.Bytes) && (c.Bytes[from] == '\n' || c.Bytes[from] == '\r') {
		from++
	}
	if from == len(c.Bytes) || c.depth > 0 {
		return nil
	}
	to := from
	for to < len(c.Bytes) && c.Bytes[to] != '\n' && c.Bytes[to] != '\r' && to-from < lineLimit {
		to++
	}
	return []match{{r, letters.Between(from, to), letters.Between(from, to)}}
}

// onPath tells whether a rule is meant for the text's file. gitleaks knows paths with slashes, and on Windows
// also as they are.
func (c *check) onPath(r *Rule) bool {
	return r.path == nil || r.path.MatchString(c.path) || strings.Contains(c.path, `\`) && r.path.MatchString(slashed(c.path))
}

func slashed(path string) string { return strings.ReplaceAll(path, `\`, "/") }
