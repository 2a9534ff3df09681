package service_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/service"
)

func machine(t *testing.T, system string) service.Machine {
	environment := map[string]string{"HTTPS_PROXY": `http://a%20b:c"d\e@proxy.acme.example:3128`, "LOCALAPPDATA": t.TempDir(), "EDITOR": "vi"}
	return service.Machine{System: system, Home: t.TempDir(), Program: "/opt/my tools/100% $HOME/scrubjay", Account: "501", Getenv: func(name string) string { return environment[name] }}
}

// written is the definition that a machine gets. There is no such system here, so that nothing starts.
func written(t *testing.T, system string) string {
	t.Helper()
	t.Setenv("PATH", t.TempDir())
	s, err := service.On(machine(t, system))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Install(t.Context()); !errors.Is(err, service.ErrAbsent) {
		t.Errorf("without the system's program, installing says %v", err)
	}
	if there, _, err := s.Installed(); there || err != nil {
		t.Errorf("it is there all the same: %v", err)
	}
	for _, name := range []string{"systemctl", "launchctl", "schtasks"} {
		if err := os.WriteFile(filepath.Join(os.Getenv("PATH"), name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	if there, current, err := s.Installed(); !there || !current || err != nil {
		t.Errorf("installed, it is there %v, current %v, %v", there, current, err)
	}
	text, err := os.ReadFile(s.File)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(s.File); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %v %v", st.Mode(), err)
	}
	if strings.Contains(string(text), "EDITOR") {
		t.Error("it holds variables that it does not need")
	}
	if was, err := s.Remove(t.Context()); !was || err != nil {
		t.Errorf("removing says %v, %v", was, err)
	}
	if _, err := os.Stat(filepath.Dir(s.File)); system == "linux" && err == nil {
		t.Error("removed, it leaves the directory that was made for it")
	}
	if was, err := s.Remove(t.Context()); was || err != nil {
		t.Errorf("removing what is gone says %v, %v", was, err)
	}
	return string(text)
}

// TestSystemd: a real systemd takes the unit, with a path and a variable that need quoting.
func TestSystemd(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	text := written(t, "linux")
	for _, line := range []string{`ExecStart="/opt/my tools/100%% $HOME/scrubjay" serve --service`, `Environment="HTTPS_PROXY=http://a%%20b:c\"d\\e@proxy.acme.example:3128"`, "Restart=on-failure", "WantedBy=default.target"} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("the unit lacks %s:\n%s", line, text)
		}
	}
	if err != nil {
		t.Skip("no systemd-analyze here")
	}
	program := filepath.Join(t.TempDir(), "100% of $HOME")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	quoted := strings.ReplaceAll(program, "%", "%%")
	unit := filepath.Join(t.TempDir(), "scrubjay.service")
	if err := os.WriteFile(unit, []byte(strings.Replace(text, "/opt/my tools/100%% $HOME/scrubjay", quoted, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	verify := exec.Command(analyze, "verify", "--user", unit)
	verify.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir(), "PATH=/usr/bin:/bin")
	if out, err := verify.CombinedOutput(); err != nil || strings.Contains(string(out), "scrubjay.service") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// TestDefinitionsAreXML: so that launchd and Windows can read them, whatever the path holds.
func TestDefinitionsAreXML(t *testing.T) {
	for system, has := range map[string][]string{
		"darwin":  {"<string>/opt/my tools/100% $HOME/scrubjay</string><string>serve</string><string>--service</string>", "<key>HTTPS_PROXY</key><string>http://a%20b:c&#34;d\\e@"},
		"windows": {"<Command>/opt/my tools/100% $HOME/scrubjay</Command><Arguments>serve --service</Arguments>", "<UserId>501</UserId>"},
	} {
		t.Run(system, func(t *testing.T) {
			text := written(t, system)
			for _, part := range has {
				if !strings.Contains(text, part) {
					t.Errorf("it lacks %s:\n%s", part, text)
				}
			}
			decoder := xml.NewDecoder(strings.NewReader(text))
			for {
				if _, err := decoder.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestElsewhere(t *testing.T) {
	if _, err := service.On(machine(t, "plan9")); !errors.Is(err, service.ErrAbsent) {
		t.Errorf("on a system that nobody has written for it says %v", err)
	}
}
