package assistants

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// record is what was done to an assistant's settings. It is on disk before they change.
type record struct {
	Version int    `json:"version"`
	File    string `json:"file"`
	// Existed tells whether there was such a file; Former is what it held, Wrote the sum of what it was made.
	Existed bool     `json:"existed"`
	Former  []byte   `json:"former"`
	Wrote   string   `json:"wrote"`
	Changes []change `json:"changes"`
	// Was is the sum of what was replaced, which is still there if that was interrupted: what an earlier setup wrote.
	Was string `json:"was,omitempty"`
	// Made are the directories that had to be made, the deepest first.
	Made []string `json:"made,omitempty"`
}

const recordVersion = 1

func sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

// Store keeps the records, in a directory of the state directory.
type Store struct{ Dir string }

func (s Store) path(a *Assistant) string { return filepath.Join(s.Dir, a.Name+".json") }

// load is an assistant's record; nil if it is not set up.
func (s Store) load(a *Assistant) (*record, error) {
	text, err := os.ReadFile(s.path(a))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := &record{}
	if err := json.Unmarshal(text, r); err != nil || r.Version != recordVersion {
		return nil, fmt.Errorf("%s is damaged or of a newer scrubjay: take its settings back by hand, then remove it", s.path(a))
	}
	return r, nil
}

func (s Store) save(a *Assistant, r *record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	was, _, err := read(s.path(a))
	if err != nil {
		return err
	}
	_, err = replace(s.path(a), was, append(text, '\n'))
	return err
}

func (s Store) forget(a *Assistant) error {
	err := os.Remove(s.path(a))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
