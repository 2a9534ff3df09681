package text_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

var encodings = map[string]text.Encoding{"utf-8": text.UTF8, "utf-16": text.UTF16, "utf-32": text.UTF32}

func TestPositions(t *testing.T) {
	tests := []struct {
		name   string
		text   string
		offset int
		utf8   text.Position
		utf16  text.Position
		utf32  text.Position
	}{
		{"start", "abc", 0, text.Position{}, text.Position{}, text.Position{}},
		{"ascii", "ab\ncd", 4, text.Position{Line: 1, Character: 1}, text.Position{Line: 1, Character: 1}, text.Position{Line: 1, Character: 1}},
		{"two-byte letter", "é=x", 2, text.Position{Character: 2}, text.Position{Character: 1}, text.Position{Character: 1}},
		{"emoji is a surrogate pair", "😀=x", 4, text.Position{Character: 4}, text.Position{Character: 2}, text.Position{Character: 1}},
		{"emoji, then crlf", "😀\r\n😀x", 10, text.Position{Line: 1, Character: 4}, text.Position{Line: 1, Character: 2}, text.Position{Line: 1, Character: 1}},
		{"lone carriage return", "a\rb", 2, text.Position{Line: 1}, text.Position{Line: 1}, text.Position{Line: 1}},
		{"a byte that is not utf-8", "\xffx", 1, text.Position{Character: 1}, text.Position{Character: 1}, text.Position{Character: 1}},
		{"half an emoji", "\xf0\x9fx", 2, text.Position{Character: 2}, text.Position{Character: 2}, text.Position{Character: 2}},
		{"no final newline", "a\nb", 3, text.Position{Line: 1, Character: 1}, text.Position{Line: 1, Character: 1}, text.Position{Line: 1, Character: 1}},
		{"after the final newline", "a\n", 2, text.Position{Line: 1}, text.Position{Line: 1}, text.Position{Line: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := text.New(1, []byte(tt.text))
			for name, want := range map[string]text.Position{"utf-8": tt.utf8, "utf-16": tt.utf16, "utf-32": tt.utf32} {
				e := encodings[name]
				if got := s.Position(tt.offset, e); got != want {
					t.Errorf("%s: position of byte %d is %v, want %v", name, tt.offset, got, want)
				}
				if got := s.Offset(want, e); got != tt.offset {
					t.Errorf("%s: byte of %v is %d, want %d", name, want, got, tt.offset)
				}
			}
		})
	}
}

// A position that does not exist is moved to the nearest one before it, never into a code point.
func TestPositionsAreClamped(t *testing.T) {
	tests := []struct {
		name string
		text string
		at   text.Position
		enc  string
		want int
	}{
		{"beyond the line", "ab\ncd", text.Position{Character: 99}, "utf-16", 2},
		{"beyond a crlf line", "ab\r\ncd", text.Position{Character: 3}, "utf-8", 2},
		{"beyond the text", "ab\ncd", text.Position{Line: 7, Character: 1}, "utf-16", 5},
		{"largest numbers", "é\n", text.Position{Line: 1<<32 - 1, Character: 1<<32 - 1}, "utf-16", 3},
		{"largest character", "é\nx", text.Position{Character: 1<<32 - 1}, "utf-16", 2},
		{"between surrogates", "x😀", text.Position{Character: 2}, "utf-16", 1},
		{"inside utf-8", "x😀", text.Position{Character: 3}, "utf-8", 1},
		{"the empty text", "", text.Position{Line: 1, Character: 1}, "utf-32", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := text.New(1, []byte(tt.text)).Offset(tt.at, encodings[tt.enc]); got != tt.want {
				t.Errorf("byte of %v is %d, want %d", tt.at, got, tt.want)
			}
		})
	}
	s := text.New(1, []byte("x😀\r\ny"))
	for offset, want := range map[int]text.Position{3: {Character: 1}, 6: {Character: 3}, -4: {}, 99: {Line: 1, Character: 1}} {
		if got := s.Position(offset, text.UTF16); got != want {
			t.Errorf("position of byte %d is %v, want %v", offset, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	s := text.New(1, []byte("one\r\ntwo\rthree\n\nlast"))
	var lines []string
	for i := range s.Lines() {
		start, end := s.Line(i)
		lines = append(lines, string(s.Bytes()[start:end]))
		if at := s.LineAt(start); at != i {
			t.Errorf("line %d starts on line %d", i, at)
		}
	}
	if want := []string{"one", "two", "three", "", "last"}; !slices.Equal(lines, want) {
		t.Errorf("lines are %q, want %q", lines, want)
	}
}

func at(startLine, startChar, endLine, endChar uint32) *text.Range {
	return &text.Range{Start: text.Position{Line: startLine, Character: startChar}, End: text.Position{Line: endLine, Character: endChar}}
}

func TestApply(t *testing.T) {
	tests := []struct {
		name    string
		old     string
		changes []text.Change
		want    string
		dirty   text.Dirty
	}{
		{"insert", "ac", []text.Change{{at(0, 1, 0, 1), "b"}}, "abc", text.Dirty{Start: 1, OldEnd: 1, NewEnd: 2}},
		{"delete a line end", "a\r\nb", []text.Change{{at(0, 1, 1, 0), ""}}, "ab", text.Dirty{Start: 1, OldEnd: 3, NewEnd: 1}},
		{"the second change counts in the first one's result", "abc\ndef",
			[]text.Change{{at(0, 0, 0, 0), "x\n"}, {at(2, 0, 2, 1), "D"}}, "x\nabc\nDef", text.Dirty{Start: 0, OldEnd: 5, NewEnd: 7}},
		{"backwards, as editors send them", "abc def",
			[]text.Change{{at(0, 4, 0, 7), "D"}, {at(0, 0, 0, 3), "A"}}, "A D", text.Dirty{Start: 0, OldEnd: 7, NewEnd: 3}},
		{"the whole text narrows to what differs", "key=1\nname=x\n", []text.Change{{nil, "key=1\nname=y\n"}}, "key=1\nname=y\n", text.Dirty{Start: 11, OldEnd: 12, NewEnd: 12}},
		{"the whole text, same start and end", "aa", []text.Change{{nil, "aaa"}}, "aaa", text.Dirty{Start: 2, OldEnd: 2, NewEnd: 3}},
		{"a line narrows to what differs", "a\nkey=1\n", []text.Change{{at(1, 0, 1, 5), "b\nkey=1"}}, "a\nb\nkey=1\n", text.Dirty{Start: 2, OldEnd: 2, NewEnd: 4}},
		{"after an emoji", "😀x", []text.Change{{at(0, 2, 0, 3), "y"}}, "😀y", text.Dirty{Start: 4, OldEnd: 5, NewEnd: 5}},
		{"beyond the end appends", "ab", []text.Change{{at(9, 9, 9, 9), "c"}}, "abc", text.Dirty{Start: 2, OldEnd: 2, NewEnd: 3}},
		{"nothing", "ab", nil, "ab", text.Dirty{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old := text.New(1, []byte(tt.old))
			s, dirty, err := old.Apply(2, tt.changes, text.UTF16)
			if err != nil {
				t.Fatal(err)
			}
			if string(s.Bytes()) != tt.want || dirty != tt.dirty {
				t.Errorf("got %q, %+v, want %q, %+v", s.Bytes(), dirty, tt.want, tt.dirty)
			}
			if s.Version() != 2 || old.Version() != 1 || string(old.Bytes()) != tt.old {
				t.Errorf("the old version has changed")
			}
		})
	}
}

func TestApplyRefusesReversedRange(t *testing.T) {
	old := text.New(1, []byte("abc"))
	_, _, err := old.Apply(2, []text.Change{{nil, "abcd"}, {at(0, 3, 0, 1), "x"}}, text.UTF16)
	if err == nil || err.Error() != "change 2 of 2: range 0:3-0:1 ends before it starts" {
		t.Errorf("got error %v", err)
	}
}

func TestTrace(t *testing.T) {
	d := text.Dirty{Start: 10, OldEnd: 14, NewEnd: 20}
	for _, tt := range []struct {
		start, end, newStart, newEnd int
		ok                           bool
	}{{0, 10, 0, 10, true}, {14, 18, 20, 24, true}, {8, 11, 0, 0, false}, {10, 14, 0, 0, false}, {13, 20, 0, 0, false}} {
		s, e, ok := d.Trace(tt.start, tt.end)
		if s != tt.newStart || e != tt.newEnd || ok != tt.ok {
			t.Errorf("%d-%d: got %d-%d %v", tt.start, tt.end, s, e, ok)
		}
	}
}

// naive does all that a Snapshot does in the plainest way.
type naive string

func (n naive) lines() [][2]int {
	var lines [][2]int
	start := 0
	for i := 0; i < len(n); i++ {
		switch {
		case n[i] == '\r' && i+1 < len(n) && n[i+1] == '\n':
			lines = append(lines, [2]int{start, i})
			i++
			start = i + 1
		case n[i] == '\n' || n[i] == '\r':
			lines = append(lines, [2]int{start, i})
			start = i + 1
		}
	}
	return append(lines, [2]int{start, len(n)})
}

func (n naive) units(r rune, size int, e text.Encoding) uint32 {
	switch e {
	case text.UTF8:
		return uint32(size)
	case text.UTF16:
		if r > 0xffff {
			return 2
		}
	}
	return 1
}

func (n naive) offset(p text.Position, e text.Encoding) int {
	lines := n.lines()
	if int(p.Line) >= len(lines) {
		return len(n)
	}
	l := lines[p.Line]
	left := p.Character
	for i := l[0]; i < l[1]; {
		r, size := utf8.DecodeRuneInString(string(n[i:l[1]]))
		u := n.units(r, size, e)
		if u > left {
			return i
		}
		left -= u
		i += size
	}
	return l[1]
}

func (n naive) position(offset int, e text.Encoding) text.Position {
	for i, l := range n.lines() {
		if offset > l[1] && i+1 < len(n.lines()) && offset >= n.lines()[i+1][0] {
			continue
		}
		p := text.Position{Line: uint32(i)}
		for at := l[0]; at < min(offset, l[1]); {
			r, size := utf8.DecodeRuneInString(string(n[at:l[1]]))
			if at+size > offset {
				break
			}
			p.Character += n.units(r, size, e)
			at += size
		}
		return p
	}
	panic("no line")
}

func check(t *testing.T, s *text.Snapshot, want naive) {
	t.Helper()
	if string(s.Bytes()) != string(want) {
		t.Fatalf("text is %q, want %q", s.Bytes(), string(want))
	}
	lines := want.lines()
	if s.Lines() != len(lines) {
		t.Fatalf("%q has %d lines, want %d", string(want), s.Lines(), len(lines))
	}
	for i, l := range lines {
		if start, end := s.Line(i); start != l[0] || end != l[1] {
			t.Fatalf("line %d of %q is %d-%d, want %d-%d", i, string(want), start, end, l[0], l[1])
		}
	}
	for name, e := range encodings {
		for offset := range len(want) + 1 {
			if got, w := s.Position(offset, e), want.position(offset, e); got != w {
				t.Fatalf("%s: position of byte %d of %q is %v, want %v", name, offset, string(want), got, w)
			}
		}
		for line := range lines {
			for char := range uint32(12) {
				p := text.Position{Line: uint32(line), Character: char}
				if got, w := s.Offset(p, e), want.offset(p, e); got != w {
					t.Fatalf("%s: byte of %v of %q is %d, want %d", name, p, string(want), got, w)
				}
			}
		}
	}
}

func FuzzApply(f *testing.F) {
	f.Add("a\r\nb😀c\rd", "x\n", uint8(0), uint8(1), uint8(1), uint8(2), "", uint8(0), uint8(0), uint8(0), uint8(3))
	f.Add("\r\n", "\r", uint8(0), uint8(0), uint8(1), uint8(0), "\n", uint8(0), uint8(0), uint8(0), uint8(0))
	f.Add("long enough for a word\xff\xf0\x9f, é", "\r", uint8(0), uint8(9), uint8(0), uint8(30), "\xc3", uint8(1), uint8(0), uint8(1), uint8(0))
	f.Fuzz(func(t *testing.T, old, in1 string, l1, c1, l2, c2 uint8, in2 string, l3, c3, l4, c4 uint8) {
		if len(old) > 200 || len(in1)+len(in2) > 100 {
			return
		}
		for _, e := range encodings {
			s := text.New(1, []byte(old))
			check(t, s, naive(old))
			changes := []text.Change{
				{at(uint32(l1), uint32(c1), uint32(l2), uint32(c2)), in1},
				{at(uint32(l3), uint32(c3), uint32(l4), uint32(c4)), in2},
			}
			want := naive(old)
			bad := false
			for _, c := range changes {
				start, end := want.offset(c.Range.Start, e), want.offset(c.Range.End, e)
				if bad = start > end; bad {
					break
				}
				want = want[:start] + naive(c.Text) + want[end:]
			}
			next, d, err := s.Apply(2, changes, e)
			if (err != nil) != bad {
				t.Fatalf("error is %v, want one: %v", err, bad)
			}
			if bad {
				continue
			}
			check(t, next, want)
			if old[:d.Start] != string(want[:d.Start]) || old[d.OldEnd:] != string(want[d.NewEnd:]) {
				t.Fatalf("%+v leaves out what differs between %q and %q", d, old, string(want))
			}
			whole, d, err := s.Apply(3, []text.Change{{nil, string(want)}}, e)
			if err != nil {
				t.Fatal(err)
			}
			check(t, whole, want)
			if old[:d.Start] != string(want[:d.Start]) || old[d.OldEnd:] != string(want[d.NewEnd:]) {
				t.Fatalf("%+v leaves out what differs between %q and %q", d, old, string(want))
			}
		}
	})
}

func BenchmarkKeystroke(b *testing.B) {
	for _, size := range []int{10 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			s := text.New(1, []byte(strings.Repeat("key = \"some value\" # é\n", size/24)))
			p := &text.Range{Start: text.Position{Line: 100, Character: 3}, End: text.Position{Line: 100, Character: 3}}
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := s.Apply(2, []text.Change{{p, "x"}}, text.UTF16); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
