//go:build unix

package daemon

import (
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

func ownedByUs(st fs.FileInfo) bool {
	sys, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(sys.Uid) == os.Getuid()
}

// detach lets the daemon outlive the editor that started it, and its terminal's signals.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// sharedTemp is not $TMPDIR: an editor's may differ from a shell's.
func sharedTemp() string { return "/tmp" }
