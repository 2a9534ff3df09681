// Package standin is a vendor on loopback, for the demo and for tests. It speaks OpenAI's Chat Completions,
// Completions, Responses and Embeddings, also under Azure's and Copilot's paths, llama.cpp's completions,
// Anthropic's Messages and batches, Gemini, Ollama, and below /mistral Mistral's chat and fill-in-the-middle: whole
// and streamed. It says what it is told to.
//
// What it answers is [Options.Reply]'s; by default it echoes. How its bytes arrive is [Options.Split]'s: cut
// anywhere, each piece flushed on its own. It keeps every request as it came, for [Server.Requests], and it can
// misbehave in the ways that vendors do. It checks that there is a credential, never which.
package standin

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Options say what the vendor does. The zero Options echo, an event at a time.
type Options struct {
	// Reply scripts the answer, once for each choice asked for. Nil is Echo.
	Reply func(Request) Reply
	// Piece is how many characters of text a streamed event carries; 0 is 4.
	Piece int
	// Split cuts the bytes of an answer. Nil cuts between events.
	Split Split

	// Step, if not nil, is received from before each piece is sent.
	Step <-chan struct{}
	// CutAfter breaks the connection off after so many bytes of an answer, if it is not 0.
	CutAfter int
	// ContentType replaces that of answers.
	ContentType string
	// Gzip compresses answers, whether that was asked for or not.
	Gzip bool
}

// Recorded is a request as it came.
type Recorded struct {
	Method string
	Path   string // with its query
	Header http.Header
	Body   []byte
}

// Server is the vendor. It is an http.Handler, and can listen by itself.
type Server struct {
	options Options
	ids     atomic.Int64

	mu       sync.Mutex
	requests []Recorded
	kept     map[string]keptResponse
	batches  map[string]answer

	listener net.Listener
	server   http.Server
	done     chan struct{}
}

// New makes a vendor that does not listen yet.
func New(options Options) *Server {
	if options.Reply == nil {
		options.Reply = Echo
	}
	if options.Piece == 0 {
		options.Piece = 4
	}
	return &Server{options: options}
}

// Start listens on a free port of loopback.
func (s *Server) Start() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.listener = l
	s.server.Handler = s
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		_ = s.server.Serve(l) // it ends only by Close
	}()
	return nil
}

// URL is where it listens, without a slash at the end.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close breaks off what is under way and waits for the listener.
func (s *Server) Close() error {
	if s.listener == nil {
		return nil
	}
	err := s.server.Close()
	<-s.done
	return err
}

// Requests are all that came so far, in order.
func (s *Server) Requests() []Recorded {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	s.mu.Lock()
	s.requests = append(s.requests, Recorded{r.Method, r.URL.RequestURI(), r.Header.Clone(), body})
	s.mu.Unlock()

	v, path := vendorOf(r)
	if v != &ollama && !hasCredential(r) {
		s.send(w, r, v.failure(http.StatusUnauthorized, "no credential came with the request"))
		return
	}
	switch {
	case v == &gemini && r.Method == http.MethodPost:
		s.send(w, r, s.gemini(r.URL, body))
	case v == &anthropic && r.Method == http.MethodGet && path+"/" == batchPath:
		s.send(w, r, s.allBatches())
	case v == &anthropic && strings.HasPrefix(path, batchPath):
		s.send(w, r, s.batch(strings.TrimPrefix(path, batchPath)))
	case r.Method == http.MethodGet && path == v.list:
		s.send(w, r, ok(v.models()))
	case r.Method == http.MethodPost && v.routes[path] != nil:
		s.send(w, r, v.routes[path](s, body))
	case v == &openai && strings.HasPrefix(path, keptPath):
		s.send(w, r, s.keptAnswer(strings.TrimPrefix(path, keptPath), r.URL.Query().Get("stream") == "true"))
	default:
		s.send(w, r, v.failure(http.StatusNotFound, "nothing is served at "+r.URL.Path))
	}
}

// answer is what goes back, in the parts that a vendor would flush.
type answer struct {
	status int
	kind   string // of content; JSON if empty
	parts  [][]byte
}

const eventStream = "text/event-stream; charset=utf-8"

func ok(body []byte) answer { return answer{status: http.StatusOK, parts: [][]byte{body}} }

// vendor is one vendor's format.
type vendor struct {
	routes map[string]func(s *Server, body []byte) answer
	// list is where models lists the vendor's models.
	list    string
	models  func() []byte
	failure func(status int, message string) answer
}

// vendorOf tells the vendors apart by path, and where they share one by a header that only Anthropic asks for.
// Mistral shares its paths with OpenAI, and has nothing else of its own either. The path is the vendor's.
func vendorOf(r *http.Request) (v *vendor, path string) {
	path = r.URL.Path
	if rest, ok := strings.CutPrefix(path, "/mistral"); ok {
		return &mistral, rest
	}
	if rest, ok := strings.CutPrefix(path, "/v1beta/openai"); ok {
		return &openai, "/v1" + rest
	}
	if method := path[strings.LastIndexByte(path, '/')+1:]; strings.Contains(method, ":") || path == gemini.list {
		return &gemini, path
	}
	if strings.HasPrefix(path, "/api/") {
		return &ollama, path
	}
	if anthropic.routes[path] != nil || r.Header.Get("Anthropic-Version") != "" {
		return &anthropic, path
	}
	return &openai, openaiPath(path)
}

func hasCredential(r *http.Request) bool {
	for _, name := range []string{"Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return r.URL.Query().Get("key") != ""
}

func (s *Server) id(prefix string) string {
	return prefix + "standin" + strconv.FormatInt(s.ids.Add(1), 10)
}

// send writes an answer in its pieces.
func (s *Server) send(w http.ResponseWriter, r *http.Request, a answer) {
	kind := cmp.Or(s.options.ContentType, a.kind, "application/json")
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Request-Id", s.id("req_"))
	if s.options.Gzip {
		h.Set("Content-Encoding", "gzip")
		a.parts = [][]byte{compress(bytes.Join(a.parts, nil))}
	}
	w.WriteHeader(a.status)
	control := http.NewResponseController(w)
	left := s.options.CutAfter
	for _, piece := range s.pieces(a.parts) {
		if s.options.Step != nil {
			select {
			case <-s.options.Step:
			case <-r.Context().Done():
				return
			}
		}
		cut := s.options.CutAfter > 0 && len(piece) >= left
		if cut {
			piece = piece[:left]
		}
		left -= len(piece)
		if _, err := w.Write(piece); err != nil {
			return
		}
		if err := control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		if cut {
			panic(http.ErrAbortHandler)
		}
	}
}

func (s *Server) pieces(parts [][]byte) [][]byte {
	if s.options.Split == nil {
		return parts
	}
	return s.options.Split.cut(bytes.Join(parts, nil))
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body) // to memory
	_ = z.Close()
	return b.Bytes()
}
