//go:build !windows

package policy

import "runtime"

// managedPath is the file that only an administrator of this machine writes.
func managedPath() string {
	if runtime.GOOS == "darwin" {
		return "/Library/Application Support/Scrubjay/managed.yaml"
	}
	return "/etc/scrubjay/managed.yaml"
}
