package detect

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A text may be compressed before it is put into base64: Helm keeps its releases so, and shells hand scripts on. What is
// found in it has no place of its own in the source: all of the encoded text is the finding.

const (
	// packedHead is how base64 of gzip begins.
	packedHead = "H4sI"
	// packedLimit is how much such a text may say.
	packedLimit = 64 << 10
)

// viewPacked looks into what gzip and base64 hide.
func viewPacked(c *check, _ *Rule, at letters.Span) {
	if c.depth >= viewDepth {
		return
	}
	run, said := packedAt(c.Bytes, at.Start)
	if len(said) == 0 {
		return
	}
	sub := c.engine.newCheck(c.path, c.File, said)
	defer sub.release()
	sub.depth = c.depth + 1
	sub.run(letters.Between(0, len(said)))
	for _, f := range sub.found {
		if f.print == 0 {
			f.Span, f.anchor, f.back, f.reach, f.viewed = run, c.anchor, c.back, c.reach, true
			c.found = append(c.found, f)
		}
	}
}

// packedAt is the run of base64 at i, and what it says if it is gzip.
func packedAt(text []byte, i int) (run letters.Span, said []byte) {
	if !bytes.HasPrefix(text[i:], []byte(packedHead)) || i > 0 && runClass[text[i-1]] {
		return run, nil
	}
	end := i
	for end < len(text) && end-i < viewLimit && (runClass[text[end]] || text[end] == '=') {
		end++
	}
	plain, err := base64.RawStdEncoding.DecodeString(string(bytes.TrimRight(text[i:i+(end-i)/4*4], "=")))
	if err != nil {
		return run, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(plain))
	if err != nil {
		return run, nil
	}
	said, _ = io.ReadAll(io.LimitReader(r, packedLimit)) // of one that is cut off, what can be read
	return letters.Between(i, end), said
}

// Packed hands on what stands in a text in base64 of gzip, and where.
func Packed(text []byte, found func(run Span, said []byte)) {
	for i := 0; ; i++ {
		next := bytes.Index(text[i:], []byte(packedHead))
		if next < 0 {
			return
		}
		i += next
		if run, said := packedAt(text, i); len(said) > 0 {
			found(run, said)
		}
	}
}
