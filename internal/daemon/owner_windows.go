package daemon

import (
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

// ownedByUs is true: the temporary directory is the person's own on Windows.
func ownedByUs(fs.FileInfo) bool { return true }

// detach lets the daemon outlive the editor that started it.
func detach(cmd *exec.Cmd) {
	const detachedProcess, newGroup = 0x8, 0x200
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: detachedProcess | newGroup, HideWindow: true}
}

func sharedTemp() string { return os.TempDir() }
