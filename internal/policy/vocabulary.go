package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// vocabulary is what a name can be in one place of a query or of a table.
type vocabulary struct {
	what  string
	names []string
	// others says that there are names which nobody can list here, as those of providers in a person's own settings.
	// Then only what looks like one of the list is taken for misspelt.
	others bool
	cure   string // what to do if the name is right
}

// wrong says what is wrong with a name, or nothing.
func (v vocabulary) wrong(name string) string {
	if slices.Contains(v.names, name) {
		return ""
	}
	near := Nearest(name, v.names)
	if v.others && (near == "" || !slips(name, near)) {
		return ""
	}
	text, end := fmt.Sprintf("no %s is called %q", v.what, name), ". "
	switch {
	case near != "":
		text, end = text+": did you mean "+near+"?", " "
	case len(v.names) <= 12:
		text += ": it is one of " + strings.TrimPrefix(strings.Join(v.names, ", "), ", ")
	}
	if v.cure == "" {
		return text
	}
	return text + end + v.cure
}

// Nearest is the name that was probably meant, if there is one.
func Nearest(name string, names []string) (near string) {
	best := 3
	for _, n := range names {
		d := levenshtein.ComputeDistance(strings.ToLower(name), n)
		if n != "" && d <= max(1, len(name)/2) && (d < best || d == best && shared(name, n) > shared(name, near)) {
			best, near = d, n
		}
	}
	if near != "" || len(name) < 3 {
		return near
	}
	i := slices.IndexFunc(names, func(n string) bool { return n != "" && (strings.HasPrefix(n, name) || strings.HasPrefix(name, n)) })
	if i < 0 {
		return ""
	}
	return names[i]
}

// shared is how many bytes two names begin with alike.
func shared(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// slips tells whether one name is another with a slip of the finger in it. What has a number or a word of its own added is
// another name by intent: openai2, openai-eu, my-openai.
func slips(name, of string) bool {
	for _, added := range []string{strings.TrimPrefix(name, of), strings.TrimSuffix(name, of)} {
		if added != name && strings.Trim(added, "0123456789-_.") != added {
			return false
		}
	}
	lower := strings.ToLower(name)
	switch levenshtein.ComputeDistance(lower, of) {
	case 0, 1:
		return true
	case 2:
		a, b := []byte(lower), []byte(of)
		slices.Sort(a)
		slices.Sort(b)
		return len(name) > 8 || string(a) == string(b) // two letters changed places
	}
	return false
}

// upTo are the names of a scale, from its beginning.
func upTo[T interface {
	~uint8
	String() string
}](last T) (all []string) {
	for x := T(0); x <= last; x++ {
		all = append(all, x.String())
	}
	return all
}

// AIIgnored is the label that Scrubjay gives by itself, and the rule that finds passages of files that have it: see
// internal/workspace.
const AIIgnored = "ai-ignored"

// toolKinds are what internal/wire calls tools. No tool is a kind, too.
var toolKinds = []string{"", "edit", "command", "network", "show", "mcp", "other"}
