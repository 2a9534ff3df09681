package detect

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
