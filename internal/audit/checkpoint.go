package audit

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A checkpoint is a signed note of how far a ledger had come: whoever keeps one elsewhere can tell later that the ledger
// was cut, replaced or rewritten, ledger.head included. It is signed with a key of this installation, whose public half
// whoever keeps checkpoints is given once.

// Checkpoint is a place in a ledger.
type Checkpoint struct {
	Seq   uint64
	Time  time.Time
	chain chain
}

const checkpointHead = "scrubjay ledger checkpoint"

// keyFile holds the installation's key.
const keyFile = "ledger.key"

// Signer is what signs the checkpoints of a state directory, made at its first use, and Public what verifies them.
func Signer(dir string) (signer note.Signer, public string, err error) {
	path := filepath.Join(dir, keyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		private, public, err := note.GenerateKey(rand.Reader, "scrubjay-ledger")
		if err != nil {
			return nil, "", err
		}
		text = []byte(private + "\n" + public + "\n")
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, "", err
		}
		if _, err := f.Write(text); err != nil {
			return nil, "", errors.Join(err, f.Close())
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return nil, "", err
		}
	} else if err != nil {
		return nil, "", err
	}
	private, public := halves(text)
	if signer, err = note.NewSigner(private); err != nil {
		return nil, "", fmt.Errorf("%s: %w: it was changed", path, err)
	}
	return signer, public, nil
}

// halves are the private and the public half of a key's file.
func halves(text []byte) (private, public string) {
	private, public, _ = strings.Cut(strings.TrimSpace(string(text)), "\n")
	return private, public
}

// publicKey is what verifies the notes of a state directory.
func publicKey(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		return "", err
	}
	_, public := halves(text)
	return public, nil
}

// Sign makes the checkpoint of the ledger as it stands on disk, after verifying all of it.
func Sign(dir string, signer note.Signer, now time.Time) ([]byte, error) {
	var last chain
	good, err := verify(dir, func(_ uint64, at chain) error { last = at; return nil })
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n%s\n", checkpointHead, good, base64.StdEncoding.EncodeToString(last[:]), now.UTC().Format(time.RFC3339))
	return note.Sign(&note.Note{Text: text}, signer)
}

// OpenCheckpoint reads a checkpoint that a key has signed.
func OpenCheckpoint(text []byte, public string) (c Checkpoint, err error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return c, fmt.Errorf("the key is none: it looks like scrubjay-ledger+12345678+AbC..., as scrubjay audit checkpoint --public prints it")
	}
	n, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return c, fmt.Errorf("it is not signed with this key, or was changed")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[0] != checkpointHead {
		return c, errors.New("it is no checkpoint of a ledger")
	}
	if c.Seq, err = strconv.ParseUint(lines[1], 10, 64); err != nil {
		return c, errors.New("it is no checkpoint of a ledger")
	}
	sum, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(sum) != len(c.chain) {
		return c, errors.New("it is no checkpoint of a ledger")
	}
	copy(c.chain[:], sum)
	c.Time, err = time.Parse(time.RFC3339, lines[3])
	return c, err
}
