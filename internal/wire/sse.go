package wire

import (
	"bytes"
	"slices"
)

// event is one event, read.
type event struct {
	raw  []byte
	data []byte
	// lines says where each line of data begins, in data and in raw.
	lines []place
	eol   []byte // how the vendor ends lines
}

type place struct{ data, raw int }

// whole reads an event of which one part is a document and the rest is what stands between documents.
func (e *event) whole(raw []byte, from, to int) {
	e.raw, e.data, e.lines = raw, raw[from:to], append(e.lines[:0], place{0, from})
}

// read finds the data of a server-sent event. The slices of e are used again.
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
		i, begins := slices.BinarySearchFunc(e.lines, pos, func(l place, pos int) int { return l.data - pos })
		if !begins {
			i--
		}
		return e.lines[i].raw + pos - e.lines[i].data
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
