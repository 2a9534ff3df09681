package policy

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// managedPath is the file that only an administrator of this machine writes. The folder is asked of the
// system, because its environment variable belongs to the person.
func managedPath() string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, 0)
	if err != nil {
		dir = `C:\ProgramData`
	}
	return filepath.Join(dir, "Scrubjay", "managed.yaml")
}
