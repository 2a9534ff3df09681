//go:build unix

package main

import (
	"os"
	"syscall"
)

// become puts another program into this process's place: what is open, who waits, and what signals it gets stay.
func become(program string) (int, error) {
	return 0, syscall.Exec(program, os.Args, os.Environ())
}
