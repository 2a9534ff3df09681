package event

import (
	"bytes"
	"slices"
)

// Event is one event of a stream, and what it says. The zero Event is ready to read.
type Event struct {
	Raw  []byte
	Data []byte
	// lines says where each line of Data begins, in Data and in Raw.
	lines []place
	// EOL is how the vendor ends lines.
	EOL []byte
}

type place struct{ data, raw int }

// ReadDocument takes an event of which one part is a document and the rest is what stands between documents.
func (e *Event) ReadDocument(raw []byte, from, to int) {
	e.Raw, e.Data, e.lines = raw, raw[from:to], append(e.lines[:0], place{0, from})
}

// Read finds the data of a server-sent event. The slices of e are used again.
func (e *Event) Read(raw []byte) {
	e.Raw, e.Data, e.lines = raw, nil, e.lines[:0]
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
			e.EOL = append(e.EOL[:0], eol...)
		}
		start += len(line) - len(value)
		if len(value) > 0 && value[0] == ' ' {
			value = value[1:]
			start++
		}
		if len(e.lines) == 0 {
			e.lines = append(e.lines, place{0, start})
			e.Data = value
			continue
		}
		if len(e.lines) == 1 {
			e.Data = bytes.Clone(e.Data) // no longer one piece of raw
		}
		e.Data = append(e.Data, '\n')
		e.lines = append(e.lines, place{len(e.Data), start})
		e.Data = append(e.Data, value...)
	}
}

// At is where a place in Data stands in Raw.
func (e *Event) At(pos int) int {
	i, begins := slices.BinarySearchFunc(e.lines, pos, func(l place, pos int) int { return l.data - pos })
	if !begins {
		i--
	}
	return e.lines[i].raw + pos - e.lines[i].data
}

// InLines is text for a place in Data, as Raw has to have it: a line that goes on begins with the field's name again.
func (e *Event) InLines(text []byte) []byte {
	if len(e.lines) <= 1 {
		return text
	}
	return bytes.ReplaceAll(text, []byte("\n"), append(bytes.Clone(e.EOL), "data: "...))
}
