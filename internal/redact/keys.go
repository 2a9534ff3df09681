package redact

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/rename"

	"golang.org/x/crypto/chacha20poly1305"
)

// Keys are what the installation's one secret is stretched to, a key for each use.
type Keys struct {
	token       *macs
	fingerprint []byte
	prints      *macs
	secrets     []byte
	seal        cipher.AEAD
}

// keyHeader is the key file's first word and its version.
const keyHeader = "scrubjay-key-1 "

// LoadKeys reads the key of a state directory and makes one if there is none. It will not make one
// beside a vault: without the old key the values in it are lost, and a new key would hide that.
func LoadKeys(dir string) (Keys, error) {
	path := filepath.Join(dir, "vault.key")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, "vault.log")); err == nil {
			return Keys{}, fmt.Errorf("%s is missing, but vault.log is there: bring the key back from a backup, or move vault.log away to give up its values", path)
		}
		return newKeys(dir, path)
	}
	if err != nil {
		return Keys{}, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(strings.TrimPrefix(string(text), keyHeader)))
	if err != nil || len(secret) != 32 || !strings.HasPrefix(string(text), keyHeader) {
		return Keys{}, fmt.Errorf("%s is not a key of this program's version: bring it back from a backup", path)
	}
	return deriveKeys(secret)
}

func newKeys(dir, path string) (Keys, error) {
	secret := make([]byte, 32)
	rand.Read(secret)
	f, err := os.CreateTemp(dir, "vault.key.*")
	if err != nil {
		return Keys{}, err
	}
	_, err = f.WriteString(keyHeader + hex.EncodeToString(secret) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		// A link, not a rename: if another process was quicker, its key is the one.
		if err = os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
			err = rename.File(f.Name(), path)
		}
	}
	if rm := os.Remove(f.Name()); rm != nil && !errors.Is(rm, fs.ErrNotExist) {
		err = errors.Join(err, rm)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return Keys{}, err
	}
	if err := syncDir(dir); err != nil {
		return Keys{}, err
	}
	return LoadKeys(dir)
}

func deriveKeys(secret []byte) (Keys, error) {
	var k Keys
	var token []byte
	derived := map[string]*[]byte{"token": &token, "fingerprint": &k.fingerprint}
	for use, to := range derived {
		b, err := hkdf.Key(sha256.New, secret, nil, "scrubjay "+use, 32)
		if err != nil {
			return Keys{}, err
		}
		*to = b
	}
	k.token, k.prints = newMACs(token), newMACs(k.fingerprint)
	b, err := hkdf.Key(sha256.New, secret, nil, "scrubjay vault", chacha20poly1305.KeySize)
	if err != nil {
		return Keys{}, err
	}
	if k.secrets, err = hkdf.Key(sha256.New, secret, nil, "scrubjay secrets", secretsKey); err != nil {
		return Keys{}, err
	}
	k.seal, err = chacha20poly1305.NewX(b)
	return k, err
}

// FingerprintKey is the installation's key for fingerprints.
func (k Keys) FingerprintKey() []byte { return k.fingerprint }
