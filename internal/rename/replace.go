package rename

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Replace writes a file so that it is the old one or the new one, whatever happens. Who may read it stays as it
// was. What is no file, such as /dev/stdout, is written to.
func Replace(name string, text []byte) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // a link stays one
	}
	old, err := os.Stat(name)
	if err == nil && !old.Mode().IsRegular() {
		return os.WriteFile(name, text, 0)
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(name), fmt.Sprintf(".scrubjay-%x", rand.Uint64())), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if old != nil {
		err = f.Chmod(old.Mode().Perm())
	}
	_, wrote := f.Write(text)
	if err = errors.Join(err, wrote, f.Close()); err == nil {
		err = File(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
