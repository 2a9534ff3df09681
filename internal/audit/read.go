package audit

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// tornError is a frame that is not whole or not what its checksum says.
type tornError struct {
	number int64
	at     int64
	what   string
	// file is the segment, if it is not the one that is written.
	file string
	// last is set where the file simply ends within the frame.
	last bool
}

func (e *tornError) Error() string {
	if e.file != "" {
		return fmt.Sprintf("record %d (%s, at byte %d) %s", e.number, e.file, e.at, e.what)
	}
	return fmt.Sprintf("record %d (at byte %d) %s", e.number, e.at, e.what)
}

// read calls f for every frame of a segment with the chain that is written in it and its record's number. end is where the last
// whole one ended. Text is good until f returns. The first record should have the number first.
func read(file io.ReaderAt, first uint64, f func(at int64, written chain, seq uint64, text []byte) error, end *int64) error {
	in := bufio.NewReaderSize(io.NewSectionReader(file, 0, 1<<62), 1<<20)
	head := make([]byte, len(header))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != header {
		return errors.New("this is not a ledger of this program's version")
	}
	*end = int64(len(header))
	frame := make([]byte, frameHead)
	var text []byte
	for number := int64(first); ; number++ {
		torn := func(what string, last bool) error {
			return &tornError{number: number, at: *end, what: what, last: last}
		}
		switch _, err := io.ReadFull(in, frame); {
		case err == io.EOF:
			return nil
		case err == io.ErrUnexpectedEOF:
			return torn("is cut off", true)
		case err != nil:
			return err
		}
		n := binary.LittleEndian.Uint32(frame)
		if n == 0 || n > recordLimit {
			return torn("has an impossible length: it was changed", false)
		}
		text = slices.Grow(text[:0], int(n))[:n]
		switch _, err := io.ReadFull(in, text); {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return torn("is cut off", true)
		case err != nil:
			return err
		}
		if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(frame[4:]) {
			return torn("does not match its checksum: it was changed", false)
		}
		seq, ok := numberOf(text)
		if !ok {
			return torn("is no record: it was changed", false)
		}
		if err := f(*end, chain(frame[8:]), seq, text); err != nil {
			return err
		}
		*end += int64(frameHead) + int64(n)
	}
}

// numberOf is the number of a record, which stands where we have written it: reading all of a record costs ten times as much as
// the rest of what verifying does.
func numberOf(text []byte) (seq uint64, ok bool) {
	rest, ok := bytes.CutPrefix(text, []byte(`{"v":1,"seq":`))
	n := 0
	for n < len(rest) && n < 20 && rest[n] >= '0' && rest[n] <= '9' {
		seq = seq*10 + uint64(rest[n]-'0')
		n++
	}
	return seq, ok && n > 0 && n < len(rest) && rest[n] == ','
}

// Show calls f for every record of a state directory's ledger.
func Show(dir string, f func(Record) error) error {
	dropped, err := Dropped(dir)
	if err != nil {
		return err
	}
	written := false
	err = each(dir, dropped, func(_ uint64, open bool) error { written = open; return nil }, decoded(f))
	return unlessWritten(err, written)
}

// ShowOpen is Show of the segment that is written: this month's records, or the last of them.
func ShowOpen(dir string, f func(Record) error) error {
	file, err := os.Open(filepath.Join(dir, openSegment))
	if err != nil {
		return err
	}
	defer file.Close()
	first := uint64(1)
	return unlessWritten(frames(file, &first, decoded(f)), true)
}

func decoded(f func(Record) error) func(at int64, written chain, seq uint64, text []byte) error {
	return func(at int64, _ chain, seq uint64, text []byte) error {
		var r Record
		if err := json.Unmarshal(text, &r); err != nil {
			return &tornError{number: int64(seq), at: at, what: "is no record: it was changed"}
		}
		return f(r)
	}
}

// unlessWritten is an error, unless it is of a record that is being written at this moment.
func unlessWritten(err error, open bool) error {
	var torn *tornError
	if open && errors.As(err, &torn) && torn.last {
		return nil
	}
	return err
}

// Verify checks every chain of a state directory's ledger and that nothing is missing at its end. It
// answers with the number of good records; the error names the first bad one. A checkpoint that was kept elsewhere
// tells also of a ledger that was cut or replaced together with ledger.head.
func Verify(dir string, kept ...Checkpoint) (good int64, err error) {
	good, err = verify(dir, func(seq uint64, at chain) error {
		for _, c := range kept {
			if c.Seq == seq && c.chain != at {
				return fmt.Errorf("record %d is not the one of the checkpoint of %s: the ledger was replaced", seq, c.Time.Format(time.RFC3339))
			}
		}
		return nil
	})
	for _, c := range kept {
		if err == nil && c.Seq > uint64(good) {
			err = fmt.Errorf("records %d to %d are missing, which the checkpoint of %s has seen: the end was cut off", good+1, c.Seq, c.Time.Format(time.RFC3339))
		}
	}
	return good, err
}

// verify is Verify without checkpoints. It calls seen for each good record, and for the last that retention has dropped.
func verify(dir string, seen func(seq uint64, at chain) error) (good int64, err error) {
	remembered, last, err := readHead(dir)
	if err != nil {
		return 0, err
	}
	dropped, err := Dropped(dir)
	if err != nil {
		return 0, err
	}
	var prev chain
	headSeen := false
	check := func(number, at int64, written chain, seq uint64) error {
		prev, good = written, number
		if seq == remembered {
			if written != last {
				return &tornError{number: number, at: at, what: "is not the one that ledger.head remembers: the ledger was replaced"}
			}
			headSeen = true
		}
		return seen(seq, written)
	}
	if dropped != nil {
		if err := check(int64(dropped.Seq), 0, dropped.chain, dropped.Seq); err != nil {
			return 0, err
		}
	}
	err = each(dir, dropped, func(first uint64, last bool) error {
		if !last && first != uint64(good)+1 {
			return fmt.Errorf("records %d to %d are missing: their segment was removed", good+1, first-1)
		}
		return nil
	}, func(at int64, written chain, seq uint64, text []byte) error {
		number := good + 1
		switch {
		case prev.next(text) != written:
			return &tornError{number: number, at: at, what: "does not follow from the one before it: it was changed, or one before it was removed or put in"}
		case seq != uint64(number):
			return &tornError{number: number, at: at, what: fmt.Sprintf("says it is number %d: records were removed or put in", seq)}
		}
		return check(number, at, written, seq)
	})
	if errors.Is(err, os.ErrNotExist) && headSeen && uint64(good) == remembered {
		if _, begun := os.Lstat(filepath.Join(dir, nextSegment)); begun == nil { // the machine stopped between two segments
			return good, nil
		}
		return good, errors.New("ledger.log is not there, and no record is missing: its segments were moved")
	}
	if errors.Is(err, os.ErrNotExist) && remembered > 0 {
		return good, fmt.Errorf("records %d to %d are missing: ledger.log is not there", good+1, remembered)
	}
	if _, gone := os.Lstat(filepath.Join(dir, "ledger.head")); err == nil && errors.Is(gone, os.ErrNotExist) && good > 0 {
		return good, errors.New("ledger.head is not there: whether later records were cut off, a checkpoint tells")
	}
	if err == nil && remembered > 0 && !headSeen {
		return good, fmt.Errorf("records %d to %d are missing: the end was cut off", good+1, remembered)
	}
	return good, err
}
