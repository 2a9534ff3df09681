package detect

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// Try finds in an example or a negative of a rule of the engine. An example has no file, so that a rule that wants a
// certain path is taken to have it.
func (e *Engine) Try(r *Rule, text []byte) ([]Finding, error) {
	if r.path != nil {
		anywhere := *r
		anywhere.path = nil
		with, err := e.With(&Set{Rules: []*Rule{&anywhere}})
		if err != nil {
			return nil, err
		}
		e = with
	}
	return e.Find("", text), nil
}

// Broken says which examples and negatives of a rule of the engine do not hold, by their numbers: a text may be somebody's
// secret.
func (e *Engine) Broken(r *Rule) (broken []string, err error) {
	try := func(what string, texts []string, want string) error {
		for i, text := range texts {
			found, err := e.Try(r, []byte(text))
			if err != nil {
				return err
			}
			var ids []string
			for _, f := range found {
				if want == "" && (f.Confidence == ConfidenceLow && f.Rule.Confidence > f.Confidence || f.Severity == Info && f.Rule.Severity > f.Severity) {
					continue // what is in doubt, like a token that was cut off, or nobody's, like an address at example.com
				}
				ids = append(ids, f.Rule.ID)
			}
			if got := strings.Join(ids, ", "); got != want {
				broken = append(broken, fmt.Sprintf("%s %d gives %s", what, i+1, cmp.Or(got, "nothing")))
			}
		}
		return nil
	}
	return broken, errors.Join(try("example", r.Examples, r.ID), try("negative", r.Negatives, ""))
}

// Place is the file and line that the rule stands at; empty for an index.
func (r *Rule) Place() string { return r.source.at }
