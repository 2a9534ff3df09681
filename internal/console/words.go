package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// classes are the kinds of findings as a person says them, alone and in numbers, in the order that they are told in.
var classes = []struct{ class, name, one, more string }{
	{"credential", "Credentials", "credential", "credentials"},
	{"pci", "Payment data", "piece of payment data", "pieces of payment data"},
	{"phi", "Health data", "piece of health data", "pieces of health data"},
	{"pii", "Personal data", "piece of personal data", "pieces of personal data"},
	{"proprietary", "Protected text", "passage of protected text", "passages of protected text"},
	{"internal", "Names internal to your organisation", "internal name", "internal names"},
	{"injection", "Instructions to a model", "instruction to a model", "instructions to a model"},
}

// nameOf is a class by itself.
func nameOf(class string) string {
	for _, c := range classes {
		if c.class == class {
			return c.name
		}
	}
	return class
}

// count is a line of what was found.
type count struct {
	Name string
	N    int
}

// counted are classes in the order that they are told in, those that nobody here knows at the end.
func counted(found map[string]int) (all []count, text string) {
	var words []string
	rest := map[string]int{}
	for class, n := range found {
		rest[class] = n
	}
	add := func(name, one, more string, n int) {
		all = append(all, count{name, n})
		if n == 1 {
			more = one
		}
		words = append(words, fmt.Sprintf("%d %s", n, more))
	}
	for _, c := range classes {
		if n := rest[c.class]; n > 0 {
			add(c.name, c.one, c.more, n)
		}
		delete(rest, c.class)
	}
	others := make([]string, 0, len(rest))
	for class, n := range rest {
		if n > 0 {
			others = append(others, class)
		}
	}
	slices.Sort(others)
	for _, class := range others {
		add(class, class, class, rest[class])
	}
	return all, strings.Join(words, ", ")
}

// becomes is what a destination gets of a class.
func becomes(verdict string) string {
	switch verdict {
	case policy.Allow.String():
		return "goes as it is"
	case policy.Scrub.String():
		return "gets a placeholder"
	case policy.Forbid.String():
		return "the request stops"
	}
	return "not known"
}

// finding is how the proxy tells of one: rule, class, place and what becomes of it.
var finding = text.Expression(`^(\S+) \((\w+)\) at (.*): (goes as it is|a placeholder)$`)

// findings says of each what class it is of. One that is told in another way stays as it is.
func findings(told []string) (all []string) {
	for _, f := range told {
		if m := finding().FindStringSubmatch(f); m != nil {
			f = nameOf(m[2]) + " at " + m[3] + ", by the rule " + m[1] + ": " + m[4]
		}
		all = append(all, f)
	}
	return all
}

// stopped are the reasons for which a request does not go, by the ledger's notes.
var stopped = map[string]string{
	"forbidden_by_policy":   "policy forbids a value in it",
	"unreviewed":            "nobody approved it",
	"attachment_unapproved": "nobody approved what is attached",
	"attachment_forbidden":  "policy forbids what is attached",
	"reroute_required":      "policy sends it to another provider, and none is named",
	"upstream_unreachable":  "the provider could not be reached",
}

var isCode = text.Expression(`^[a-z]+(_[a-z]+)*$`)

// outcome is what became of an exchange. bad says that the person may want to do something about it.
func outcome(e control.Exchanged) (text string, bad bool) {
	values := 0
	for _, n := range e.Classes {
		values += n
	}
	switch {
	case e.Verdict == policy.Forbid.String():
		return "The request stopped: " + cmp.Or(stopped[e.Note], stopped["forbidden_by_policy"]), true
	case e.Status >= 400 && isCode().MatchString(e.Note):
		return "The request stopped: " + cmp.Or(stopped[e.Note], strings.ReplaceAll(e.Note, "_", " ")), true
	case values == 0:
		text = "Went as it was: nothing sensitive"
	case e.Verdict == policy.Scrub.String():
		text = "Went with placeholders"
	case e.Paused:
		text = "Went as it was: scrubbing was paused"
	default:
		text = "Went as it was: policy allows it"
	}
	switch {
	case e.Status == 0:
		return text + "; the answer broke off", true
	case e.Status >= 400:
		return fmt.Sprintf("%s; the provider answered with error %d", text, e.Status), true
	}
	return text, false
}

// assistant is a program as it names itself, without the rest of its User-Agent.
func assistant(name string) string {
	name, _, _ = strings.Cut(name, " ")
	program, version, _ := strings.Cut(name, "/")
	return cmp.Or(strings.TrimSpace(program+" "+version), "A program that does not say its name")
}

// standing is whether the person is protected, and why.
type standing struct {
	Protected bool
	Text, Why string
	// Advice is a command that helps.
	Advice string
}

func standingOf(h control.Hello) (s standing) {
	s.Protected = true
	switch {
	case h.Proxy.Error != "":
		return standing{false, "Not protected: the proxy does not listen", h.Proxy.Error, "scrubjay doctor"}
	case h.Paused != nil:
		return standing{false, "Not protected: paused until " + h.Paused.Until.Local().Format("15:04"), "What is sensitive goes out as it is, because scrubbing was paused in " + h.Paused.By + ". What policy forbids still stops.", "scrubjay resume"}
	case h.Policy.Outdated != "":
		return standing{true, "Stopped: Scrubjay is too old", "Your organisation asks for " + h.Policy.Outdated + " or newer. Until then nothing goes to AI vendors.", ""}
	case len(h.Used) == 0 && len(h.Assistants) == 0:
		return standing{false, "Not protected: no assistant uses Scrubjay yet", "An assistant that is not set up does not come by here, so nothing in its requests is kept back.", "scrubjay setup ASSISTANT"}
	case h.Trouble != nil && !h.Trouble.Over:
		return standing{true, "Protected, but requests are stopped", "Something is wrong with Scrubjay itself: " + h.Trouble.Text, "scrubjay doctor"}
	case h.Policy.Refused != "":
		return standing{true, "Protected by an older policy", h.Policy.Refused, "scrubjay doctor"}
	}
	s.Text, s.Why = "Protected", "What is sensitive in requests through Scrubjay is kept on this machine, as policy says."
	return s
}

// clock is a moment as a person reads it: the time today, the date before.
func clock(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}
