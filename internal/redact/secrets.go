package redact

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// KnownRule is the rule of what is found because the person has it: no pattern, only the value.
const KnownRule = "known-value"

// Secrets finds the secrets that this machine has: values of variables, of files of credentials, and those that the
// person added. It keeps none of them, but a keyed fingerprint of each, which tells the value where it stands and
// nothing else. They are looked for in the forms that people meet, too: base64, percent and shell escapes, hex.
type Secrets struct {
	head cipher.Block // a keyed function of a value's first bytes
	mac  []byte

	mu      sync.RWMutex
	sources map[string][]Print
	gate    gate
	prints  map[uint64][]Print
	// learnt counts the changes.
	learnt atomic.Uint64
	left   int
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
)

func newSecrets(key []byte) *Secrets {
	block, err := aes.NewCipher(key[:16])
	if err != nil {
		panic(err) // the key has the size that it must have
	}
	return &Secrets{head: block, mac: key[16:], sources: map[string][]Print{}}
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
	clear(s.gate[:])
	s.prints, s.left = map[uint64][]Print{}, 0
	n := 0
	// What the person named comes first, then variables, then files: if there are too many, the last are left out.
	for _, source := range slices.Sorted(maps.Keys(s.sources)) {
		for _, p := range s.sources[source] {
			has := s.prints[p.Head]
			if slices.Contains(has, p) {
				continue
			}
			if n == mostPrints {
				s.left++
				continue
			}
			n++
			s.gate.add(p.Gate)
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
		p := Print{Length: len(form), Gate: gateHash(form), Head: s.headOf(form), Tail: s.headOf(form[len(form)-headLen:]), MAC: s.macOf(form)}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// forms are a value and what other texts write for it. Base64 of a text that holds the value has one of three cores,
// by where in its groups of three bytes the value begins.
func forms(value []byte) [][]byte {
	v := string(value)
	all := []string{
		v, url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(url.QueryEscape(v), "+", "%20"),
		hex.EncodeToString(value), strings.ToUpper(hex.EncodeToString(value)),
		strings.ReplaceAll(v, "'", `'\''`), shellEscaped(v, "\"$`\\"), shellEscaped(v, " \"'$`\\&;|<>()*?[]{}!#~"),
		jsonEscaped(v), jsonEscapedForHTML(v),
	}
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			core := alphabet.EncodeToString(append(make([]byte, shift), value...))
			core = core[(shift*8+5)/6:]
			if rest := (shift + len(value)) % 3; rest > 0 {
				core = core[:len(core)-1] // its last character depends on what follows
			}
			all = append(all, core)
		}
	}
	out := make([][]byte, len(all))
	for i, form := range all {
		out[i] = []byte(form)
	}
	return out
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

// jsonEscaped is the value as a JSON string that stands in a text says it.
func jsonEscaped(v string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(v)
}

// jsonEscapedForHTML is what Go's and other writers make of it.
func jsonEscapedForHTML(v string) string {
	return strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(jsonEscaped(v))
}

func (s *Secrets) headOf(text []byte) uint64 {
	var block [aes.BlockSize]byte
	copy(block[:], text[:headLen])
	s.head.Encrypt(block[:], block[:])
	return binary.LittleEndian.Uint64(block[:])
}

func (s *Secrets) macOf(text []byte) [16]byte {
	mac := hmac.New(sha256.New, s.mac)
	mac.Write(text)
	return [16]byte(mac.Sum(nil))
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
