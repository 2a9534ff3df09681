// Package console is the daemon's local page for the person of this machine: what goes to AI models and what became of it,
// the requests that wait, the policy in force and the ledger's health.
//
//	door.go    who comes in: a key that works once, then a cookie; every header that keeps others out
//	pages.go   what each page says, and the answer to a request that waits
//	layout.go  a page around its main part, and what several pages have; markup.go, the main part of each
//	words.go   what a person reads of classes, verdicts and outcomes
//	texts.go   what an exchange said, as far as it is shown, with its placeholders marked
//	page/      one stylesheet, one script and an icon
//
// It knows the daemon as a Source alone. What it shows may hold values, so it has no logger, keeps nothing, and nothing of it may
// be stored by a browser.
package console

import (
	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// Source is the daemon as the console knows it.
type Source interface {
	// Looked is called whenever the person looks.
	Looked()
	Hello() control.Hello
	// Kept tells whether policy lets the daemon keep what exchanges said. Exchanges are those that are kept, the newest first.
	Kept() bool
	Exchanges() []control.Exchanged
	Exchange(id string) (control.ExchangeShown, error)
	// Found are the values that were found in today's requests, by class.
	Found() map[string]int
	Reviews() []control.Review
	Answer(id, say string) error
	Policy() Policy
	Ledger() Ledger
	// Signals are the latest that were out of the ordinary, the newest first.
	Signals() []audit.Signal
}

// Policy is what holds, and by whose word.
type Policy struct {
	// Destinations are who is judged for, and Becomes what becomes of each class for each of them.
	Destinations []string
	Becomes      []Becomes
	Settings     []Setting
	// Notes say which settings do not count, and why.
	Notes []string
}

// Becomes is a class, and what each destination gets of it: allow, scrub or forbid, and why.
type Becomes struct {
	Class    string
	Verdicts []Verdict
}

// Verdict is what policy says, and the reason.
type Verdict struct{ Verdict, Reason string }

// Setting is one that somebody set.
type Setting struct {
	Name, Value, From string
	// Decided says that a layer above the person's own sets it.
	Decided bool
}

// Ledger is how the ledger is.
type Ledger struct {
	// Records are how many are good, and Wrong says what is not.
	Records int64
	Wrong   string
	// Dropped says what retention has dropped, if anything.
	Dropped string
	// Unwritten says why records cannot be written at this moment, if they cannot.
	Unwritten string
	// Dir is where it lies.
	Dir string
}
