package daemon

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
)

// exchanges are the latest ones with what they said. They live in memory alone, for the person's own editors and console.
type exchanges struct {
	mu   sync.Mutex
	last int
	kept []keptExchange // the oldest first
	size int
}

type keptExchange struct {
	of    control.Exchanged
	texts *proxy.Texts
}

// mostExchanges and mostBytes bound what is kept.
const (
	mostExchanges = 50
	mostBytes     = 8 << 20
)

func (k keptExchange) size() int {
	return len(k.texts.Typed) + len(k.texts.Sent) + len(k.texts.Answered)
}

// add keeps an exchange and answers with its id; empty if there is nothing to keep.
func (e *exchanges) add(r proxy.Ended) (id string) {
	if r.Texts == nil {
		return ""
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last++
	id = "x" + strconv.Itoa(e.last)
	k := keptExchange{control.Exchanged{
		ID: id, Time: r.Began, Provider: r.Provider, Model: r.Model, Assistant: r.Assistant, Status: r.Status, Verdict: r.Verdict,
		Classes: r.Classes, Note: r.Note, Millis: r.Millis, Fingerprints: r.Kept, Went: len(r.Texts.Sent) > 0, Paused: whilePaused(r.Authorisations),
	}, r.Texts}
	e.kept, e.size = append(e.kept, k), e.size+k.size()
	for len(e.kept) > mostExchanges || e.size > mostBytes && len(e.kept) > 1 {
		e.size -= e.kept[0].size()
		e.kept[0] = keptExchange{}
		e.kept = e.kept[1:]
	}
	return id
}

// forget is for whoever no longer wants them kept.
func (e *exchanges) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept, e.size = nil, 0
}

// list are those that are kept, the newest first, without what they said.
func (e *exchanges) list(control.Exchanges) (control.ExchangeList, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := control.ExchangeList{Exchanges: make([]control.Exchanged, 0, len(e.kept))}
	for i := range e.kept {
		list.Exchanges = append(list.Exchanges, e.kept[len(e.kept)-1-i].of)
	}
	return list, nil
}

var errNoExchange = errors.New("this exchange is not kept any more: only the last ones are, and none over a restart")

// show is what one of them said.
func (e *exchanges) show(q control.ExchangeTexts) (control.ExchangeShown, error) {
	e.mu.Lock()
	var found keptExchange
	for _, k := range e.kept {
		if k.of.ID == q.ID {
			found = k
		}
	}
	e.mu.Unlock()
	if found.texts == nil {
		return control.ExchangeShown{}, errNoExchange
	}
	shown := control.ExchangeShown{Exchanged: found.of}
	if q.Said {
		shown.Said = found.texts.Said()
		return shown, nil
	}
	shown.Typed, shown.Sent, shown.Answered = found.texts.Typed, found.texts.Sent, found.texts.Answered
	for _, h := range found.texts.Heard() {
		shown.Heard = append(shown.Heard, control.Heard{Tool: h.Tool, Key: h.Key, Text: h.Text})
	}
	return shown, nil
}

// longLine is from which length on a line is likely to be one writer's.
const longLine = 12

// wrote names the latest assistant whose answers had at least half of the lines that are long enough to tell.
func (e *exchanges) wrote(q control.Wrote) (control.WrittenBy, error) {
	asked := map[string]bool{}
	for _, line := range q.Lines {
		if len(line) >= longLine {
			asked[string(line)] = true
		}
	}
	if len(asked) == 0 {
		return control.WrittenBy{}, nil
	}
	e.mu.Lock()
	kept := slices.Clone(e.kept)
	e.mu.Unlock()
	said := map[string]bool{}
	for _, k := range slices.Backward(kept) {
		for _, h := range k.texts.Heard() {
			for line := range bytes.SplitSeq(h.Text, []byte("\n")) {
				if line = bytes.TrimSpace(line); asked[string(line)] {
					said[string(line)] = true
				}
			}
		}
		if 2*len(said) >= len(asked) {
			return control.WrittenBy{Assistant: cmp.Or(k.of.Assistant, k.of.Provider)}, nil
		}
	}
	return control.WrittenBy{}, nil
}

// keepsTexts tells whether what exchanges say is kept, and forgets what was as soon as it is not.
func (d *daemon) keepsTexts() bool {
	if !d.governance.Settings().ForgetExchanges {
		return true
	}
	d.exchanges.forget()
	return false
}
