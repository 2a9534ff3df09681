package detect

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Many vendors' tokens have no mark of their own: 32 hex digits are a key of Datadog's beside the word
// datadog and a word such as key, and anything at all elsewhere. find = "near" is for them: the rule's
// keywords wake it where they stand as words of their own, and it looks for the value that has the
// form of its regex on the rest of the line and the few after it. Between the two one of the rule's
// context words must stand; what introduces hashes and identifiers must not stand before the value.
type near struct {
	shapes []*shape
	re     *regexp.Regexp // where no shape decides
	// first holds what a value can begin with.
	first [256]bool
	words [][]byte
	// named: the keywords alone say that a secret follows.
	named bool
	// ids: what the rule is for may be called an id.
	ids bool
}

const (
	nearReach = 768
	// nearLines is how many lines after the keyword's own are looked at.
	nearLines = 3
	// nearSpan is how far after its keyword a value may begin.
	nearSpan = 256
)

// secretWords say that what follows is one, where a rule names no context words of its own.
var secretWords = strings.Fields("key token secret password passwd passphrase pwd pass auth authorization credential apikey authtoken pat bearer")

func (r *Rule) compileNear(expr string, keywords []string, known bool) error {
	if len(keywords) == 0 {
		return errors.New(`find = "near" needs keywords: the words beside which the value means something`)
	}
	if !known {
		if _, err := syntax.Parse(expr, syntax.Perl); err != nil {
			return fmt.Errorf("regex: %w", err)
		}
	}
	words := r.context
	if len(words) == 0 {
		words = secretWords
	}
	keywords = joinedOtherwise(keywords)
	// Most of these rules are never woken.
	r.near = sync.OnceValue(func() *near { return newNear(expr, keywords, words) })
	r.context = nil
	r.triggers, r.run, r.back, r.reach = keywords, findNear, 16, nearReach
	return nil
}

// joinedOtherwise adds to names such as travis_token those that prose and headers have: travis token, travis-token.
func joinedOtherwise(keywords []string) []string {
	out := keywords[:len(keywords):len(keywords)]
	for _, k := range keywords {
		for _, joint := range []string{" ", "-"} {
			if other := strings.ReplaceAll(k, "_", joint); strings.Trim(k, "_") == k && !slices.Contains(out, other) {
				out = append(out, other)
			}
		}
	}
	return out
}

func newNear(expr string, keywords, words []string) *near {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err) // it was parsed when the rule was made
	}
	n := &near{shapes: compileShapes(tree), named: true}
	if n.shapes == nil {
		n.re = regexp.MustCompile(`\A(?:` + expr + `)`)
	}
	for c := range 0x80 {
		n.first[c] = begins(tree, rune(c))
	}
	for _, w := range words {
		n.words = append(n.words, []byte(w))
		n.ids = n.ids || w == "id"
	}
	for _, k := range keywords {
		named := false
		for _, w := range n.words {
			named = named || bytes.Contains(bytes.ToLower([]byte(k)), w)
		}
		n.named = n.named && named
	}
	return n
}

// begins tells whether a match can begin with c.
func begins(re *syntax.Regexp, c rune) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return re.Rune[0] == c || re.Flags&syntax.FoldCase != 0 && re.Rune[0]|0x20 == c|0x20
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i] <= c && c <= re.Rune[i+1] {
				return true
			}
		}
		return false
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if begins(sub, c) {
				return true
			}
			if shortest(sub) > 0 {
				return false
			}
		}
		return false
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if begins(sub, c) {
				return true
			}
		}
		return false
	case syntax.OpCapture, syntax.OpPlus, syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		return begins(re.Sub[0], c)
	}
	return true
}

func findNear(c *check, r *Rule, at letters.Span) {
	if !c.ownWord(at) {
		return
	}
	text, n := c.Bytes, r.near()
	end := min(len(text), at.End+nearSpan)
	lines := 0
	inToken := isValueByte(text[at.End-1])
	for i := at.End; i < end; i++ {
		b := text[i]
		if b == '\n' {
			if lines++; lines > nearLines {
				return
			}
		}
		starts := !inToken && n.first[b] && text[i-1] != '@' && text[i-1] != '%' // name@digest, an escape
		inToken = isValueByte(b)
		if !starts {
			continue
		}
		length := n.match(text[i:min(len(text), i+nearReach-nearSpan-64)])
		if length == 0 {
			continue
		}
		value := letters.Between(i, i+length)
		if !n.introduced(text[at.Start:i]) || guess.IsHashContext(text[max(at.Start, i-24):i]) || !n.ids && isIdentified(text[at.Start:i]) ||
			b != '[' && (r.validate == nil && !guess.IsIssued(text[i:i+length]) || guess.Spaced(text[i:i+length]) && !c.fills(value)) {
			inToken = true
			continue
		}
		before := len(c.found)
		if c.emit(r, value, letters.Between(at.Start, value.End)); len(c.found) > before {
			return
		}
		inToken = true
	}
}

// match is the length of the value at the beginning of text, 0 if there is none. A value is a token of
// its own: nothing that could belong to it goes on after it.
func (n *near) match(text []byte) int {
	if n.shapes != nil {
		for _, s := range n.shapes {
			if whole, _, ok := s.match(text); ok && ends(text, whole.End) {
				return whole.End
			}
		}
	} else if m := n.re.FindIndex(text); m != nil && ends(text, m[1]) {
		return m[1]
	}
	return 0
}

// ends tells whether a value of that length is over: neither its own signs go on, nor a joint and more.
func ends(text []byte, length int) bool {
	if length == len(text) {
		return true
	}
	if next := text[length]; strings.IndexByte("=.:|@", next) < 0 || text[length-1] == '=' {
		return !isValueByte(next)
	}
	return length+1 == len(text) || !isValueByte(text[length+1])
}

// fills tells whether a value of several words is all of a string, or all between a sign and the line's end:
// four words of four letters occur in prose, too.
func (c *check) fills(value letters.Span) bool {
	i := value.Start - 1
	for letters.IsBlank(c.ByteAt(i)) && value.Start-i < 4 {
		i--
	}
	after := c.ByteAt(value.End)
	switch b := c.ByteAt(i); b {
	case '"', '\'', '`', '>':
		return after == b || after == '<' || after == '\\'
	case '=', ':':
		return after == 0 || after == '\n' || after == '\r' || after == '#'
	}
	return false
}

// isValueByte: what tokens are made of. A dot or a colon beside one ends a sentence or a key.
func isValueByte(b byte) bool {
	return letters.IsWord(b) || b == '-' || b == '+' || b == '/' || b == '~'
}

// ownWord tells whether a keyword stands as a word: alone, or as a part of snake_case or camelCase.
func (c *check) ownWord(at letters.Span) bool {
	first, last := c.Bytes[at.Start], c.Bytes[at.End-1]
	if before := c.Before(at.Start); letters.IsAlpha(before) && letters.IsAlpha(first) && (letters.IsLower(first) || letters.IsUpper(before)) {
		return false
	}
	if after := c.ByteAt(at.End); letters.IsLower(after) && letters.IsAlpha(last) && !bytes.HasPrefix(c.Bytes[at.End:], []byte("s ")) {
		return false
	}
	return true
}

// introduced tells whether a word that says secret stands before the value.
func (n *near) introduced(before []byte) bool {
	if n.named {
		return true
	}
	for _, w := range n.words {
		for from := 0; ; {
			i := letters.IndexFold(before[from:], string(w))
			if i < 0 {
				break
			}
			from += i + len(w)
			// The pattern is no PAT, the author no auth, the monkey no key.
			if from < len(before) && letters.IsLower(before[from]) && before[from] != 's' {
				continue
			}
			if string(w) != "key" || !letters.IsLower(guess.At(before, from-len(w)-1)) || letters.IsUpper(before[from-len(w)]) || beforeKey(before[:from-len(w)]) {
				return true
			}
		}
	}
	return false
}

// beforeKey tells what is written in one word with key: apikey, secretkey.
func beforeKey(before []byte) bool {
	for _, w := range keyWords {
		if i := len(before) - len(w); i >= 0 && letters.EqualFold(before[i:], w) {
			return true
		}
	}
	return false
}

var keyWords = strings.Fields("api app auth access secret private public master admin service account write read signing encryption license licence client server user")

// isIdentified tells whether what is called an id, a place or a name is given the value that follows:
// account_id: ..., "projectId": "...".
func isIdentified(before []byte) bool {
	end, sign := len(before), false
	for end > 0 && strings.IndexByte(" \t\"'`:=>(,", before[end-1]) >= 0 && len(before)-end < 8 {
		end--
		sign = sign || before[end] == ':' || before[end] == '=' || before[end] == '>'
	}
	from := end
	for from > 0 && letters.IsAlnum(before[from-1]) && !(letters.IsUpper(before[from-1]) && from < end && letters.IsLower(before[from])) {
		from--
	}
	if from > 0 && from < end && letters.IsUpper(before[from-1]) {
		from-- // the capital of the last word in camelCase
	}
	last := before[from:end]
	var folded [16]byte
	return sign && len(last) <= len(folded) && identifiers.Has(letters.AppendFolded(folded[:0], last)) && !letters.ContainsFold(before[max(0, from-8):from], "secret")
}

var identifiers = letters.ListOf("id ids uuid guid sha hash digest commit rev ref version region host hostname url uri name user username email project org account size etag checksum fingerprint thumbprint index branch tag image bucket tx txid transaction block root topic address")
