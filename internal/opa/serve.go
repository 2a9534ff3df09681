package opa

import (
	"context"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// lookEvery is how often the files that somebody asked for are looked at. It works on every file system, unlike what
	// systems tell of changes.
	lookEvery = 200 * time.Millisecond
	// waitLimit is the longest that a request is held.
	waitLimit = 5 * time.Minute
)

// Server serves the bundles in a directory. As any web server, it answers 304 to whoever has the file already; and by OPA's
// convention it holds the request of whoever asks it to wait, until the file is another.
type Server struct {
	root *os.Root

	// Garbled is told of a file that is no bundle, once, when it has stood so for a moment. Nil means that nobody is.
	Garbled func(name string, err error)

	mu      sync.Mutex
	files   map[string]*served
	garbled map[string]garbled
}

// garbled is a file that is no bundle, and whether that was told.
type garbled struct {
	info os.FileInfo
	told bool
}

// served is one state of a file.
type served struct {
	info    os.FileInfo
	content string
	etag    string
	// replaced is closed when there is another.
	replaced chan struct{}
}

// NewServer serves a directory. Run has to run beside.
func NewServer(dir string) (*Server, error) {
	root, err := os.OpenRoot(dir)
	return &Server{root: root, files: map[string]*served{}, garbled: map[string]garbled{}}, err
}

// Run looks for files that were replaced until ctx ends.
func (s *Server) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		for name := range s.files {
			s.look(name)
		}
		for name := range s.garbled { // of which there was never a good one
			if s.files[name] == nil {
				s.look(name)
			}
		}
		s.mu.Unlock()
	}
}

// file is a bundle as it is now, or nil.
func (s *Server) file(name string) *served {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.look(name)
}

// look reads a file if it is another. What is no bundle, such as half of a file that is being copied, does not take the
// place of one. One that is gone is served until there is another: machines keep it anyway.
func (s *Server) look(name string) *served {
	old := s.files[name]
	info, err := s.root.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > bundleLimit {
		return old
	}
	if old != nil && sameFile(old.info, info) {
		return old
	}
	bad, was := s.garbled[name]
	if was = was && sameFile(bad.info, info); was && bad.told {
		return old
	}
	raw, err := fs.ReadFile(s.root.FS(), name)
	if err != nil {
		return old
	}
	if _, err := unpack(raw); err != nil {
		if was && s.Garbled != nil { // it is not being copied
			s.Garbled(name, err)
		}
		s.garbled[name] = garbled{info, was}
		return old
	}
	delete(s.garbled, name)
	now := &served{info, string(raw), `"` + hash(raw)[:32] + `"`, make(chan struct{})}
	if old != nil && old.etag == now.etag {
		now.replaced = old.replaced
	} else if old != nil {
		close(old.replaced)
	}
	s.files[name] = now
	return now
}

func sameFile(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "bundles are fetched with GET", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") || !strings.HasSuffix(name, ".tar.gz") {
		http.NotFound(w, r)
		return
	}
	f := s.file(name)
	if f == nil {
		http.NotFound(w, r)
		return
	}
	if wait := waits(r); wait > 0 && slices.Contains(strings.Split(strings.ReplaceAll(r.Header.Get("If-None-Match"), " ", ""), ","), f.etag) {
		timer := time.NewTimer(wait)
		select {
		case <-r.Context().Done():
		case <-timer.C:
		case <-f.replaced:
			f = s.file(name)
		}
		timer.Stop()
	}
	w.Header().Set("ETag", f.etag)
	w.Header().Set("Content-Type", longPolled)
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, name, time.Time{}, strings.NewReader(f.content))
}

// waits is how long a client would wait for news: Prefer: modes=snapshot;wait=25.
func waits(r *http.Request) time.Duration {
	for _, preference := range strings.FieldsFunc(r.Header.Get("Prefer"), func(c rune) bool { return c == ';' || c == ',' || c == ' ' }) {
		if text, ok := strings.CutPrefix(preference, "wait="); ok {
			seconds, err := strconv.Atoi(text)
			if err != nil || seconds < 0 {
				return 0
			}
			return min(time.Duration(seconds)*time.Second, waitLimit)
		}
	}
	return 0
}
