package assistants

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// read is a settings file's text, and whether there is one.
func read(name string) (text []byte, exists bool, err error) {
	text, err = os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(name); err == nil {
			return nil, false, fmt.Errorf("%s is a link that leads nowhere: mend it first", name)
		}
		return nil, false, nil
	}
	return text, err == nil, err
}

// replace writes a file whole, if it is still what it was. A link stays one and a mode what it is; a new file is
// closed to other accounts, because it holds the token. It answers with the directories that had to be made.
func replace(name string, was []byte, text []byte) (made []string, err error) {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	for dir := filepath.Dir(name); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = append(made, dir)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	mode := fs.FileMode(0o600)
	switch st, err := os.Stat(name); {
	case err == nil && !st.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file", name)
	case err == nil:
		mode = st.Mode().Perm()
	}
	raw := make([]byte, 8)
	rand.Read(raw)
	f, err := os.OpenFile(filepath.Join(filepath.Dir(name), ".scrubjay-"+hex.EncodeToString(raw)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		if now, _, rerr := read(name); rerr != nil || !bytes.Equal(now, was) {
			err = fmt.Errorf("%s was changed by somebody else at this moment: run this again", name)
		} else {
			err = rename.File(f.Name(), name)
		}
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	return made, nil
}

// readByOthers tells whether other accounts can read a file: it is open to them, and so is the way to it.
func readByOthers(name string) bool {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	for open := fs.FileMode(0o044); ; open = 0o011 {
		st, err := os.Stat(name)
		if err != nil || os.PathSeparator != '/' || st.Mode().Perm()&open == 0 {
			return false
		}
		if name == filepath.Dir(name) {
			return true
		}
		name = filepath.Dir(name)
	}
}
