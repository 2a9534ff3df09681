//go:build unix

package daemon

import (
	"os/exec"
	"syscall"
)

// detach lets the daemon outlive the editor that started it, and its terminal's signals.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
