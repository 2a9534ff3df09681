package detect

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// allowlist is a rule file's own list of what is not a finding, with gitleaks' meaning: with condition
// AND every criterion that is given must hold, otherwise one of them is enough.
type allowlist struct {
	all     bool
	target  string // "", match or line
	regexes []*regexp.Regexp
	paths   []*regexp.Regexp
	stops   []string
	rules   []string // only for these; empty means all
}

func allowlists(lists []allowlistTOML) ([]allowlist, error) {
	var out []allowlist
	for _, t := range lists {
		a := allowlist{all: strings.EqualFold(t.Condition, "and"), target: t.RegexTarget, stops: foldAll(t.StopWords), rules: t.TargetRules}
		for _, group := range []struct {
			from []string
			to   *[]*regexp.Regexp
		}{{t.Regexes, &a.regexes}, {t.Paths, &a.paths}} {
			for _, expr := range group.from {
				re, err := regexp.Compile(expr)
				if err != nil {
					return nil, fmt.Errorf("%q: %w", expr, err)
				}
				*group.to = append(*group.to, re)
			}
		}
		if len(a.regexes)+len(a.paths)+len(a.stops) == 0 {
			if len(t.Commits) > 0 {
				continue // commits are judged by whoever walks a history, not by a text
			}
			return nil, fmt.Errorf("it has no regexes, paths, stopwords or commits: add one or remove it")
		}
		out = append(out, a)
	}
	return out, nil
}

// lineLimit is how far to each side an allow-list's line is looked at, so that a file of one line
// stays linear.
const lineLimit = 1 << 10

func (c *check) allowed(lists []allowlist, r *Rule, value, whole Span) bool {
	for _, a := range lists {
		if len(a.rules) > 0 && !slices.Contains(a.rules, r.ID) {
			continue
		}
		target := value
		switch a.target {
		case "match":
			target = whole
		case "line":
			target = c.line(whole, lineLimit)
		}
		text := c.text[target.Start:target.End]
		matches := func(re *regexp.Regexp) bool { return re.Match(text) }
		var criteria []bool
		if len(a.regexes) > 0 {
			criteria = append(criteria, slices.ContainsFunc(a.regexes, matches))
		}
		if len(a.paths) > 0 {
			criteria = append(criteria, c.path != "" && slices.ContainsFunc(a.paths, func(re *regexp.Regexp) bool { return re.MatchString(c.path) }))
		}
		if len(a.stops) > 0 {
			folded := bytes.ToLower(c.text[value.Start:value.End])
			criteria = append(criteria, slices.ContainsFunc(a.stops, func(w string) bool { return bytes.Contains(folded, []byte(w)) }))
		}
		if a.all && !slices.Contains(criteria, false) || !a.all && slices.Contains(criteria, true) {
			return true
		}
	}
	return false
}

// Ignored tells whether a comment on the finding's own lines, or alone on the line before it,
// says that it is not sensitive: "scrubjay:allow", or "scrubjay:allow RULE-ID" for one rule only;
// gitleaks:allow is understood too. The comment quiets editors and scans, never the wire.
func Ignored(text []byte, f Finding) bool {
	// The line is looked at only lineLimit far, so that many findings on one long line stay linear.
	low, high := max(0, f.Start-lineLimit), min(len(text), f.End+lineLimit)
	from := low + bytes.LastIndexByte(text[low:f.Start], '\n') + 1
	to := high
	if i := bytes.IndexByte(text[f.End:high], '\n'); i >= 0 {
		to = f.End + i
	}
	if marked(text[from:to], f.Rule.ID) {
		return true
	}
	if from == 0 || text[from-1] != '\n' {
		return false
	}
	low = max(0, from-1-lineLimit)
	before := text[low+bytes.LastIndexByte(text[low:from-1], '\n')+1 : from-1]
	comment := bytes.TrimLeft(before, " \t")
	return len(comment) > 0 && strings.IndexByte("#/-;%*<!\"'", comment[0]) >= 0 && marked(before, f.Rule.ID)
}

func marked(line []byte, rule string) bool {
	for _, mark := range []string{"scrubjay:allow", "gitleaks:allow"} {
		i := bytes.Index(line, []byte(mark))
		if i < 0 {
			continue
		}
		rest := strings.Fields(string(line[i+len(mark):]))
		if len(rest) == 0 || !strings.Contains(rest[0], "-") || strings.HasPrefix(rest[0], "-") || rest[0] == rule {
			return true
		}
	}
	return false
}
