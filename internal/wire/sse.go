package wire

import (
	"bytes"
	"errors"
)

// MaxEvent is the largest event of a stream that is read.
const MaxEvent = 16 << 20

// ErrEventTooLarge ends a stream.
var ErrEventTooLarge = errors.New("an event of the vendor's stream is larger than 16 MiB; the answer was cut off here")

// splitter cuts a stream of server-sent events behind each blank line. The pieces together are the stream.
type splitter struct {
	buf []byte
	// at is how far buf has been looked at, line where the current line begins, taken what was given out.
	at, line, taken int
}

func (s *splitter) write(p []byte) {
	if s.taken > 0 {
		s.buf = append(s.buf[:0], s.buf[s.taken:]...)
		s.at -= s.taken
		s.line -= s.taken
		s.taken = 0
	}
	s.buf = append(s.buf, p...)
	if cap(s.buf) > 1<<20 && len(s.buf) < 1<<16 {
		s.buf = bytes.Clone(s.buf) // a large event is over
	}
}

// next is the next whole event, nil if there is none yet. It is good until the next write. An event does not
// wait to see whether the \r that ends it is half of \r\n: the \n is then an event of its own, without data.
func (s *splitter) next() ([]byte, error) {
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
		blank := i == s.line
		s.line = s.at
		if !blank {
			continue
		}
		if s.buf[i] == '\r' && s.at < len(s.buf) && s.buf[s.at] == '\n' {
			s.at++
		}
		return s.take(s.at), nil
	}
	if len(s.buf)-s.taken > MaxEvent {
		return nil, ErrEventTooLarge
	}
	return nil, nil
}

func (s *splitter) take(to int) []byte {
	event := s.buf[s.taken:to]
	s.taken, s.at, s.line = to, to, to
	return event
}

// rest is what came after the last blank line.
func (s *splitter) rest() []byte { return s.take(len(s.buf)) }

// event is one event, read.
type event struct {
	raw  []byte
	data []byte
	// lines says where each line of data begins, in data and in raw.
	lines []place
	eol   []byte // how the vendor ends lines
}

type place struct{ data, raw int }

// read finds the data of an event. The slices of e are used again.
func (e *event) read(raw []byte) {
	e.raw, e.data, e.lines = raw, nil, e.lines[:0]
	for at := 0; at < len(raw); {
		line := raw[at:]
		var eol []byte
		if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
			eol = line[i : i+1]
			if line[i] == '\r' && i+1 < len(line) && line[i+1] == '\n' {
				eol = line[i : i+2]
			}
			line = line[:i]
		}
		start := at
		at += len(line) + len(eol)
		if start == 0 {
			field := bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
			start += len(line) - len(field)
			line = field
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if string(name) != "data" {
			continue
		}
		if len(eol) > 0 {
			e.eol = append(e.eol[:0], eol...)
		}
		start += len(line) - len(value)
		if len(value) > 0 && value[0] == ' ' {
			value = value[1:]
			start++
		}
		if len(e.lines) == 0 {
			e.lines = append(e.lines, place{0, start})
			e.data = value
			continue
		}
		if len(e.lines) == 1 {
			e.data = bytes.Clone(e.data) // no longer one piece of raw
		}
		e.data = append(e.data, '\n')
		e.lines = append(e.lines, place{len(e.data), start})
		e.data = append(e.data, value...)
	}
}

// rawEdits turns edits of data into edits of raw, in place.
func (e *event) rawEdits(edits []Edit) {
	at := func(pos int) int {
		l := e.lines[0]
		for _, m := range e.lines {
			if m.data <= pos {
				l = m
			}
		}
		return l.raw + pos - l.data
	}
	for i := range edits {
		ed := &edits[i]
		ed.Start, ed.End = at(ed.Start), at(ed.End)
		if len(e.lines) > 1 {
			// Only between the parts of a value: strings have their newlines escaped.
			ed.Text = bytes.ReplaceAll(ed.Text, []byte("\n"), append(bytes.Clone(e.eol), "data: "...))
		}
	}
}
