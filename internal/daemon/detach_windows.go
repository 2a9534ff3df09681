package daemon

import (
	"os/exec"
	"syscall"
)

// detach lets the daemon outlive the editor that started it.
func detach(cmd *exec.Cmd) {
	const detachedProcess, newGroup = 0x8, 0x200
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: detachedProcess | newGroup, HideWindow: true}
}
