package command

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Terminal is where a person types. Who waits for their words ends at Ctrl-C, of which a blocked read does not hear.
type Terminal struct {
	ctx  context.Context
	file *os.File
}

// TerminalOf is the terminal that a command reads from, if it does.
func TerminalOf(c *cobra.Command) (*Terminal, bool) {
	file, ok := c.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil, false
	}
	return &Terminal{c.Context(), file}, true
}

func (t *Terminal) Read(p []byte) (int, error) {
	return unlessDone(t.ctx, func() (int, error) { return t.file.Read(p) })
}

// Password reads a line that is not shown.
func (t *Terminal) Password() ([]byte, error) {
	fd := int(t.file.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	line, err := unlessDone(t.ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	if t.ctx.Err() != nil {
		err = errors.Join(err, term.Restore(fd, before)) // what is typed is shown again
	}
	return line, err
}

// interrupted is what a shell takes for Ctrl-C.
const interrupted = 130

// unlessDone leaves a read behind when nobody waits for it any more: the program ends then.
func unlessDone[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type outcome struct {
		got T
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		got, err := read()
		done <- outcome{got, err}
	}()
	select {
	case o := <-done:
		return o.got, o.err
	case <-ctx.Done():
		return *new(T), Exit{Code: interrupted}
	}
}
