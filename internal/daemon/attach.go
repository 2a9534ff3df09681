package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// Attached is a daemon that is started if there is none, at the first call and whenever it has gone.
type Attached struct {
	*control.Client
	state  installation.State
	config string
}

// Attach makes a client of the state's daemon. Hello, Issue and Reveal start the daemon if none answers and wait for it.
func Attach(state installation.State, config string) (*Attached, error) {
	socket, err := state.Socket()
	if err != nil {
		return nil, err
	}
	return &Attached{control.Dial(socket), state, config}, nil
}

const (
	// startLimit is how long a new daemon may take until it answers.
	startLimit = 10 * time.Second
	// starts is how often one is started. One that ends at once found the lock taken: by another that is about to
	// answer, or by one that is about to end.
	starts = 6
)

// Hello asks the daemon who it is, and starts one if nobody answers.
func (a *Attached) Hello(ctx context.Context) (control.Hello, error) {
	h, err := a.Client.Hello(ctx)
	if !errors.Is(err, control.ErrNoDaemon) {
		return h, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	var ended <-chan struct{}
	for n := range starts {
		if ended, err = a.start(); err != nil {
			return h, fmt.Errorf("the daemon could not be started: %w", err)
		}
		again := time.After(100 * time.Millisecond << n)
		for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
			if h, err = a.Client.Hello(ctx); err == nil || ctx.Err() == nil && !errors.Is(err, control.ErrNoDaemon) {
				return h, err
			}
			select {
			case <-ctx.Done():
				return h, fmt.Errorf("the daemon was started and does not answer: %s says why", a.state.Path("daemon.log"))
			case <-time.After(wait):
				continue
			case <-ended:
			}
			select {
			case <-ctx.Done():
				continue
			case <-again:
			}
			break
		}
	}
	if h, err = a.Client.Hello(ctx); errors.Is(err, control.ErrNoDaemon) {
		err = fmt.Errorf("the daemon was started and ended at once: %s says why", a.state.Path("daemon.log"))
	}
	return h, err
}

// Issue asks for file placeholders, of a new daemon if nobody answers.
func (a *Attached) Issue(ctx context.Context, r control.Issue) (control.Issued, error) {
	return awaited(ctx, a, func() (control.Issued, error) { return a.Client.Issue(ctx, r) })
}

// Reveal asks for the values of file placeholders, of a new daemon if nobody answers.
func (a *Attached) Reveal(ctx context.Context, r control.Reveal) (control.Revealed, error) {
	return awaited(ctx, a, func() (control.Revealed, error) { return a.Client.Reveal(ctx, r) })
}

// awaited asks again once a daemon is there. Both questions can be asked twice: equal values get equal placeholders,
// so it does no harm if a daemon died between its work and its answer.
func awaited[T any](ctx context.Context, a *Attached, ask func() (T, error)) (answer T, err error) {
	for n := 0; ; n++ {
		if answer, err = ask(); !errors.Is(err, control.ErrNoDaemon) || n == starts {
			return answer, err
		}
		if _, err = a.Hello(ctx); err != nil {
			return answer, err
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
// find the lock taken and end; so the caller is told when it has.
func (a *Attached) start() (ended <-chan struct{}, err error) {
	self, err := installation.Self()
	if err != nil {
		return nil, err
	}
	log, err := openLog(a.state.Path("daemon.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := []string{"serve", "--for-editor", "--state", a.state.Dir}
	if a.config != "" {
		args = append(args, "--config", a.config)
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr, cmd.Stdout, cmd.Dir = log, log, a.state.Dir
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // so that it is no zombie while we live
		close(done)
	}()
	return done, nil
}
