package command

import (
	"context"
	"errors"
	"os"
	"testing"
)

// TestInterrupted: who waits for a person's words gets what is typed, and ends at Ctrl-C although nothing is.
func TestInterrupted(t *testing.T) {
	typed, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	ctx, cancel := context.WithCancel(t.Context())
	in := &Terminal{ctx, typed}
	if _, err := keys.WriteString("yes\n"); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 9)
	if n, err := in.Read(p); err != nil || string(p[:n]) != "yes\n" {
		t.Errorf("typed was %q, %v", p[:n], err)
	}
	cancel()
	_, err = in.Read(p)
	if exit := (Exit{}); !errors.As(err, &exit) || exit.Code != interrupted || exit.Err != nil {
		t.Errorf("after Ctrl-C it is %v", err)
	}
}
