package detect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

const (
	// IndexExtension is what the name of an index file ends with.
	IndexExtension = ".sjindex"
	// IndexLimit is the largest index file that is read.
	IndexLimit = 1 << 30

	indexMagic   = "SJINDEX"
	indexVersion = 1
	// indexHead is magic, version, the length of what follows the head, and its checksum.
	indexHead = len(indexMagic) + 1 + 8 + 4
	// mostThreshold is the largest number of fingerprints that may be asked for.
	mostThreshold = 1 << 16
)

var (
	errNoIndex      = errors.New("it is no index: make one with scrubjay rules index")
	errDamagedIndex = errors.New("it is cut short or damaged: copy it again, or make it anew with scrubjay rules index")

	indexID      = text.Expression(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	indexClasses = []Class{Proprietary, Internal, PII}
	crcTable     = crc32.MakeTable(crc32.Castagnoli)
)

// loadIndex reads an index file as a set of one rule.
func loadIndex(name string, file []byte) (*Set, error) {
	x, err := readIndex(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Set{Rules: []*Rule{x.rule()}}, nil
}

// check says what is wrong with what a person chose.
func (x *Index) check() error {
	switch {
	case !indexID().MatchString(x.ID) || len(x.ID) > 64:
		return errors.New("an index's id is up to 64 small letters and digits, with single dashes between: acme-code")
	case !slices.Contains(indexClasses, x.Class):
		return fmt.Errorf("an index's class is one of %v", indexClasses)
	case x.Severity > Critical:
		return errors.New("an index's severity is one of critical, high, medium, low, info")
	case x.Warn < 1 || x.Block < x.Warn || x.Block > mostThreshold:
		return errors.New("an index warns at 1 fingerprint or more, and blocks at as many or more")
	}
	return nil
}

// encode writes the file. Everything is little-endian; a list begins with its length.
func (x *Index) encode() []byte {
	le := binary.LittleEndian
	body := append([]byte{byte(len(x.ID))}, x.ID...)
	body = append(body, byte(len(x.Class)))
	body = append(body, x.Class...)
	body = append(body, byte(x.Severity))
	body = le.AppendUint32(le.AppendUint32(body, uint32(x.Warn)), uint32(x.Block))
	body = append(body, x.key[:]...)
	body = le.AppendUint64(le.AppendUint64(body, uint64(x.Terms)), uint64(x.Prints))
	if d := x.dictionary; d != nil {
		body = append(body, byte(d.longest))
		for _, f := range []*filter{d.first, d.cheap, d.exact} {
			body = appendFilter(body, f)
		}
	}
	if x.prints != nil {
		body = appendFilter(body, x.prints.set)
	}
	file := append([]byte(indexMagic), indexVersion)
	file = le.AppendUint64(file, uint64(len(body)))
	file = le.AppendUint32(file, crc32.Checksum(body, crcTable))
	return append(file, body...)
}

func appendFilter(out []byte, f *filter) []byte {
	le := binary.LittleEndian
	out = le.AppendUint64(out, f.Seed)
	out = le.AppendUint32(le.AppendUint32(out, f.SegmentLength), f.SegmentCount)
	out = slices.Grow(out, 2*len(f.Fingerprints))
	for _, v := range f.Fingerprints {
		out = le.AppendUint16(out, v)
	}
	return out
}

// readIndex reads a file that may be anything.
func readIndex(file []byte) (*Index, error) {
	le := binary.LittleEndian
	switch {
	case len(file) < indexHead || string(file[:len(indexMagic)]) != indexMagic:
		return nil, errNoIndex
	case file[len(indexMagic)] != indexVersion:
		return nil, fmt.Errorf("it is an index of version %d, and this scrubjay reads version %d: make it anew with scrubjay rules index, or update scrubjay", file[len(indexMagic)], indexVersion)
	case len(file) > IndexLimit:
		return nil, fmt.Errorf("it is larger than %d MiB: make it of less", IndexLimit>>20)
	}
	body := file[indexHead:]
	if le.Uint64(file[len(indexMagic)+1:]) != uint64(len(body)) || le.Uint32(file[indexHead-4:]) != crc32.Checksum(body, crcTable) {
		return nil, errDamagedIndex
	}
	r := &indexReader{rest: body}
	x := &Index{}
	x.ID = string(r.take(int(r.byte())))
	x.Class = Class(r.take(int(r.byte())))
	x.Severity = Severity(r.byte())
	x.Warn, x.Block = int(r.uint32()), int(r.uint32())
	copy(x.key[:], r.take(len(x.key)))
	terms, count := r.uint64(), r.uint64()
	// No set is larger than its file: counts that are cannot be true.
	if r.failed || terms+count == 0 || terms > IndexLimit || count > IndexLimit || x.check() != nil {
		return nil, errDamagedIndex
	}
	x.Terms, x.Prints = int(terms), int(count)
	words, letters := x.derive()
	if terms > 0 {
		x.dictionary = &dictionary{key: x.key[:], seed: words, longest: int(r.byte()), first: r.filter(), cheap: r.filter(), exact: r.filter()}
		if x.dictionary.longest < 1 || x.dictionary.longest > termWords {
			return nil, errDamagedIndex
		}
	}
	if count > 0 {
		x.prints = &prints{letters: letters, set: r.filter()}
	}
	if r.failed || len(r.rest) > 0 {
		return nil, errDamagedIndex
	}
	return x, nil
}

// indexReader reads what may end too early: it then gives zeros, and says so once at the end.
type indexReader struct {
	rest   []byte
	failed bool
}

func (r *indexReader) take(n int) []byte {
	if n > len(r.rest) {
		r.rest, r.failed = nil, true
		return make([]byte, min(n, 32))
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *indexReader) byte() byte     { return r.take(1)[0] }
func (r *indexReader) uint32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *indexReader) uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// filter reads one whose parts fit together, so that no look-up leaves it.
func (r *indexReader) filter() *filter {
	f := &filter{Seed: r.uint64(), SegmentLength: r.uint32(), SegmentCount: r.uint32()}
	n := (uint64(f.SegmentCount) + 2) * uint64(f.SegmentLength)
	if bits.OnesCount32(f.SegmentLength) != 1 || f.SegmentCount == 0 || n > uint64(len(r.rest)/2) {
		r.rest, r.failed = nil, true
		return nil
	}
	f.SegmentLengthMask, f.SegmentCountLength = f.SegmentLength-1, f.SegmentCount*f.SegmentLength
	stored := r.take(2 * int(n))
	f.Fingerprints = make([]uint16, n)
	for i := range f.Fingerprints {
		f.Fingerprints[i] = binary.LittleEndian.Uint16(stored[2*i:])
	}
	return f
}
