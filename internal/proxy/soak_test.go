package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// sayer is a vendor that streams what it was asked to say, as fast as it can. It can be restarted, which breaks off what
// is under way.
type sayer struct {
	address string
	server  *http.Server
	done    chan struct{}
}

var toSay = regexp.MustCompile(`say (\S+) then`)

func (s *sayer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	m := toSay.FindSubmatch(body)
	if err != nil || m == nil {
		http.Error(w, "nothing to say", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = w.Write(spoken(string(m[1]))) // the caller may have gone
}

// spoken is the answer, events of a few characters each.
func spoken(word string) []byte {
	var b bytes.Buffer
	text := strings.Repeat("the key is "+word+". ", 8)
	for from := 0; from < len(text); from += 7 {
		fmt.Fprintf(&b, `data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}`+"\n\n", text[from:min(from+7, len(text))])
	}
	b.WriteString(`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n")
	return b.Bytes()
}

// start listens where it did before.
func (s *sayer) start(t testing.TB) {
	t.Helper()
	if s.address == "" {
		s.address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		t.Error(err)
		return
	}
	s.address = l.Addr().String()
	s.server, s.done = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}, make(chan struct{})
	go func(server *http.Server, done chan struct{}) { defer close(done); _ = server.Serve(l) }(s.server, s.done)
}

func (s *sayer) stop() {
	s.server.Close()
	<-s.done
}

func newSayer(t testing.TB) (*bench, *sayer) {
	t.Helper()
	v := &sayer{}
	v.start(t)
	t.Cleanup(func() { v.stop() })
	b := newBench(t, standin.Options{})
	settings := policy.Settings{Providers: map[string]policy.Provider{"openai": {Format: "openai", URL: "http://" + v.address, Kind: policy.Public}}}
	b.proxy.Settings = func() policy.Settings { return settings }
	return b, v
}

var delta = regexp.MustCompile(`"content":"([^"]*)"`)

// said is what an answer's events say.
func said(answer []byte) string {
	var b strings.Builder
	for _, m := range delta.FindAllSubmatch(answer, -1) {
		b.Write(m[1])
	}
	return b.String()
}

// whole says what is wrong with an answer that ended as if it were whole.
func whole(answer []byte, key string) error {
	if !bytes.HasSuffix(answer, []byte("data: [DONE]\n\n")) {
		return errors.New("it ends before its end")
	}
	if got := said(answer); got != strings.Repeat("the key is "+key+". ", 8) {
		return fmt.Errorf("it is another: %d characters", len(got))
	}
	return nil
}

func asked(key string) string {
	return `{"model":"m","stream":true,"messages":[{"role":"user","content":"say ` + key + ` then stop"}]}`
}

// TestTruncation: fast answers arrive whole. STREAMS says how many, 2,000 if it does not. Proxies that send a request
// on while they still read it lose the end of one in fifty.
func TestTruncation(t *testing.T) {
	streams := 2000
	if n := os.Getenv("STREAMS"); n != "" {
		var err error
		if streams, err = strconv.Atoi(n); err != nil {
			t.Fatal(err)
		}
	}
	b, _ := newSayer(t)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	defer client.CloseIdleConnections()
	var left, truncated atomic.Int64
	left.Store(int64(streams))
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			key := awsKey()
			for left.Add(-1) >= 0 {
				res, err := client.Post(b.url+chat, "application/json", strings.NewReader(asked(key)))
				if err != nil {
					t.Error(err)
					return
				}
				answer, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err = errors.Join(err, whole(answer, key)); err != nil {
					truncated.Add(1)
					t.Errorf("status %d: %v", res.StatusCode, err)
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d of %d streams truncated", truncated.Load(), streams)
}

// TestSoak: callers that leave, callers that read or write slowly, a vendor that restarts: for as long as SOAK says,
// and a moment without it. Nothing grows: goroutines, descriptors and memory are counted at the end of each of six
// periods, with all callers gone. An answer that ends like a whole one is whole.
func TestSoak(t *testing.T) {
	length := 3 * time.Second
	if asked := os.Getenv("SOAK"); asked != "" {
		var err error
		if length, err = time.ParseDuration(asked); err != nil {
			t.Fatal(err)
		}
	}
	b, v := newSayer(t)
	transport, err := b.proxy.Transport.(*upstreams).transport()
	if err != nil {
		t.Fatal(err)
	}
	keys := values(200)
	var first, last usage
	for period := range 6 {
		ctx, cancel := context.WithTimeout(t.Context(), length/6)
		var count outcomes
		var callers sync.WaitGroup
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
		for range 8 {
			callers.Go(func() {
				for ctx.Err() == nil {
					if err := soak(ctx, client, b, keys[2*rand.IntN(len(keys)/2)], &count); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		callers.Go(func() {
			for pause(ctx, 200*time.Millisecond) {
				v.stop()
				v.start(t)
			}
		})
		callers.Wait()
		cancel()
		v.stop() // and with it what is under way
		v.start(t)
		last = use(t, func() {
			client.CloseIdleConnections()
			transport.CloseIdleConnections()
		})
		if period == 1 { // by now all that is made once has been
			first = last
		}
		t.Logf("period %d: %d whole, %d left by the caller, %d broken off; %d goroutines, %d descriptors, %d KB",
			period+1, count.whole.Load(), count.left.Load(), count.broken.Load(), last.goroutines, last.descriptors, last.heap>>10)
		if count.whole.Load() == 0 || count.left.Load() == 0 {
			t.Error("nothing was whole, or nobody left: it shows nothing")
		}
		b.log.Reset()
	}
	if last.goroutines > first.goroutines+4 || last.descriptors > first.descriptors+4 || last.heap > first.heap+first.heap/5+2<<20 {
		t.Errorf("it grew: %+v became %+v", first, last)
		_ = pprof.Lookup("goroutine").WriteTo(t.Output(), 1) // places only, no values
	}
}

func (l *logBuffer) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

type outcomes struct{ whole, left, broken atomic.Int64 }

// soak is one exchange of one of the kinds.
func soak(ctx context.Context, client *http.Client, b *bench, key string, count *outcomes) error {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	var body io.Reader = strings.NewReader(asked(key))
	kind := rand.IntN(8)
	if kind == 0 {
		body = &slow{ctx: ctx, r: body, n: 40}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+chat, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			return fmt.Errorf("the proxy does not answer: %w", err)
		}
		count.left.Add(1)
		return nil
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusBadGateway { // the vendor is away
		count.broken.Add(1)
		return nil
	}
	var from io.Reader = res.Body
	switch kind {
	case 1:
		from = &slow{ctx: ctx, r: from, n: 700}
	case 2: // somewhere in it
		_, _ = io.CopyN(io.Discard, from, rand.Int64N(2500)) // it may be less
		leave()
		count.left.Add(1)
		return nil
	}
	answer, err := io.ReadAll(from)
	switch {
	case err == nil:
		count.whole.Add(1)
		return whole(answer, key)
	case ctx.Err() != nil:
		count.left.Add(1)
	default:
		count.broken.Add(1)
	}
	return nil
}

// slow reads n bytes at a time and rests in between.
type slow struct {
	ctx context.Context
	r   io.Reader
	n   int
}

func (s *slow) Read(p []byte) (int, error) {
	pause(s.ctx, time.Millisecond)
	return s.r.Read(p[:min(s.n, len(p))])
}

// pause waits, and tells whether there is more time.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

type usage struct {
	goroutines, descriptors int
	heap                    uint64
}

// use is what is in use once those who are leaving have left. A connection that was dialled for a caller who did not wait
// becomes idle later than the others.
func use(t *testing.T, closeIdle func()) (u usage) {
	t.Helper()
	for before := -1; before != u.goroutines; {
		before = u.goroutines
		closeIdle()
		pause(t.Context(), 100*time.Millisecond)
		u.goroutines = runtime.NumGoroutine()
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.heap = m.HeapAlloc
	if open, err := os.ReadDir("/proc/self/fd"); err == nil { // elsewhere they are not counted
		u.descriptors = len(open)
	}
	return u
}
