//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// fakeSystemctl stands where a systemd would run: it starts what a unit says, and again when that fails, until it is told to end.
// That the unit is one that a real systemd takes, package service's test asks systemd-analyze.
func fakeSystemctl() {
	unit := filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "systemd", "user", "scrubjay.service")
	manager := filepath.Join(os.Getenv("WORK"), "manager.pid")
	switch words := strings.Join(os.Args[1:], " "); words {
	case "--user daemon-reload", "--user show-environment":
		if os.Getenv("NOTHING_RUNS") != "" {
			fail(errors.New("Failed to connect to bus: No medium found"))
		}
	case "--user enable --now scrubjay.service":
		c := exec.Command(os.Args[0], "manage", unit)
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		fail(c.Start())
		fail(os.WriteFile(manager, []byte(strconv.Itoa(c.Process.Pid)), 0o600))
	case "--user disable --now scrubjay.service":
		text, err := os.ReadFile(manager)
		if err != nil {
			fail(fmt.Errorf("unit scrubjay.service is not loaded"))
		}
		pid, err := strconv.Atoi(string(text))
		fail(err)
		_ = syscall.Kill(pid, syscall.SIGTERM)
		for range time.Tick(10 * time.Millisecond) { // it is no child of ours, that could be waited for
			if syscall.Kill(pid, 0) != nil {
				break
			}
		}
		fail(os.Remove(manager))
	case "manage " + unit:
		manage(unit)
	default:
		if !strings.HasPrefix(words, "--user show ") {
			fail(fmt.Errorf("unknown command verb %s", words))
		}
		state := "inactive"
		if _, err := os.Stat(manager); err == nil {
			state = "active"
		}
		fmt.Println("ActiveState=" + state)
	}
	os.Exit(0)
}

// manage runs a unit's program as its lines say.
func manage(unit string) {
	text, err := os.ReadFile(unit)
	fail(err)
	var command []string
	environment := []string{"HOME=" + os.Getenv("HOME"), "PATH=" + os.Getenv("PATH")}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.NewReplacer("%%", "%", `"`, "").Replace(value)
		switch name {
		case "ExecStart":
			command = strings.Fields(value)
		case "Environment":
			environment = append(environment, value)
		}
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	for {
		c := exec.Command(command[0], command[1:]...)
		c.Env = environment
		fail(c.Start())
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case <-told:
			_ = c.Process.Signal(syscall.SIGTERM) // it may have ended
			<-ended
			return
		case err := <-ended:
			if err == nil { // Restart=on-failure
				<-told
				return
			}
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
