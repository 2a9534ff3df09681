package detect

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// allowlist is a rule file's own list of what is not a finding, with gitleaks' meaning: with condition
// AND every criterion that is given must hold, otherwise one of them is enough.
type allowlist struct {
	all    bool
	target string // "", match or line
	// regexes and paths are one expression for all of a list, as gitleaks joins them; nil for none.
	regexes, paths *regexp.Regexp
	stops          []string
	// commits: there are some. A text is of none.
	commits bool
}

func allowlists(lists []allowlistTOML) ([]allowlist, error) {
	var out []allowlist
	for _, t := range lists {
		a := allowlist{target: t.RegexTarget, stops: foldAll(t.StopWords), commits: len(t.Commits) > 0}
		switch strings.ToUpper(t.Condition) {
		case "AND", "&&":
			a.all = true
		case "", "OR", "||":
		default:
			return nil, fmt.Errorf("condition %q is none of AND, OR", t.Condition)
		}
		if a.target == "secret" {
			a.target = ""
		}
		if a.target != "" && a.target != "match" && a.target != "line" {
			return nil, fmt.Errorf("regexTarget %q is none of secret, match, line", t.RegexTarget)
		}
		var err error
		if a.regexes, err = joined(t.Regexes); err != nil {
			return nil, err
		}
		if a.paths, err = joined(t.Paths); err != nil {
			return nil, err
		}
		switch {
		case a.regexes != nil || a.paths != nil || len(a.stops) > 0:
			if !a.all || !a.commits { // with AND, commits that a text is not of let nothing pass
				out = append(out, a)
			}
		case !a.commits:
			return nil, fmt.Errorf("it has no regexes, paths, stopwords or commits: add one or remove it")
		}
	}
	return out, nil
}

// joined is one expression of several; nil for none.
func joined(exprs []string) (*regexp.Regexp, error) {
	if len(exprs) == 0 {
		return nil, nil
	}
	for _, expr := range exprs {
		if _, err := regexp.Compile(expr); err != nil {
			return nil, fmt.Errorf("%q: %w", expr, err)
		}
	}
	return regexp.Compile("(?:" + strings.Join(exprs, "|") + ")")
}

// allow gives the rules of a set the allow-lists of its file: each all of them, or those that it names.
func (s *Set) allow(lists []allowlistTOML) error {
	for _, t := range lists {
		one, err := allowlists([]allowlistTOML{t})
		if err != nil {
			return err
		}
		for _, id := range t.TargetRules {
			if !slices.ContainsFunc(s.Rules, func(r *Rule) bool { return r.ID == id }) {
				return fmt.Errorf("targetRules: no rule of this file is called %q", id)
			}
		}
		for _, r := range s.Rules {
			if len(t.TargetRules) == 0 || slices.Contains(t.TargetRules, r.ID) {
				r.allow = append(r.allow, one...)
			}
		}
	}
	return nil
}

const (
	// lineLimit is how far to each side an allow-list's line is looked at, so that a file of one line
	// stays linear.
	lineLimit = 1 << 10
	// importedLine is that for imported rules, whose lists may mean a longer line.
	importedLine = 64 << 10
)

func (c *check) allowed(lists []allowlist, value, whole letters.Span) bool {
	for i := range lists {
		a := &lists[i]
		target := value
		switch a.target {
		case "match":
			target = whole
		case "line":
			target = c.Line(whole, lineLimit)
		}
		if a.says(c.onAllowedPath(a), c.Bytes[target.Start:target.End], c.Bytes[value.Start:value.End]) {
			return true
		}
	}
	return false
}

// says tells whether a list lets something pass: whose path it allows or not, what of it its regexes look at,
// and its value.
func (a *allowlist) says(path bool, target, value []byte) bool {
	regex := a.regexes != nil && len(target) > 0 && a.regexes.Match(target)
	stop := len(a.stops) > 0 && a.stopsAt(value)
	if a.all {
		return (a.paths == nil || path) && (a.regexes == nil || regex) && (len(a.stops) == 0 || stop)
	}
	return path || regex || stop
}

func (a *allowlist) stopsAt(value []byte) bool {
	folded := bytes.ToLower(value)
	return slices.ContainsFunc(a.stops, func(w string) bool { return bytes.Contains(folded, []byte(w)) })
}

func (c *check) onAllowedPath(a *allowlist) bool {
	return a.paths != nil && c.path != "" && (a.paths.MatchString(c.path) || strings.Contains(c.path, `\`) && a.paths.MatchString(slashed(c.path)))
}

// allowedPath tells whether an imported rule's lists let the whole file pass.
func (c *check) allowedPath(r *Rule) bool {
	return slices.ContainsFunc(r.allow, func(a allowlist) bool {
		return c.onAllowedPath(&a) && (!a.all || a.regexes == nil && len(a.stops) == 0)
	})
}

// sparedBy tells whether an imported rule's lists let a match pass. Its line is gitleaks': from the line feed
// before it.
func (c *check) sparedBy(r *Rule, m match, secret, trimmed []byte) bool {
	for i := range r.allow {
		a := &r.allow[i]
		target := secret
		switch a.target {
		case "match":
			target = trimmed
		case "line":
			line := c.Line(m.whole, importedLine)
			if c.ByteAt(m.whole.Start) != '\n' && line.Start > 0 {
				line.Start--
			}
			target = c.Bytes[line.Start:line.End]
		}
		if a.says(c.onAllowedPath(a), target, secret) {
			return true
		}
	}
	return false
}

// Ignored tells whether a comment on the finding's own lines, or alone on the line before it,
// says that it is not sensitive: "scrubjay:allow", or "scrubjay:allow RULE-ID, RULE-ID" for some rules only; a reason may
// follow. On its own lines gitleaks:allow is understood too, for all rules. The comment quiets editors and scans, never the wire.
func Ignored(text []byte, f Finding) bool {
	// The line is looked at only lineLimit far, so that many findings on one long line stay linear.
	low, high := max(0, f.Start-lineLimit), min(len(text), f.End+lineLimit)
	from := low + bytes.LastIndexByte(text[low:f.Start], '\n') + 1
	to := high
	if i := bytes.IndexByte(text[f.End:high], '\n'); i >= 0 {
		to = f.End + i
	}
	if marked(text[from:to], f.Rule.ID) || bytes.Contains(text[from:to], []byte("gitleaks:allow")) {
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
	const mark = "scrubjay:allow"
	i := bytes.Index(line, []byte(mark))
	if i < 0 {
		return false
	}
	named := false
	for rest := line[i+len(mark):]; ; {
		rest = bytes.TrimLeft(rest, " \t")
		n := 0
		for n < len(rest) && (letters.IsAlnum(rest[n]) || rest[n] == '-') {
			n++
		}
		id := string(bytes.TrimRight(rest[:n], "-")) // what ends the comment may stand right behind it: -->
		if id == "" || id[0] == '-' || !strings.Contains(id, "-") && id != rule && Default().Rule(id) == nil {
			return !named // no rule's name: the reason begins
		}
		if named = true; id == rule {
			return true
		}
		if rest = bytes.TrimLeft(rest[n:], " \t"); len(rest) == 0 || rest[0] != ',' {
			return false
		}
		rest = rest[1:]
	}
}
