package redact

import (
	"bytes"
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// KnownRule is the rule of what is found because the person has it: no pattern, only the value.
const KnownRule = "known-value"

// Secrets finds the secrets that this machine has: values of variables, of files of credentials, and those that the
// person added. It keeps none of them, but a keyed fingerprint of each, which tells the value where it stands and
// nothing else. They are looked for in the forms that people meet, too: base64, percent and shell escapes, hex.
type Secrets struct {
	head cipher.Block // a keyed function of a value's first bytes
	macs *macs

	mu      sync.RWMutex
	sources map[string][]Print
	gate    gate
	prints  map[uint64][]Print
	// learnt counts the changes.
	learnt      atomic.Uint64
	count, left int
}

// Print is the fingerprint of a value in one of its forms.
type Print struct {
	Length int    `json:"n"`
	Gate   uint32 `json:"g"`
	// Head and Tail are of its first and its last bytes, so that the whole is asked about only where it stands.
	Head uint64   `json:"h"`
	Tail uint64   `json:"t"`
	MAC  [16]byte `json:"m"`
}

const (
	headLen = detect.KnownShortest
	// mostPrints bounds what is looked for: a file of a million "secrets" is none of a person's.
	mostPrints = 1 << 16
	// printGate is the size of the gate whose hashes prints carry, in files too.
	printGate = 17
)

// secretsKey is the length of the key, of which one part is for heads and one for hashes.
const secretsKey = 48

func newSecrets(key []byte) *Secrets {
	block, err := aes.NewCipher(key[:16])
	if err != nil {
		panic(err) // the key has the size that it must have
	}
	return &Secrets{head: block, macs: newMACs(key[16:]), gate: newGate(printGate), sources: map[string][]Print{}}
}

// Set makes the values of a source known instead of those that it had before.
func (s *Secrets) Set(source string, values [][]byte) {
	var prints []Print
	for _, v := range values {
		prints = append(prints, s.Prints(v)...)
	}
	s.SetPrints(source, prints)
}

// SetPrints is Set for values whose fingerprints were kept.
func (s *Secrets) SetPrints(source string, prints []Print) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Equal(s.sources[source], prints) {
		return
	}
	s.learnt.Add(1)
	s.sources[source] = prints
	if len(prints) == 0 {
		delete(s.sources, source)
	}
	clear(s.gate.bits)
	s.prints, s.count, s.left = map[uint64][]Print{}, 0, 0
	// What the person named comes first, then variables, then files: if there are too many, the last are left out.
	for _, source := range slices.Sorted(maps.Keys(s.sources)) {
		for _, p := range s.sources[source] {
			has := s.prints[p.Head]
			if slices.Contains(has, p) {
				continue
			}
			if s.count == mostPrints {
				s.left++
				continue
			}
			s.count++
			s.gate.set(p.Gate)
			// The longest first, so that nothing of it is left over.
			s.prints[p.Head] = append(has, p)
			slices.SortFunc(s.prints[p.Head], func(a, b Print) int { return cmp.Compare(b.Length, a.Length) })
		}
	}
}

// LeftOut is how many forms of secrets are not looked for, because there are too many.
func (s *Secrets) LeftOut() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.left
}

// Prints are the fingerprints of a value in all its forms; none for one that is too short or too long to be
// looked for.
func (s *Secrets) Prints(value []byte) []Print {
	if len(value) < headLen || len(value) > detect.KnownLongest {
		return nil
	}
	var out []Print
	for _, form := range forms(value) {
		if len(form) < headLen {
			continue // a core of base64
		}
		p := Print{Length: len(form), Gate: s.gate.hash(fourAt(form, 0)), Head: s.headOf(form), Tail: s.headOf(form[len(form)-headLen:]), MAC: s.macOf(form)}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// forms are a value and what other texts write for it.
func forms(value []byte) [][]byte {
	all := [][]byte{value}
	eachForm(value, func(form []byte) { all = append(all, slices.Clone(form)) })
	return all
}

// eachForm hands over what other texts write for a value, in memory that is good for the call. Base64 of a text that
// holds the value has one of three cores, by where in its groups of three bytes the value begins.
func eachForm(value []byte, each func([]byte)) {
	buf := hex.AppendEncode(make([]byte, 0, 3*len(value)+8), value)
	each(buf)
	if upper := bytes.ToUpper(buf); !bytes.Equal(upper, buf) {
		each(upper)
	}
	shifted := append(make([]byte, 2, len(value)+2), value...)
	for shift := range 3 {
		text := shifted[2-shift:]
		core := func(alphabet *base64.Encoding) []byte {
			core := alphabet.AppendEncode(buf[:0], text)[(shift*8+5)/6:]
			if len(text)%3 > 0 {
				core = core[:len(core)-1] // its last character depends on what follows
			}
			return core
		}
		std := core(base64.RawStdEncoding)
		differs := bytes.ContainsAny(std, "+/")
		each(std)
		if differs {
			each(core(base64.RawURLEncoding))
		}
	}
	if !bytes.ContainsFunc(value, func(r rune) bool {
		return r >= utf8.RuneSelf || r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z'
	}) {
		return // nothing escapes a letter or a digit
	}
	v := string(value)
	escaped := jsonEscaped(v)
	for _, form := range []string{
		url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(url.QueryEscape(v), "+", "%20"),
		strings.ReplaceAll(v, "'", `'\''`), shellEscaped(v, "\"$`\\"), shellEscaped(v, " \"'$`\\&;|<>()*?[]{}!#~"),
		escaped[0], escaped[1], escaped[2],
	} {
		if form != v {
			each([]byte(form))
		}
	}
}

func shellEscaped(v, special string) string {
	var b strings.Builder
	for i := range len(v) {
		if strings.IndexByte(special, v[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// jsonEscaped is the value as a JSON string that stands in a text says it: the least that has to be escaped; what Go
// escapes, for HTML's sake; and what is left of it in ASCII, as Python writes it.
func jsonEscaped(v string) [3]string {
	least, html, ascii := make([]byte, 0, 2*len(v)), make([]byte, 0, 2*len(v)), make([]byte, 0, 2*len(v))
	for _, r := range v {
		var short []byte
		switch r {
		case '"', '\\':
			short = []byte{'\\', byte(r)}
		case '\n':
			short = []byte(`\n`)
		case '\r':
			short = []byte(`\r`)
		case '\t':
			short = []byte(`\t`)
		case '\b':
			short = []byte(`\b`)
		case '\f':
			short = []byte(`\f`)
		}
		written := utf8.AppendRune(nil, r)
		long := written
		if high, low := utf16.EncodeRune(r); low != utf8.RuneError {
			long = fmt.Appendf(nil, `\u%04x\u%04x`, high, low)
		} else if r >= utf8.RuneSelf || r < ' ' || r == '<' || r == '>' || r == '&' {
			long = fmt.Appendf(nil, `\u%04x`, r)
		}
		switch {
		case short != nil:
			least, html, ascii = append(least, short...), append(html, short...), append(ascii, short...)
		case r < ' ':
			least, html, ascii = append(least, long...), append(html, long...), append(ascii, long...)
		case r == '<', r == '>', r == '&':
			least, html, ascii = append(least, written...), append(html, long...), append(ascii, written...)
		case r == '\u2028', r == '\u2029':
			least, html, ascii = append(least, written...), append(html, long...), append(ascii, long...)
		default:
			least, html, ascii = append(least, written...), append(html, written...), append(ascii, long...)
		}
	}
	return [3]string{string(least), string(html), string(ascii)}
}

func (s *Secrets) headOf(text []byte) uint64 {
	var block [aes.BlockSize]byte
	copy(block[:], text[:headLen])
	s.head.Encrypt(block[:], block[:])
	return binary.LittleEndian.Uint64(block[:])
}

func (s *Secrets) macOf(text []byte) [16]byte {
	mac := s.macs.sum(text)
	return [16]byte(mac[:16])
}

// at appends the secret that begins at a place.
func (s *Secrets) at(dst []Match, text []byte, i int) []Match {
	if i+headLen > len(text) {
		return dst
	}
	for _, p := range s.prints[s.headOf(text[i:])] {
		end := i + p.Length
		if end <= len(text) && (p.Length >= anywhere || !within(text, i, end)) && s.headOf(text[end-headLen:]) == p.Tail && s.macOf(text[i:end]) == p.MAC {
			return append(dst, Match{Span: detect.Span{Start: i, End: end}, Value: Value{Type: "SECRET", Rule: KnownRule, Class: detect.Credential}})
		}
	}
	return dst
}

// Values are secrets that somebody looks for in texts who has no vault: in every form that a vault knows them by.
type Values struct {
	known   Known // of nothing
	secrets *Secrets
}

// NewValues makes them. Their fingerprints are by a key that nobody keeps.
func NewValues(values [][]byte) *Values {
	key := make([]byte, secretsKey)
	_, _ = rand.Read(key) // it never fails
	v := &Values{secrets: newSecrets(key)}
	v.secrets.Set("values", values)
	return v
}

// In finds them in a text.
func (v *Values) In(text []byte) []Match { return find(text, &v.known, v.secrets) }
