package lsptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/completion"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// Decider rules as lines say: CLASS VERDICT SHOWN [DESTINATION], the latest that fits. Until one does,
// everything is scrubbed and a warning.
type Decider struct {
	mu    sync.Mutex
	lines [][]string
}

// Rule adds a line.
func (d *Decider) Rule(words ...string) error {
	if len(words) != 3 && len(words) != 4 {
		return errors.New("a line of policy is CLASS|LABEL VERDICT SHOWN [DESTINATION]")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, words)
	return nil
}

// Decide answers as the lines say.
func (d *Decider) Decide(_ context.Context, q policy.Query) (policy.Decision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var decision policy.Decision
	for _, s := range q.Subjects {
		r := policy.Ruling{Verdict: policy.Scrub, Diagnostic: "warning", Reason: "test policy for " + string(s.Class)}
		for _, l := range d.lines {
			if l[0] != string(s.Class) && !slices.Contains(q.Labels, l[0]) || len(l) == 4 && l[3] != q.Destination.Provider {
				continue
			}
			for _, v := range []policy.Verdict{policy.Allow, policy.Scrub, policy.Forbid} {
				if v.String() == l[1] {
					r.Verdict = v
				}
			}
			r.Diagnostic = l[2]
		}
		decision.Verdict = max(decision.Verdict, r.Verdict)
		decision.Rulings = append(decision.Rulings, r)
	}
	return decision, nil
}

// placeholder is the nth of a type that a Daemon issues. Its check character is the one that is right.
func placeholder(kind string, n int) string {
	const alphabet = "23456789abcdefghjkmnpqrstuvwxyz"
	body := fmt.Sprintf("REDACTED_%s_sy8c%c", kind, alphabet[n])
	for _, check := range alphabet {
		whole := body + string(check)
		if found := redact.Find([]byte(whole)); len(found) == 1 && found[0] == (redact.Span{End: len(whole), Scope: redact.File}) {
			return whole
		}
	}
	panic("no check character fits " + body)
}

var errDown = fmt.Errorf("%w (made up)", control.ErrNoDaemon)

// Daemon keeps what it is given in memory.
type Daemon struct {
	mu     sync.Mutex
	down   bool
	values map[string]string // placeholder to value
	counts map[string]int
	events chan control.Event
	hello  control.Hello
	// beforeAttached is called between an editor's greeting and the first event that it can hear.
	beforeAttached func()
	// folders are where it was told that secrets are.
	folders []string
	marked  []string
	// said are the answers that it got, as ID=SAY.
	said []string
	// exchanges are those whose texts are kept.
	exchanges map[string]control.ExchangeShown
}

// NewDaemon makes one that listens and has a policy.
func NewDaemon() *Daemon {
	return &Daemon{values: map[string]string{}, counts: map[string]int{}, exchanges: map[string]control.ExchangeShown{}, events: make(chan control.Event, 16),
		hello: control.Hello{Version: control.Version, Proxy: control.Proxy{Listen: "127.0.0.1:7425"}, Policy: control.Policy{Revision: "1"}}}
}

// Down makes every request fail, or no longer.
func (d *Daemon) Down(down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = down
}

// Keep has a placeholder stand for a value.
func (d *Daemon) Keep(placeholder, value string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.values[placeholder] = value
}

// Send has an event happen.
func (d *Daemon) Send(e control.Event) { d.events <- e }

// Greets is what it says of itself from now on.
func (d *Daemon) Greets(h control.Hello) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hello = h
}

// BeforeAttached runs f once, when somebody has greeted it and cannot hear its events yet.
func (d *Daemon) BeforeAttached(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.beforeAttached = f
}

// Hello says that it is there.
func (d *Daemon) Hello(context.Context) (control.Hello, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return control.Hello{}, errDown
	}
	return d.hello, nil
}

// Issue gives equal values equal placeholders.
func (d *Daemon) Issue(_ context.Context, r control.Issue) (control.Issued, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return control.Issued{}, errDown
	}
	var issued control.Issued
	for _, v := range r.Values {
		known := ""
		for p, value := range d.values {
			if value == string(v.Bytes) && strings.HasPrefix(p, "REDACTED_"+v.Type) {
				known = p
			}
		}
		if known == "" {
			d.counts[v.Type]++
			known = placeholder(v.Type, d.counts[v.Type])
			d.values[known] = string(v.Bytes)
		}
		issued.Placeholders = append(issued.Placeholders, known)
	}
	return issued, nil
}

// Reveal leaves out what it never issued.
func (d *Daemon) Reveal(_ context.Context, r control.Reveal) (control.Revealed, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return control.Revealed{}, errDown
	}
	revealed := control.Revealed{Values: map[string][]byte{}}
	for _, p := range r.Placeholders {
		if v, ok := d.values[p]; ok {
			revealed.Values[p] = []byte(v)
		}
	}
	return revealed, nil
}

// Marked keeps the rules of what was marked.
func (d *Daemon) Marked(_ context.Context, m control.Marked) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return errDown
	}
	for _, v := range m.Values {
		d.marked = append(d.marked, v.Rule)
	}
	return nil
}

// Marks are the rules whose findings were marked as not sensitive, one for each.
func (d *Daemon) Marks() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.marked)
}

// Pause is told in the greeting, until it ends.
func (d *Daemon) Pause(_ context.Context, p control.Pause) (control.Paused, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return control.Paused{}, errDown
	}
	d.hello.Paused = &control.Paused{Until: time.Date(2030, 1, 2, 14, 32, 0, 0, time.Local), By: p.By}
	return *d.hello.Paused, nil
}

// Resume ends a pause.
func (d *Daemon) Resume(context.Context, control.Resume) (control.Resumed, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.hello.Paused != nil
	d.hello.Paused = nil
	return control.Resumed{WasPaused: was}, nil
}

// Known keeps the folders that it was told of.
func (d *Daemon) Known(_ context.Context, k control.Known) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return errDown
	}
	d.folders = k.Folders
	return nil
}

// Folders are those that it was told of last.
func (d *Daemon) Folders() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.folders
}

// Answer takes what the person says to a question, but to one whose ID is "late".
func (d *Daemon) Answer(_ context.Context, a control.Answer) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, a.ID+"="+a.Say)
	if a.ID == "late" {
		return errors.New("nobody waits for the answer")
	}
	return nil
}

// Reviews are the requests that wait: one, with the ID of every question.
func (d *Daemon) Reviews(context.Context) ([]control.Review, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return nil, errDown
	}
	return []control.Review{{ID: "held", Provider: "openai", Model: "m", Findings: []string{"email-address (pii) at messages[0].content: a placeholder"}, Body: []byte(`{"model":"m"}`)}}, nil
}

// Say has an exchange be kept whose request said some texts; one whose id begins with completion is of a completion.
func (d *Daemon) Say(id string, texts ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	shown := control.ExchangeShown{Exchanged: control.Exchanged{ID: id, Provider: "openai", Went: true}, Sent: []byte(`{"text":"as sent"}`), Answered: []byte("as answered")}
	if strings.HasPrefix(id, "completion") {
		shown.Assistant = completion.Assistant
	}
	for _, t := range texts {
		shown.Said = append(shown.Said, []byte(t))
	}
	shown.Typed, _ = json.Marshal(texts)
	d.exchanges[id] = shown
}

// Exchange is one that Say was told of.
func (d *Daemon) Exchange(_ context.Context, q control.ExchangeTexts) (control.ExchangeShown, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	shown, ok := d.exchanges[q.ID]
	if d.down || !ok {
		return shown, errDown
	}
	return shown, nil
}

// Left are those that Keep was told of.
func (d *Daemon) Left(_ context.Context, r control.Left) (out control.LeftBehind, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return out, errDown
	}
	for _, p := range r.Placeholders {
		if _, ok := d.values[p]; ok {
			out.Placeholders = append(out.Placeholders, p)
		}
	}
	return out, nil
}

// Said are the answers since the last time that it was asked.
func (d *Daemon) Said() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	said := d.said
	d.said = nil
	return said
}

// Attend hands on what Send is given. An event of kind "gone" ends it.
func (d *Daemon) Attend(ctx context.Context, f func(control.Event)) error {
	d.mu.Lock()
	before := d.beforeAttached
	d.beforeAttached = nil
	d.mu.Unlock()
	if before != nil {
		before()
	}
	f(control.Event{Kind: control.Attached})
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-d.events:
			if e.Kind == "gone" {
				return errDown
			}
			f(e)
		}
	}
}

var _ control.Daemon = (*Daemon)(nil)
var _ policy.Decider = (*Decider)(nil)
