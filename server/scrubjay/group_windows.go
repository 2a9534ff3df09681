package main

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

// ownGroup does nothing: what a program starts on Windows is not known by it.
func ownGroup(*exec.Cmd) {}

// signalGroup ends a program that is told to; there is no milder way here.
func signalGroup(cmd *exec.Cmd, _ syscall.Signal) bool {
	return cmd.Process.Kill() == nil
}

// endGroup ends a program if it does not end by itself in time.
func endGroup(cmd *exec.Cmd, ended <-chan struct{}, patience time.Duration) {
	select {
	case <-ended:
	case <-time.After(patience):
		signalGroup(cmd, syscall.SIGKILL)
	}
}

// endProcess ends a process of our own, which nobody can ask to.
func endProcess(pid int) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}
