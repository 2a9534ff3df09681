package main

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

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

func demoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "See the main job done, on an embedded stand-in vendor", Args: cobra.NoArgs,
		Long: `Demo makes a sample workspace with values made up on the spot, opens it through the real language server,
sends a streamed chat and a tool-calling turn through the real proxy to a stand-in vendor on this machine, and
shows what was typed, what the editor shows, what the vendor saw and what came back. Nothing of your own is
touched. It exits with 1 if anything that Scrubjay promises did not hold.`,
		Example: "  scrubjay demo",
		RunE: func(c *cobra.Command, _ []string) error {
			return runDemo(c.Context(), c.OutOrStdout())
		},
	}
}

// demo is one run: a directory of its own, the programs in it, and the promises that broke.
type demo struct {
	screen
	dir    string
	env    []string
	sample sample
	vendor *standin.Server
	logs   demoLogs
	broken []string
}

// demoLogs are what the programs of a demo log, several at a time.
type demoLogs struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *demoLogs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *demoLogs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func runDemo(ctx context.Context, out io.Writer) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "scrubjay-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d := &demo{screen: newScreen(out), dir: dir, sample: newSample()}
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

	d.title("Scrubjay: what leaves this machine, and what does not")
	d.note("Every value below was made up a moment ago. The vendor is a stand-in on this machine that speaks\nOpenAI's and Anthropic's formats; language server, proxy, vault and ledger are the real ones.")
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
			d.bad("broken promise: " + b)
		}
		return exitError{code: 1, err: fmt.Errorf("%d promises broke", len(d.broken))}
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
	exe, err := daemon.Self()
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
	d.title("Afterwards")
	d.good(fmt.Sprintf("%d values, %d requests: none reached the vendor, a log, or the disk in clear", len(d.sample.values()), len(d.vendor.Requests())))
	d.good("ledger: " + strings.TrimSpace(out.String()))
}

// next is what a person does with their own assistant.
func (d *demo) next() {
	d.title("Your own assistant")
	d.note("Start it through the proxy:      scrubjay run -- claude        (or codex, aider, a script of yours)\n" +
		"or keep the proxy running:       scrubjay serve\n" +
		"and point this shell at it:      eval \"$(scrubjay env)\"       which sets")
	p := assistants.Proxy{Addresses: map[string]string{}}
	for _, name := range wire.Formats() { // the built-in providers have their formats' names
		p.Addresses[name] = "http://" + daemon.DefaultListen + "/t/<token>/" + name
	}
	set, _ := p.Variables(func(string) string { return "" })
	for _, name := range slices.Sorted(maps.Keys(set)) {
		d.note(fmt.Sprintf("  %-24s %s", name, set[name]))
	}
	d.note("Editors: README.md, \"In your editor\". What went out: scrubjay audit show.")
}
