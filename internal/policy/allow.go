package policy

import (
	"crypto/hmac"
	"errors"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/gobwas/glob"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// AllowList is allow entries ready to be matched.
type AllowList struct{ rules []allowRule }

type allowRule struct {
	AllowEntry
	of   *pattern  // nil if the entry names no path
	ends time.Time // the first moment at which it holds no more; zero if it always does
}

var FingerprintForm = text.Expression(`^[iro]:[0-9a-f]{32}$`)

// NewAllowList takes the entries that can be read. The error is of the first that cannot, by its place.
func NewAllowList(entries []AllowEntry) (AllowList, error) {
	var l AllowList
	var first error
	for i, e := range entries {
		r, err := e.compile()
		if err == nil {
			l.rules = append(l.rules, r)
		} else if first == nil {
			first = entryError{i, err}
		}
	}
	return l, first
}

// And is both lists.
func (l AllowList) And(o AllowList) AllowList {
	return AllowList{append(l.rules[:len(l.rules):len(l.rules)], o.rules...)}
}

type entryError struct {
	index int
	err   error
}

func (e entryError) Error() string {
	return "allow entry " + strconv.Itoa(e.index+1) + ": " + e.err.Error()
}
func (e entryError) Unwrap() error { return e.err }

func (e AllowEntry) compile() (allowRule, error) {
	r := allowRule{AllowEntry: e}
	if e.Rule == "" && e.Path == "" && e.Fingerprint == "" {
		return r, errors.New("this entry would allow everything: give it a rule, a path or a fingerprint")
	}
	if e.Fingerprint != "" && !FingerprintForm().MatchString(e.Fingerprint) {
		return r, errors.New("a fingerprint is i:, r: or o: and 32 hex digits, as scrubjay scan --format jsonl prints it")
	}
	if e.Path != "" {
		of, err := newPattern(e.Path)
		if err != nil {
			return r, err
		}
		r.of = of
	}
	if e.Until != "" {
		day, err := time.ParseInLocation(time.DateOnly, e.Until, time.Local)
		if err != nil {
			return r, errors.New("until is a date such as 2027-01-31")
		}
		r.ends = day.AddDate(0, 0, 1) // the day itself still counts
	}
	return r, nil
}

// Allows tells whether an entry says that a finding is not sensitive, and which; every field that is set must match.
// path is the file below the repository with slashes, empty on the wire; fingerprint is asked only for
// entries that all else fits, with the scope of the key to use, and answers nothing if it has no such key.
func (l AllowList) Allows(rule, path string, fingerprint func(detect.Scope) string, now time.Time) (AllowEntry, bool) {
	for _, r := range l.rules {
		switch {
		case r.Rule != "" && r.Rule != rule,
			!r.ends.IsZero() && !now.Before(r.ends),
			r.of != nil && !r.of.matches(path),
			r.Fingerprint != "" && !hmac.Equal([]byte(r.Fingerprint), []byte(fingerprint(detect.Scope(r.Fingerprint[0])))):
			continue
		}
		return r.AllowEntry, true
	}
	return AllowEntry{}, false
}

// pattern names files as .gitignore does.
type pattern struct {
	text string
	glob *glob.Pattern
}

func newPattern(text string) (*pattern, error) {
	g, err := glob.Compile(strings.TrimPrefix(text, "/"), '/')
	if err != nil {
		return nil, errors.New("path is not a pattern: close its brackets and braces")
	}
	return &pattern{text, g}, nil
}

// matches follows .gitignore's habit: a pattern without a slash is of names, wherever they stand.
func (p *pattern) matches(rel string) bool {
	if rel == "" {
		return false
	}
	if strings.Contains(strings.TrimSuffix(p.text, "/"), "/") {
		// "**/" stands for no directory, too.
		return p.glob.Match(rel) || strings.HasPrefix(p.text, "**/") && p.glob.Match("./"+rel)
	}
	for dir := rel; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if p.glob.Match(path.Base(dir)) {
			return true
		}
	}
	return false
}

// Names says whether changes to a file are attested before they are committed.
func (a Attestation) Names(rel string) bool {
	for _, text := range a.Paths {
		if p, err := newPattern(text); err == nil && p.matches(rel) { // checked when the settings were loaded
			return true
		}
	}
	return false
}
