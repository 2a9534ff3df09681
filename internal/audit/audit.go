// Package audit keeps the Ledger: a log of what happened that cannot be quietly changed.
//
// One record for each exchange, redaction and change of policy, and for each message of an MCP server or a hook in
// which there was something. A record is content-free: classes, rules, counts, fingerprints and places, never a value
// or a prompt. The file is a line that names the version and then frames
//
//	length u32 | crc32c u32 | chain 32 | the record's JSON
//
// where chain is SHA-256 of the chain before and the JSON. Whoever changes, drops or inserts a record
// must recompute every chain after it; whoever cuts the tail is given away by ledger.head, which holds
// the number and chain of the last record that was made durable.
//
// Append is asynchronous: records are written and synced together, at most 50 ms later. AppendDurable
// waits. If the disk refuses, Append says so from then on until it takes records again, and whoever
// must not act without a record does not act. The package never sees a value.
package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// Record is one thing that happened.
type Record struct {
	Version int    `json:"v"`
	Seq     uint64 `json:"seq"`
	Time    Stamp  `json:"time"`
	// User and Machine are the account and the host that it happened under.
	User    string `json:"user,omitempty"`
	Machine string `json:"machine,omitempty"`
	// Assistant is the program that asked, and its version, as it names itself: claude-cli/2.0.1.
	Assistant string `json:"assistant,omitempty"`
	// Relay is the name of the relay that it came through, if its assistant runs elsewhere.
	Relay string `json:"relay,omitempty"`
	// Kind is exchange, redaction, restoration, mcp, hook, secret, mark, attest, pause, policy, retention or start.
	Kind     string `json:"kind"`
	Provider string `json:"provider,omitempty"`
	Model    string `json:"model,omitempty"`
	Endpoint string `json:"endpoint,omitempty"`
	// Path is the file of a redaction or a mark, and the repository of an attestation.
	Path    string         `json:"path,omitempty"`
	Verdict string         `json:"verdict,omitempty"`
	Status  int            `json:"status,omitempty"`
	Classes map[string]int `json:"classes,omitempty"`
	Rules   map[string]int `json:"rules,omitempty"`
	// Fingerprints are of this installation, at most FingerprintLimit.
	Fingerprints []string `json:"fingerprints,omitempty"`
	// Attachments counts files that nobody here could read, by kind and by what was decided of them, like "image
	// approved": allowed or forbidden by policy; approved, refused or unanswered by the person.
	Attachments map[string]int `json:"attachments,omitempty"`
	BytesOut    int64          `json:"bytes_out,omitempty"`
	BytesIn     int64          `json:"bytes_in,omitempty"`
	Millis      int64          `json:"ms,omitempty"`
	Withheld    int            `json:"withheld,omitempty"`
	Revision    string         `json:"revision,omitempty"`
	// Authorisations are the exceptions by which something went that would not have: who approved it, until when, why. A pause of
	// scrubbing is one.
	Authorisations []string `json:"authorisations,omitempty"`
	// Reasons are why policy forbade it, as the person was told.
	Reasons []string `json:"reasons,omitempty"`
	// Note is one sentence of ours.
	Note string `json:"note,omitempty"`
}

// Stamp is a moment, written with six digits of a second always, so that texts of it sort as it does.
type Stamp struct{ time.Time }

const stampForm = "2006-01-02T15:04:05.000000Z07:00"

// MarshalJSON writes it.
func (s Stamp) MarshalJSON() ([]byte, error) {
	return s.AppendFormat(make([]byte, 0, len(stampForm)+2), `"`+stampForm+`"`), nil
}

// UnmarshalJSON reads it, however many digits it has.
func (s *Stamp) UnmarshalJSON(text []byte) error { return s.Time.UnmarshalJSON(text) }

// FingerprintLimit bounds a record.
const FingerprintLimit = 64

const (
	header    = "scrubjay-ledger 1\n"
	frameHead = 8 + sha256.Size
	// recordLimit is far more than any record of ours.
	recordLimit = 1 << 20
	// window is how long records are collected before they are synced together.
	window = 50 * time.Millisecond
	// pendingLimit bounds what is kept while the disk refuses.
	pendingLimit = 4 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type chain [sha256.Size]byte

func (c chain) next(text []byte) (n chain) {
	h := sha256.New()
	h.Write(c[:])
	h.Write(text)
	h.Sum(n[:0])
	return n
}

// Ledger is the open log. One process has it at a time: whoever has the vault.
type Ledger struct {
	dir  string
	file *os.File
	now  func() time.Time
	// user and machine are what every record says of where it was made.
	user, machine string

	// disk is what is durable, limit how large the open segment may become. Only flush knows them.
	disk  place
	limit int64

	mu      sync.Mutex
	seq     uint64
	chain   chain
	pending []byte
	waiting []chan error
	err     error

	wake  chan struct{}
	stop  chan struct{}
	done  chan struct{}
	close func() error
}

// Open opens the ledger of a state directory and makes it if there is none. What a crash left half
// written at its end is cut off; it was never acknowledged.
func Open(dir string) (*Ledger, error) {
	seq, _, err := readHead(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, asEvidence)
	}
	f, err := openLog(dir, seq)
	if err != nil {
		return nil, err
	}
	l := &Ledger{dir: dir, file: f, now: time.Now, limit: segmentLimit, user: Account(), machine: Host(), wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	l.close = sync.OnceValue(l.end)
	if l.disk, err = l.load(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	l.seq, l.chain = l.disk.seq, l.disk.chain
	go l.flushLoop()
	return l, nil
}

// Account is who runs this process, or empty on a machine that does not know.
func Account() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// Host is the name of this machine, or empty.
func Host() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// place is how far a ledger has come on disk.
type place struct {
	seq   uint64
	chain chain
	// size is that of the open segment, before the last record of the one before, begun the time of its first.
	size   int64
	before uint64
	begun  time.Time
}

func (l *Ledger) load() (at place, err error) {
	st, err := l.file.Stat()
	if err != nil {
		return at, err
	}
	remembered, last, err := readHead(l.dir)
	if err != nil {
		return at, fmt.Errorf("%w: %s", err, asEvidence)
	}
	if st.Size() < int64(len(header)) { // just begun
		if at.seq, at.chain, err = lastFull(l.dir); err == nil && remembered > at.seq {
			err = fmt.Errorf("the ledger's records %d to %d are missing", at.seq+1, remembered)
		}
		if err != nil {
			return at, fmt.Errorf("%w: %s", err, asEvidence)
		}
		at.before, at.size = at.seq, int64(len(header))
		if err := l.file.Truncate(0); err != nil {
			return at, err
		}
		if _, err = l.file.WriteAt([]byte(header), 0); err == nil && at.seq == 0 {
			err = l.writeHead(0, at.chain) // who looks before the first record is durable finds a head, too
		}
		return at, err
	}
	err = read(l.file, 1, func(_ int64, seen chain, seq uint64, text []byte) error {
		if at.begun.IsZero() {
			var r Record
			if err := json.Unmarshal(text, &r); err != nil {
				return errors.New("the ledger's first record is none")
			}
			at.before, at.begun = seq-1, r.Time.UTC()
		}
		at.seq, at.chain = seq, seen
		if seq == remembered && seen != last {
			return errors.New("the ledger is not the one that ledger.head remembers")
		}
		return nil
	}, &at.size)
	var torn *tornError
	half := errors.As(err, &torn) && torn.last
	if half {
		err = nil
	}
	if err == nil && at.seq == 0 { // it was just begun, or all that is there is half a record
		at.seq, at.chain, err = lastFull(l.dir)
		at.before = at.seq
	}
	// Were it to go on, the head would soon be of what is left, and nothing would tell any more.
	if err == nil && at.seq < remembered {
		err = fmt.Errorf("the ledger's records %d to %d are missing: the end was cut off", at.seq+1, remembered)
	}
	if err != nil {
		return at, fmt.Errorf("%w: %s", err, asEvidence)
	}
	if half {
		return at, l.file.Truncate(at.size)
	}
	return at, nil
}

// asEvidence is what to do with a ledger that is not as it was left.
const asEvidence = "keep all files called ledger as evidence, move them away and start again"

// None tells that a state directory has neither a ledger nor what remembers one.
func None(dir string) bool {
	if all, err := segments(dir); err != nil || len(all) > 0 {
		return false
	}
	for _, name := range []string{openSegment, "ledger.head", droppedFile} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			return false
		}
	}
	return true
}

// Err is why records cannot be kept now, or nil.
func (l *Ledger) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Append adds a record; it is on disk soon. The error says that records cannot be kept now.
func (l *Ledger) Append(r Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.add(r); err != nil {
		return err
	}
	return l.err
}

// AppendDurable adds a record and waits until it is on disk.
func (l *Ledger) AppendDurable(r Record) error {
	l.mu.Lock()
	if err := l.add(r); err != nil {
		l.mu.Unlock()
		return err
	}
	wait := make(chan error, 1)
	l.waiting = append(l.waiting, wait)
	l.mu.Unlock()
	return <-wait
}

func (l *Ledger) add(r Record) error {
	if len(l.pending) > pendingLimit {
		return fmt.Errorf("the ledger has not been writable for too long: %w", l.err)
	}
	l.seq++
	r.Version, r.Seq, r.Time = 1, l.seq, Stamp{l.now().UTC().Truncate(time.Microsecond)}
	r.User, r.Machine = l.user, l.machine
	if len(r.Fingerprints) > FingerprintLimit {
		r.Fingerprints = r.Fingerprints[:FingerprintLimit]
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	l.chain = l.chain.next(text)
	l.pending = binary.LittleEndian.AppendUint32(l.pending, uint32(len(text)))
	l.pending = binary.LittleEndian.AppendUint32(l.pending, crc32.Checksum(text, castagnoli))
	l.pending = append(append(l.pending, l.chain[:]...), text...)
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return nil
}

func (l *Ledger) flushLoop() {
	defer close(l.done)
	for {
		select {
		case <-l.stop:
			return
		case <-l.wake:
		}
		select {
		case <-l.stop:
			return
		case <-time.After(window):
			l.flush()
		}
	}
}

// flush writes what is pending, all or nothing: what could not be written is tried again with the next
// records, after a second at the latest.
func (l *Ledger) flush() {
	l.mu.Lock()
	batch, waiting, seq, last := l.pending, l.waiting, l.seq, l.chain
	l.waiting = nil
	l.mu.Unlock()
	err := l.write(batch, seq, last)
	l.mu.Lock()
	l.err = err
	if err == nil {
		l.pending = append([]byte(nil), l.pending[len(batch):]...)
	}
	l.mu.Unlock()
	if err != nil {
		time.AfterFunc(time.Second, func() {
			select {
			case l.wake <- struct{}{}:
			default:
			}
		})
	}
	for _, w := range waiting {
		w <- err
	}
}

// write makes a batch durable, whose last record has a number and a chain.
func (l *Ledger) write(batch []byte, seq uint64, last chain) error {
	now := l.now().UTC()
	if err := l.turn(now); err != nil {
		return fmt.Errorf("the ledger cannot be written: %w", err)
	}
	_, err := l.file.WriteAt(batch, l.disk.size)
	if err == nil {
		err = l.file.Sync()
	}
	if err == nil {
		err = l.writeHead(seq, last)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the ledger cannot be written: %w", err), l.file.Truncate(l.disk.size))
	}
	l.disk.size += int64(len(batch))
	l.disk.seq, l.disk.chain = seq, last
	if l.disk.begun.IsZero() && len(batch) > 0 {
		l.disk.begun = now
	}
	return nil
}

// writeHead remembers the last durable record outside the log.
func (l *Ledger) writeHead(seq uint64, last chain) error {
	path := filepath.Join(l.dir, "ledger.head")
	tmp := path + ".new"
	if err := os.WriteFile(tmp, fmt.Appendf(nil, "%d %s\n", seq, hex.EncodeToString(last[:])), 0o600); err != nil {
		return err
	}
	return rename.File(tmp, path)
}

// Close writes what is pending and closes the log. Closing it again does nothing.
func (l *Ledger) Close() error { return l.close() }

func (l *Ledger) end() error {
	close(l.stop)
	<-l.done
	l.flush()
	l.mu.Lock()
	err := l.err
	l.err = errors.New("the ledger is closed")
	l.mu.Unlock()
	if l.file == nil {
		return err
	}
	return errors.Join(err, l.file.Close())
}

// readHead is the number and chain that ledger.head holds, or zero if there is none.
func readHead(dir string) (seq uint64, last chain, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "ledger.head"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, last, nil
	}
	if err != nil {
		return 0, last, err
	}
	var sum string
	if _, err := fmt.Fscan(bytes.NewReader(text), &seq, &sum); err != nil {
		return 0, last, errors.New("ledger.head is not readable: it was changed")
	}
	raw, err := hex.DecodeString(strings.TrimSpace(sum))
	if err != nil || len(raw) != len(last) {
		return 0, last, errors.New("ledger.head is not readable: it was changed")
	}
	return seq, chain(raw), nil
}
