//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// outpost is a machine with a daemon and a vendor, and another place, where assistants run.
type outpost struct {
	t              *testing.T
	dir, state     string
	key            string
	vendor         *standin.Server
	here, thereEnv []string
}

func newOutpost(t *testing.T) *outpost {
	t.Helper()
	o := &outpost{t: t, dir: t.TempDir(), key: strings.Join([]string{"AK", "IAQ3EGRZ5TPLW7MNX2"}, ""), vendor: standin.New(standin.Options{})}
	if err := o.vendor.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.vendor.Close() })
	environment := func(name string, more ...string) []string {
		home := filepath.Join(o.dir, name)
		if err := os.MkdirAll(filepath.Join(home, "config", "scrubjay"), 0o700); err != nil {
			t.Fatal(err)
		}
		return append([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "XDG_CONFIG_HOME=" + filepath.Join(home, "config"), "XDG_STATE_HOME=" + filepath.Join(home, "state")}, more...)
	}
	o.here = environment("here", "SCRUBJAY_LISTEN=127.0.0.1:0")
	o.thereEnv = environment("there", "KEY="+o.key, "CREDENTIAL=c")
	o.state = filepath.Join(o.dir, "here", "state", "scrubjay")
	// The other place knows of no vendor's address.
	settings := "providers: {openai: {format: openai, url: \"" + o.vendor.URL() + "\", kind: public}}\n"
	if err := os.WriteFile(filepath.Join(o.dir, "here", "config", "scrubjay", "config.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.run(o.here, "scrubjay", "stop") })
	return o
}

// run runs a program and answers with its exit code and all that it said.
func (o *outpost) run(env []string, words ...string) (int, string) {
	c := exec.Command(words[0], words[1:]...)
	c.Env, c.Dir = env, o.dir
	out, err := c.CombinedOutput()
	if c.ProcessState == nil {
		o.t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// relay starts one here, and answers with the address that it prints.
func (o *outpost) relay(words ...string) (address string, end func()) {
	o.t.Helper()
	c := exec.Command("scrubjay", append([]string{"relay"}, words...)...)
	var said bytes.Buffer
	c.Env, c.Stderr = o.here, &said
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		o.t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			o.t.Errorf("the relay ended with %v\n%s", err, &said)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "SCRUBJAY_RELAY=")
	if err != nil || !ok {
		c.Wait()
		o.t.Fatalf("the relay printed %q, and said\n%s", line, &said)
	}
	o.t.Cleanup(end)
	return address, end
}

// works runs an assistant with a key in what it says: the vendor gets one request without it, and the assistant has it back.
func (o *outpost) works(env []string, words ...string) {
	o.t.Helper()
	before := len(o.vendor.Requests())
	code, out := o.run(env, words...)
	got := o.vendor.Requests()[before:]
	if code != 0 || !strings.Contains(out, "my key is "+o.key) || len(got) != 1 {
		log, _ := os.ReadFile(filepath.Join(o.state, "daemon.log"))
		o.t.Fatalf("%s: exit code %d, %d requests\n%s\nthe daemon:\n%s", strings.Join(words, " "), code, len(got), out, log)
	}
	if bytes.Contains(got[0].Body, []byte(o.key)) || !bytes.Contains(got[0].Body, []byte("my key is ")) {
		o.t.Errorf("the vendor was sent %s", got[0].Body)
	}
}

// there is the environment of the other place, with a relay's address.
func (o *outpost) there(address string) []string {
	return append(o.thereEnv[:len(o.thereEnv):len(o.thereEnv)], "SCRUBJAY_RELAY="+address)
}

// says sees that a command fails, and says why.
func (o *outpost) says(env []string, want string, words ...string) {
	o.t.Helper()
	before := len(o.vendor.Requests())
	if code, out := o.run(env, words...); code == 0 || !strings.Contains(out, want) || len(o.vendor.Requests()) != before {
		o.t.Errorf("%s: exit code %d, and not %q:\n%s", strings.Join(words, " "), code, want, out)
	}
}

// TestRelay: an assistant elsewhere is run through a relay's socket, with what it prints and nothing else of this machine; a daemon
// that has gone is there again at the next request; with the relay its token ends.
func TestRelay(t *testing.T) {
	o := newOutpost(t)
	socket := filepath.Join(o.dir, "mounted", "relay.sock")
	address, end := o.relay("--socket", socket, "--name", "shop")
	if st, err := os.Stat(socket); err != nil || st.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("the socket is %v, %v", st.Mode(), err)
	}
	own, err := os.ReadFile(filepath.Join(o.state, "token"))
	if err != nil || strings.Contains(address, strings.TrimSpace(string(own))) || !strings.HasPrefix(address, "http://127.0.0.1:7425/t/") {
		t.Errorf("it prints %s, %v", address, err)
	}
	through := []string{"scrubjay", "relay", "--to", socket, "--", "scrubjay", "run", "--", "aider"}
	o.works(o.there(address), through...)
	for range 2 {
		if code, out := o.run(o.here, "scrubjay", "stop"); code != 0 || !strings.Contains(out, "has ended") {
			t.Fatalf("%d %s", code, out)
		}
		o.works(o.there(address), through...)
	}
	o.run(o.here, "scrubjay", "stop") // so that its ledger is on disk
	if _, out := o.run(o.here, "scrubjay", "audit", "show", "--relay", "shop", "--count", "records"); out != "3\n" {
		t.Errorf("the ledger has %s of them", out)
	}
	if _, err := os.Stat(filepath.Join(o.dir, "there", "state", "scrubjay", "control.sock")); err == nil {
		t.Error("a daemon was started there")
	}

	code, out := o.run(o.there(address), "scrubjay", "env")
	if code != 0 || !strings.Contains(out, "export OPENAI_BASE_URL="+address+"/openai/v1\n") || strings.Contains(out, "HTTPS_PROXY") {
		t.Errorf("env prints\n%s", out)
	}
	o.says(o.there("somewhere"), "is no address of a relay", "scrubjay", "env")
	o.says(o.there(address), "by CONNECT alone, which no relay carries", "scrubjay", "relay", "--to", socket, "--", "scrubjay", "run", "--", "copilot")
	o.says(append(o.there(address), "SHOP=op://Private/shop/password"), "was not started", "scrubjay", "relay", "--to", socket, "--", "scrubjay", "run", "--", "aider")
	o.says(o.there("http://127.0.0.1:1/t/x"), "nobody answers where SCRUBJAY_RELAY says", "scrubjay", "run", "--", "aider")
	o.says(o.here, "another relay listens there", "scrubjay", "relay", "--socket", socket)
	o.says(o.here, "is there already, and no socket", "scrubjay", "relay", "--socket", filepath.Join(o.state, "token"))
	o.says(o.here, "every network of this machine", "scrubjay", "relay", "--listen", "0.0.0.0:0")
	o.says(o.here, "every network of this machine", "scrubjay", "relay", "--listen", ":7426")
	o.says(o.here, "this is a public address", "scrubjay", "relay", "--listen", "203.0.113.5:7426")
	o.says(o.here, "it takes one of --socket, --listen, --to", "scrubjay", "relay")

	end()
	if _, err := net.Dial("unix", socket); err == nil {
		t.Error("the socket still answers")
	}
	o.says(o.there(address), "nobody answers at the relay", through...)
	again, _ := o.relay("--socket", socket)
	o.says(o.there(address), "it was started again since", through...)
	o.works(o.there(again), through...)
}

// TestRelayWithACommand: the command is told the address, and the relay lives as long as it.
func TestRelayWithACommand(t *testing.T) {
	o := newOutpost(t)
	socket := filepath.Join(o.dir, "relay.sock")
	env := append(o.here[:len(o.here):len(o.here)], "KEY="+o.key, "CREDENTIAL=c")
	o.works(env, "scrubjay", "relay", "--listen", "127.0.0.1:0", "--", "sh", "-c", `exec env OPENAI_API_BASE="$SCRUBJAY_RELAY/openai/v1" aider`)
	if code, _ := o.run(o.here, "scrubjay", "relay", "--socket", socket, "--", "sh", "-c", `test -S "$0" && exit 7`, socket); code != 7 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket is still there")
	}
	// One that was killed leaves its socket, which is replaced.
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	if code, out := o.run(o.here, "scrubjay", "relay", "--socket", socket, "--", "true"); code != 0 {
		t.Errorf("%d\n%s", code, out)
	}
	if code, _ := o.run(o.here, "scrubjay", "relay", "--socket", socket, "--", "sh", "-c", "kill -TERM $$"); code != 128+int(syscall.SIGTERM) {
		t.Errorf("exit code %d", code)
	}
}
