package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/opa"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// running is a daemon in this process and a client of it.
type running struct {
	t      *testing.T
	state  installation.State
	hello  control.Hello
	client *control.Client
	stop   func()
}

func start(t *testing.T, config string, change ...func(*Options)) *running {
	t.Helper()
	state, err := installation.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return startIn(t, state, config, change...)
}

func startIn(t *testing.T, state installation.State, config string, change ...func(*Options)) *running {
	t.Helper()
	file := filepath.Join(state.Dir, "config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan control.Hello, 1), make(chan error, 1)
	o := Options{State: state, Config: file, Listen: "127.0.0.1:0", Version: "test", Log: zap.NewNop(), Ready: func(h control.Hello) { ready <- h }}
	for _, c := range change {
		c(&o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { ended <- Run(ctx, o) }()
	r := &running{t: t, state: state}
	select {
	case r.hello = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	stopped := false
	r.stop = func() {
		if !stopped {
			stopped = true
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(r.stop)
	socket, err := state.Socket()
	if err != nil {
		t.Fatal(err)
	}
	r.client = control.Dial(socket)
	return r
}

// TestIssueReveal: a value goes into the vault, and only then there is a placeholder; it comes back after
// a restart; both are on record, without the value.
func TestIssueReveal(t *testing.T) {
	r := start(t, "")
	secret := []byte("a value of\nthe person")
	issued, err := r.client.Issue(t.Context(), control.Issue{Path: "a.env", Values: []control.Value{{Type: "SECRET", Rule: "generic-secret", Class: "credential", Bytes: secret}}})
	if err != nil {
		t.Fatal(err)
	}
	r.stop()
	r = startIn(t, r.state, "")
	got, err := r.client.Reveal(t.Context(), control.Reveal{Path: "a.env", Placeholders: []string{issued.Placeholders[0], "REDACTED_SECRET_222222"}})
	if err != nil || len(got.Values) != 1 || !bytes.Equal(got.Values[issued.Placeholders[0]], secret) {
		t.Fatalf("%d values, %v", len(got.Values), err)
	}
	if _, err := r.client.Issue(t.Context(), control.Issue{}); err != nil {
		t.Error(err)
	}
	r.stop()
	var kinds []string
	if err := audit.Show(r.state.Dir, func(a audit.Record) error { kinds = append(kinds, a.Kind+a.Path); return nil }); err != nil {
		t.Fatal(err)
	}
	if want := "start redactiona.env start restorationa.env redaction"; strings.Join(kinds, " ") != want {
		t.Errorf("on record: %v", kinds)
	}
	files, _ := filepath.Glob(filepath.Join(r.state.Dir, "*"))
	for _, f := range files {
		text, _ := os.ReadFile(f)
		if bytes.Contains(text, []byte("of the person")) || bytes.Contains(text, secret) {
			t.Errorf("%s holds the value", f)
		}
		if st, _ := os.Stat(f); st.Mode().IsRegular() && st.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f, st.Mode())
		}
	}
}

// TestOneDaemon: a state directory has one daemon.
func TestOneDaemon(t *testing.T) {
	r := start(t, "")
	err := Run(t.Context(), Options{State: r.state, Listen: "127.0.0.1:0", Log: zap.NewNop()})
	if !errors.Is(err, installation.ErrRunning) {
		t.Errorf("a second one: %v", err)
	}
}

// TestSomewhereElse: a daemon that nobody told where to listen takes another port when that of last time is another program's,
// says so, and takes the same again the next time.
func TestSomewhereElse(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	taken := other.Addr().String()
	state, err := installation.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := state.SetListen(taken); err != nil {
		t.Fatal(err)
	}
	if got := state.Listen(t.Context(), ""); got != taken {
		t.Errorf("before there is a daemon it is thought to be on %s", got)
	}
	anywhere := func(o *Options) { o.Listen, o.ForEditor = "", true }
	r := startIn(t, state, "", anywhere)
	first := r.hello.Proxy
	if first.Listen == "" || first.Listen == taken || !strings.HasPrefix(first.Instead, taken+", because ") || !strings.Contains(first.Instead, "has it") {
		t.Fatalf("%+v", first)
	}
	for _, meant := range []string{"", taken, "127.0.0.1:0"} {
		if got := state.Listen(t.Context(), meant); got != first.Listen {
			t.Errorf("it is thought to be on %s, with %q", got, meant)
		}
	}
	r.stop()
	for meant, want := range map[string]string{"": first.Listen, "127.0.0.1:7500": "127.0.0.1:7500", "localhost:0": first.Listen, "nonsense": first.Listen} {
		if got := state.Listen(t.Context(), meant); got != want {
			t.Errorf("stopped it is thought to be on %s, with %q", got, meant)
		}
	}
	if all, meant := addresses(state, ""); meant || len(all) < nearby || all[0] != first.Listen || all[1] != installation.DefaultListen || all[len(all)-1] != "127.0.0.1:0" {
		t.Errorf("the next tries are %q", all)
	}
	r = startIn(t, state, "", func(o *Options) { anywhere(o); o.ForEditor = false })
	if r.hello.Proxy.Listen != first.Listen || r.hello.Proxy.Instead != "" {
		t.Errorf("the next listens on %+v", r.hello.Proxy)
	}
	r.stop()
	// The setting says where; and then it is nowhere else.
	r = startIn(t, state, "listen: "+taken, anywhere)
	if r.hello.Proxy.Listen != "" || !strings.Contains(r.hello.Proxy.Error, taken) || !strings.Contains(r.hello.Proxy.Error, "the setting listen") {
		t.Errorf("where the setting says: %+v", r.hello.Proxy)
	}
}

// TestNoHalfDaemon: a start that fails leaves nothing behind that a later one would meet: no port, no lock, no socket.
func TestNoHalfDaemon(t *testing.T) {
	for _, name := range []string{"ca.key", "control.sock", "token", "listen", "vault.key", "ledger.log"} {
		t.Run(name, func(t *testing.T) {
			state, err := installation.OpenState(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			addr := l.Addr().String()
			l.Close()
			hindrance := state.Path(name) // a directory with something in it, where a file has to be
			if err := os.MkdirAll(filepath.Join(hindrance, "x"), 0o700); err != nil {
				t.Fatal(err)
			}
			ready := func(control.Hello) { t.Error("it says that it is ready") }
			if err := Run(t.Context(), Options{State: state, Listen: addr, ForEditor: true, Log: zap.NewNop(), Ready: ready}); err == nil {
				t.Fatal("it ran")
			}
			if err := os.RemoveAll(hindrance); err != nil {
				t.Fatal(err)
			}
			if r := startIn(t, state, "", func(o *Options) { o.Listen = addr }); r.hello.Proxy.Listen != addr {
				t.Errorf("the next listens on %+v", r.hello.Proxy)
			}
		})
	}
}

// TestListensOnThisMachineOnly: whoever says otherwise, a last address that somebody wrote included.
func TestListensOnThisMachineOnly(t *testing.T) {
	state, err := installation.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{"0.0.0.0:0", ":7425", "192.168.1.4:7425", "[::]:0", "example.com:80", "7425", "127.0.0.1"} {
		if l, _, err := openDoor(state, addr); err == nil || !strings.Contains(err.Error(), "only listen on this machine") {
			t.Errorf("%s: %v, %v", addr, l, err)
		}
		if err := state.SetListen(addr); err != nil {
			t.Fatal(err)
		}
		if all, _ := addresses(state, ""); all[0] != installation.DefaultListen {
			t.Errorf("tried first: %s", all[0])
		}
	}
}

// TestPortTaken: serve says who has its port and ends; an editor's daemon goes on without the proxy.
func TestPortTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	state, err := installation.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	err = Run(t.Context(), Options{State: state, Listen: l.Addr().String(), Log: zap.NewNop()})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("(process %d) has it", os.Getpid())) || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("serve: %v", err)
	}
	r := startIn(t, state, "", func(o *Options) { o.ForEditor, o.Listen = true, l.Addr().String() })
	if r.hello.Proxy.Listen != "" || !strings.Contains(r.hello.Proxy.Error, "has it") {
		t.Errorf("for an editor: %+v", r.hello.Proxy)
	}
	if _, err := r.client.Issue(t.Context(), control.Issue{Values: []control.Value{{Type: "SECRET", Bytes: []byte("abcdefgh")}}}); err != nil {
		t.Errorf("without its proxy it issues nothing: %v", err)
	}
	if err := Run(t.Context(), Options{State: state, Listen: "0.0.0.0:0", Log: zap.NewNop()}); err == nil {
		t.Error("it listens to the network")
	}
}

// push builds, signs and pushes a bundle of one settings file.
func push(t *testing.T, webroot string, key []byte, seq int64, settings string, expires time.Time) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "settings.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if err := opa.Build(dir, &raw, seq, expires, "acme"); err != nil {
		t.Fatal(err)
	}
	signed, err := opa.Sign(raw.Bytes(), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(webroot, "acme.tar.gz.new"), signed, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(webroot, "acme.tar.gz.new"), filepath.Join(webroot, "acme.tar.gz")); err != nil {
		t.Fatal(err)
	}
}

// TestPush: what the organisation pushes through a static web server is in force within a poll, for a
// running proxy and for whoever is attached; tampered, older and expired bundles are refused, told once,
// and the good one stays, through a restart without the server too.
func TestPush(t *testing.T) {
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	private, public, err := policy.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	webroot := t.TempDir()
	web := httptest.NewServer(http.FileServer(http.Dir(webroot)))
	defer web.Close()
	year := time.Now().AddDate(1, 0, 0)
	push(t, webroot, private, 1, "verdicts: {pii: {public: allow}}\n", year)
	config := fmt.Sprintf("providers: {openai: {format: openai, url: %q}}\norganisation:\n  url: %s/acme.tar.gz\n  scope: acme\n  poll: 1s\n  keys:\n    - |\n      %s\n",
		vendor.URL(), web.URL, strings.ReplaceAll(strings.TrimSpace(string(public)), "\n", "\n      "))
	r := start(t, config)
	events := make(chan control.Event, 64)
	go r.client.Events(t.Context(), func(e control.Event) { events <- e })
	next := func(kind string) control.Event {
		t.Helper()
		for {
			select {
			case e := <-events:
				if e.Kind == kind {
					return e
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("no event %q", kind)
			}
		}
	}
	mail := strings.Join([]string{"jan.nowak", "onet.pl"}, "@")
	ask := func() int {
		t.Helper()
		status, _ := r.ask(`{"model":"m","messages":[{"role":"user","content":"write to ` + mail + `"}]}`)
		return status
	}
	inForce := func() string {
		t.Helper()
		h, err := r.client.Hello(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h.Policy.Revision
	}
	if inForce() == "built-in" {
		next("policy")
	}
	if status := ask(); status != 200 || !strings.Contains(string(vendor.Requests()[0].Body), mail) {
		t.Fatalf("allowed: status %d", status)
	}
	push(t, webroot, private, 2, "verdicts: {pii: {public: forbid}}\n", year)
	next("policy")
	if status := ask(); status != http.StatusForbidden {
		t.Fatalf("forbidden: status %d", status)
	}
	good := inForce()

	whole, err := os.ReadFile(filepath.Join(webroot, "acme.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	otherKey, _, err := policy.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(){
		"tampered": func() {
			bad := bytes.Clone(whole)
			bad[len(bad)/2] ^= 0x55
			if err := os.WriteFile(filepath.Join(webroot, "acme.tar.gz"), bad, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"older":     func() { push(t, webroot, private, 1, "verdicts: {pii: {public: allow}}\n", year) },
		"expired":   func() { push(t, webroot, private, 9, "verdicts: {pii: {public: allow}}\n", time.Now().Add(-time.Hour)) },
		"wrong key": func() { push(t, webroot, otherKey, 9, "verdicts: {pii: {public: allow}}\n", year) },
	} {
		spoil()
		if e := next("refused"); e.Text == "" || inForce() != good || ask() != http.StatusForbidden {
			t.Errorf("%s: %q, in force %s", name, e.Text, inForce())
		}
	}
	web.Close()
	r.stop()
	r = startIn(t, r.state, config)
	if inForce() != good || ask() != http.StatusForbidden {
		t.Errorf("after a restart without the server %s is in force", inForce())
	}
}

// ask sends a chat through the proxy to openai.
func (r *running) ask(body string, header ...string) (status int, answer string) {
	r.t.Helper()
	token, err := r.state.Token()
	if err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, "http://"+r.hello.Proxy.Listen+"/t/"+token+"/openai/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer k")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}
