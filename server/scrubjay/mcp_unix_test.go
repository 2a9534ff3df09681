//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestMCPClientDies: a server that does not end with its client, and what it has started, are asked to, and then killed.
func TestMCPClientDies(t *testing.T) {
	m := newTools(t, "")
	// It heeds no signal and no end of its input, and neither does what it has started.
	c := m.command("mcp", "--name", "stubborn", "--", "sh", "-c", `trap '' TERM
		say() { echo "{\"jsonrpc\":\"2.0\",\"method\":\"pid\",\"params\":$1}"; }
		(trap '' TERM; while :; do sleep 1; done) & say $!; say $$
		while :; do sleep 1; done`)
	in, _ := c.StdinPipe()
	out, _ := c.StdoutPipe()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(io.TeeReader(out, m.heard))
	var pids []int
	for range 2 {
		var note struct{ Params int }
		line, err := said.ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &note)
		}
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, note.Params)
	}
	in.Close()
	var exit *exec.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 128+int(syscall.SIGKILL) {
		t.Errorf("it ends with %v", err)
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) && !isZombie(pid) {
			t.Errorf("process %d is still there", pid)
		}
	}
	state := slices.IndexFunc(m.env, func(e string) bool { return strings.HasPrefix(e, "SCRUBJAY_STATE=") })
	killDaemon(t, strings.TrimPrefix(m.env[state], "SCRUBJAY_STATE="))
}

// isZombie tells a process that has ended and that nobody has asked after yet.
func isZombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}
