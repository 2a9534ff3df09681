package audit

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// A ledger is kept in segments. ledger.log is the one that is written; a month that has ended, and what has become large, is
// ledger-000000000001.log, by the number of its first record. The chain goes on from one to the next. Retention drops whole
// segments, the oldest first, and leaves ledger.dropped: a signed note of the last record that was dropped and its chain, from
// which the rest is verified.

const (
	openSegment = "ledger.log"
	// nextSegment is the open one of a rotation under way.
	nextSegment = "ledger.next"
	droppedFile = "ledger.dropped"
	// segmentLimit is how large the open segment may become.
	segmentLimit = 64 << 20
)

// segment is a full one.
type segment struct {
	path  string
	first uint64
}

func segmentName(first uint64) string { return fmt.Sprintf("ledger-%012d.log", first) }

// segments are the full ones of a state directory, the oldest first.
func segments(dir string) (all []segment, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "ledger-*.log"))
	for _, name := range names {
		digits := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "ledger-"), ".log")
		if first, err := strconv.ParseUint(digits, 10, 64); err == nil && segmentName(first) == filepath.Base(name) {
			all = append(all, segment{name, first})
		}
	}
	slices.SortFunc(all, func(a, b segment) int { return strings.Compare(a.path, b.path) })
	return all, err
}

// last reads a full segment's last record.
func (s segment) last() (seq uint64, at chain, r Record, err error) {
	file, err := os.Open(s.path)
	if err != nil {
		return 0, at, r, err
	}
	defer file.Close()
	var text []byte
	var end int64
	err = read(file, s.first, func(_ int64, written chain, n uint64, record []byte) error {
		seq, at, text = n, written, append(text[:0], record...)
		return nil
	}, &end)
	if err == nil && seq == 0 {
		err = errors.New("it holds no record")
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return 0, at, r, fmt.Errorf("%s: %w", filepath.Base(s.path), err)
	}
	return seq, at, r, nil
}

// lastFull is where the full segments end, or what retention has dropped.
func lastFull(dir string) (seq uint64, at chain, err error) {
	all, err := segments(dir)
	if err != nil {
		return 0, at, err
	}
	if n := len(all); n > 0 {
		seq, at, _, err = all[n-1].last()
		return seq, at, err
	}
	d, err := Dropped(dir)
	if d != nil {
		seq, at = d.Seq, d.chain
	}
	return seq, at, err
}

// turn begins another segment if the open one is full. The files are closed meanwhile, since some systems move no open ones. A
// crash between the steps leaves the old one open, or ledger.next beside it, with which openLog goes on.
func (l *Ledger) turn(now time.Time) (err error) {
	if l.file == nil { // the last turn failed
		return l.reopen()
	}
	d := &l.disk
	if d.seq == d.before || d.size < l.limit && (d.begun.IsZero() || d.begun.Format("2006-01") == now.Format("2006-01")) {
		return nil
	}
	next, open := filepath.Join(l.dir, nextSegment), filepath.Join(l.dir, openSegment)
	if err := rename.Durable(next, []byte(header), 0o600); err != nil {
		return err
	}
	err = l.file.Close()
	l.file = nil
	if err == nil {
		err = rename.File(open, filepath.Join(l.dir, segmentName(d.before+1)))
	}
	if err == nil {
		err = rename.File(next, open)
	}
	return errors.Join(err, l.reopen())
}

// reopen opens the segment that is written, which has to go on from what was written last.
func (l *Ledger) reopen() error {
	f, err := openLog(l.dir, l.disk.seq)
	if err != nil {
		return err
	}
	l.file = f
	at, err := l.load()
	if err == nil && (at.seq != l.disk.seq || at.chain != l.disk.chain) {
		err = errors.New("the ledger was changed while it was written: " + asEvidence)
	}
	if err != nil {
		l.file = nil
		return errors.Join(err, f.Close())
	}
	l.disk = at
	return nil
}

// openLog opens the segment that is written, and makes it if the ledger has no record yet.
func openLog(dir string, remembered uint64) (*os.File, error) {
	path := filepath.Join(dir, openSegment)
	create := os.O_CREATE
	if remembered > 0 {
		create = 0
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			if err := rename.File(filepath.Join(dir, nextSegment), path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR|create, 0o600)
	if errors.Is(err, os.ErrNotExist) && remembered > 0 {
		seq, _, err := lastFull(dir)
		return nil, errors.Join(fmt.Errorf("the ledger's records %d to %d are missing: %s", seq+1, remembered, asEvidence), err)
	}
	return f, err
}

// Drop says what retention has dropped: all records until one.
type Drop struct {
	Seq uint64
	// Until is the time of that record, Time when it was dropped, and Why by which rule.
	Until, Time time.Time
	Why         string
	chain       chain
}

const dropHead = "scrubjay ledger retention"

func (d Drop) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n%s\n%s\n%s\n", dropHead, d.Seq, base64.StdEncoding.EncodeToString(d.chain[:]), d.Until.Format(time.RFC3339), d.Time.Format(time.RFC3339), d.Why)
}

func (d Drop) String() string {
	return fmt.Sprintf("records 1 to %d, until %s, were dropped on %s: %s", d.Seq, d.Until.Format(time.DateOnly), d.Time.Format(time.DateOnly), d.Why)
}

// Dropped is what retention has dropped of a state directory's ledger; nil if nothing. The note has to be signed with the
// installation's key.
func Dropped(dir string) (*Drop, error) {
	text, err := os.ReadFile(filepath.Join(dir, droppedFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	public, err := publicKey(dir)
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return nil, err
	}
	n, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return nil, errors.New(droppedFile + " is not signed with this installation's key: records were removed, not dropped by retention")
	}
	var d Drop
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 7 || lines[0] != dropHead {
		return nil, errors.New(droppedFile + " is no note of retention")
	}
	sum, err := base64.StdEncoding.DecodeString(lines[2])
	if err == nil && len(sum) != len(d.chain) {
		err = errors.New("its chain is too short")
	}
	copy(d.chain[:], sum)
	var errs [3]error
	d.Seq, errs[0] = strconv.ParseUint(lines[1], 10, 64)
	d.Until, errs[1] = time.Parse(time.RFC3339, lines[3])
	d.Time, errs[2] = time.Parse(time.RFC3339, lines[4])
	d.Why = lines[5]
	if err := errors.Join(append(errs[:], err)...); err != nil {
		return nil, fmt.Errorf("%s is no note of retention: %w", droppedFile, err)
	}
	return &d, nil
}

// Retain drops the full segments all of whose records are older than a moment, and answers with what was dropped, or nil. The
// note of it is on disk before the first segment goes, and a record says it too.
func (l *Ledger) Retain(before time.Time, why string) (*Drop, error) {
	all, err := segments(l.dir)
	if err != nil {
		return nil, err
	}
	var d *Drop
	var gone []segment
	for _, s := range all {
		seq, at, r, err := s.last()
		if err != nil {
			return nil, err
		}
		if !r.Time.Before(before) {
			break
		}
		gone = append(gone, s)
		d = &Drop{Seq: seq, Until: r.Time.Time, Time: l.now().UTC(), Why: strings.ReplaceAll(why, "\n", " "), chain: at}
	}
	if d == nil {
		return nil, nil
	}
	signer, _, err := Signer(l.dir)
	if err != nil {
		return nil, err
	}
	text, err := note.Sign(&note.Note{Text: d.text()}, signer)
	if err != nil {
		return nil, err
	}
	if err := rename.Durable(filepath.Join(l.dir, droppedFile), text, 0o600); err != nil {
		return nil, err
	}
	if err := l.AppendDurable(Record{Kind: "retention", Note: d.String()}); err != nil {
		return nil, err
	}
	for _, s := range gone {
		if err := os.Remove(s.path); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// each calls f for every record's frame of a ledger, segment by segment, those that retention has dropped left out. begin is told
// where each segment begins; open tells whether it is the one that is written.
func each(dir string, dropped *Drop, begin func(first uint64, open bool) error, f func(at int64, written chain, seq uint64, text []byte) error) error {
	// It is opened before the full ones are listed: were it to become one meanwhile, its records would be missing.
	open, err := os.Open(filepath.Join(dir, openSegment))
	if errors.Is(err, os.ErrNotExist) {
		open, err = os.Open(filepath.Join(dir, nextSegment)) // a turn is under way
	}
	if err == nil {
		defer open.Close()
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	all, lerr := segments(dir)
	if lerr != nil {
		return lerr
	}
	next := uint64(1)
	if dropped != nil {
		next = dropped.Seq + 1
	}
	for _, s := range all {
		if s.first < next {
			continue
		}
		file, err := os.Open(s.path)
		if err != nil {
			return err
		}
		err = begin(s.first, false)
		if err == nil && !same(file, open) {
			err = frames(file, &next, f)
		}
		var torn *tornError
		if errors.As(err, &torn) {
			torn.file, torn.last = filepath.Base(s.path), false
		}
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if err := begin(next, true); err != nil {
		return err
	}
	return frames(open, &next, f)
}

// frames reads the segment that should begin with the record next.
func frames(file *os.File, next *uint64, f func(at int64, written chain, seq uint64, text []byte) error) error {
	var end int64
	return read(file, *next, func(at int64, written chain, seq uint64, text []byte) error {
		*next = seq + 1
		return f(at, written, seq, text)
	}, &end)
}

// same tells whether two files are one; b may be nil.
func same(a, b *os.File) bool {
	if b == nil {
		return false
	}
	x, xerr := a.Stat()
	y, yerr := b.Stat()
	return xerr == nil && yerr == nil && os.SameFile(x, y)
}
