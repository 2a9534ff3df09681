package detect

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/words"
)

// dictionary finds terms of up to termWords words. What is a word is told by package words; case, width and
// composition of characters do not matter.
//
// At each word three sets are asked, most texts only the first: the words that terms begin with, the
// terms by a cheap hash, and the terms by an HMAC.
type dictionary struct {
	key                 []byte
	seed                uint64
	longest             int // in words
	first, cheap, exact *filter
}

const (
	termWords = 8
	termBack  = 2 * utf8.UTFMax
	termReach = termWords*(words.Longest+words.GapLongest) + 2*utf8.UTFMax
)

// terms looks at every word that begins within the span; hold tells those that need no look.
func (c *check) terms(span letters.Span, hold func(start int) bool) {
	for _, r := range c.engine.indexed {
		if d := r.index.dictionary; d != nil {
			c.termsOf(r, d, span, hold)
		}
	}
}

func (c *check) termsOf(r *Rule, d *dictionary, span letters.Span, hold func(start int) bool) {
	text := c.Bytes
	for i := span.Start; i < span.End; {
		if words.ByteKind[text[i]] == words.None {
			i++
			continue
		}
		start := words.StartAt(text, i)
		if start == words.NoStart {
			_, size := words.KindAt(text, i)
			i += size
			continue
		}
		part, run := words.EndsOf(text, i)
		if d.begins(text[i:part]) || start == words.RunStart && run != part && d.begins(text[i:run]) {
			if hold == nil || !hold(i) {
				c.term(r, d, i, start)
			}
		}
		i = part
	}
}

// term looks for the longest term that begins with the word at i.
func (c *check) term(r *Rule, d *dictionary, i int, start words.Start) {
	end, mixed := d.match(c.Bytes, i, false)
	if start == words.RunStart && mixed {
		whole, _ := d.match(c.Bytes, i, true)
		end = max(end, whole)
	}
	if end > 0 {
		c.anchor, c.back, c.reach = i, termBack, termReach
		c.emit(r, letters.Between(i, end), letters.Between(i, end))
	}
}

// begins tells whether a term may begin with a word.
func (d *dictionary) begins(word []byte) bool {
	return len(word) <= words.Longest && d.first.Contains(d.hash(word))
}

// match is the end of the longest term that begins with the word at i, 0 if none does. whole takes camelCase
// for one word; mixed says that a word was met that may be taken both ways.
func (d *dictionary) match(text []byte, i int, whole bool) (end int, mixed bool) {
	var parts [termWords][]byte
	var hash uint64
	for n := 0; n < d.longest && i >= 0; n++ {
		to, run := words.EndsOf(text, i)
		mixed = mixed || to != run
		if whole {
			to = run
		}
		if to-i > words.Longest {
			break
		}
		parts[n] = text[i:to]
		hash = d.add(hash, parts[n])
		if d.cheap.Contains(hash) && d.exact.Contains(d.sign(parts[:n+1])) {
			end = to
		}
		i = words.Next(text, to)
	}
	return end, mixed
}

const hashPrime = 0x9e3779b97f4a7c15

func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// hash is the cheap one of a word.
func (d *dictionary) hash(word []byte) uint64 {
	h := d.seed
	for _, b := range word {
		if b >= utf8.RuneSelf {
			var room [4 * words.Longest]byte
			word, h = folded(room[:0], word), d.seed
			for _, b := range word {
				h = (h ^ uint64(b)) * hashPrime
			}
			break
		}
		if letters.IsUpper(b) {
			b |= 0x20
		}
		h = (h ^ uint64(b)) * hashPrime
	}
	return mix(h)
}

// add is the cheap hash of some words and one more.
func (d *dictionary) add(hash uint64, word []byte) uint64 {
	if hash == 0 {
		return d.hash(word)
	}
	return mix(hash*hashPrime + d.hash(word))
}

// sign is the exact hash of a term: of its folded words, joined by blanks.
func (d *dictionary) sign(parts [][]byte) uint64 {
	var room [4 * words.Longest]byte
	term := room[:0]
	for i, w := range parts {
		if i > 0 {
			term = append(term, ' ')
		}
		term = folded(term, w)
	}
	mac := hmac.New(sha256.New, d.key)
	mac.Write(term)
	return binary.LittleEndian.Uint64(mac.Sum(nil))
}

// folded appends a word in lower case and in compatibility form, in which ＡＣＭＥ and acme are the same.
func folded(out, word []byte) []byte {
	if bytes.IndexFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return append(out, bytes.ToLower(word)...)
	}
	var room [4 * words.Longest]byte
	for _, r := range string(norm.NFKC.Append(room[:0], word...)) {
		out = utf8.AppendRune(out, unicode.ToLower(r))
	}
	return out
}
