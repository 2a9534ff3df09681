package opa

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// likeNginx serves a directory with tags that are made of the second and the length, as nginx and Caddy do.
func likeNginx(root string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := os.Open(filepath.Join(root, filepath.Base(r.URL.Path)))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer f.Close()
		st, err := f.Stat()
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, st.ModTime().Unix(), st.Size()))
		http.ServeContent(w, r, "", st.ModTime(), f)
	})
}

// nginx serves a directory until the test ends, with gzip for all that it sends; empty if there is none on this machine.
func nginx(t *testing.T, root string) (url string) {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		return ""
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	own := t.TempDir()
	user := ""
	if os.Getuid() == 0 {
		user = "user root;"
	}
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log stderr; %[4]s
events {}
http {
	access_log off; gzip on; gzip_types *; gzip_min_length 1;
	client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
	server { listen %[2]s; root %[3]s; }
}
`, own, address, root, user)
	file := filepath.Join(own, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	c := exec.CommandContext(t.Context(), program, "-p", own, "-e", "stderr", "-c", file)
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Skip(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Wait() }() // it is killed
	t.Cleanup(func() { _ = c.Process.Kill(); <-ended })
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return "http://" + address
		}
		select {
		case <-ended:
			t.Skipf("nginx does not start here: %s", said.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// sameLength is a bundle of so many bytes: a message fills it up, and signing again varies it by some.
func sameLength(t *testing.T, length int, cells string, seq int64) []byte {
	t.Helper()
	for i := range 400 {
		files := verdicts(cells)
		files["scrubjay/org/data.yaml"] += "message: " + hash([]byte(cells))[:10+i%20] + "\n"
		if raw := signed(t, files, seq, today.Add(hour)); len(raw) == length {
			return raw
		}
	}
	t.Fatalf("no bundle of %d bytes", length)
	return nil
}

// TestAFileReplacedWithinTheSecond: nginx has one tag for both files and answers that nothing is new. The machine does not
// rely on the tag of a file that was written a moment before, nor for ever on that of a file whose date says nothing.
func TestAFileReplacedWithinTheSecond(t *testing.T) {
	const length = 740
	one, two, three := sameLength(t, length, "{pii: {public: forbid}}", 1), sameLength(t, length, "{pii: {public: scrub}}", 2), sameLength(t, length, "{pii: {public: allow}}", 3)
	for _, server := range []string{"like nginx", "nginx"} {
		t.Run(server, func(t *testing.T) {
			root := t.TempDir()
			if err := os.Chmod(filepath.Dir(root), 0o755); err != nil {
				t.Fatal(err)
			}
			var url string
			if server == "nginx" {
				if url = nginx(t, root); url == "" {
					t.Skip("it is not installed")
				}
			} else {
				s := httptest.NewServer(likeNginx(root))
				defer s.Close()
				url = s.URL
			}
			m := newMachine(t, newSite(t), t.TempDir())
			counted := &counting{}
			m.Client, m.Organisation.URL = &http.Client{Transport: counted}, url+"/acme.tar.gz"
			put := func(raw []byte, date time.Time) {
				t.Helper()
				file := filepath.Join(root, "acme.tar.gz")
				if err := rename.Durable(file, raw, 0o644); err != nil {
					t.Fatal(err)
				}
				if err := os.Chtimes(file, date, date); err != nil {
					t.Fatal(err)
				}
			}
			poll := func(want policy.Verdict, what string) {
				t.Helper()
				if err := m.Poll(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := m.pii(t); got != want {
					t.Errorf("%s: %s is in force, not %s", what, got, want)
				}
			}
			now := time.Now()
			put(one, now)
			poll(policy.Forbid, "the first")
			tag := counted.last.Header.Get("ETag")
			put(two, now)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.Organisation.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("If-None-Match", tag)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusNotModified {
				t.Errorf("the server tells the two apart (%d), so that nothing is shown here", res.StatusCode)
			}
			poll(policy.Scrub, "in the same second")

			put(two, now.Add(-hour))
			poll(policy.Scrub, "an old file")
			poll(policy.Scrub, "an old file, again")
			if counted.last.StatusCode != http.StatusNotModified {
				t.Errorf("a poll without news is answered %d", counted.last.StatusCode)
			}
			put(three, now.Add(-hour))
			poll(policy.Scrub, "with an equal date")
			for range freshEvery {
				if err := m.Poll(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			poll(policy.Allow, "with an equal date, an hour later")
		})
	}
}

// counting keeps the last answer and counts them by their status.
type counting struct {
	last     *http.Response
	statuses [600]atomic.Int64
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		c.last = res
		c.statuses[res.StatusCode].Add(1)
	}
	return res, err
}

// TestAServerWithoutTags: the date of the file does, too.
func TestAServerWithoutTags(t *testing.T) {
	root := t.TempDir()
	server := httptest.NewServer(http.FileServer(http.Dir(root)))
	defer server.Close()
	file := filepath.Join(root, "acme.tar.gz")
	if err := os.WriteFile(file, signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, today, time.Now().Add(-hour)); err != nil {
		t.Fatal(err)
	}
	m, counted := newMachine(t, newSite(t), t.TempDir()), &counting{}
	m.Client, m.Organisation.URL = &http.Client{Transport: counted}, server.URL+"/acme.tar.gz"
	for range 3 {
		if err := m.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if counted.statuses[200].Load() != 1 || counted.statuses[304].Load() != 2 || m.pii(t) != policy.Forbid {
		t.Errorf("%d answers with the file, %d that nothing is new", counted.statuses[200].Load(), counted.statuses[304].Load())
	}
}

// serving is a Server over a directory of its own, with what it answered.
func serving(t *testing.T) (root, url string, answered *[600]atomic.Int64) {
	t.Helper()
	root = t.TempDir()
	s, err := NewServer(root)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	answered = &[600]atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &codes{ResponseWriter: w, code: 200}
		s.ServeHTTP(c, r)
		answered[c.code].Add(1)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close(); cancel(); <-done })
	return root, server.URL, answered
}

type codes struct {
	http.ResponseWriter
	code int
}

func (c *codes) WriteHeader(code int) { c.code = code; c.ResponseWriter.WriteHeader(code) }

// TestServerSaysWhatItHoldsBack: a file that is no bundle is told of once, when it is not being copied any more, whether or not there
// was a good one before.
func TestServerSaysWhatItHoldsBack(t *testing.T) {
	root := t.TempDir()
	s, err := NewServer(root)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	s.Garbled = func(name string, _ error) { told = append(told, name) }
	file := filepath.Join(root, "acme.tar.gz")
	good := signed(t, verdicts("{}"), 1, today.Add(hour))
	for i, step := range []struct {
		content []byte // nil: it stays
		told    int
		serves  bool
	}{
		{good[:50], 0, false}, {good[:90], 0, false}, {nil, 1, false}, {nil, 1, false}, // the first is being copied
		{good, 1, true}, {[]byte("<html>"), 1, true}, {nil, 2, true}, {nil, 2, true}, {good, 2, true}, {[]byte("<html>"), 2, true}, {nil, 3, true},
	} {
		if step.content != nil {
			if err := rename.Durable(file, step.content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if f := s.file("acme.tar.gz"); (f != nil) != step.serves || len(told) != step.told {
			t.Errorf("step %d: it serves %v, and told %d times", i, f != nil, len(told))
		}
	}
}

// TestAThousandMachinesHaveTheNewsInSeconds: each has a request open at the server, which answers when there is another
// bundle, and before it that there is none.
func TestAThousandMachinesHaveTheNewsInSeconds(t *testing.T) {
	const machines = 1000
	root, url, answered := serving(t)
	put := func(seq int64) {
		t.Helper()
		if err := rename.Durable(filepath.Join(root, "acme.tar.gz"), signed(t, verdicts("{}"), seq, today.Add(hour)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(1)
	transport := &http.Transport{MaxIdleConnsPerHost: machines}
	defer transport.CloseIdleConnections()
	// One after the other reads what came: that costs a machine a part of its own processor, and here all have one.
	var reading sync.Mutex
	fetch := func(s *Source, want int64) error {
		a, err := s.fetch(t.Context())
		if err != nil || want == 0 && a.raw == nil {
			return err
		}
		s.has = a.version
		reading.Lock()
		defer reading.Unlock()
		files, err := unpack(a.raw)
		if err != nil {
			return err
		}
		m, err := files.manifest()
		if err == nil && m.Metadata.Seq != want {
			err = fmt.Errorf("it has sequence %d, not %d", m.Metadata.Seq, want)
		}
		return err
	}
	all := make([]*Source, machines)
	for i := range all {
		o := acme("")
		o.URL = url + "/acme.tar.gz"
		all[i] = NewSource(SourceOptions{Organisation: o, StateDir: t.TempDir(), Client: &http.Client{Transport: transport}})
	}
	each := func(do func(*Source) error) {
		t.Helper()
		var wg sync.WaitGroup
		for _, s := range all {
			wg.Go(func() {
				if err := do(s); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	each(func(s *Source) error { return fetch(s, 1) })
	each(func(s *Source) error { // as a static server is polled
		s.waits = false
		defer func() { s.waits = true }()
		return fetch(s, 0)
	})
	if got := answered[304].Load(); got != machines || answered[200].Load() != machines {
		t.Errorf("%d polls without news were answered 304, %d polls 200", got, answered[200].Load())
	}
	began := make(chan time.Time, 1)
	var waiting sync.WaitGroup
	waiting.Add(machines)
	go func() {
		waiting.Wait()
		began <- time.Now()
		put(2)
	}()
	each(func(s *Source) error { waiting.Done(); return fetch(s, 2) })
	if took := time.Since(<-began); took > 5*time.Second {
		t.Errorf("the last machine had the news after %s", took)
	} else {
		t.Logf("%d machines had the news after %s", machines, took.Round(time.Millisecond))
	}
}

// TestRunHoldsARequestWhereTheServerCan: no interval lies between a push and the machine.
func TestRunHoldsARequestWhereTheServerCan(t *testing.T) {
	root, url, answered := serving(t)
	put := func(raw []byte) {
		t.Helper()
		if err := rename.Durable(filepath.Join(root, "acme.tar.gz"), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	one, two := signed(t, verdicts("{}"), 1, today.Add(hour)), signed(t, verdicts("{pii: {public: forbid}}"), 2, today.Add(hour))
	put(one)
	m := newMachine(t, newSite(t), t.TempDir())
	m.Client, m.Organisation.URL, m.Organisation.Poll = &http.Client{}, url+"/acme.tar.gz", 10*time.Minute
	swapped := make(chan string, 2)
	m.OnSwap = func(revision string) { swapped <- revision }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); m.Run(ctx) }()
	defer func() { cancel(); <-done }()
	<-swapped
	put(two[:100]) // half of a copy is not served
	put(two)
	pushed := time.Now()
	if got := <-swapped; !strings.HasPrefix(got, "2-") || time.Since(pushed) > 5*time.Second {
		t.Errorf("%s after %s", got, time.Since(pushed))
	}
	if len(m.refused) != 0 || answered[200].Load() != 2 {
		t.Errorf("refused %q, %d answers with a bundle", m.refused, answered[200].Load())
	}
}

// TestAServerThatOnlySaysThatItWaits is asked once a second at most.
func TestAServerThatOnlySaysThatItWaits(t *testing.T) {
	raw := signed(t, verdicts("{}"), 1, today.Add(hour))
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		files := s.handler
		var down atomic.Bool
		var asked atomic.Int64
		s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			if down.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			w.Header().Set("Content-Type", longPolled)
			files.ServeHTTP(w, r)
		})
		s.put(t, raw)
		m := newMachine(t, s, t.TempDir())
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); m.Run(ctx) }()
		<-time.After(20 * time.Second)
		synctest.Wait()
		if n := asked.Load(); n < 15 || n > 21 {
			t.Errorf("%d requests in 20 seconds", n)
		}
		// It goes away: it is asked soon, and then less and less often.
		down.Store(true)
		before := asked.Load()
		<-time.After(5 * time.Minute)
		synctest.Wait()
		if n := asked.Load() - before; n < 8 || n > 20 {
			t.Errorf("%d requests in 5 minutes without an answer", n)
		}
		cancel()
		<-done
	})
}

func TestWhatTheServerServes(t *testing.T) {
	root, url, _ := serving(t)
	for name, content := range map[string][]byte{"acme.tar.gz": signed(t, verdicts("{}"), 1, today.Add(hour)), "acme.key": []byte("secret"), ".acme.tar.gz-1": nil, "broken.tar.gz": []byte("x")} {
		if err := os.WriteFile(filepath.Join(root, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(method, path string, header ...string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return res
	}
	for path, want := range map[string]int{"/acme.tar.gz": 200, "/": 404, "/acme.key": 404, "/.acme.tar.gz-1": 404, "/broken.tar.gz": 404, "/none.tar.gz": 404, "/..%2Facme.tar.gz": 404} {
		if res := ask("GET", path); res.StatusCode != want {
			t.Errorf("%s: %d, not %d", path, res.StatusCode, want)
		}
	}
	tag := ask("HEAD", "/acme.tar.gz").Header.Get("ETag")
	if res := ask("GET", "/acme.tar.gz", "If-None-Match", tag); res.StatusCode != 304 {
		t.Errorf("without waiting: %d", res.StatusCode)
	}
	began := time.Now()
	if res := ask("GET", "/acme.tar.gz", "If-None-Match", `"other", `+tag, "Prefer", "modes=snapshot,delta;wait=1"); res.StatusCode != 304 || time.Since(began) < time.Second {
		t.Errorf("after %s: %d", time.Since(began), res.StatusCode)
	}
	if res := ask("PUT", "/acme.tar.gz"); res.StatusCode != 405 {
		t.Errorf("PUT: %d", res.StatusCode)
	}
}
