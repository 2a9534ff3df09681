// Package control is what editors, commands and the daemon say to each other over the control socket:
// HTTP with JSON bodies over a Unix socket in the state directory, so that nothing but the person's own
// account can reach it. This file has what is said of the daemon itself; values.go, documents.go, exchanges.go, reviews.go and
// events.go have what is said of these. client.go speaks it; the daemon answers.
//
// Every message carries the protocol version. A newer editor may talk to an older daemon: Hello lists
// the daemon's features, and the client names what is missing instead of failing later.
package control

import (
	"context"
	"time"
)

// Version of the messages in this package.
const Version = 1

// Features that this version's daemon has. An older one lists fewer.
var Features = []string{"issue", "reveal", "events", "known", "secrets", "canary", "scrub", "restore", "judge", "ask", "forget", "stop", "reach", "review", "used", "exchanges", "pointers", "accept", "marked", "console", "attested", "pause", "relay"}

// Hello is the daemon's answer to GET /v1/hello.
type Hello struct {
	Version  int      `json:"version"`
	Program  string   `json:"program"`
	Features []string `json:"features"`
	PID      int      `json:"pid"`
	Proxy    Proxy    `json:"proxy"`
	Policy   Policy   `json:"policy"`
	// Used are the providers that requests went to within a month, and Assistants those that are set up.
	Used       []string `json:"used,omitempty"`
	Assistants []string `json:"assistants,omitempty"`
	// Trouble is the last reason why a request was refused that should have gone out; nil if there was none.
	Trouble *Trouble `json:"trouble,omitempty"`
	// Paused says until when nothing is scrubbed; nil while scrubbing goes on.
	Paused *Paused `json:"paused,omitempty"`
	// InFiles is how many values stand behind placeholders in files, and would be lost with the vault.
	InFiles int `json:"in_files,omitempty"`
	// LeftOut is how many forms of this machine's secrets are not looked for, because there are too many.
	LeftOut int `json:"left_out,omitempty"`
}

// Trouble is what is wrong with a part of the daemon's.
type Trouble struct {
	Time time.Time `json:"time"`
	Code string    `json:"code"`
	Text string    `json:"text"`
	// Over says that a request has gone out since.
	Over bool `json:"over,omitempty"`
}

// Proxy is the state of the proxy: where it listens, or why it does not.
type Proxy struct {
	Listen string `json:"listen,omitempty"`
	Error  string `json:"error,omitempty"`
	// Instead is where it would have listened, and who has that.
	Instead string `json:"instead,omitempty"`
}

// Policy is the state of the policy in force.
type Policy struct {
	Revision string `json:"revision"`
	// Organised is true if an organisation is named. Sequence, Expires and Keys are its bundle's: the ids of the keys that
	// signed it; Since is when it came into force on this machine.
	Organised bool      `json:"organised,omitempty"`
	Sequence  int64     `json:"sequence,omitempty"`
	Since     time.Time `json:"since,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
	Keys      []string  `json:"keys,omitempty"`
	// Decided are the settings that the organisation's bundle or the administrator's file sets, and Ignored says what of the
	// person's own settings does not count, and why. An older daemon names none.
	Decided []Setting `json:"decided,omitempty"`
	Ignored []string  `json:"ignored,omitempty"`
	// PauseRefused says why scrubbing cannot be paused, if it cannot.
	PauseRefused string `json:"pause_refused,omitempty"`
	// Waits says which newer bundle other machines take first, if there is one.
	Waits string `json:"waits,omitempty"`
	// Refused says why the newest bundle was not taken, if it was not, and since when.
	Refused      string     `json:"refused,omitempty"`
	RefusedSince *time.Time `json:"refused_since,omitempty"`
	// Unreachable says why the organisation's server cannot be asked, if it cannot, and since when.
	Unreachable      string     `json:"unreachable,omitempty"`
	UnreachableSince *time.Time `json:"unreachable_since,omitempty"`
	// Stale is scrub, closed or open while the organisation's policy is missing or has expired.
	Stale string `json:"stale,omitempty"`
	// Outdated is the version that the organisation's policy asks for at least, if the daemon's is older: then nothing goes
	// to public providers.
	Outdated string `json:"outdated,omitempty"`
}

// Setting is one that somebody set: what holds now, and the layers that it comes from.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  string `json:"from"`
}

// LongestPause is how long scrubbing may be paused.
const LongestPause = 10 * time.Minute

// Pause asks that requests go out unscrubbed for a while. What policy forbids stays forbidden. Whoever asks has asked the person
// first.
type Pause struct {
	Version int           `json:"version"`
	For     time.Duration `json:"for"`
	// By is the editor or the command, for the ledger.
	By string `json:"by"`
}

// Paused answers Pause.
type Paused struct {
	Until time.Time `json:"until"`
	By    string    `json:"by"`
}

// Resume ends a pause before its time.
type Resume struct {
	Version int    `json:"version"`
	By      string `json:"by"`
}

// Resumed answers Resume.
type Resumed struct {
	WasPaused bool `json:"was_paused"`
}

// Canary asks that requests of the answer's id go to a stand-in vendor on this machine instead of to their own
// vendor, for a minute. Everything else happens to them as to any other request.
type Canary struct {
	Version int    `json:"version"`
	URL     string `json:"url"`
}

// CanaryID answers Canary.
type CanaryID struct {
	ID string `json:"id"`
}

// Reach has the daemon try the way to providers, with nothing of the person's, and besides to those that requests were sent
// to since it started.
type Reach struct {
	Version   int      `json:"version"`
	Providers []string `json:"providers,omitempty"`
}

// Reached answers Reach.
type Reached struct {
	Providers []ReachedProvider `json:"providers"`
}

// ReachedProvider says why a provider cannot be reached and what to do; nothing if it can.
type ReachedProvider struct {
	Name string `json:"name"`
	Why  string `json:"why,omitempty"`
}

// Stop ends the daemon. What is under way gets a moment.
type Stop struct {
	Version int `json:"version"`
}

// Stopped answers Stop, before the daemon has ended.
type Stopped struct{}

// Console asks for the address of the local page, which opens it once, and for a minute.
type Console struct {
	Version int `json:"version"`
}

// ConsoleAt answers Console.
type ConsoleAt struct {
	URL string `json:"url"`
}

// Daemon is what a client can ask of the daemon; the language server is written against it.
type Daemon interface {
	Hello(ctx context.Context) (Hello, error)
	Issue(ctx context.Context, r Issue) (Issued, error)
	Reveal(ctx context.Context, r Reveal) (Revealed, error)
	// Left tells which of some texts are placeholders of the wire.
	Left(ctx context.Context, r Left) (LeftBehind, error)
	// Known tells the daemon where secrets are. One that is older does without.
	Known(ctx context.Context, r Known) error
	// Marked tells the daemon what the person marked as not sensitive. One that is older does without.
	Marked(ctx context.Context, r Marked) error
	// Attend calls f for each event, questions included, until ctx ends or the daemon goes away. The first is of kind
	// Attached.
	Attend(ctx context.Context, f func(Event)) error
	// Answer is the person's answer to a question. An error says that nobody waits for it any more.
	Answer(ctx context.Context, a Answer) error
	// Reviews are the requests that wait for a person.
	Reviews(ctx context.Context) ([]Review, error)
	// Pause has requests go out unscrubbed for a while, and Resume ends that. The person has been asked.
	Pause(ctx context.Context, p Pause) (Paused, error)
	Resume(ctx context.Context, r Resume) (Resumed, error)
	// Exchange is what one of the latest exchanges said.
	Exchange(ctx context.Context, q ExchangeTexts) (ExchangeShown, error)
}
