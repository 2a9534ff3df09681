package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
)

// questions are those of the proxy that wait for a person, in whatever editor.
type questions struct {
	hub  *hub
	mu   sync.Mutex
	open map[string]*question
	seconds
}

type question struct {
	answer chan proxy.Answer
	// held is what is asked about, if it is a whole request.
	held *control.Review
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
	waits := &question{}
	asked, remove := q.put(e, waits)
	defer remove()
	if asked == 0 {
		return proxy.Nobody
	}
	return waits.wait(ctx)
}

// hold puts a whole request before the person: in every editor, and for scrubjay review, which may be started later.
func (q *questions) hold(ctx context.Context, h proxy.Held) proxy.Approval {
	r := control.Review{ID: rand.Text(), Obligation: h.Obligation, Provider: h.Provider, Model: h.Model, Since: time.Now().UTC(), Findings: h.Findings, Body: h.Body,
		User: audit.Account(), Machine: audit.Host(), Second: h.Obligation == policy.ReviewByTwo}
	waits := &question{held: &r}
	_, remove := q.put(control.Event{
		Kind: "review", ID: r.ID, Provider: r.Provider, Obligation: r.Obligation, Findings: len(h.Findings),
		Text: fmt.Sprintf("a request to %s waits for you: scrubjay review", r.Provider),
	}, waits)
	defer remove()
	approval := proxy.Approval{Answer: waits.wait(ctx), By: r.User}
	if r.Second && (approval.Answer == proxy.Once || approval.Answer == proxy.Always) {
		by, ok := q.second(ctx, r.Digest())
		if !ok {
			return proxy.Approval{Answer: proxy.Unanswered}
		}
		approval.By += fmt.Sprintf(" and %s (key %s, until %s)", by.By, by.Key[:8], by.Until.Format(time.RFC3339))
	}
	return approval
}

// put asks a question in so many editors. remove is for when nobody waits for its answer any more.
func (q *questions) put(e control.Event, waits *question) (asked int, remove func()) {
	waits.answer = make(chan proxy.Answer, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open == nil {
		q.open = map[string]*question{}
	}
	q.open[e.ID] = waits
	asked = q.hub.tell(e, true)
	waits.asked = asked // before an answer is taken, which waits for the lock
	return asked, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.open, e.ID)
	}
}

func (waits *question) wait(ctx context.Context) proxy.Answer {
	select {
	case a := <-waits.answer:
		return a
	case <-ctx.Done():
		return proxy.Unanswered
	}
}

// reviews are the requests that wait, the oldest first.
func (q *questions) reviews(m control.Reviews) (out control.Waiting, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, waits := range q.open {
		if waits.held != nil {
			out.Reviews = append(out.Reviews, *waits.held)
		}
	}
	slices.SortFunc(out.Reviews, func(a, b control.Review) int { return a.Since.Compare(b.Since) })
	return out, tooNew(m.Version)
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
	if waits == nil || waits.held != nil && waits.held.Approved {
		return control.Taken{}, errNotAsked
	}
	if waits.held != nil && waits.held.Second && (answer == proxy.Once || answer == proxy.Always) {
		waits.held.Approved = true // and is listed until the second person has signed
		waits.answer <- answer
		return control.Taken{}, nil
	}
	// A held request can still be answered with scrubjay review.
	if waits.asked--; answer != proxy.Unanswered || waits.asked == 0 && waits.held == nil {
		delete(q.open, m.ID)
		waits.answer <- answer
	}
	return control.Taken{}, nil
}
