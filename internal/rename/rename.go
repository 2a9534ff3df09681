// Package rename gives a file another's name, as all rooms do that replace a file in one step: write the new one beside
// it, then rename; [Replace] does both. Elsewhere that is os.Rename; on Windows a program that has the old one open for a moment, such as a
// virus scanner or a backup, makes it fail, and a moment later it succeeds.
package rename

import (
	"os"
	"time"
)

// patience is how long somebody may have the file open.
const patience = 2 * time.Second

// File renames a file, and takes the place of one that has the name.
func File(from, to string) error {
	err := os.Rename(from, to)
	for wait := time.Millisecond; err != nil && isOpenElsewhere(err) && wait < patience; wait *= 2 {
		<-time.After(wait)
		err = os.Rename(from, to)
	}
	return err
}
