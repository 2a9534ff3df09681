package policy

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// Push puts a signed bundle into a directory that a web server serves, in one step. An equal file is left
// as it is; an older sequence number than what is served is a mistake. Servers that make their ETag of
// time and size need a time that differs, so a push within the same second as the last is dated later.
func Push(bundleFile, webroot string) error {
	raw, err := os.ReadFile(bundleFile)
	if err != nil {
		return err
	}
	files, err := unpack(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", bundleFile, err)
	}
	m, err := files.manifest()
	if err != nil {
		return fmt.Errorf("%s: %w", bundleFile, err)
	}
	if _, ok := files[signatureFile]; !ok {
		return fmt.Errorf("%s is not signed: run scrubjay policy sign before it", bundleFile)
	}
	target := filepath.Join(webroot, filepath.Base(bundleFile))
	old, err := os.ReadFile(target)
	var date time.Time
	if err == nil {
		if bytes.Equal(old, raw) {
			return nil
		}
		if before, err := unpack(old); err == nil {
			if n, err := before.manifest(); err == nil && n.Metadata.Seq >= m.Metadata.Seq {
				return fmt.Errorf("sequence number %d is served already: build with a number above it", n.Metadata.Seq)
			}
		}
		if st, err := os.Stat(target); err == nil {
			date = st.ModTime().Truncate(time.Second).Add(time.Second)
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := writeAtomic(target, raw, 0o644); err != nil {
		return err
	}
	if date.After(time.Now()) {
		return os.Chtimes(target, date, date)
	}
	return nil
}

// writeAtomic replaces a file so that a reader finds the old content or the new, through a crash too.
func writeAtomic(name string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // nothing is there any more if all went well
	_, werr := f.Write(content)
	if err := errors.Join(werr, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return rename.File(f.Name(), name)
}
