package daemon

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// hub tells everybody who is attached what happens. Somebody who does not read is left behind, not waited for.
type hub struct {
	mu sync.Mutex
	// readers tells of each whether it can put questions to the person.
	readers  map[chan control.Event]bool
	attached func(n int)
	// over is closed when the daemon ends.
	over chan struct{}
}

func newHub(attached func(n int)) *hub {
	return &hub{readers: map[chan control.Event]bool{}, attached: attached, over: make(chan struct{})}
}

func (h *hub) send(e control.Event) { h.tell(e, false) }

// tell answers with how many were told: all, or only those that can put questions to the person.
func (h *hub) tell(e control.Event, question bool) (told int) {
	e.Time = time.Now().UTC()
	h.mu.Lock()
	defer h.mu.Unlock()
	for r, answers := range h.readers {
		if question && !answers {
			continue
		}
		select {
		case r <- e:
			told++
		default:
		}
	}
	return told
}

func (h *hub) join(answers bool) (events chan control.Event, leave func()) {
	events = make(chan control.Event, 64)
	h.mu.Lock()
	h.readers[events] = answers
	h.attached(len(h.readers))
	h.mu.Unlock()
	return events, func() {
		h.mu.Lock()
		delete(h.readers, events)
		h.attached(len(h.readers))
		h.mu.Unlock()
	}
}

// heartbeat notices a reader that vanished without closing its connection.
const heartbeat = 30 * time.Second

func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	events, leave := h.join(r.URL.Query().Get("answers") != "")
	defer leave()
	flush := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	if err := flush.Flush(); err != nil {
		return
	}
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-h.over:
			return
		case e := <-events:
			err = out.Encode(e)
		case <-beat.C:
			err = out.Encode(control.Event{})
		}
		if err != nil || flush.Flush() != nil {
			return
		}
	}
}
