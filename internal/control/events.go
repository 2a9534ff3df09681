package control

import "time"

// What is told of all that happens, and the questions that are put to the person.

// Event is one thing that happened, as a line of GET /v1/events. Holding that request open is what
// "attached" means: the daemon lives while somebody is. Who adds ?answers=1 can put a question to the person, and gets
// those that there are.
type Event struct {
	Kind string    `json:"kind"` // exchange, policy, refused, proxy, pause, signal, ask, review; and Attached, which is not of the daemon
	Time time.Time `json:"time"`
	// Text is one sentence for a person.
	Text     string         `json:"text"`
	Revision string         `json:"revision,omitempty"`
	Outdated string         `json:"outdated,omitempty"` // as a Policy's
	Provider string         `json:"provider,omitempty"`
	Verdict  string         `json:"verdict,omitempty"`
	Classes  map[string]int `json:"classes,omitempty"`
	// Fingerprints are this installation's of values that were kept back: of those that went out as placeholders, or
	// that the request was forbidden for. An older daemon names none.
	Fingerprints []string `json:"fingerprints,omitempty"`
	// Exchange is the id of an exchange whose texts are kept.
	Exchange string `json:"exchange,omitempty"`
	// ID is that of a question: ask, whether Files, which nobody here can read, may go to Provider, which waits a minute for an
	// Answer; or review, whether the request of that Review may.
	ID    string `json:"id,omitempty"`
	Files []File `json:"files,omitempty"`
	// Obligation is what policy wants of a person before a request goes, review or attest, and Findings how many there are in it.
	Obligation string `json:"obligation,omitempty"`
	Findings   int    `json:"findings,omitempty"`
}

// Attached is the kind of the event that says that all that happens from now on is told: what was asked before may have
// changed unheard.
const Attached = "attached"

// File is what a question tells of a file: nothing of what is in it.
type File struct {
	Kind        string `json:"kind"` // image, document, audio, video, other
	MediaType   string `json:"media_type,omitempty"`
	Size        int    `json:"size"`
	Fingerprint string `json:"fingerprint"`
}

// Answer is the person's to the question of an event ask. The first one counts.
type Answer struct {
	Version int    `json:"version"`
	ID      string `json:"id"`
	// Say is once, always (all files of these kinds to this provider, until the daemon ends), no, or closed: the
	// person did not say.
	Say string `json:"say"`
}

// What an Answer says.
const (
	SayOnce   = "once"
	SayAlways = "always"
	SayNo     = "no"
	SayClosed = "closed"
)

// Taken answers Answer.
type Taken struct{}
