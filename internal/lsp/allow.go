package lsp

import (
	"crypto/hmac"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/gobwas/glob"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// allowRule is an allow entry ready to be matched.
type allowRule struct {
	entry policy.AllowEntry
	path  *glob.Pattern // nil if the entry names none
	until time.Time     // the first moment at which it holds no more; zero if it always does
}

// compileAllow refuses entries that would never match or always, and names the first of them; those that
// are fine are returned all the same.
func compileAllow(entries []policy.AllowEntry) (rules []allowRule, first error) {
	for i, e := range entries {
		rule, err := compileEntry(e)
		if err != nil {
			if first == nil {
				first = fmt.Errorf("allow entry %d: %w", i+1, err)
			}
			continue
		}
		rules = append(rules, rule)
	}
	return rules, first
}

func compileEntry(e policy.AllowEntry) (allowRule, error) {
	rule := allowRule{entry: e}
	if e.Rule == "" && e.Path == "" && e.Fingerprint == "" {
		return rule, fmt.Errorf("it would allow everything: give it a rule, a path or a fingerprint")
	}
	if e.Fingerprint != "" && (len(e.Fingerprint) != 34 || !strings.HasPrefix(e.Fingerprint, "r:")) {
		return rule, fmt.Errorf("its fingerprint is not r: and 32 hex digits; scrubjay scan prints it")
	}
	if e.Path != "" {
		g, err := glob.Compile(strings.TrimPrefix(e.Path, "/"), '/')
		if err != nil {
			return rule, fmt.Errorf("path %q is not a pattern: %w", e.Path, err)
		}
		rule.path = g
	}
	if e.Until != "" {
		day, err := time.ParseInLocation(time.DateOnly, e.Until, time.Local)
		if err != nil {
			return rule, fmt.Errorf("until %q is not a date such as 2027-01-31", e.Until)
		}
		rule.until = day.AddDate(0, 0, 1) // the day itself still counts
	}
	return rule, nil
}

// allowed tells whether an entry says that a finding is not sensitive. Every field that is set must match.
func (o *outlook) allowed(f detect.Finding, rel string, value []byte, now time.Time) bool {
	fingerprint := ""
	for _, a := range o.allow {
		switch {
		case !a.until.IsZero() && !now.Before(a.until),
			a.entry.Rule != "" && a.entry.Rule != f.Rule.ID,
			a.path != nil && !a.matches(rel):
			continue
		}
		if a.entry.Fingerprint == "" {
			return true
		}
		if o.salt == "" {
			continue
		}
		if fingerprint == "" {
			fingerprint = detect.Fingerprint(detect.Repository, []byte(o.salt), value)
		}
		if hmac.Equal([]byte(fingerprint), []byte(a.entry.Fingerprint)) {
			return true
		}
	}
	return false
}

// matches follows .gitignore's habit: a pattern without a slash is of names, wherever they stand.
func (a allowRule) matches(rel string) bool {
	pattern := a.entry.Path
	switch {
	case !strings.Contains(strings.TrimSuffix(pattern, "/"), "/"):
		for dir := rel; dir != "." && dir != "/"; dir = path.Dir(dir) {
			if a.path.Match(path.Base(dir)) {
				return true
			}
		}
		return false
	case strings.HasPrefix(pattern, "**/"):
		return a.path.Match(rel) || a.path.Match("./"+rel)
	}
	return a.path.Match(rel)
}
