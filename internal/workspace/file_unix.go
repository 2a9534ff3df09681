//go:build unix

package workspace

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// file reads with plain system calls: os.File asks the poller about each one, which costs a small file as much
// as reading it. A worker has one and uses it again.
type file struct {
	fd   int
	st   unix.Stat_t
	read int64
	done bool
}

// open opens a regular file. A link is followed only where somebody named it.
func (f *file) open(path string, named bool) error {
	// Opening a pipe would wait for its writer, were it not for O_NONBLOCK.
	flags := unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK
	if !named {
		flags |= unix.O_NOFOLLOW
	}
	var err error
	for {
		if f.fd, err = unix.Open(path, flags, 0); !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return err
	}
	f.done, f.read = false, 0
	if err = unix.Fstat(f.fd, &f.st); err == nil && f.st.Mode&unix.S_IFMT != unix.S_IFREG {
		err = errNoFile
	}
	if err != nil {
		f.close()
	}
	return err
}

func (f *file) size() int64 { return f.st.Size }

func (f *file) close() { _ = unix.Close(f.fd) } // nothing was written

func (f *file) Read(b []byte) (int, error) {
	if f.done || len(b) == 0 {
		return 0, io.EOF
	}
	n, err := again(func() (int, error) { return unix.Read(f.fd, b) })
	if n <= 0 && err == nil {
		f.done, err = true, io.EOF
	}
	// Asking for more than the file had when it was opened costs small files a third of their calls. Files that
	// the system makes up have no size.
	f.read += int64(max(n, 0))
	f.done = f.done || f.st.Size > 0 && f.read >= f.st.Size
	return max(n, 0), err
}

func (f *file) ReadAt(b []byte, at int64) (n int, err error) {
	for n < len(b) {
		m, err := again(func() (int, error) { return unix.Pread(f.fd, b[n:], at+int64(n)) })
		if err != nil {
			return n, err
		}
		if m <= 0 {
			return n, io.EOF
		}
		n += m
	}
	return n, nil
}

func again(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
