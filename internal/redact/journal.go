package redact

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// journal is the vault's file: a line that names the version, and then frames
//
//	length u32 | crc32c of the box u32 | nonce 24 | XChaCha20-Poly1305 box of the record's JSON
//
// It is only ever appended to, a batch in one write; a write that fails is taken back. A frame that is
// torn at the end was never acknowledged to anybody; it is moved to vault.torn all the same.
type journal struct {
	file    *os.File
	path    string
	seal    cipher.AEAD
	size    int64
	records int
}

const (
	journalHeader = "scrubjay-vault 1\n"
	frameHead     = 8
	// frameLimit bounds a record: a private key and its names fit many times.
	frameLimit = 1 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func openJournal(path string, seal cipher.AEAD, take func(*entry)) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file: f, path: path, seal: seal}
	if err := j.load(take); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return j, nil
}

func (j *journal) load(take func(*entry)) error {
	data, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	if len(data) < len(journalHeader) && journalHeader[:len(data)] == string(data) {
		if err := j.file.Truncate(0); err != nil {
			return err
		}
		return j.write([]byte(journalHeader), true)
	}
	if string(data[:min(len(data), len(journalHeader))]) != journalHeader {
		return fmt.Errorf("%s is not a vault of this program's version: update scrubjay, or move it away to give up its values", j.path)
	}
	j.size = int64(len(journalHeader))
	for rest := data[j.size:]; len(rest) > 0; {
		n := 0
		if len(rest) >= frameHead {
			n = int(binary.LittleEndian.Uint32(rest))
		}
		if n == 0 || n > frameLimit || len(rest) < frameHead+n || crc32.Checksum(rest[frameHead:frameHead+n], castagnoli) != binary.LittleEndian.Uint32(rest[4:]) {
			return j.cutTorn(rest)
		}
		e, err := j.open(rest[frameHead : frameHead+n])
		if err != nil {
			return fmt.Errorf("%s: the record at byte %d does not open with vault.key: bring back the key that belongs to it", j.path, j.size)
		}
		take(e)
		j.records++
		j.size += int64(frameHead + n)
		rest = rest[frameHead+n:]
	}
	return nil
}

// cutTorn moves what follows the last whole frame out of the way.
func (j *journal) cutTorn(rest []byte) error {
	f, err := os.OpenFile(filepath.Join(filepath.Dir(j.path), "vault.torn"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(rest)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(j.file.Truncate(j.size), j.file.Sync())
}

func (j *journal) open(box []byte) (*entry, error) {
	n := j.seal.NonceSize()
	if len(box) < n {
		return nil, errors.New("short")
	}
	text, err := j.seal.Open(nil, box[:n], box[n:], []byte(journalHeader))
	if err != nil {
		return nil, err
	}
	e := &entry{}
	return e, json.Unmarshal(text, e)
}

func (j *journal) frame(out []byte, e *entry) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	start := len(out)
	out = append(out, make([]byte, frameHead+j.seal.NonceSize())...)
	nonce := out[start+frameHead:]
	rand.Read(nonce)
	out = j.seal.Seal(out, nonce, text, []byte(journalHeader))
	box := out[start+frameHead:]
	if len(box) > frameLimit {
		return nil, fmt.Errorf("a value of %d bytes is longer than the vault takes", len(e.Value))
	}
	binary.LittleEndian.PutUint32(out[start:], uint32(len(box)))
	binary.LittleEndian.PutUint32(out[start+4:], crc32.Checksum(box, castagnoli))
	return out, nil
}

func (j *journal) append(entries map[string]*entry, durable bool) error {
	var batch []byte
	var err error
	for _, e := range entries {
		if batch, err = j.frame(batch, e); err != nil {
			return err
		}
	}
	if err := j.write(batch, durable); err != nil {
		return err
	}
	j.records += len(entries)
	return nil
}

// write appends all or nothing.
func (j *journal) write(b []byte, durable bool) error {
	_, err := j.file.WriteAt(b, j.size)
	if err == nil && durable {
		err = j.file.Sync()
	}
	if err != nil {
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(len(b))
	return nil
}

// rewrite makes a new file of what is in force, so that what expired or was purged is gone from the disk.
// Both files are closed when the one takes the other's name: Windows asks for that.
func (j *journal) rewrite(entries map[string]*entry) error {
	tmp, err := os.CreateTemp(filepath.Dir(j.path), "vault.log.*")
	if err != nil {
		return err
	}
	next := &journal{file: tmp, path: j.path, seal: j.seal}
	err = next.write([]byte(journalHeader), false)
	if err == nil {
		err = next.append(entries, true)
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	err = j.file.Close()
	if err == nil {
		err = rename.File(tmp.Name(), j.path)
	}
	if err == nil {
		j.size, j.records = next.size, next.records
		err = syncDir(filepath.Dir(j.path))
	}
	// Whichever file has the name now is the vault.
	file, oerr := os.OpenFile(j.path, os.O_RDWR, 0o600)
	if oerr == nil {
		j.file = file
	}
	return errors.Join(err, oerr)
}

func (j *journal) close() error { return errors.Join(j.file.Sync(), j.file.Close()) }
