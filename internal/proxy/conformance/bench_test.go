package conformance

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/opa"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"go.uber.org/zap"
)

// Headers by which a client's side tells the vendor's what to do. The proxy passes on what it does not know.
const (
	// cutHeader says where the proxy sees the answer cut: see cutAt.
	cutHeader = "X-Standin-Cut"
	// troubleHeader says how the vendor misbehaves: see vendor.ServeHTTP.
	troubleHeader = "X-Standin-Trouble"
)

var formats = wire.Formats()

// bench is a proxy with a vendor behind it, and a second vendor that clients reach without it.
type bench struct {
	direct, behind *vendor
	proxied        string // the proxy's URL with its token
	dir            string
	log            *bytes.Buffer
	stop           func()
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{direct: newVendor(t), behind: newVendor(t), dir: t.TempDir(), log: &bytes.Buffer{}}
	vault, err := redact.OpenVault(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := audit.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(b.dir, "config.yaml")
	if err := os.WriteFile(config, []byte("attachments: {image: {public: allow}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	layers, err := policy.LoadSettings(policy.Paths{User: config, Explicit: true})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := opa.NewEngine(opa.Options{Layers: layers})
	if err != nil {
		t.Fatal(err)
	}
	providers := map[string]policy.Provider{}
	for _, name := range formats {
		providers[name] = policy.Provider{Format: name, URL: b.behind.base(name), Kind: policy.Public}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	const token = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	reaches := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}
	s := proxy.New(proxy.Config{
		Engine:   detect.Default,
		Settings: func() policy.Settings { return policy.Settings{Providers: providers} },
		Decider:  engine, Vault: vault, Ledger: ledger, Log: zap.NewNop(),
		Token: token, Port: l.Addr().(*net.TCPAddr).Port, Transport: cutter{reaches},
	}).Server()
	done := make(chan struct{})
	go func() { defer close(done); s.Serve(l) }()
	b.proxied = "http://" + l.Addr().String() + "/t/" + token
	b.stop = sync.OnceFunc(func() {
		s.Close()
		<-done
		reaches.CloseIdleConnections()
		vault.Close()
		ledger.Close()
	})
	t.Cleanup(b.stop)
	return b
}

// vendor is the stand-in, with the trouble that vendors have. It writes down what it was sent.
type vendor struct {
	*standin.Server
	url string

	mu       sync.Mutex
	received []byte
	attempts map[string]int
	// gone hears of each caller that went away while it was kept waiting.
	gone chan struct{}
}

func newVendor(t *testing.T) *vendor {
	v := &vendor{Server: standin.New(standin.Options{Reply: assistant, Piece: 12}), attempts: map[string]int{}, gone: make(chan struct{}, 64)}
	s := httptest.NewServer(v)
	t.Cleanup(s.Close)
	v.url = s.URL
	return v
}

// base is where a provider's own paths begin.
func (v *vendor) base(provider string) string {
	if provider == "mistral" {
		return v.url + "/mistral"
	}
	return v.url
}

// ServeHTTP answers as the stand-in does, but for what the caller asks of it:
//
//	busy/ID    429 with a Retry-After, and the answer at the second attempt
//	refuse     500 that is not to be tried again
//	hang       nothing after the first 700 bytes, until the caller goes away
//	cut        the connection breaks off after 700 bytes
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	kind, id, _ := strings.Cut(r.Header.Get(troubleHeader), "/")
	v.mu.Lock()
	v.received = append(append(v.received, r.URL.RequestURI()...), body...)
	v.attempts[id]++
	first := v.attempts[id] == 1
	v.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case kind == "busy" && first:
		w.Header().Set("Retry-After", "0")
		w.Header().Set("X-Ratelimit-Remaining-Requests", "7")
		w.Header().Set("Anthropic-Ratelimit-Requests-Remaining", "7")
		failure(w, http.StatusTooManyRequests)
	case kind == "refuse":
		w.Header().Set("X-Should-Retry", "false")
		failure(w, http.StatusInternalServerError)
	case kind == "hang":
		defer func() { v.gone <- struct{}{} }()
		v.Server.ServeHTTP(&limited{ResponseWriter: w, left: 700, then: func() { <-r.Context().Done() }}, r)
	case kind == "cut":
		v.Server.ServeHTTP(&limited{ResponseWriter: w, left: 700, then: func() { panic(http.ErrAbortHandler) }}, r)
	default:
		v.Server.ServeHTTP(w, r)
	}
}

// failure is one that every client can read.
func failure(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"type":"error","error":{"type":"x","code":%d,"status":"X","message":"try later"}}`, status)
}

// limited writes so many bytes and no more.
type limited struct {
	http.ResponseWriter
	left int
	then func()
}

func (l *limited) Unwrap() http.ResponseWriter { return l.ResponseWriter }

func (l *limited) Write(p []byte) (int, error) {
	if len(p) < l.left {
		l.left -= len(p)
		return l.ResponseWriter.Write(p)
	}
	if _, err := l.ResponseWriter.Write(p[:l.left]); err != nil {
		return 0, err
	}
	if err := http.NewResponseController(l.ResponseWriter).Flush(); err != nil {
		return 0, err
	}
	l.then()
	return 0, io.ErrShortWrite
}

// take is what the vendor was sent since it was last asked.
func (v *vendor) take() []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	taken := v.received
	v.received = nil
	return taken
}

// cutter reaches the vendor and hands the answer to the proxy in the pieces that the request names: what a
// network may cut anywhere is cut here, where nothing puts it together again.
type cutter struct{ http.RoundTripper }

func (c cutter) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.RoundTripper.RoundTrip(r)
	if err != nil || r.Header.Get(cutHeader) == "" {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Header.Set("X-Standin-Size", strconv.Itoa(len(body)))
	res.Body = &cutBody{bytes.NewReader(body), cutAt(r.Header.Get(cutHeader), len(body))}
	return res, nil
}

// cutAt reads a cut: "each" byte alone, "at-N" in two, "random-N" by that seed, anything else not at all.
func cutAt(name string, size int) []int {
	kind, number, _ := strings.Cut(name, "-")
	n, _ := strconv.Atoi(number)
	switch kind {
	case "each":
		return standin.EveryByte()(size)
	case "at":
		return standin.At(n)(size)
	case "random":
		return standin.Random(uint64(n))(size)
	}
	return nil
}

type cutBody struct {
	*bytes.Reader
	cuts []int
}

func (c *cutBody) Read(p []byte) (int, error) {
	if len(c.cuts) == 0 {
		return c.Reader.Read(p)
	}
	n := c.cuts[0] - int(c.Size()) + c.Len()
	if n <= len(p) {
		c.cuts = c.cuts[1:]
	}
	return c.Reader.Read(p[:min(n, len(p))])
}

func (c *cutBody) Close() error { return nil }

// planted is a question with three values in it, and a picture that must arrive as it is.
type planted struct{ key, mail, pem, picture string }

func plant() planted {
	const upper, lower = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijkmnpqrstuvwxyz"
	return planted{
		key:  "AK" + "IA" + random(16, upper),
		mail: random(7, lower) + "@" + random(6, lower) + ".com",
		pem:  "-----BEGIN " + "PRIVATE KEY-----\n" + random(64, upper+lower) + "\n" + random(48, upper+lower) + "\n-----END " + "PRIVATE KEY-----",
		// A whole number of bytes, so that it needs no padding.
		picture: "iVBORw0KGgoAAAAN" + random(240, upper+lower),
	}
}

func random(n int, alphabet string) string {
	raw := make([]byte, n)
	rand.Read(raw)
	for i, c := range raw {
		raw[i] = alphabet[int(c)%len(alphabet)]
	}
	return string(raw)
}

func (p planted) question() string {
	return fmt.Sprintf("My key is %s and I am %s 🐦 \"quoted\"\\\nWhat now?\n%s\n", p.key, p.mail, p.pem)
}

func (p planted) values() []string {
	return append([]string{p.key, p.mail}, strings.Split(p.pem, "\n")[1:3]...)
}

var (
	saidKey     = regexp.MustCompile(`key is (\S+)`)
	saidPEM     = regexp.MustCompile(`(?s)What now\?\n(.+)\n`)
	placeholder = regexp.MustCompile(`[A-Z]+(?:_[A-Z]+)*_[2-9a-z]{6}\b`)
)

// thoughtless is a model that does not think.
const thoughtless = "thoughtless"

// assistant says what it is told, and thinks of the key. It calls the tools it has: it writes a file with the key
// and the PEM as they stand in the question, and runs a command with the key. Asked for an error, it gives one.
func assistant(r standin.Request) standin.Reply {
	key, pem := found(saidKey, r.Text), found(saidPEM, r.Text)
	if strings.HasPrefix(r.Text, "fail: ") {
		return standin.Reply{Status: http.StatusBadRequest, Text: "cannot do " + r.Text}
	}
	reply := standin.Reply{Text: r.Text}
	if r.Model != thoughtless {
		reply.Thinking = "the key is " + key
	}
	for _, name := range r.Tools {
		switch name {
		case "write_file":
			reply.ToolCalls = append(reply.ToolCalls, standin.ToolCall{Name: name, Arguments: `{"path":"a.txt","content":` + strconv.Quote("k="+key+"\n"+pem) + `}`})
		case "bash":
			reply.ToolCalls = append(reply.ToolCalls, standin.ToolCall{Name: name, Arguments: `{"command":"curl https://x.test/?k=` + key + `"}`})
		}
		if text, ok := assistantsTools[name]; ok {
			reply.ToolCalls = append(reply.ToolCalls, standin.ToolCall{Name: name, Arguments: fmt.Sprintf(text, "postgres://u:"+key+"@db.test/x")})
		}
	}
	return reply
}

// assistantsTools are what assistants have their models write with, and what it is given: % is an address with the key.
var assistantsTools = map[string]string{
	"editor":             `{"command":"create","path":"a.env","file_text":"DB=%s"}`,         // Cline's
	"attempt_completion": `{"result":"it is %s","task_progress":"- [x] done"}`,              // Cline's, Kilo's
	"create":             `{"path":"a.env","file_text":"DB=%s"}`,                            // Copilot CLI's
	"edit":               `{"path":"a.env","old_str":"DB=","new_str":"DB=%s"}`,              // Copilot CLI's
	"write_to_file":      `{"path":"a.env","content":"DB=%s","line_count":1}`,               // Kilo's
	"put_lines":          `{"target_file":"a.env","edits":[{"line":1,"new_text":"DB=%s"}]}`, // of no table
	"post_lines":         `{"target_file":"a.env","new_text":"DB=%s"}`,                      // it sounds like a request
}

func found(x *regexp.Regexp, text string) string {
	if m := x.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return "none"
}

// said is what a client makes of an exchange: a text for each thing that it was told.
type said map[string]string

// withheld marks what policy does not let values back into, and what a vendor signs: there the client has the
// placeholder.
const withheld = "withheld "

// same compares what a client heard through the proxy with what it heard without.
func same(direct, proxied said, p planted) error {
	if len(direct) == 0 {
		return fmt.Errorf("the client heard nothing")
	}
	hidden := func(text string) string {
		return strings.NewReplacer(p.key, "KEY", p.mail, "MAIL", p.pem, "PEM").Replace(text)
	}
	for _, name := range slices.Sorted(keys(direct, proxied)) {
		want, got := direct[name], proxied[name]
		if strings.HasPrefix(name, withheld) {
			if strings.Contains(want, p.key) && strings.Contains(got, p.key) {
				return fmt.Errorf("%s holds a value", name)
			}
			want, got = strings.ReplaceAll(want, p.key, "*"), placeholder.ReplaceAllString(got, "*")
		}
		if want != got {
			return fmt.Errorf("%s is %q, and without the proxy %q", name, hidden(got), hidden(want))
		}
	}
	return nil
}

func keys(all ...said) func(func(string) bool) {
	union := said{}
	for _, s := range all {
		for name := range s {
			union[name] = ""
		}
	}
	return func(yield func(string) bool) {
		for name := range union {
			if !yield(name) {
				return
			}
		}
	}
}
