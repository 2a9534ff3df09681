package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// FileLimit is the largest file that Walk reads.
const FileLimit = 256 << 20

// FileFindings are those of one file on disk. Text is good until the callback returns.
type FileFindings struct {
	Path     string
	Text     []byte
	Findings []detect.Finding
}

// WalkResult says what a walk did and could not do.
type WalkResult struct {
	Files, Bytes, Skipped int
	// Errors name what could not be read; the rest was.
	Errors []error
}

// Walk scans files and directories, on all cores but with one buffer each, and calls found for each file
// that has findings, one at a time. In directories, what .gitignore names, .git itself, links and binary
// files are passed over before they are read; a path that was named is scanned whatever it is called.
func Walk(ctx context.Context, engine *detect.Engine, paths []string, found func(FileFindings)) WalkResult {
	w := &walk{engine: engine, found: found, files: make(chan string, 256)}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(w.work)
	}
	for _, p := range paths {
		if err := w.add(ctx, p); err != nil {
			w.fail(err)
		}
	}
	close(w.files)
	workers.Wait()
	return w.result
}

type walk struct {
	engine *detect.Engine
	files  chan string

	mu     sync.Mutex // guards what follows, and serialises found
	found  func(FileFindings)
	result WalkResult
}

func (w *walk) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Errors = append(w.result.Errors, err)
}

func (w *walk) add(ctx context.Context, root string) error {
	st, err := os.Stat(root)
	if err != nil {
		return readable(err)
	}
	if !st.IsDir() {
		w.files <- root
		return nil
	}
	return w.dir(ctx, root, nil, nil)
}

// dir walks a directory. Ignore patterns apply to what is below the file they stand in; a pattern of a
// deeper file wins.
func (w *walk) dir(ctx context.Context, dir string, parts []string, patterns []gitignore.Pattern) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.fail(readable(err))
	}
	patterns = append(patterns[:len(patterns):len(patterns)], ignoreFile(filepath.Join(dir, ".gitignore"), parts)...)
	match := gitignore.NewMatcher(patterns)
	for _, e := range entries {
		name := append(parts[:len(parts):len(parts)], e.Name())
		if e.Type()&(fs.ModeSymlink|fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice|fs.ModeIrregular) != 0 || e.Name() == ".git" || match.Match(name, e.IsDir()) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if e.IsDir() {
			if err := w.dir(ctx, path, name, patterns); err != nil {
				return err
			}
			continue
		}
		w.files <- path
	}
	return nil
}

func ignoreFile(path string, domain []string) []gitignore.Pattern {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil // none, or one that git could not read either
	}
	var out []gitignore.Pattern
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, gitignore.ParsePattern(line, domain))
		}
	}
	return out
}

func (w *walk) work() {
	buf := bytes.NewBuffer(make([]byte, 0, 64<<10))
	for path := range w.files {
		text, skip, err := read(path, buf)
		var findings []detect.Finding
		if err == nil && !skip {
			findings = w.engine.Find(path, text)
		}
		w.mu.Lock()
		switch {
		case err != nil:
			w.result.Errors = append(w.result.Errors, readable(err))
		case skip:
			w.result.Skipped++
		default:
			w.result.Files++
			w.result.Bytes += len(text)
			if len(findings) > 0 {
				w.found(FileFindings{path, text, findings})
			}
		}
		w.mu.Unlock()
		if buf.Cap() > 8<<20 {
			buf = bytes.NewBuffer(nil) // one huge file must not cost its size for the rest of the walk
		}
	}
}

// read takes a file into the buffer; skip says that it is binary.
func read(path string, buf *bytes.Buffer) (text []byte, skip bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	buf.Reset()
	if _, err := io.CopyN(buf, f, sniffed); err != nil && err != io.EOF {
		return nil, false, err
	}
	if bytes.IndexByte(buf.Bytes(), 0) >= 0 {
		return nil, true, nil
	}
	n, err := buf.ReadFrom(io.LimitReader(f, FileLimit))
	if err == nil && n == FileLimit {
		err = fmt.Errorf("%s: larger than 256 MiB: not scanned", path)
	}
	return buf.Bytes(), false, err
}

// readable turns the system's error into one that says what it means for the scan.
func readable(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: not scanned: %w", pe.Path, pe.Err)
	}
	return err
}
