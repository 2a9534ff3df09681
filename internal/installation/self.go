package installation

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// Self is this very program's file. Where the system does not tell, as without /proc, it is what it was called by.
func Self() (string, error) {
	self, err := os.Executable()
	if err == nil {
		return self, nil
	}
	called, lookErr := exec.LookPath(os.Args[0])
	if lookErr != nil {
		return "", errors.Join(err, lookErr)
	}
	return filepath.Abs(called)
}
