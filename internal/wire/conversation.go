package wire

import (
	"errors"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/wire/event"
)

// maxStreams is how many streams of one conversation may be unfinished at once.
const maxStreams = 256

// ErrTooManyStreams ends a conversation.
var ErrTooManyStreams = errors.New("the vendor has more than 256 unfinished answers on one websocket; it was cut off here")

// Socket finds the route of the websocket at a path: what the client says is read by Request, a message at a
// time, and what the vendor says by a Conversation. It is nil for a path that no table knows.
func (f *Format) Socket(path string) *Route {
	path, _, _ = strings.Cut(path, "?")
	for _, r := range f.sockets {
		if r.knows(path) {
			return r
		}
	}
	return nil
}

// Conversation restores what a vendor says on a websocket: the events that it streams otherwise, each a message.
// Answers that it gives at the same time are told apart by the name that their events carry, each a Stream of
// its own; their events keep their order, and those of different answers may change places.
type Conversation struct {
	route   *Route
	restore Restore
	streams map[string]*Stream
	last    *Stream
}

// Conversation begins one.
func (r *Route) Conversation(restore Restore) *Conversation {
	return &Conversation{route: r, restore: restore, streams: map[string]*Stream{}}
}

// Message takes one message and returns those that can be sent on, good until the next call.
// After an error, only Close.
func (c *Conversation) Message(text []byte) ([][]byte, error) {
	if len(text) > MaxEvent {
		return nil, ErrEventTooLarge
	}
	id := c.id(text)
	s := c.streams[id]
	if s == nil {
		if len(c.streams) == maxStreams {
			return nil, ErrTooManyStreams
		}
		s = c.route.newStream(event.Messages, c.restore)
		c.streams[id] = s
	}
	c.last = s
	s.out, s.ends = s.out[:0], s.ends[:0]
	err := s.event(text)
	if len(s.lanes)+len(s.tools)+len(s.waiting) == 0 {
		delete(c.streams, id)
	}
	return s.sent(), err
}

// id is the name of the answer that an event belongs to, as the vendor spelled it; nothing for those of none.
func (c *Conversation) id(text []byte) (id string) {
	st := &c.route.stream
	members(text, func(name, value []byte) {
		switch {
		case string(name) == st.named:
			id = string(value)
		case st.nested != "" && string(name) == st.nested && id == "" && len(value) > 0 && value[0] == '{':
			members(value, func(name, value []byte) {
				if string(name) == "id" {
					id = string(value)
				}
			})
		}
	})
	return id
}

// Close ends the conversation and returns what is still to be sent. With an error, which must be fit to be
// shown to the person, its last message is the vendor's own kind of error.
func (c *Conversation) Close(err error, code string) [][]byte {
	var all [][]byte
	number := 0
	for _, s := range c.streams {
		s.ends = s.ends[:0]
		s.Close(nil)
		all = append(all, s.sent()...)
	}
	if c.last != nil {
		number = c.last.number
	}
	if err != nil {
		all = append(all, c.route.stream.failure(number+1, code, err.Error()))
	}
	return all
}

// sent are the messages in out.
func (s *Stream) sent() [][]byte {
	all := make([][]byte, len(s.ends))
	from := 0
	for i, to := range s.ends {
		all[i] = s.out[from:to:to]
		from = to
	}
	return all
}
