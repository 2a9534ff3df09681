//go:build !unix

package workspace

import "os"

// file is a regular file that is read.
type file struct {
	*os.File
	bytes int64
}

// open opens a regular file. A link is followed only where somebody named it.
func (f *file) open(path string, named bool) error {
	stat := os.Lstat
	if named {
		stat = os.Stat
	}
	st, err := stat(path)
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return errNoFile
	}
	f.bytes = st.Size()
	f.File, err = os.Open(path)
	return err
}

func (f *file) size() int64 { return f.bytes }

func (f *file) close() { f.Close() }
