//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
)

// TestStopOlder: a daemon of a version that cannot be told to end is ended all the same, as after an upgrade.
func TestStopOlder(t *testing.T) {
	s, err := installation.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	socket, err := s.Socket()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	older := exec.Command("sleep", "60")
	if err := older.Start(); err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(control.Hello{Version: 1, Program: "0.1", Features: []string{"issue"}, PID: older.Process.Pid}) // the test says what is missing
	})}
	go server.Serve(l)
	go func() {
		_ = older.Wait() // a signal
		_ = server.Close()
	}()
	c := stopCommand()
	var out bytes.Buffer
	c.SetOut(&out)
	c.SetContext(t.Context())
	if err := endDaemon(c, s); err != nil || !strings.Contains(out.String(), "the daemon has ended") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
