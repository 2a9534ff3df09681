// Package policy is the words in which is said what may go where, and the settings of everybody who has a say. What decides,
// and an organisation's signed bundles, is package opa; who only asks, or only reads settings, links no OPA.
//
//   - policy.go is a Query and its Decision: no text, value or path is in it.
//   - Who has a say, the highest first: the managed file, the organisation's signed bundle, the person's own file (layers.go).
//     The highest that sets a verdict defines it, lower ones only tighten; origins.go says who set what, and effective.go what
//     holds in the end.
//   - load.go and validate.go read the files and name the line that is wrong; a repository's file quiets only editors.
//     vocabulary.go guesses what a misspelt name meant.
//   - allow.go says what is not sensitive, revocations.go which values nobody may get any more.
//   - keys.go and approval.go: whose keys sign bundles, and a second person's word on a request.
//
// Nothing here is logged.
package policy

import (
	"context"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// Verdict is what policy says of a class for a destination. The stricter wins.
type Verdict uint8

// In the order of strictness.
const (
	Allow Verdict = iota
	Scrub
	Forbid
)

var VerdictNames = [...]string{"allow", "scrub", "forbid"}

func (v Verdict) String() string { return VerdictNames[v] }

// Kind says whose a destination is.
type Kind string

// The kinds of destination.
const (
	Public  Kind = "public"  // a vendor
	Private Kind = "private" // the organisation's own
	Local   Kind = "local"   // this machine
)

// Destination is where text would go.
type Destination struct {
	Provider string `json:"provider"`
	Model    string `json:"model,omitempty"`
	Kind     Kind   `json:"kind"`
}

// Direction of the text that is asked about.
type Direction string

// Outgoing text goes to the destination. Answer is text the destination sent. Restore asks whether a
// value may come back into Tool's arguments (or, with no tool, into prose).
const (
	Outgoing Direction = "outgoing"
	Answer   Direction = "answer"
	Restore  Direction = "restore"
)

// Tool is what a restored value would be handed to.
type Tool struct {
	Name string `json:"name,omitempty"`
	// Kind is edit, command, network or other, as internal/wire classified it.
	Kind string `json:"kind,omitempty"`
}

// Subject is one distinct kind of finding among those asked about. It holds no text.
type Subject struct {
	Class      detect.Class `json:"class"`
	Rule       string       `json:"rule"`
	Severity   string       `json:"severity"`
	Confidence string       `json:"confidence"`
	Validated  bool         `json:"validated"`
	// Revoked is the organisation's fingerprint of the value if it is revoked: Settings.Revocations.
	Revoked string `json:"revoked,omitempty"`
}

// Attachment is what kind of file stands in a request that nobody here can read.
type Attachment string

// The kinds of attachment.
const (
	Image    Attachment = "image"
	Document Attachment = "document"
	Audio    Attachment = "audio"
	Video    Attachment = "video"
	Other    Attachment = "other"
)

// Attachments are all kinds.
var Attachments = []Attachment{Image, Document, Audio, Video, Other}

// Assistant is a program that sends text to a model, as it names itself.
type Assistant struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// Who is whose machine this is, and the version of the program there. It is the same in every query.
type Who struct {
	User    string
	Machine string
	Program string
}

// Query is everything a decision may depend on, and nothing of the text itself.
type Query struct {
	Direction   Direction   `json:"direction"`
	Destination Destination `json:"destination"`
	// Origin is the provider that a value's placeholder was issued to (Restore only).
	Origin string `json:"origin,omitempty"`
	Tool   Tool   `json:"tool"`
	// Endpoint is "known" when internal/wire has a table for the path, "unknown" otherwise; empty outside the proxy.
	Endpoint string    `json:"endpoint,omitempty"`
	Subjects []Subject `json:"subjects,omitempty"`
	Labels   []string  `json:"labels,omitempty"`
	// Assistant is the program that asks, if it says so.
	Assistant Assistant `json:"assistant"`
	// Repository is that of the folder that the text is from, as github.com/acme/shop, if it is known (Outgoing only).
	Repository string `json:"repository,omitempty"`
	// Attachments are the kinds of what cannot be read (Outgoing only).
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Ruling is the answer for one subject.
type Ruling struct {
	Verdict Verdict
	// Diagnostic is how an editor shows it: error, warning, information, hint, or none.
	Diagnostic string
	// Reason is one sentence for a person: whose rule, what follows. Never a value.
	Reason string
	// Authorisation says of an exception who approved it, until when and why.
	Authorisation string
}

// Permission is the answer for one kind of attachment. It is Allow or Forbid.
type Permission struct {
	Verdict Verdict
	// Review says that a person must approve: without that it must not go.
	Review bool
	// Reason is as a Ruling's.
	Reason string
}

// Decision is what policy says.
type Decision struct {
	// Verdict is the strictest of the rulings and permissions, or that of the endpoint.
	Verdict     Verdict
	Rulings     []Ruling     // parallel to Query.Subjects
	Attachments []Permission // parallel to Query.Attachments
	Reasons     []string
	Obligations []string // Review, ReviewByTwo, Reroute, Attest, and AskAttached where a Permission asks
	Revision    string
	ValidUntil  time.Time
	// Named are the rules that the policy judges by their names, in order.
	Named []string
}

// What a decision may oblige to.
const (
	// Review: a person sees the whole request before it goes, Attest: a person says that it may.
	// ReviewByTwo: a second person signs besides that the request may go.
	Review, Attest = "review", "attest"
	ReviewByTwo    = "review_by_two"
	// Reroute: it goes to the provider that is named to take this one's place.
	Reroute = "reroute"
	// AskAttached: a person is asked about what is attached and cannot be read.
	AskAttached = "ask"
)

// Decider is what rooms above ask. A failed decision is closed: Forbid, with the error as its reason.
type Decider interface {
	Decide(ctx context.Context, q Query) (Decision, error)
}

// SubjectOf is the subject that a finding belongs to.
func SubjectOf(f detect.Finding) Subject {
	return Subject{Class: f.Rule.Class, Rule: f.Rule.ID, Severity: f.Severity.String(), Confidence: f.Confidence.String(), Validated: f.Validated}
}
