package opa

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// store keeps the last good bundle, and apart from it the floor that it may not be below: a signed bundle
// of last year is still signed. Several processes share it.
//
//	policy/bundle.tar.gz   the last good bundle
//	policy/floor.json      for each scope the highest sequence number that was in force, and its content
//	policy/lock            held while the two are compared and replaced
type store struct{ dir string }

// lockLimit is how long another process may hold the lock.
const lockLimit = 10 * time.Second

type floor map[string]mark

type mark struct {
	Sequence int64  `json:"sequence"`
	Content  string `json:"content"`
}

// admits tells whether the bundle is as new as the newest that was in force.
func (f floor) admits(b *Bundle) error {
	switch m := f[b.Scope]; {
	case b.Sequence < m.Sequence:
		return refuse(Rollback, "its sequence number %d is older than %d, which was in force: build it anew with a higher one", b.Sequence, m.Sequence)
	case b.Sequence == m.Sequence && b.content != m.Content:
		return refuse(Rollback, "its sequence number %d was in force with another content: build it anew with a higher one", b.Sequence)
	}
	return nil
}

func (s store) floorFile() string  { return filepath.Join(s.dir, "floor.json") }
func (s store) bundleFile() string { return filepath.Join(s.dir, "bundle.tar.gz") }

func (s store) floor() (floor, error) {
	text, err := os.ReadFile(s.floorFile())
	if errors.Is(err, fs.ErrNotExist) {
		return floor{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the policy's sequence floor cannot be read: %w", err)
	}
	var f floor
	if err := json.Unmarshal(text, &f); err != nil || f == nil {
		return nil, fmt.Errorf("%s is damaged: remove it once you know that the organisation's server can be trusted", s.floorFile())
	}
	return f, nil
}

// bundle reads the last good bundle; nothing if there is none.
func (s store) bundle() ([]byte, error) {
	f, err := os.Open(s.bundleFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, bundleLimit+1))
}

// since is when the last good bundle was kept.
func (s store) since() time.Time {
	st, err := os.Stat(s.bundleFile())
	if err != nil {
		return time.Time{}
	}
	return st.ModTime()
}

// keep makes a bundle the last good one, if the floor admits it, and raises the floor. The bundle is
// written before: a crash between the two leaves a bundle above its floor, which is harmless.
func (s store) keep(ctx context.Context, b *Bundle, raw []byte) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(s.dir, "lock"), flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(ctx, lockLimit)
	defer cancel()
	if ok, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil || !ok {
		return errors.New("another process holds the policy's lock: end what hangs, and it is tried again")
	}
	defer lock.Close()
	f, err := s.floor()
	if err != nil {
		return err
	}
	if err := f.admits(b); err != nil {
		return err
	}
	m := mark{b.Sequence, b.content}
	if old, err := s.bundle(); err == nil && bytes.Equal(old, raw) && f[b.Scope] == m {
		return nil // another process was quicker
	}
	f[b.Scope] = m
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if err := rename.Durable(s.bundleFile(), raw, 0o600); err != nil {
		return err
	}
	return rename.Durable(s.floorFile(), text, 0o600)
}
