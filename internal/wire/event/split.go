package event

import (
	"bytes"
	"errors"
)

// Framing is how the events of a stream follow one another.
type Framing uint8

// How streams are framed.
const (
	ServerSent Framing = iota // server-sent events, each ended by a blank line
	Lines                     // documents, each on a line of its own
	Elements                  // objects, the elements of one array
	Documents                 // objects, one after the other
	Messages                  // each comes by itself
)

// MaxSize is the largest event of a stream that is read.
const MaxSize = 16 << 20

// ErrTooLarge ends a stream.
var ErrTooLarge = errors.New("an event of the vendor's stream is larger than 16 MiB; the answer was cut off here")

// Splitter cuts a stream behind each of its events. The pieces together are the stream.
type Splitter struct {
	Framing Framing
	// IsWhole tells whether a line of data is a document by itself, or says that there is no more. It is asked of
	// server-sent events alone.
	IsWhole func(data []byte) bool

	buf []byte
	// at is how far buf has been looked at, line where the current line begins, taken what was given out.
	at, line, taken int
	// Where at stands among elements: in how many objects, and in a string or behind a backslash there.
	depth            int
	quoted, escaping bool
	// Of server-sent events: how many lines of data the event has so far, and where the last one's is.
	data           int
	dataAt, dataTo int
	// Unspaced says that server-sent events have been seen to follow one another without the blank line.
	Unspaced bool
}

// Write takes what has arrived.
func (s *Splitter) Write(p []byte) {
	if s.taken > 0 {
		s.buf = append(s.buf[:0], s.buf[s.taken:]...)
		s.at -= s.taken
		s.line -= s.taken
		s.dataAt -= s.taken
		s.dataTo -= s.taken
		s.taken = 0
	}
	s.buf = append(s.buf, p...)
	if cap(s.buf) > 1<<20 && len(s.buf) < 1<<16 {
		s.buf = bytes.Clone(s.buf) // a large event is over
	}
}

// Next is the next whole event, nil if there is none yet. It is good until the next write.
func (s *Splitter) Next() ([]byte, error) {
	var whole bool
	switch s.Framing {
	case ServerSent:
		whole = s.blankLine()
	case Lines:
		whole = s.lineEnd()
	case Elements, Documents:
		whole = s.object()
	}
	if whole {
		return s.take(s.at), nil
	}
	if len(s.buf)-s.taken > MaxSize {
		return nil, ErrTooLarge
	}
	return nil, nil
}

// blankLine goes behind the next blank line. It does not wait to see whether the \r that ends it is half of
// \r\n: the \n is then an event of its own, without data.
func (s *Splitter) blankLine() bool {
	for s.at < len(s.buf) {
		i := bytes.IndexAny(s.buf[s.at:], "\r\n")
		if i < 0 {
			s.at = len(s.buf)
			break
		}
		i += s.at
		s.at = i + 1
		if s.buf[i] == '\n' && i == s.line && i > s.taken && s.buf[i-1] == '\r' {
			s.line = s.at // the second half of \r\n
			continue
		}
		if i > s.line {
			if s.runsOn(i) {
				return true
			}
			s.line = s.at
			continue
		}
		s.line = s.at
		if s.buf[i] == '\r' && s.at < len(s.buf) && s.buf[s.at] == '\n' {
			s.at++
		}
		return true
	}
	return false
}

// runsOn looks at the line that ends at to. Some servers leave out the blank line: a line that begins an event anew behind
// data that is a whole document begins the next. From then on such data is an event as soon as its line ends.
func (s *Splitter) runsOn(to int) bool {
	line := s.buf[s.line:to]
	isData := bytes.HasPrefix(line, []byte("data:"))
	if s.data == 1 && (isData || bytes.HasPrefix(line, []byte("event:"))) && s.IsWhole(s.buf[s.dataAt:s.dataTo]) {
		s.Unspaced, s.at = true, s.line
		return true
	}
	if !isData {
		return false
	}
	s.data++
	s.dataAt, s.dataTo = s.line+len("data:"), to
	if !s.Unspaced || s.data > 1 || !s.IsWhole(s.buf[s.dataAt:s.dataTo]) {
		return false
	}
	if s.buf[to] == '\r' && s.at < len(s.buf) && s.buf[s.at] == '\n' {
		s.at++
	}
	return true
}

func (s *Splitter) lineEnd() bool {
	i := bytes.IndexByte(s.buf[s.at:], '\n')
	if i < 0 {
		s.at = len(s.buf)
		return false
	}
	s.at += i + 1
	return true
}

// object goes behind the next object that is in no other. What stands before it goes with it: the bracket that
// opens the array, commas, spaces.
func (s *Splitter) object() bool {
	for s.at < len(s.buf) {
		c := s.buf[s.at]
		s.at++
		switch {
		case s.escaping:
			s.escaping = false
		case s.quoted:
			s.escaping, s.quoted = c == '\\', c != '"'
		case c == '"':
			s.quoted = true
		case c == '{':
			s.depth++
		case c == '}' && s.depth > 0:
			if s.depth--; s.depth == 0 {
				return true
			}
		}
	}
	return false
}

func (s *Splitter) take(to int) []byte {
	event := s.buf[s.taken:to]
	s.taken, s.at, s.line, s.data = to, to, to, 0
	return event
}

// Rest is what came after the last whole event.
func (s *Splitter) Rest() []byte { return s.take(len(s.buf)) }
