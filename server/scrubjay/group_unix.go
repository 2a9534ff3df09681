//go:build unix

package main

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// ownGroup has a program, and all that it starts, be a group of their own.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// signalGroup sends a signal to all of a group. It tells whether somebody is left in it.
func signalGroup(cmd *exec.Cmd, s syscall.Signal) bool {
	return !errors.Is(syscall.Kill(-cmd.Process.Pid, s), syscall.ESRCH)
}

// endGroup asks a program and all that it has started to end, and kills who does not in time.
func endGroup(cmd *exec.Cmd, _ <-chan struct{}, patience time.Duration) {
	if !signalGroup(cmd, syscall.SIGTERM) {
		return
	}
	for until := time.Now().Add(patience); time.Now().Before(until); {
		<-time.After(patience / 40)
		if !signalGroup(cmd, 0) {
			return
		}
	}
	signalGroup(cmd, syscall.SIGKILL)
}

// endProcess asks a process of our own to end.
func endProcess(pid int) error { return syscall.Kill(pid, syscall.SIGTERM) }
