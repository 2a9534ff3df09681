package scan

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

const (
	// A scan that is over before is not worth a line.
	progressAfter = 300 * time.Millisecond
	progressEvery = 100 * time.Millisecond
	clearLine     = "\r\x1b[2K"
)

// progress says on a terminal how far a scan is, and is gone when the answer is called.
func (s *scan) progress(errOut io.Writer, w *workspace.Scanner) (stop func()) {
	f, ok := errOut.(*os.File)
	if !ok || s.Format != "text" || !term.IsTerminal(int(f.Fd())) {
		return func() {}
	}
	return showProgress(f, func() (files, bytes int64) { return w.Files.Load(), w.Bytes.Load() })
}

func showProgress(out io.Writer, so func() (files, bytes int64)) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	began := time.Now()
	go func() {
		defer close(ended)
		next := time.NewTimer(progressAfter)
		defer next.Stop()
		for shown := false; ; shown = true {
			select {
			case <-end:
				if shown {
					fmt.Fprint(out, clearLine)
				}
				return
			case <-next.C:
				next.Reset(progressEvery)
			}
			files, bytes := so()
			mb := float64(bytes) / 1e6
			fmt.Fprintf(out, "%s%d files, %.0f MB, %.0f MB/s", clearLine, files, mb, mb/time.Since(began).Seconds())
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}
