package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/installation"
)

// handOver has the full program do what this one was asked for, and answers with its exit code.
func handOver() int {
	full, err := fullProgram()
	if err == nil {
		var code int
		if code, err = become(full); err == nil {
			return code
		}
		err = fmt.Errorf("%s cannot be started: %w", full, err)
	}
	fmt.Fprintln(os.Stderr, "scrubjay:", err)
	return 2
}

// fullProgram finds the full program: beside this one, or where packages put what is no command of its own.
func fullProgram() (string, error) {
	self, err := installation.Self()
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(self); err == nil {
		self = real
	}
	name := "scrubjay-full"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	own, err := os.Stat(self)
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(self)
	var missing []string
	for _, place := range []string{dir, filepath.Join(dir, "..", "lib", "scrubjay"), filepath.Join(dir, "..", "libexec", "scrubjay")} {
		full := filepath.Join(place, name)
		if st, err := os.Stat(full); err == nil && st.Mode().IsRegular() && !os.SameFile(st, own) { // not a link to this one
			return full, nil
		}
		missing = append(missing, full)
	}
	return "", errors.New("a part of Scrubjay is missing, which most commands need: install Scrubjay again. It would be one of " + strings.Join(missing, ", "))
}
