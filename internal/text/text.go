// Package text holds texts the way editors speak of them.
//
// A [Snapshot] is one version of one text and never changes: whoever holds one may read it from any
// goroutine for as long as it likes. [Snapshot.Apply] makes the next version and says which bytes differ,
// so that the rooms above need look at nothing else.
//
// Positions follow the Language Server Protocol: a line, and a character that counts bytes, UTF-16 units
// or code points, as the [Encoding] says. Lines end with "\n", "\r\n" or "\r"; the end belongs to no line.
// A position beyond its line is the end of that line, a line beyond the text is the end of the text, and no
// offset ever falls inside a code point. A byte that is not UTF-8 counts as one unit in every encoding, so
// any bytes at all are a text.
package text

import (
	"bytes"
	"sort"
)

// Encoding says what the character of a position counts.
type Encoding uint8

// UTF16 is what the protocol assumes when nothing was agreed.
const (
	UTF16 Encoding = iota
	UTF8
	UTF32
)

// Position is a place between two characters; both numbers count from zero.
type Position struct{ Line, Character uint32 }

// Range is half open.
type Range struct{ Start, End Position }

// Snapshot is one version of a text.
type Snapshot struct {
	version int32
	ascii   bool // every byte is ASCII: then a character is a byte in every encoding
	text    []byte
	starts  []uint32 // where each line starts; the first is 0
	edits   []Dirty  // from the version before
}

// New takes over text, which the caller must not change afterwards.
func New(version int32, text []byte) *Snapshot {
	s := &Snapshot{version: version, text: text, ascii: isASCII(text)}
	s.starts = make([]uint32, 1, 1+bytes.Count(text, []byte{'\n'}))
	s.starts = appendStarts(s.starts, text, 1, len(text))
	return s
}

// Version is the editor's number for this version.
func (s *Snapshot) Version() int32 { return s.version }

// Bytes is the text itself; it must not be changed.
func (s *Snapshot) Bytes() []byte { return s.text }

// Len is the number of bytes.
func (s *Snapshot) Len() int { return len(s.text) }

// Lines is the number of lines: one more than there are line ends.
func (s *Snapshot) Lines() int { return len(s.starts) }

// Line gives the bytes of a line, its line end left out. It must be less than Lines.
func (s *Snapshot) Line(line int) (start, end int) {
	start, end = int(s.starts[line]), len(s.text)
	if line+1 < len(s.starts) {
		end = int(s.starts[line+1])
	}
	if end > start && s.text[end-1] == '\n' {
		end--
	}
	if end > start && s.text[end-1] == '\r' {
		end--
	}
	return start, end
}

// LineAt is the line that a byte stands on; a line end counts to the line that it ends.
func (s *Snapshot) LineAt(offset int) int {
	offset = min(max(offset, 0), len(s.text))
	return sort.Search(len(s.starts), func(i int) bool { return int(s.starts[i]) > offset }) - 1
}

// Offset is the byte that a position speaks of.
func (s *Snapshot) Offset(p Position, e Encoding) int {
	if uint64(p.Line) >= uint64(len(s.starts)) {
		return len(s.text)
	}
	start, end := s.Line(int(p.Line))
	if s.ascii {
		return start + int(min(uint64(p.Character), uint64(end-start)))
	}
	return start + bytesOf(s.text[start:end], uint64(p.Character), e)
}

// Position is the place of a byte; inside a code point or a line end, it is the place where that starts.
func (s *Snapshot) Position(offset int, e Encoding) Position {
	offset = min(max(offset, 0), len(s.text))
	line := s.LineAt(offset)
	start, end := s.Line(line)
	offset = min(offset, end)
	if s.ascii {
		return Position{uint32(line), uint32(offset - start)}
	}
	return Position{uint32(line), uint32(unitsIn(s.text[start:end], offset-start, e))}
}

// Range is the place of the bytes from start to end.
func (s *Snapshot) Range(start, end int, e Encoding) Range {
	return Range{s.Position(start, e), s.Position(end, e)}
}

// appendStarts appends every line start between from and to, both included; from is at least 1.
func appendStarts(starts []uint32, text []byte, from, to int) []uint32 {
	for at := from; at <= to; {
		stop := to // the "\n" that ends this stretch, or the last byte that matters
		if i := bytes.IndexByte(text[at-1:to], '\n'); i >= 0 {
			stop = at - 1 + i
		}
		for at <= stop { // what is left of it has "\r" at most
			i := bytes.IndexByte(text[at-1:stop], '\r')
			if i < 0 {
				break
			}
			at += i + 1
			if at-1 < len(text) && text[at-1] == '\n' {
				continue // one line end of two bytes
			}
			starts = append(starts, uint32(at-1))
		}
		if stop == to {
			break
		}
		at = stop + 2
		starts = append(starts, uint32(stop+1))
	}
	return starts
}
