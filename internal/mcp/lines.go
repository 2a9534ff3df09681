package mcp

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// line is a line with its end, if it has one.
type line struct {
	text     []byte // good until the next; nil if it is too long to keep
	length   int
	envelope envelope
}

func (l line) tooLong() bool { return l.length > control.DocumentLimit }

func (l line) blank() bool { return !l.tooLong() && len(bytes.TrimSpace(l.text)) == 0 }

// mark is what some programs on Windows write before their first text, to say that it is UTF-8. It is no part of a message.
var mark = []byte("\xef\xbb\xbf")

// lines calls f for each line until there are no more, or f does not want any.
func lines(from io.Reader, f func(line) error) error {
	in := bufio.NewReaderSize(from, 64<<10)
	var text []byte
	if head, _ := in.Peek(len(mark)); bytes.Equal(head, mark) {
		_, _ = in.Discard(len(mark)) // it is there
	}
	for {
		l := line{}
		text = text[:0]
		if cap(text) > 1<<20 {
			text = nil // one that was long is no measure of the next
		}
		for {
			piece, err := in.ReadSlice('\n')
			l.length += len(piece)
			l.envelope.read(piece)
			if !l.tooLong() {
				text = append(text, piece...)
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if err != nil && l.length == 0 {
				return nil // however a pipe ends, nothing more comes
			}
			break
		}
		if !l.tooLong() {
			l.text = text
		}
		if err := f(l); err != nil {
			return err
		}
	}
}
