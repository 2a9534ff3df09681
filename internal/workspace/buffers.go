// Package workspace knows the files that a person works on: what the editor has open stands over what is on
// disk. A Buffer is one version of an open file with its findings, and never changes; an edit makes the next
// one at a cost that follows the edit. A Scanner looks for findings in what nobody has open:
//
//   - walk.go lists files, less those that ignore.go says git ignores; file_unix.go reads them.
//   - labels.go says which files AI assistants are asked not to read, sources.go which ones people wrote.
//   - content.go tells a text from an archive and from the rest, and place.go says where a finding stands.
//   - archive.go unpacks, within bounds and never to disk.
//   - git.go asks git: staged.go for what a commit would add, history.go for all that commits have.
package workspace

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

const (
	// MaxScanned is the largest text that is scanned while somebody types.
	MaxScanned = 4 << 20
	// maxKept is the largest text that is kept at all, and scanned if somebody asks for it: one that has grown too large
	// by typing can shrink again, a huge file must not cost its size.
	maxKept = 4 * MaxScanned
	// sniffed is how far a NUL is looked for: text has none.
	sniffed = 8 << 10
	// remembered is how many versions back a span can be traced.
	remembered = 64
)

// Buffer is one version of an open file. It never changes.
type Buffer struct {
	URI      string
	Path     string // where it, or the notebook that it is a cell of, would be on disk; empty if it is of no file
	Language string // the editor's id for it, such as "go"
	Text     *text.Snapshot
	// Unversioned says that the editor gives its versions no numbers; those here are our own.
	Unversioned bool
	// Unscanned says why the text was not scanned; then there is no Scan.
	Unscanned string
	Scan      *detect.Scan

	asked   bool // somebody wants it scanned although it is large
	engine  *detect.Engine
	fromTop string // the path as it is seen from the root of its repository
	history []step // oldest first
}

// step is what was done to a version, change by change.
type step struct {
	version int32
	edits   []text.Dirty
}

// Findings are those of this version; none if it was not scanned.
func (b *Buffer) Findings() []detect.Finding {
	if b.Scan == nil {
		return nil
	}
	return b.Scan.Findings()
}

// Value is what a finding of this version speaks of.
func (b *Buffer) Value(s detect.Span) []byte { return b.Text.Bytes()[s.Start:s.End] }

// Trace follows a span of an older version into this one. It is not ok if the bytes were touched
// or the version is too old to tell.
func (b *Buffer) Trace(version int32, s detect.Span) (detect.Span, bool) {
	if version == b.Text.Version() {
		return s, s.Start >= 0 && s.Start <= s.End && s.End <= b.Text.Len()
	}
	from := slices.IndexFunc(b.history, func(h step) bool { return h.version == version })
	if from < 0 || s.Start < 0 || s.Start > s.End {
		return detect.Span{}, false
	}
	for _, h := range b.history[from:] {
		for _, d := range h.edits {
			var ok bool
			if s.Start, s.End, ok = d.Trace(s.Start, s.End); !ok {
				return detect.Span{}, false
			}
		}
	}
	return s, s.End <= b.Text.Len()
}

// Buffers are the open files. The zero value is not ready; see NewBuffers.
type Buffers struct {
	mu   sync.RWMutex
	pick func(path string) *detect.Engine
	open map[string]*Buffer
}

// NewBuffers scans what is opened with engine.
func NewBuffers(engine *detect.Engine) *Buffers {
	return &Buffers{pick: func(string) *detect.Engine { return engine }, open: make(map[string]*Buffer)}
}

// Use scans with the engine that pick gives for a path, from now on and what is open too. Pick must not ask Buffers.
func (b *Buffers) Use(pick func(path string) *detect.Engine) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pick = pick
	for u, old := range b.open {
		if engine := pick(old.Path); engine != old.engine {
			b.open[u] = old.with(engine)
		}
	}
}

// with is the same version scanned by another engine.
func (b *Buffer) with(engine *detect.Engine) *Buffer {
	buf := *b
	buf.engine = engine
	if buf.Scan != nil {
		buf.Scan = engine.Open(buf.scanPath(), buf.Text.Bytes())
	}
	return &buf
}

// Open takes a file under the editor's care; one that is open already starts anew.
func (b *Buffers) Open(u, language string, version int32, content []byte) *Buffer {
	u = strings.Clone(u) // it may be a piece of a large message
	buf := &Buffer{URI: u, Path: path(u), Language: strings.Clone(language)}
	buf.fromTop = fromTop(buf.Path)
	b.mu.RLock()
	buf.engine = b.pick(buf.Path)
	b.mu.RUnlock()
	buf.settle(text.New(version, content))
	return b.put(buf)
}

// Change makes the next version; a negative one stands for one without a number. On an error the present one stays.
func (b *Buffers) Change(u string, version int32, changes []text.Change, e text.Encoding) (*Buffer, error) {
	old, ok := b.At(u)
	unversioned := version < 0
	if ok && unversioned {
		version = old.Text.Version() + 1
	}
	switch {
	case !ok:
		return nil, fmt.Errorf("a file that is not open was changed; send didOpen first")
	case version < old.Text.Version():
		return nil, fmt.Errorf("version %d came after version %d; close and open the file again", version, old.Text.Version())
	}
	buf := &Buffer{URI: old.URI, Path: old.Path, Language: old.Language, fromTop: old.fromTop, asked: old.asked, engine: old.engine, Unversioned: unversioned}
	if old.dropped() {
		// Its text is not here, so only a whole new one can be taken.
		whole := slices.IndexFunc(changes, func(c text.Change) bool { return c.Range == nil })
		if whole < 0 {
			buf.Text, buf.Unscanned = text.New(version, nil), old.Unscanned
			return b.put(buf), nil
		}
		changes = changes[whole:]
	}
	next, dirty, err := old.Text.Apply(version, changes, e)
	if err != nil {
		return nil, err
	}
	kept := old.history[max(0, len(old.history)-remembered+1):]
	buf.history = append(slices.Clip(kept), step{old.Text.Version(), next.Edits()})
	if old.Scan != nil && buf.scannable(next.Bytes()) == "" {
		buf.Text = next
		buf.Scan = old.Scan.Edit(next.Bytes(), detect.Span{Start: dirty.Start, End: dirty.OldEnd}, dirty.NewEnd-dirty.Start)
	} else {
		buf.settle(next)
	}
	return b.put(buf), nil
}

// Close lets the editor's version go and tells whether there was one.
func (b *Buffers) Close(u string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.open[u]
	delete(b.open, u)
	return ok
}

// At is the present version of an open file.
func (b *Buffers) At(u string) (*Buffer, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	buf, ok := b.open[u]
	return buf, ok
}

// Of is the present version of the file at a path, if it is open. Editors spell the same path's URI
// in more than one way.
func (b *Buffers) Of(path string) (*Buffer, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, buf := range b.open {
		if buf.Path == path && strings.HasPrefix(buf.URI, "file:") { // a cell is not its notebook
			return buf, true
		}
	}
	return nil, false
}

// All are the present versions of the open files, ordered by URI.
func (b *Buffers) All() []*Buffer {
	b.mu.RLock()
	defer b.mu.RUnlock()
	all := make([]*Buffer, 0, len(b.open))
	for _, buf := range b.open {
		all = append(all, buf)
	}
	slices.SortFunc(all, func(x, y *Buffer) int { return strings.Compare(x.URI, y.URI) })
	return all
}

func (b *Buffers) put(buf *Buffer) *Buffer {
	b.mu.Lock()
	defer b.mu.Unlock()
	if engine := b.pick(buf.Path); engine != buf.engine { // another one came into use meanwhile
		buf = buf.with(engine)
	}
	b.open[buf.URI] = buf
	return buf
}

// settle takes a text and scans it from scratch, or says why not.
func (b *Buffer) settle(t *text.Snapshot) {
	b.Text = t
	if b.Unscanned = b.scannable(t.Bytes()); b.Unscanned == "" {
		b.Scan = b.engine.Open(b.scanPath(), t.Bytes())
		return
	}
	if t.Len() > maxKept {
		b.Text = text.New(t.Version(), nil)
		b.Unscanned += ", and too large to follow: scrubjay scan shows what is in it"
	}
}

func (b *Buffer) dropped() bool { return b.Unscanned != "" && b.Text.Len() == 0 }

// Large says that the text is not scanned, but would be if it were asked for.
func (b *Buffer) Large() bool { return b.Unscanned != "" && !b.asked && b.Text.Len() > MaxScanned }

// Ask scans a large text, and each of its later versions.
func (b *Buffers) Ask(u string) (*Buffer, bool) {
	old, open := b.At(u)
	if !open || !old.Large() {
		return old, open
	}
	buf := *old
	buf.asked = true
	buf.settle(old.Text)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open[u] != old {
		return b.open[u], b.open[u] != nil // edited or closed meanwhile: the person asks again
	}
	b.open[u] = &buf
	return &buf, true
}

// scanPath is what the text is: a cell of a notebook is not what the notebook's file holds.
func (b *Buffer) scanPath() string {
	if strings.HasPrefix(b.URI, "file:") {
		return b.fromTop
	}
	return b.URI
}

// fromTop is a path as it is seen from the root of its repository, as rules mean theirs; one in no repository stays as it is.
func fromTop(path string) string {
	for dir := path; path != "" && filepath.Dir(dir) != dir; {
		dir = filepath.Dir(dir)
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return strings.TrimPrefix(path[len(dir):], string(filepath.Separator))
		}
	}
	return path
}

// scannable says why a text is not scanned, or nothing.
func (b *Buffer) scannable(content []byte) string {
	most := MaxScanned
	if b.asked {
		most = maxKept
	}
	switch {
	case len(content) > most:
		return fmt.Sprintf("it is larger than %d MiB", most>>20)
	case bytes.IndexByte(content[:min(len(content), sniffed)], 0) >= 0:
		return "it is binary"
	}
	return ""
}

// path is the file that a URI is of, or "": of a notebook's cell it is the notebook, of a file that is not saved yet the
// one that it will be, if that is known.
func path(u string) string {
	scheme, _, _ := strings.Cut(u, ":")
	switch scheme {
	case "file":
		return strings.Clone(uri.URI(u).FsPath())
	case "vscode-notebook-cell", "untitled":
		if at := uri.URI(u).Path(); strings.HasPrefix(at, "/") {
			return strings.Clone(uri.File(at).FsPath())
		}
	}
	return ""
}
