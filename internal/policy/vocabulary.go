package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Vocabulary is what a name can be in one place of a query or of a table.
type Vocabulary struct {
	What  string
	Names []string
	// others says that there are names which nobody can list here, as those of providers in a person's own settings.
	// Then only what looks like one of the list is taken for misspelt.
	Others bool
	Cure   string // what to do if the name is right
}

// Wrong says what is wrong with a name, or nothing.
func (v Vocabulary) Wrong(name string) string {
	if slices.Contains(v.Names, name) {
		return ""
	}
	near := Nearest(name, v.Names)
	if v.Others && (near == "" || !Slips(name, near)) {
		return ""
	}
	text, end := fmt.Sprintf("no %s is called %q", v.What, name), ". "
	switch {
	case near != "":
		text, end = text+": did you mean "+near+"?", " "
	case len(v.Names) <= 12:
		text += ": it is one of " + strings.TrimPrefix(strings.Join(v.Names, ", "), ", ")
	}
	if v.Cure == "" {
		return text
	}
	return text + end + v.Cure
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

// Slips tells whether one name is another with a slip of the finger in it. What has a number or a word of its own added is
// another name by intent: openai2, openai-eu, my-openai.
func Slips(name, of string) bool {
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

// UpTo are the names of a scale, from its beginning.
func UpTo[T interface {
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

// ToolKinds are what internal/wire calls tools. No tool is a kind, too.
var ToolKinds = []string{"", "edit", "command", "network", "show", "mcp", "other"}
