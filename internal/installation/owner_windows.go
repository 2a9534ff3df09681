package installation

import (
	"io/fs"
	"os"
)

// ownedByUs is true: the temporary directory is the person's own on Windows.
func ownedByUs(fs.FileInfo) bool { return true }

func sharedTemp() string { return os.TempDir() }
