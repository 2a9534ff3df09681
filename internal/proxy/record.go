package proxy

import (
	"net/http"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"go.uber.org/zap"
)

// Ended is an exchange that has ended.
type Ended struct {
	audit.Record
	Began time.Time
	// Added is how long the request was worked on before it was sent.
	Added time.Duration
	// Kept are the fingerprints of what was kept back: of what went out as placeholders, or what the request was
	// forbidden for.
	Kept []string
	// Texts are nil unless they are wanted.
	Texts *Texts
}

// Texts are what an exchange said, for the person to look at and nobody else: they hold values.
type Texts struct {
	// Typed is the request as the assistant wrote it, Sent as the vendor got it, if it was sent, and Answered the answer with
	// the values back in it, as far as it is kept.
	Typed, Sent, Answered []byte
	// Said are the texts of the request as it was typed, the longest pieces that stand alone.
	Said func() [][]byte
	// Heard are the texts of the answer.
	Heard func() []*Heard
	// kind is the answer's Content-Type.
	kind string
}

// mostAnswered is how much of an answer, and mostTyped how large a request is kept for the person to look at.
const (
	mostAnswered = 1 << 20
	mostTyped    = 4 << 20
)

// watched keeps what an exchange says, if that is wanted.
func (p *Proxy) watched(w http.ResponseWriter, x *exchange, body []byte) http.ResponseWriter {
	if x.canary || x.match != wire.Completion || len(body) > mostTyped || !p.KeepTexts() {
		return w
	}
	x.texts = &Texts{Typed: body, Said: func() [][]byte {
		req, err := x.read(body)
		if err != nil {
			return nil
		}
		said := make([][]byte, 0, len(req.Spans))
		for _, sp := range req.Spans {
			if !sp.IsKey && !sp.IsNumber && sp.Kind != wire.Blob {
				said = append(said, req.Text(sp, nil))
			}
		}
		return said
	}}
	texts := x.texts
	texts.Heard = func() []*Heard { return x.heard(texts.kind, texts.Answered) }
	return &overhearing{ResponseWriter: w, texts: x.texts}
}

// overhearing keeps what is written to the caller.
type overhearing struct {
	http.ResponseWriter
	texts *Texts
}

func (o *overhearing) Write(b []byte) (int, error) {
	if len(o.texts.Answered) == 0 {
		o.texts.kind = o.Header().Get("Content-Type")
	}
	if room := mostAnswered - len(o.texts.Answered); room > 0 {
		o.texts.Answered = append(o.texts.Answered, b[:min(room, len(b))]...)
	}
	return o.ResponseWriter.Write(b)
}

func (o *overhearing) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// newRecord begins a record. Every record of the proxy begins here, so that none lacks what all have.
func newRecord(kind, endpoint string) audit.Record {
	return audit.Record{Kind: kind, Endpoint: endpoint}
}

// newExchange begins an exchange with what is known of it before its text is read. A message of a websocket has no method.
func newExchange(t *target, method string) *exchange {
	x := &exchange{target: t, start: time.Now(), record: newRecord("exchange", t.endpoint(method))}
	x.record.Provider, x.record.Relay = t.provider, t.relay
	if t.canary {
		x.record.Note = CanaryNote
	}
	return x
}

// refused takes down that the exchange was refused. Only of what policy forbids is there something to tell then.
func (x *exchange) refused(fail *failure) {
	x.record.Status, x.record.Note = fail.status, fail.code
	if fail.code != "forbidden_by_policy" {
		x.kept = nil
	}
}

// finish writes the exchange down and tells whoever watches. What was forbidden is on disk before the
// refusal is sent (refusal.go); the rest may follow a moment later.
func (p *Proxy) finish(x *exchange) {
	x.record.Millis = time.Since(x.start).Milliseconds()
	if x.record.Verdict != policy.Forbid.String() {
		if err := p.Ledger.Append(x.record); err != nil {
			p.Log.Error("the exchange could not be recorded; the next is refused", zap.Error(err))
		}
	}
	if !x.canary {
		p.asked.Store(x.provider, true)
	}
	p.metrics.exchanged(x)
	p.Watch(Ended{Record: x.record, Began: x.start, Added: x.added, Kept: x.kept, Texts: x.texts})
}
