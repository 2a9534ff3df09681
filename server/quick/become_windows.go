package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// become runs another program in this one's name, since Windows cannot put one into a process's place: with what is open, and
// until it ends. Ctrl-C reaches both; this one leaves it to the other.
func become(program string) (int, error) {
	signal.Ignore(os.Interrupt)
	c := exec.Command(program, os.Args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := c.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}
