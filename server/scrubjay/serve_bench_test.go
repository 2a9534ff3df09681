package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// BenchmarkServe measures what memory the daemon takes, as a person runs it: when nobody has asked it anything yet, and
// at most while sixteen clients send it 200 KB each, again and again.
func BenchmarkServe(b *testing.B) {
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the caller's trouble is the caller's
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}]}`)
	}))
	defer vendor.Close()
	program, environment := installed(b, fmt.Sprintf("providers: {openai: {format: openai, url: %q, kind: public}}\n", vendor.URL))
	for b.Loop() {
		serve := startServe(b, program, environment)
		idle := memoryOf(b, serve.Process.Pid, "VmRSS")
		load(b, baseURL(b, program, environment))
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(idle, "idle-MiB")
		b.ReportMetric(memoryOf(b, serve.Process.Pid, "VmHWM"), "peak-MiB")
		_ = serve.Process.Signal(syscall.SIGTERM) // Wait tells
		if err := serve.Wait(); err != nil {
			b.Error(err)
		}
	}
}

// installed is the program as it was built, and an environment in which it has these settings and a state of its own.
func installed(b *testing.B, settings string) (program string, environment []string) {
	program, err := filepath.Abs("../../bin/scrubjay")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		b.Skip("run make build first")
	}
	dir := b.TempDir()
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		b.Fatal(err)
	}
	return program, append(os.Environ(), "SCRUBJAY_STATE="+filepath.Join(dir, "state"), "SCRUBJAY_CONFIG="+config, "SCRUBJAY_LISTEN=127.0.0.1:0", "HOME="+dir)
}

// startServe starts a daemon, and waits until it listens.
func startServe(b *testing.B, program string, environment []string) *exec.Cmd {
	serve := exec.Command(program, "serve", "--listen", "127.0.0.1:0")
	serve.Env = environment
	out, err := serve.StdoutPipe()
	if err == nil {
		err = serve.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		b.Fatalf("%v %s", err, line)
	}
	return serve
}

func baseURL(b *testing.B, program string, environment []string) string {
	c := exec.Command(program, "env", "--json")
	c.Env = environment
	text, err := c.Output()
	var env struct{ Variables map[string]string }
	if err == nil {
		err = json.Unmarshal(text, &env)
	}
	if err != nil {
		b.Fatal(err)
	}
	return env.Variables["OPENAI_BASE_URL"]
}

// load is sixteen clients with twenty requests each.
func load(b *testing.B, base string) {
	line := "\tresult, err := client.Do(ctx, request) // é and so on\n"
	text := strings.Repeat(strings.Repeat(line, 180)+"mail "+strings.Join([]string{"ann", "corp.dev"}, "@")+"\n", 20)
	body, err := json.Marshal(map[string]any{"model": "m", "messages": []any{map[string]any{"role": "user", "content": text}}})
	if err != nil {
		b.Fatal(err)
	}
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for range 20 {
				res, err := http.Post(base+"/chat/completions", "application/json", bytes.NewReader(body))
				if err != nil {
					b.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
					b.Errorf("%s %v", res.Status, err)
				}
				res.Body.Close()
			}
		})
	}
	clients.Wait()
}

// memoryOf reads what Linux says of a process, in MiB.
func memoryOf(b *testing.B, pid int, what string) float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		b.Skip("only Linux tells a process's memory this way")
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == what+":" {
			kb, err := strconv.Atoi(fields[1])
			if err != nil {
				b.Fatal(err)
			}
			return float64(kb) / 1024
		}
	}
	b.Fatal("no " + what)
	return 0
}
