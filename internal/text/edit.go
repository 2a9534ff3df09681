package text

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"sort"
)

// MaxLen is the longest text that a Snapshot can hold.
const MaxLen = math.MaxInt32

// Change replaces what stands at Range, or the whole text if there is none.
type Change struct {
	Range *Range
	Text  string
}

// Dirty says what several changes did together: bytes Start to OldEnd of the old text
// became Start to NewEnd of the new one, and all else is as it was.
type Dirty struct{ Start, OldEnd, NewEnd int }

// Delta is by how much what follows has moved.
func (d Dirty) Delta() int { return d.NewEnd - d.OldEnd }

// Apply makes the next version. The changes apply one after the other, each to the result of the one
// before. On an error the old version stands.
func (s *Snapshot) Apply(version int32, changes []Change, e Encoding) (*Snapshot, Dirty, error) {
	next := &Snapshot{version: version, ascii: s.ascii, text: s.text, starts: s.starts}
	var dirty Dirty
	for i, c := range changes {
		start, end, insert, err := next.resolve(c, e)
		if err != nil {
			return nil, Dirty{}, fmt.Errorf("change %d of %d: %w", i+1, len(changes), err)
		}
		next.splice(start, end, insert, i > 0)
		next.edits = append(next.edits, Dirty{Start: start, OldEnd: end, NewEnd: start + len(insert)})
		if i == 0 {
			dirty = Dirty{Start: start, OldEnd: end, NewEnd: start + len(insert)}
			continue
		}
		dirty = dirty.then(start, end, len(insert))
	}
	return next, dirty, nil
}

// resolve turns a change into the bytes that it replaces, narrowed to those that differ: clients without
// incremental sync send the whole text at every key, and others a whole line.
func (s *Snapshot) resolve(c Change, e Encoding) (start, end int, insert string, err error) {
	insert, end = c.Text, len(s.text)
	if c.Range != nil {
		start, end = s.Offset(c.Range.Start, e), s.Offset(c.Range.End, e)
		if start > end {
			return 0, 0, "", fmt.Errorf("range %d:%d-%d:%d ends before it starts",
				c.Range.Start.Line, c.Range.Start.Character, c.Range.End.Line, c.Range.End.Character)
		}
	}
	for start < end && insert != "" && s.text[start] == insert[0] {
		start, insert = start+1, insert[1:]
	}
	for start < end && insert != "" && s.text[end-1] == insert[len(insert)-1] {
		end, insert = end-1, insert[:len(insert)-1]
	}
	if len(s.text)-(end-start)+len(insert) > MaxLen {
		return 0, 0, "", fmt.Errorf("text would be longer than %d bytes", MaxLen)
	}
	return start, end, insert, nil
}

// splice replaces bytes: in place where the receiver owns its text and line table, else in a copy of them. That copy is
// most of what a key costs in a large text, so it is made once, and of memory that nobody has cleared.
func (s *Snapshot) splice(start, end int, insert string, owned bool) {
	delta := len(insert) - (end - start)
	if owned {
		s.text = slices.Replace(s.text, start, end, []byte(insert)...)
	} else {
		s.text = bytes.Join([][]byte{s.text[:start], []byte(insert), s.text[end:]}, nil)
	}
	s.ascii = s.ascii && isASCII(s.text[start:start+len(insert)])

	// A line starts at p because of the bytes at p-1 and p, so those from start to the end of the
	// insertion are looked for anew, and the later ones have only moved.
	from := max(start, 1)
	lo := sort.Search(len(s.starts), func(i int) bool { return int(s.starts[i]) >= from })
	hi := sort.Search(len(s.starts), func(i int) bool { return int(s.starts[i]) > end })
	hi = max(hi, lo)
	var room [8]uint32
	found := appendStarts(room[:0], s.text, from, min(start+len(insert), len(s.text)))
	if owned {
		s.starts = slices.Replace(s.starts, lo, hi, found...)
	} else {
		s.starts = slices.Concat(s.starts[:lo], found, s.starts[hi:])
	}
	if delta != 0 {
		for i := lo + len(found); i < len(s.starts); i++ {
			s.starts[i] = uint32(int(s.starts[i]) + delta)
		}
	}
}

// then is d followed by a change of the new text's bytes start to end into n bytes.
func (d Dirty) then(start, end, n int) Dirty {
	reach := max(d.NewEnd, end)
	return Dirty{
		Start:  min(d.Start, start),
		OldEnd: d.OldEnd + reach - d.NewEnd,
		NewEnd: reach + n - (end - start),
	}
}

// Edits are what each of the changes that made this version did, one after the other. What stands between two of
// them can be followed through them, and not through all of them together.
func (s *Snapshot) Edits() []Dirty { return s.edits }

// Trace follows the bytes start to end of the old text into the new one. It is not ok if they were touched.
func (d Dirty) Trace(start, end int) (newStart, newEnd int, ok bool) {
	switch {
	case end <= d.Start:
		return start, end, true
	case start >= d.OldEnd:
		return start + d.Delta(), end + d.Delta(), true
	}
	return 0, 0, false
}
