package policy

import (
	"crypto/hmac"
	"errors"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/gobwas/glob"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

var fingerprintForm = regexp.MustCompile(`^[iro]:[0-9a-f]{32}$`)

func (e AllowEntry) check() error {
	if e.Rule == "" && e.Path == "" && e.Fingerprint == "" {
		return errors.New("this entry would allow everything: give it a rule, a path or a fingerprint")
	}
	if e.Fingerprint != "" && !fingerprintForm.MatchString(e.Fingerprint) {
		return errors.New("a fingerprint is i:, r: or o: and 32 hex digits, as scrubjay scan --format jsonl prints it")
	}
	if e.Path != "" {
		if _, err := compilePath(e.Path); err != nil {
			return errors.New("path is not a pattern: close its brackets and braces")
		}
	}
	if e.Until != "" {
		if _, err := e.ends(); err != nil {
			return errors.New("until is a date such as 2027-01-31")
		}
	}
	return nil
}

// ends is the first moment at which the entry holds no more: the day itself still counts.
func (e AllowEntry) ends() (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, e.Until, time.Local)
	return day.AddDate(0, 0, 1), err
}

// Allowed tells whether an entry of the settings says that a finding is not sensitive, and which. path is
// the file below the repository with slashes, empty on the wire; fingerprint is asked only for entries
// that all else fits, with the scope of the key to use, and answers nothing if it has no such key.
func Allowed(s Settings, rule, path string, fingerprint func(detect.Scope) string, now time.Time) (AllowEntry, bool) {
	for _, e := range s.Allow {
		if e.check() != nil || e.Rule != "" && e.Rule != rule {
			continue
		}
		if e.Until != "" {
			if end, _ := e.ends(); !now.Before(end) {
				continue
			}
		}
		if e.Path != "" && !pathMatches(e.Path, path) {
			continue
		}
		if e.Fingerprint != "" && !hmac.Equal([]byte(e.Fingerprint), []byte(fingerprint(detect.Scope(e.Fingerprint[0])))) {
			continue
		}
		return e, true
	}
	return AllowEntry{}, false
}

func compilePath(pattern string) (*glob.Pattern, error) {
	return glob.Compile(strings.TrimPrefix(pattern, "/"), '/')
}

// pathMatches follows .gitignore's habit: a pattern without a slash is of names, wherever they stand.
func pathMatches(pattern, rel string) bool {
	g, err := compilePath(pattern)
	if err != nil || rel == "" {
		return false
	}
	if strings.Contains(strings.TrimSuffix(pattern, "/"), "/") {
		// "**/" stands for no directory, too.
		return g.Match(rel) || strings.HasPrefix(pattern, "**/") && g.Match("./"+rel)
	}
	for dir := rel; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if g.Match(path.Base(dir)) {
			return true
		}
	}
	return false
}
