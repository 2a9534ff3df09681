package redact

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/rename"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// added are the secrets that the person named with scrubjay secret add. The file holds their fingerprints, and is
// sealed: who has it without the key does not learn so much as a length.
type added struct {
	path  string
	seal  cipher.AEAD
	names map[string][]Print
}

const (
	addedHeader = "scrubjay-secrets 1\n"
	addedSource = "added"
)

func loadAdded(path string, seal cipher.AEAD) (*added, error) {
	a := &added{path: path, seal: seal, names: map[string][]Print{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, err
	}
	box, ok := bytes.CutPrefix(data, []byte(addedHeader))
	if !ok || len(box) < seal.NonceSize() {
		return nil, fmt.Errorf("%s is not of this program's version: bring it back from a backup, or remove it and add its secrets anew", path)
	}
	text, err := seal.Open(nil, box[:seal.NonceSize()], box[seal.NonceSize():], []byte(addedHeader))
	if err == nil {
		err = json.Unmarshal(text, &a.names)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is damaged, or of another key: bring it back from a backup, or remove it and add its secrets anew", path)
	}
	return a, nil
}

func (a *added) prints() []Print { return slices.Concat(slices.Collect(maps.Values(a.names))...) }

// save writes the file anew, in one step.
func (a *added) save() (err error) {
	text, err := json.Marshal(a.names)
	if err != nil {
		return err
	}
	nonce := make([]byte, a.seal.NonceSize())
	rand.Read(nonce)
	f, err := os.CreateTemp(filepath.Dir(a.path), "secrets.*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(a.seal.Seal(append([]byte(addedHeader), nonce...), nonce, text, []byte(addedHeader)))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = rename.File(f.Name(), a.path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(a.path))
}

// ErrNoSecret says that no secret of this name was added.
var ErrNoSecret = errors.New("no secret of this name was added")

// AddSecret makes a value known under a name, for as long as it is not removed. An older one of the name is
// forgotten.
func (v *Vault) AddSecret(name string, value []byte) error {
	prints := v.secrets.Prints(value)
	if len(prints) == 0 {
		return fmt.Errorf("it is not of %d to %d bytes: a shorter value stands in ordinary text by chance, which would be masked with it; a longer one is a file", headLen, detect.KnownLongest)
	}
	return v.changeAdded(func(names map[string][]Print) error {
		names[name] = prints
		return nil
	})
}

// RemoveSecret forgets one that was added.
func (v *Vault) RemoveSecret(name string) error {
	return v.changeAdded(func(names map[string][]Print) error {
		if _, ok := names[name]; !ok {
			return ErrNoSecret
		}
		delete(names, name)
		return nil
	})
}

func (v *Vault) changeAdded(change func(map[string][]Print) error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	next := &added{v.added.path, v.added.seal, maps.Clone(v.added.names)}
	if err := change(next.names); err != nil {
		return err
	}
	if err := next.save(); err != nil {
		return fmt.Errorf("nothing was changed, because %s cannot be written: %w", next.path, err)
	}
	v.added = next
	v.secrets.SetPrints(addedSource, next.prints())
	return nil
}

// SecretNames lists what was added.
func (v *Vault) SecretNames() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return slices.Sorted(maps.Keys(v.added.names))
}
