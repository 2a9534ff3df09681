package workspace

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// window is how much of a file is at hand at once. A file that is no larger is read in one go.
const window = 1 << 20

// Scanner looks for findings in files, in archives, and in what git holds. One is for one scan.
type Scanner struct {
	Engine *detect.Engine
	// Found is called for each part of a file that has findings, one at a time, a file's in their order.
	Found func(Found)
	// Top is the root of the repository. Rules see the paths below it as paths from there, wherever a scan begins.
	Top string
	// Workers is how many files are read at once; 0 is one for each core.
	Workers int
	// Before is called before each file that is walked, and may wait; nil does nothing.
	Before func()
	// Files and Bytes are what was scanned so far.
	Files, Bytes atomic.Int64

	mu       sync.Mutex // guards result, and serialises Found
	result   Result
	large    sync.Mutex // whoever holds archives in memory
	unpacked int64      // what an archive may unpack to; 0 is maxUnpacked
	entries  int        // how many entries it may have; 0 is maxEntries
}

// Found are findings of one file, with the text that they stand in. All of it is good until the callback returns.
type Found struct {
	// Path names the file; what stands in an archive is archive!name.
	Path     string
	Text     []byte
	Findings []Located
	// Blob is git's name of the content, in a history.
	Blob string
}

// Result says what was scanned and what could not be.
type Result struct {
	Files, Bytes int64
	Binary       int // files that were passed over
	// Unscanned names what could not be scanned, in order; the rest was.
	Unscanned []Unscanned
	// Notes say what else a person should know.
	Notes []string
}

// Unscanned is something that could not be scanned, and why.
type Unscanned struct {
	Path string
	Err  error
}

func (u Unscanned) Error() string { return u.Path + ": not scanned: " + u.Err.Error() }

func (s *Scanner) workers() int { return cmp.Or(s.Workers, runtime.GOMAXPROCS(0)) }

func (s *Scanner) fail(path string, err error) {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err // it would say the path again
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Unscanned = append(s.result.Unscanned, Unscanned{path, err})
}

func (s *Scanner) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Notes = append(s.result.Notes, what)
}

func (s *Scanner) finish() Result {
	slices.SortStableFunc(s.result.Unscanned, func(a, b Unscanned) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Err.Error(), b.Err.Error()))
	})
	s.result.Files, s.result.Bytes = s.Files.Load(), s.Bytes.Load()
	return s.result
}

// Reader scans a single text, such as standard input.
func (s *Scanner) Reader(ctx context.Context, name string, r io.Reader) Result {
	w := s.worker(ctx)
	w.outermost(input{name: name, r: r})
	w.done()
	return s.finish()
}

// worker scans one file after the other, with one buffer.
type worker struct {
	*Scanner
	ctx    context.Context
	buf    []byte
	file   file
	outer  *outer
	binary int
	blob   string
	// wanted, when it is set, says which findings count: those on changed lines.
	wanted func(Located) bool
}

func (s *Scanner) worker(ctx context.Context) *worker {
	return &worker{Scanner: s, ctx: ctx, buf: make([]byte, window)}
}

func (w *worker) done() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Binary += w.binary
}

// input is something to scan: a file, a blob, an archive's entry.
type input struct {
	name string
	// path is what the engine is told; empty for what is of no file.
	path  string
	r     io.Reader
	at    io.ReaderAt // nil for what can only be read from its beginning
	size  int64       // 0 if it is not known
	depth int
}

// outermost scans what is in no archive. Whatever it unpacks shares one budget.
func (w *worker) outermost(in input) {
	w.outer = &outer{size: in.size, room: cmp.Or(w.unpacked, maxUnpacked), most: cmp.Or(w.entries, maxEntries)}
	if err := w.content(in); err != nil {
		w.fail(in.name, err)
	}
	if w.outer.held > 0 {
		w.large.Unlock()
	}
}

// content scans an input by what its first bytes say that it is. What goes wrong is told where it does;
// the error is only for what ends the whole of an outermost archive.
func (w *worker) content(in input) error {
	n := 0
	var err error
	for n < sniffed && err == nil {
		var m int
		m, err = in.r.Read(w.buf[n:])
		n += m
	}
	if err != nil && err != io.EOF {
		in.r = failing{err} // what was read until then is scanned all the same
	}
	head := w.buf[:n]
	if kind := archiveKind(head); kind != "" {
		return w.archive(kind, in, head)
	}
	if wide, ok := WideOf(head); ok {
		return w.failed(in, w.wide(in, wide, head))
	}
	if isBinary(head) {
		w.binary++
		return nil
	}
	lines := newCounter()
	total, err := w.Engine.FindReader(in.path, reading{w.ctx, in.r}, w.buf, n, func(p detect.Part) {
		if len(p.Findings) > 0 {
			w.report(in, p, lines.part(p))
		}
		if p.Done < len(p.Text) {
			lines.leave(p)
		}
	})
	if err == nil || total > 0 {
		w.Files.Add(1)
		w.Bytes.Add(int64(total))
	}
	return w.failed(in, err)
}

// wideLimit is the largest text in UTF-16 that is read.
const wideLimit = 64 << 20

// wide scans a text in UTF-16: as a whole, since it is read in another form. Places are those in the file.
func (w *worker) wide(in input, wide Wide, head []byte) error {
	content, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(bytes.Clone(head)), reading{w.ctx, in.r}), wideLimit+1))
	if len(content) > wideLimit {
		return fmt.Errorf("it is in UTF-16 and larger than %d MiB: convert it to UTF-8", wideLimit>>20)
	}
	text, derr := wide.Decode(content)
	if derr != nil {
		return derr
	}
	findings := newCounter()
	located := findings.part(detect.Part{Text: text, Findings: w.Engine.Find(in.path, text), Done: len(text)})
	for i := range located {
		f := &located[i]
		f.From.Offset, f.To.Offset = wide.offset(text, f.Start), wide.offset(text, f.End)
	}
	w.report(in, detect.Part{Text: text}, located)
	w.Files.Add(1)
	w.Bytes.Add(int64(len(content)))
	return err
}

// failed tells what went wrong with an input, unless it ends the whole of its archive.
func (w *worker) failed(in input, err error) error {
	if err == nil || errors.Is(err, errBudget) {
		return err
	}
	w.fail(in.name, err)
	return nil
}

func (w *worker) report(in input, p detect.Part, findings []Located) {
	if w.wanted != nil && in.depth == 0 {
		findings = slices.DeleteFunc(findings, func(f Located) bool { return !w.wanted(f) })
	}
	if len(findings) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Found(Found{in.name, p.Text, findings, w.blob})
}

// reading stops reading when the scan is over.
type reading struct {
	ctx context.Context
	r   io.Reader
}

func (r reading) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
