package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestScriptsWithAnOlderVersion goes from an older version's state to this one's and back, with the real programs of both:
// testdata/older/*.txtar. The older one is called older in them; make older builds it, and make test names it.
func TestScriptsWithAnOlderVersion(t *testing.T) {
	older := os.Getenv("OLDER")
	if _, err := os.Stat(older); err != nil {
		t.Skip("the variable OLDER names no program of an older version: make older builds it, if this clone has the history")
	}
	// As they are installed: the small one on PATH, the full one beside it. Race detectors would only slow them.
	dir := t.TempDir()
	for name, source := range map[string]string{"scrubjay": "../quick", "scrubjay-full": "."} {
		build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", filepath.Join(dir, name), source)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
	}
	if err := os.Symlink(older, filepath.Join(dir, "older")); err != nil {
		t.Fatal(err)
	}
	p := scripts()
	p.Dir = filepath.Join("testdata", "older")
	p.Cmds["sent"], p.Cmds["slowvendor"], p.Cmds["stream"], p.Cmds["age"] = scriptSent, scriptSlowVendor, scriptStream, scriptAge
	setup := p.Setup
	p.Setup = func(e *testscript.Env) error {
		if err := setup(e); err != nil {
			return err
		}
		e.Values[slowKey{}] = &slow{step: make(chan struct{})}
		home := filepath.Join(e.WorkDir, "home") // so that what is left in it can be told
		e.Setenv("HOME", home)
		e.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
		e.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
		e.Defer(func() { stopDaemon(installation.State{Dir: filepath.Join(home, "state", "scrubjay")}) })
		e.Setenv("SCRUBJAYDIR", dir)
		e.Setenv("PATH", dir+string(filepath.ListSeparator)+e.Getenv("PATH"))
		address, err := freeAddress()
		e.Setenv("SCRUBJAY_LISTEN", address)
		return err
	}
	testscript.Run(t, p)
}

// tried counts the ports that freeAddress has looked at, so that no two scripts get the same.
var tried atomic.Int32

// freeAddress is where one daemon after another can listen. Systems give ports from 32768 on to whoever asks for any: there another
// test could take it between two of them.
func freeAddress() (string, error) {
	for range 1000 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(20000+(os.Getpid()*100+int(tried.Add(1)))%12000))
		if l, err := net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", errors.New("no port is free")
}

// scriptSent writes what a vendor got last; from then on arrived counts: sent NAME FILE.
func scriptSent(ts *testscript.TestScript, _ bool, args []string) {
	v := ts.Value(vendorsKey{}).(vendors)[args[0]]
	got := v.Requests()
	v.seen = len(got)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), got[len(got)-1].Body, 0o600))
}

// slow is a vendor that sends a piece when it is told to, and the answer of it that is under way.
type slow struct {
	step   chan struct{}
	answer *http.Response
}

type slowKey struct{}

// scriptSlowVendor starts one, whose address becomes a variable: slowvendor NAME.
func scriptSlowVendor(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(slowKey{}).(*slow)
	v := standin.New(standin.Options{Step: s.step})
	ts.Check(v.Start())
	ts.Defer(func() { _ = v.Close() })
	ts.Setenv(args[0], v.URL())
}

// scriptStream asks for a stream at the address of scrubjay env, and reads its beginning; later the rest of it, and how it ended:
// stream begins ENV, stream ends FILE.
func scriptStream(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(slowKey{}).(*slow)
	if args[0] == "ends" {
		rest, err := io.ReadAll(s.answer.Body)
		ts.Check(s.answer.Body.Close())
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), fmt.Appendf(rest, "%v\n", err), 0o600))
		return
	}
	var env struct {
		Providers map[string]struct {
			BaseURL string `json:"base_url"`
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &env))
	req, err := http.NewRequest(http.MethodPost, env.Providers["anthropic"].BaseURL+"/v1/messages",
		strings.NewReader(`{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"one two three four five six seven"}]}`))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer k")
	go func() { s.step <- struct{}{} }()
	s.answer, err = http.DefaultClient.Do(req)
	ts.Check(err)
	if _, err := s.answer.Body.Read(make([]byte, 1)); err != nil || s.answer.StatusCode != http.StatusOK {
		ts.Fatalf("it begins with %s, %v", s.answer.Status, err)
	}
}

// scriptAge makes a ledger one of another year, as its own daemon would have written it then: age STATE.
func scriptAge(ts *testscript.TestScript, _ bool, args []string) {
	path := filepath.Join(ts.MkAbs(args[0]), "ledger.log")
	ledger := []byte(ts.ReadFile(path))
	begin := bytes.IndexByte(ledger, '\n') + 1
	out, chain, records := slices.Clone(ledger[:begin]), [sha256.Size]byte{}, 0
	for rest := ledger[begin:]; len(rest) > 0; records++ { // length, checksum, chain, record
		n := binary.LittleEndian.Uint32(rest)
		text := agedTime.ReplaceAll(rest[8+sha256.Size:][:n], []byte(`"time":"2001-`))
		chain = sha256.Sum256(append(chain[:], text...))
		out = binary.LittleEndian.AppendUint32(out, uint32(len(text)))
		out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(text, crc32.MakeTable(crc32.Castagnoli)))
		out = append(append(out, chain[:]...), text...)
		rest = rest[8+sha256.Size+n:]
	}
	ts.Check(os.WriteFile(path, out, 0o600))
	ts.Check(os.WriteFile(filepath.Join(filepath.Dir(path), "ledger.head"), fmt.Appendf(nil, "%d %x\n", records, chain), 0o600))
}

var agedTime = regexp.MustCompile(`"time":"[0-9]{4}-`)
