// Package demo shows the main job on samples that are made up on the spot: the program's own language server, proxy, vault
// and ledger, between a sample workspace and a stand-in vendor. What is shown is checked too.
//
//	demo.go    the run: its directory, its daemon, what is looked for afterwards
//	sample.go  the workspace and its values, and what the vendor answers
//	editor.go  the workspace in an editor
//	chat.go    a streamed chat, and a turn with tools
package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/screen"
)

// Broken is how many of the promises did not hold.
type Broken int

func (b Broken) Error() string { return fmt.Sprintf("%d promises broke", int(b)) }

// demo is one run: a directory of its own, the programs in it, and the promises that broke.
type demo struct {
	screen.Screen
	dir    string
	env    []string
	sample sample
	vendor *standin.Server
	logs   logs
	broken []string
}

// logs are what the programs of a demo log, several at a time.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Run does it, and says it on out. A [Broken] error is what did not hold.
func Run(ctx context.Context, out io.Writer) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "scrubjay-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d := &demo{Screen: screen.New(out), dir: dir, sample: newSample()}
	d.vendor = standin.New(standin.Options{Reply: d.sample.assistant, Split: standin.Random(7), Piece: 5})
	if err := d.vendor.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.vendor.Close()) }()
	if err := d.prepare(); err != nil {
		return err
	}
	stop, err := d.serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	base, err := d.address(ctx)
	if err != nil {
		return err
	}

	d.Title("Scrubjay: what leaves this machine, and what does not")
	d.Note("Every value below was made up a moment ago. The vendor is a stand-in on this machine that speaks\nOpenAI's and Anthropic's formats; language server, proxy, vault and ledger are the real ones.")
	if err := d.editor(ctx); err != nil {
		return err
	}
	if err := d.chat(ctx, base+"/openai/v1"); err != nil {
		return err
	}
	if err := d.tools(ctx, base+"/anthropic"); err != nil {
		return err
	}
	stop() // so that everything is on disk that will ever be
	d.afterwards()
	if len(d.broken) > 0 {
		for _, b := range d.broken {
			d.Bad("broken promise: " + b)
		}
		return Broken(len(d.broken))
	}
	d.next()
	return nil
}

// promise notes what must hold and does not.
func (d *demo) promise(holds bool, what string) {
	if !holds {
		d.broken = append(d.broken, what)
	}
}

func (d *demo) path(name string) string { return filepath.Join(d.dir, name) }

// prepare writes the workspace and the configuration that points the providers to the stand-in.
func (d *demo) prepare() error {
	for name, text := range d.sample.files() {
		if err := os.MkdirAll(filepath.Dir(d.path(name)), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(d.path(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	config := fmt.Sprintf("providers:\n  openai: {format: openai, url: %q, kind: public}\n  anthropic: {format: anthropic, url: %q, kind: public}\ndestinations: [openai, anthropic]\n", d.vendor.URL(), d.vendor.URL())
	if err := os.WriteFile(d.path("config.yaml"), []byte(config), 0o600); err != nil {
		return err
	}
	d.env = append(os.Environ(), "SCRUBJAY_STATE="+d.path("state"), "SCRUBJAY_CONFIG="+d.path("config.yaml"))
	return nil
}

// serve starts the daemon on a free port and waits until it says that it listens.
func (d *demo) serve(ctx context.Context) (stop func(), err error) {
	cmd, err := d.self(ctx, "serve", "--listen", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ready := &firstLine{line: make(chan struct{})}
	cmd.Stdout = ready
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		_ = cmd.Process.Signal(os.Interrupt) // on Windows, where there is none, the context ends it
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	}
	select {
	case <-ready.line:
		return stop, nil
	case err := <-ended:
		return nil, fmt.Errorf("the daemon ended at once (%w): %s", err, d.logs.String())
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// self is this very program with the demo's own state.
func (d *demo) self(ctx context.Context, args ...string) (*exec.Cmd, error) {
	exe, err := installation.Self()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Env, cmd.Dir, cmd.Stderr = d.env, d.dir, &d.logs
	return cmd, nil
}

// firstLine tells when something was written.
type firstLine struct {
	line chan struct{}
	done bool
}

func (f *firstLine) Write(p []byte) (int, error) {
	if !f.done {
		f.done = true
		close(f.line)
	}
	return len(p), nil
}

// afterwards looks for the values in everything that was written, and checks the ledger.
func (d *demo) afterwards() {
	upstream := ""
	for _, r := range d.vendor.Requests() {
		upstream += string(r.Body)
	}
	for _, v := range d.sample.values() {
		d.promise(!strings.Contains(upstream, v.value), "the vendor saw the "+v.name)
		d.promise(!strings.Contains(d.logs.String(), v.value), "a log holds the "+v.name)
	}
	files, _ := filepath.Glob(d.path("state/*"))
	d.promise(len(files) > 0, "there is no state to look at")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		for _, v := range d.sample.values() {
			d.promise(!strings.Contains(string(text), v.value), filepath.Base(f)+" holds the "+v.name+" in clear")
		}
	}
	var out bytes.Buffer
	cmd, err := d.self(context.Background(), "audit", "verify")
	if err == nil {
		cmd.Stdout = &out
		err = cmd.Run()
	}
	d.promise(err == nil, "the ledger does not verify")
	d.Title("Afterwards")
	d.Good(fmt.Sprintf("%d values, %d requests: none reached the vendor, a log, or the disk in clear", len(d.sample.values()), len(d.vendor.Requests())))
	d.Good("ledger: " + strings.TrimSpace(out.String()))
}

// next is what a person does with their own assistant.
func (d *demo) next() {
	d.Title("Your own assistant")
	d.Note("Start it through the proxy:      scrubjay run -- claude        (or codex, aider, a script of yours)\n" +
		"or keep the proxy running:       scrubjay serve\n" +
		"and point this shell at it:      eval \"$(scrubjay env)\"       which sets")
	p := assistants.Proxy{Addresses: map[string]string{}}
	for _, name := range wire.Formats() { // the built-in providers have their formats' names
		p.Addresses[name] = "http://" + installation.DefaultListen + "/t/<token>/" + name
	}
	set, _ := p.Variables(func(string) string { return "" })
	for _, name := range slices.Sorted(maps.Keys(set)) {
		d.Note(fmt.Sprintf("  %-24s %s", name, set[name]))
	}
	d.Note("Editors: README.md, \"In your editor\". What went out: scrubjay audit show.")
}
