package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// Attached is a daemon that is started if there is none, at the first call and whenever it has gone.
type Attached struct {
	*control.Client
	state  State
	config string
}

// Attach makes a client of the state's daemon. Its Hello starts the daemon if none answers.
func Attach(state State, config string) (*Attached, error) {
	socket, err := state.Socket()
	if err != nil {
		return nil, err
	}
	return &Attached{control.Dial(socket), state, config}, nil
}

// startLimit is how long a new daemon may take until it answers.
const startLimit = 10 * time.Second

// Hello asks the daemon who it is, and starts one if nobody answers.
func (a *Attached) Hello(ctx context.Context) (control.Hello, error) {
	h, err := a.Client.Hello(ctx)
	if !errors.Is(err, control.ErrNoDaemon) {
		return h, err
	}
	if err := a.start(); err != nil {
		return h, fmt.Errorf("the daemon could not be started: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		if h, err = a.Client.Hello(ctx); !errors.Is(err, control.ErrNoDaemon) {
			return h, err
		}
		select {
		case <-ctx.Done():
			return h, fmt.Errorf("the daemon was started and does not answer: %s says why", a.state.path("daemon.log"))
		case <-time.After(wait):
		}
	}
}

// mostLog is how long the log may be before the next daemon begins another. The one before that is kept.
const mostLog = 1 << 20

func openLog(path string) (*os.File, error) {
	if st, err := os.Stat(path); err == nil && st.Size() > mostLog {
		if err := rename.File(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

// start runs this very program as a daemon of its own. If several editors do so at once, all but one
// find the lock taken and end.
func (a *Attached) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := openLog(a.state.path("daemon.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"serve", "--for-editor", "--state", a.state.Dir}
	if a.config != "" {
		args = append(args, "--config", a.config)
	}
	if listen := os.Getenv("SCRUBJAY_LISTEN"); listen != "" {
		args = append(args, "--listen", listen)
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr, cmd.Stdout, cmd.Dir = log, log, a.state.Dir
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // so that it is no zombie while we live
	return nil
}
