// Package detect finds what is sensitive in a text. It is pure: bytes in, findings out.
// It opens no files, knows no policy and keeps no value.
package detect

// Rule is one thing to find.
type Rule struct {
	ID          string
	Description string
	Class       Class
	Severity    Severity
	Confidence  Confidence
	// Placeholder is the TYPE of the placeholders that stand for this rule's values, such as AWS_KEY or EMAIL.
	Placeholder string
}

// Engine finds the values of a set of rules. It is immutable and safe for concurrent use.
type Engine struct{ rules []*Rule }

// Rules lists the engine's rules in the order of their ids.
func (e *Engine) Rules() []*Rule { return e.rules }

// Default is the engine of the rules that are built into the program.
func Default() *Engine { return &Engine{} }

// Find returns the findings of text, in order, never overlapping.
// path, when it is known, lets rules judge by the file's kind; it is not opened.
func (e *Engine) Find(path string, text []byte) []Finding { return nil }

// Scan is the result of scanning one version of one text. It is immutable: an edit makes a new one.
type Scan struct{ findings []Finding }

// Open scans a text from scratch.
func (e *Engine) Open(path string, text []byte) *Scan { return &Scan{} }

// Findings are those of this version, in order, never overlapping.
func (s *Scan) Findings() []Finding { return s.findings }

// Edit returns the scan of text, which came from this scan's text by replacing the bytes
// of old with newLen others. Only what the edit can have changed is looked at;
// the result is the very same as that of Open.
func (s *Scan) Edit(text []byte, old Span, newLen int) *Scan { return s }

// Ignored tells whether a comment on the finding's own lines, or alone on the line before it,
// says that it is not sensitive: "scrubjay:allow", or "scrubjay:allow RULE-ID" for one rule only.
// The comment quiets editors and scans, never the wire.
func Ignored(text []byte, f Finding) bool { return false }
