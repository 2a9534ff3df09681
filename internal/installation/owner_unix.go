//go:build unix

package installation

import (
	"io/fs"
	"os"
	"syscall"
)

func ownedByUs(st fs.FileInfo) bool {
	sys, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(sys.Uid) == os.Getuid()
}

// sharedTemp is not $TMPDIR: an editor's may differ from a shell's.
func sharedTemp() string { return "/tmp" }
