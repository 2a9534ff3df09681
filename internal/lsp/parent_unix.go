//go:build !windows

package lsp

import (
	"errors"
	"syscall"
)

// alive tells whether there is a process of that id, whoever owns it.
func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
