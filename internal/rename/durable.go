package rename

import (
	"errors"
	"os"
	"path/filepath"
)

// Durable replaces a file so that a reader finds the old content or the new, through a crash too.
func Durable(name string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // nothing is there any more if all went well
	_, werr := f.Write(content)
	if err := errors.Join(werr, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return File(f.Name(), name)
}
