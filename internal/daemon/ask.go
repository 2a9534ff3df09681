package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
)

// questions are those of the proxy that wait for a person, in whatever editor.
type questions struct {
	hub  *hub
	mu   sync.Mutex
	open map[string]*question
}

type question struct {
	answer chan proxy.Answer
	// asked is in how many editors the person could still answer.
	asked int
}

// says are the answers by their names in control.Answer.
var says = map[string]proxy.Answer{control.SayOnce: proxy.Once, control.SayAlways: proxy.Always, control.SayNo: proxy.No, control.SayClosed: proxy.Unanswered}

// ask has every editor ask the person, and waits for the first answer until ctx ends.
func (q *questions) ask(ctx context.Context, about proxy.Question) proxy.Answer {
	e := control.Event{
		Kind: "ask", ID: rand.Text(), Provider: about.Provider,
		Text: fmt.Sprintf("may %d files that cannot be read go to %s?", len(about.Files), about.Provider),
	}
	for _, f := range about.Files {
		e.Files = append(e.Files, control.File{Kind: string(f.Kind), MediaType: f.MediaType, Size: f.Size, Fingerprint: f.Fingerprint})
	}
	waits := &question{answer: make(chan proxy.Answer, 1)}
	q.mu.Lock()
	if q.open == nil {
		q.open = map[string]*question{}
	}
	q.open[e.ID] = waits
	asked := q.hub.tell(e, true)
	waits.asked = asked // before an answer is taken, which waits for the lock
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		delete(q.open, e.ID)
		q.mu.Unlock()
	}()
	if asked == 0 {
		return proxy.Nobody
	}
	select {
	case a := <-waits.answer:
		return a
	case <-ctx.Done():
		return proxy.Unanswered
	}
}

var errNotAsked = errors.New("this was answered already, or the request has gone: the answer changes nothing")

// take is an answer. Closing the question in one editor leaves it to the others.
func (q *questions) take(m control.Answer) (control.Taken, error) {
	if err := tooNew(m.Version); err != nil {
		return control.Taken{}, err
	}
	answer, ok := says[m.Say]
	if !ok {
		return control.Taken{}, errors.New("an answer is once, always, no or closed")
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	waits := q.open[m.ID]
	if waits == nil {
		return control.Taken{}, errNotAsked
	}
	if waits.asked--; answer != proxy.Unanswered || waits.asked == 0 {
		delete(q.open, m.ID)
		waits.answer <- answer
	}
	return control.Taken{}, nil
}
