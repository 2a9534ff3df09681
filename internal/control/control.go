// Package control is what editors, commands and the daemon say to each other over the control socket:
// HTTP with JSON bodies over a Unix socket in the state directory, so that nothing but the person's own
// account can reach it. This file is the messages; client.go speaks them; the daemon answers them.
//
// Every message carries the protocol version. A newer editor may talk to an older daemon: Hello lists
// the daemon's features, and the client names what is missing instead of failing later.
package control

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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

// Value is a value on its way into the vault. It travels only over the socket.
type Value struct {
	Type  string `json:"type"`
	Rule  string `json:"rule"`
	Class string `json:"class"`
	Bytes []byte `json:"bytes"`
}

// Issue asks for file placeholders; the answer comes only after the values are safe on disk.
type Issue struct {
	Version int     `json:"version"`
	Path    string  `json:"path"` // where the value stood, for the ledger
	Values  []Value `json:"values"`
}

// Issued answers Issue, in its order.
type Issued struct {
	Placeholders []string `json:"placeholders"`
}

// Marked tells which values the person marked as not sensitive. Of them the ledger gets fingerprints.
type Marked struct {
	Version int     `json:"version"`
	Path    string  `json:"path"`
	Values  []Value `json:"values"`
}

// Noted answers Marked and Attested.
type Noted struct{}

// Wrote asks whether an assistant has said these lines of late. What exchanges said is kept in memory, and only the last of it.
type Wrote struct {
	Version int      `json:"version"`
	Lines   [][]byte `json:"lines"`
}

// WrittenBy answers Wrote with the assistant, as it calls itself; empty if none has.
type WrittenBy struct {
	Assistant string `json:"assistant,omitempty"`
}

// Attested tells that a person has said yes to an assistant's change.
type Attested struct {
	Version   int    `json:"version"`
	Folder    string `json:"folder"`
	Assistant string `json:"assistant"`
	// Patch is the change's id, and Files how many it is of.
	Patch string `json:"patch"`
	Files int    `json:"files"`
	// Said is what the person said yes to.
	Said []string `json:"said"`
}

// Reveal asks for the values of file placeholders.
type Reveal struct {
	Version      int      `json:"version"`
	Path         string   `json:"path"`
	Placeholders []string `json:"placeholders"`
	// Wire says that an assistant left them behind: those of the wire are meant.
	Wire bool `json:"wire,omitempty"`
}

// Left asks which of these texts are placeholders of the wire that stand for something, and have been left in a file.
type Left struct {
	Version      int      `json:"version"`
	Placeholders []string `json:"placeholders"`
}

// LeftBehind answers Left.
type LeftBehind struct {
	Placeholders []string `json:"placeholders,omitempty"`
}

// Revealed answers Reveal. What was never issued is missing.
type Revealed struct {
	Values map[string][]byte `json:"values"`
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

// Known tells where this machine's own secrets are: folders whose .env files hold some, and an environment as
// NAME=value. Of what it is told, the daemon keeps fingerprints.
type Known struct {
	Version int `json:"version"`
	// From is who says so: another environment of its takes the place of this one. Empty means whoever works in the
	// folders.
	From        string   `json:"from,omitempty"`
	Folders     []string `json:"folders,omitempty"`
	Environment []string `json:"environment,omitempty"`
	// Resolved are values that pointers named, by their pointers. They are secrets whatever they are called.
	Resolved map[string][]byte `json:"resolved,omitempty"`
}

// Knows answers Known.
type Knows struct{}

// Secrets adds, removes and lists the secrets that the person named. Without a name it lists.
type Secrets struct {
	Version int    `json:"version"`
	Name    string `json:"name,omitempty"`
	// Value is what the name stands for from now on; without one the name is removed.
	Value []byte `json:"value,omitempty"`
}

// SecretNames answers Secrets with the names that there are now.
type SecretNames struct {
	Names []string `json:"names"`
}

// Forget has wire placeholders forgotten. Without any it lists those of credentials that are ordinary words.
type Forget struct {
	Version      int      `json:"version"`
	Placeholders []string `json:"placeholders,omitempty"`
}

// Forgot answers Forget with the placeholders that are forgotten, or that are ordinary words.
type Forgot struct {
	Placeholders []string `json:"placeholders"`
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

// DocumentLimit is the longest document that Scrub, Restore and Judge take.
const DocumentLimit = 10 << 20

// Scrub asks for placeholders in a message of an MCP server, so that it can be given to an assistant.
type Scrub struct {
	Version int `json:"version"`
	// Server is the name under which the assistant knows the server.
	Server string `json:"server"`
	// Document is the message; it travels as base64, so that every byte stays.
	Document []byte `json:"document"`
}

// Scrubbed answers Scrub.
type Scrubbed struct {
	// Document is the message that may go on; nil if none may.
	Document []byte `json:"document,omitempty"`
	// Why says what policy forbids in it: rule, class and place, never a value.
	Why string `json:"why,omitempty"`
}

// Restore asks for the values of placeholders in a client's request to an MCP server, as far as policy lets them into
// the tool.
type Restore struct {
	Version  int    `json:"version"`
	Server   string `json:"server"`
	Method   string `json:"method"`
	Document []byte `json:"document"`
}

// Restored answers Restore.
type Restored struct {
	Document []byte `json:"document"`
	// Withheld is how many placeholders stayed what they are.
	Withheld int `json:"withheld,omitempty"`
}

// Judge asks what is sensitive in what an assistant's hook is told.
type Judge struct {
	Version int `json:"version"`
	// From names assistant and event, for the ledger.
	From string `json:"from"`
	// Folder is where the assistant works.
	Folder string `json:"folder,omitempty"`
	// Scrubbed says that the proxy will scrub it: then only what policy forbids is to be kept back.
	Scrubbed bool `json:"scrubbed,omitempty"`
	// Rewrite says that placeholders can take the place of what would be scrubbed.
	Rewrite  bool   `json:"rewrite,omitempty"`
	Document []byte `json:"document"`
}

// Judged answers Judge.
type Judged struct {
	// Verdict is allow, scrub or forbid: the strictest of what was found.
	Verdict string `json:"verdict"`
	// Why says what of it is to be kept back, if anything: rule, class and place, never a value.
	Why string `json:"why,omitempty"`
	// Document is the document with placeholders, if it may go on with them.
	Document []byte `json:"document,omitempty"`
}

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

// Reviews asks which requests wait for a person.
type Reviews struct {
	Version int `json:"version"`
}

// Waiting answers Reviews, the oldest first.
type Waiting struct {
	Reviews []Review `json:"reviews"`
}

// Review is a request that is held until a person has answered, with an Answer of its ID, or five minutes have passed.
type Review struct {
	ID         string    `json:"id"`
	Obligation string    `json:"obligation"`
	Provider   string    `json:"provider"`
	Model      string    `json:"model,omitempty"`
	Since      time.Time `json:"since"`
	// Findings name rule, class, place and what becomes of it, never a value.
	Findings []string `json:"findings,omitempty"`
	// Body is the request as it would go, with placeholders.
	Body []byte `json:"body"`
	// User and Machine say whose request it is.
	User    string `json:"user,omitempty"`
	Machine string `json:"machine,omitempty"`
	// Second says that a second person has to sign as well, and Approved that the first has approved.
	Second   bool `json:"second,omitempty"`
	Approved bool `json:"approved,omitempty"`
}

// Digest is what a second person signs: all that is told of the request, and whose it is.
func (r Review) Digest() string {
	text, _ := json.Marshal(struct { // texts always are JSON
		What                           string
		Provider, Model, User, Machine string
		Findings                       []string
		Body                           []byte
	}{"scrubjay review 1", r.Provider, r.Model, r.User, r.Machine, r.Findings, r.Body})
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Accept brings a second person's approval: the token that scrubjay review sign made.
type Accept struct {
	Version int    `json:"version"`
	Token   string `json:"token"`
}

// Accepted answers Accept: who approved, and until when it holds for this very request.
type Accepted struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"`
	// Waits says that the request still waits. Otherwise it goes when it is sent again.
	Waits bool `json:"waits"`
}

// Exchanges asks for the latest exchanges whose texts are kept.
type Exchanges struct {
	Version int `json:"version"`
}

// ExchangeList answers Exchanges, the newest first.
type ExchangeList struct {
	Exchanges []Exchanged `json:"exchanges"`
}

// Exchanged is a request and its answer, without a word of them.
type Exchanged struct {
	ID        string         `json:"id"`
	Time      time.Time      `json:"time"`
	Provider  string         `json:"provider"`
	Model     string         `json:"model,omitempty"`
	Assistant string         `json:"assistant,omitempty"`
	Status    int            `json:"status,omitempty"`
	Verdict   string         `json:"verdict,omitempty"`
	Classes   map[string]int `json:"classes,omitempty"`
	// Note is the ledger's of it: for a request that stopped, the code of why.
	Note         string   `json:"note,omitempty"`
	Millis       int64    `json:"ms"`
	Fingerprints []string `json:"fingerprints,omitempty"`
	// Went says that the vendor got the request.
	Went bool `json:"went,omitempty"`
	// Paused says that values went as they were because scrubbing was paused.
	Paused bool `json:"paused,omitempty"`
}

// ExchangeTexts asks what one of them said: the texts of the request alone if Said.
type ExchangeTexts struct {
	Version int    `json:"version"`
	ID      string `json:"id"`
	Said    bool   `json:"said,omitempty"`
}

// ExchangeShown answers ExchangeTexts. It holds values, and is for the person's own eyes.
type ExchangeShown struct {
	Exchanged
	Typed    []byte   `json:"typed,omitempty"`
	Sent     []byte   `json:"sent,omitempty"`
	Answered []byte   `json:"answered,omitempty"`
	Said     [][]byte `json:"said,omitempty"`
	// Heard are the texts of the answer by themselves. An older daemon has none.
	Heard []Heard `json:"heard,omitempty"`
}

// Heard is a text of an answer: what was said, or handed to a tool.
type Heard struct {
	Tool string `json:"tool,omitempty"`
	Key  string `json:"key,omitempty"`
	Text []byte `json:"text"`
}

// Console asks for the address of the local page, which opens it once, and for a minute.
type Console struct {
	Version int `json:"version"`
}

// ConsoleAt answers Console.
type ConsoleAt struct {
	URL string `json:"url"`
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
