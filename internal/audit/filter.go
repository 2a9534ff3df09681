package audit

import (
	"slices"
	"strings"
	"time"
)

// Filter chooses records. An empty field asks nothing.
type Filter struct {
	Kinds     []string
	Provider  string
	Model     string
	Assistant string
	Relay     string
	User      string
	Class     string
	Rule      string
	Verdict   string
	Note      string
	// Fingerprint is of a value that was found.
	Fingerprint string
	// Since is the first moment that counts, Until the first that does not.
	Since, Until time.Time
}

// Match tells whether a record is chosen.
func (f Filter) Match(r Record) bool {
	for _, is := range []struct{ want, have string }{
		{f.Provider, r.Provider}, {f.Model, r.Model}, {f.Assistant, r.Assistant}, {f.Relay, r.Relay}, {f.User, r.User}, {f.Verdict, r.Verdict}, {f.Note, r.Note},
	} {
		if is.want != "" && is.want != is.have {
			return false
		}
	}
	return (len(f.Kinds) == 0 || slices.Contains(f.Kinds, r.Kind)) &&
		(f.Class == "" || r.Classes[f.Class] > 0) &&
		(f.Rule == "" || r.Rules[f.Rule] > 0) &&
		(f.Fingerprint == "" || slices.Contains(r.Fingerprints, f.Fingerprint)) &&
		!r.Time.Before(f.Since) && (f.Until.IsZero() || r.Time.Before(f.Until))
}

// Values is how many values of what the filter asks for a record counts.
func (f Filter) Values(r Record) (n int) {
	switch {
	case f.Rule != "":
		return r.Rules[f.Rule]
	case f.Class != "":
		return r.Classes[f.Class]
	}
	for _, of := range r.Classes {
		n += of
	}
	return n
}

// Args are the flags of scrubjay audit show that choose the same.
func (f Filter) Args() string {
	var out []string
	flag := func(name, value string) {
		if value == "" {
			return
		}
		if strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@,+-") != "" {
			value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
		}
		out = append(out, "--"+name+" "+value)
	}
	flag("since", stamp(f.Since))
	flag("until", stamp(f.Until))
	flag("kind", strings.Join(f.Kinds, ","))
	flag("provider", f.Provider)
	flag("model", f.Model)
	flag("assistant", f.Assistant)
	flag("relay", f.Relay)
	flag("user", f.User)
	flag("class", f.Class)
	flag("rule", f.Rule)
	flag("verdict", f.Verdict)
	flag("note", f.Note)
	flag("fingerprint", f.Fingerprint)
	return strings.Join(out, " ")
}

func stamp(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Equal(t.UTC().Truncate(24 * time.Hour)):
		return t.UTC().Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339)
}
