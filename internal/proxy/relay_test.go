package proxy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// relayed is a relay before a proxy: the socket that it listens on, and a client that goes there.
type relayed struct {
	*http.Client
	base   string // with the relay's token, without the provider
	socket string
	end    func()
}

// relay starts one to wherever dial leads, on a socket, and another end of it that listens at a port and passes on to there: what
// the client sends goes through both.
func relay(t *testing.T, r Relay) *relayed {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	out := &relayed{socket: filepath.Join(t.TempDir(), "s"), end: func() { cancel(); running.Wait() }}
	t.Cleanup(out.end)
	near, err := net.Listen("unix", out.socket)
	if err != nil {
		t.Fatal(err)
	}
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	running.Go(func() { r.Serve(ctx, near) })
	running.Go(func() {
		PassOn(ctx, port, func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", out.socket)
		})
	})
	out.Client = &http.Client{Transport: &http.Transport{}}
	t.Cleanup(out.CloseIdleConnections)
	out.base = "http://" + port.Addr().String() + "/t/" + r.Token
	return out
}

func (b *bench) relay(name, token string, hosts ...string) *relayed {
	b.t.Helper()
	return relay(b.t.(*testing.T), Relay{Name: name, Token: token, Own: testToken, HostNames: hosts, Dial: func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(strings.TrimSuffix(b.url, "/t/"+testToken), "http://"))
	}})
}

func (r *relayed) ask(t *testing.T, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, r.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(path, "/anthropic") {
		req.Header.Set("X-Api-Key", "the-vendor-key")
		req.Header.Set("Anthropic-Version", "2023-06-01")
	} else {
		req.Header.Set("Authorization", "Bearer the-vendor-key")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := r.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

// TestRelay: what goes through a relay is scrubbed and restored like anything else, is answered byte for byte the same, and
// stands in the ledger with the relay's name. Neither the vendor nor the caller learns of the tokens that are not theirs.
func TestRelay(t *testing.T) {
	b := newBench(t, standin.Options{})
	shop, lab := b.relay("shop", "the-token-of-shop"), b.relay("lab", "the-token-of-lab")
	key := awsKey()
	for _, stream := range []bool{false, true} {
		body := fmt.Sprintf(`{"model":"m","stream":%v,"messages":[{"role":"user","content":"my key is %s"}]}`, stream, key)
		_, direct, _ := b.post(chat, body)
		res, text := shop.ask(t, "POST", chat, body)
		ids := func(s string) string { // the vendor counts its answers
			var out []string
			for line := range strings.Lines(s) {
				_, rest, _ := strings.Cut(line, `"choices"`)
				out = append(out, rest)
			}
			return strings.Join(out, "")
		}
		if res.StatusCode != http.StatusOK || ids(text) != ids(direct) || !stream && !strings.Contains(text, key) {
			t.Errorf("stream %v: %d\n%s\ndirectly\n%s", stream, res.StatusCode, text, direct)
		}
	}
	lab.ask(t, "POST", chat, `{"model":"m","messages":[{"role":"user","content":"hello"}]}`, relayHeader, "somebody-else", frontHeader, "http://page.example")
	_, text := lab.ask(t, "POST", "/anthropic/v1/messages/batches", `{"requests":[{"custom_id":"a","params":{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hello"}]}}]}`)
	if !strings.Contains(text, `"results_url":"`+lab.base+"/anthropic/v1/messages/batches/") || strings.Contains(text, testToken) {
		t.Errorf("a batch's results are said to be elsewhere: %s", text)
	}
	for _, token := range []string{testToken, "the-token-of", relayHeader, frontHeader, key} {
		if strings.Contains(b.upstream(), token) {
			t.Errorf("the vendor was sent %s", token)
		}
	}
	b.stop()
	var names []string
	if err := audit.Show(b.dir, func(r audit.Record) error {
		if r.Kind == "exchange" {
			names = append(names, r.Relay)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"", "shop", "", "shop", "lab", "lab"}; !slices.Equal(names, want) {
		t.Errorf("the ledger has the relays %q, not %q", names, want)
	}
}

// TestRelayStreams: what the vendor has said arrives before it says more.
func TestRelayStreams(t *testing.T) {
	step := make(chan struct{})
	b := newBench(t, standin.Options{Step: step})
	r := b.relay("shop", "tok")
	defer close(step)
	got := make(chan string)
	go func() {
		defer close(got)
		req, _ := http.NewRequest("POST", r.base+chat, strings.NewReader(`{"model":"m","stream":true,"messages":[{"role":"user","content":"one two three four five"}]}`))
		req.Header.Set("Authorization", "Bearer k")
		req.Header.Set("Content-Type", "application/json")
		res, err := r.Do(req)
		if err != nil {
			return
		}
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if lines.Text() != "" {
				got <- lines.Text()
			}
		}
	}()
	for n := range 3 {
		step <- struct{}{}
		if line, ok := <-got; !ok || !strings.HasPrefix(line, "data: ") {
			t.Fatalf("after %d pieces: %q", n, line)
		}
	}
	go func() {
		for range got {
		}
	}()
}

// TestRelaysDoor: a relay turns away whom the proxy would, in its words, and whoever has another's token.
func TestRelaysDoor(t *testing.T) {
	b := newBench(t, standin.Options{})
	r := b.relay("shop", "tok", "host.docker.internal")
	b.relay("lab", "other")
	root := strings.TrimSuffix(r.base, "/t/tok")
	port := root[strings.LastIndexByte(root, ':'):]
	for _, c := range []struct {
		base   string
		path   string
		header []string
		status int
		code   string
	}{
		{r.base, "/openai/v1/models", nil, 200, ""},
		{root, "/openai/v1/models", []string{"X-Scrubjay-Token", "tok"}, 200, ""},
		{r.base, "/openai/v1/models", []string{"Host", "localhost" + port}, 200, ""},
		{r.base, "/openai/v1/models", []string{"Host", "localhost"}, 200, ""}, // by curl --unix-socket
		{r.base, "/openai/v1/models", []string{"Host", "[::1]:7"}, 200, ""},
		{r.base, "/openai/v1/models", []string{"Host", "Host.Docker.internal:7426"}, 200, ""},
		{r.base, "/openai/v1/models", []string{"Host", "page.example" + port}, 403, "bad_host"},
		{r.base, "/openai/v1/models", []string{"Host", "127.0.0.1.page.example"}, 403, "bad_host"},
		{r.base, "/openai/v1/models", []string{"Host", "10.9.8.7" + port}, 403, "bad_host"},
		{r.base, "/openai/v1/models", []string{"Origin", "https://page.example"}, 403, "browser"},
		{r.base, "/openai/v1/models", []string{"Sec-Fetch-Site", "cross-site"}, 403, "browser"},
		{root, "/openai/v1/models", nil, 401, "bad_token"},
		{root + "/t/other", "/openai/v1/models", nil, 401, "bad_token"},
		{root + "/t/", "/openai/v1/models", nil, 401, "bad_token"},
		{root + "/t/" + testToken, "/openai/v1/models", nil, 401, "bad_token"}, // this machine's is none of a relay's
		{r.base, "/metrics", nil, 404, "no_provider"},
		{r.base, "/debug/pprof/heap", nil, 404, "no_provider"},
		{r.base, "/openai/../metrics", nil, 400, "bad_path"},
	} {
		to := *r
		to.base = c.base
		before := len(b.vendor.Requests())
		res, text := to.ask(t, "GET", c.path, "", c.header...)
		if code := res.Header.Get("X-Scrubjay-Error"); res.StatusCode != c.status || code != c.code {
			t.Errorf("%s %v: %d %s, not %d %s\n%s", strings.TrimPrefix(c.base, root), c.header, res.StatusCode, code, c.status, c.code, text)
		}
		if sent := len(b.vendor.Requests()) > before; sent != (c.code == "") {
			t.Errorf("%s %v reached the vendor: %v", c.path, c.header, sent)
		}
	}
	conn, err := net.Dial("unix", r.socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "CONNECT github.com:443 HTTP/1.1\r\nHost: localhost\r\nProxy-Authorization: Basic %s\r\n\r\n", base64.StdEncoding.EncodeToString([]byte("tok:tok")))
	if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || res.Header.Get("X-Scrubjay-Error") != "no_connect" {
		t.Errorf("CONNECT: %v %v", res, err)
	}
}

// TestRelayByteForByte: bodies in pieces with trailers, answers that begin with a 100, and whatever else is behind a head
// arrive as they were written; what follows a request on its connection is let in nowhere.
func TestRelayByteForByte(t *testing.T) {
	far, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	r := relay(t, Relay{Name: "shop", Token: "tok", Own: "own", Dial: func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", far.Addr().String())
	}})
	_, port, _ := net.SplitHostPort(far.Addr().String())
	for _, c := range []struct{ what, head, want, body string }{
		{"in pieces, with trailers",
			"POST /t/tok/openai/v1/x?a=1;b=%zz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nExpect: 100-continue\r\n\r\n",
			"POST /openai/v1/x?a=1;b=%zz HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\nExpect: 100-continue\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n",
			"3;ext=1\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nX-Sum: 9\r\n\r\n"},
		{"of a length, and another request behind it",
			"POST //openai/a%2Fb HTTP/1.1\r\nHost: localhost\r\nX-Scrubjay-Token: tok\r\nContent-Length: 4\r\nConnection: keep-alive, X-Mine\r\nX-Mine: 1\r\n\r\n",
			"POST //openai/a%2Fb HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\nContent-Length: 4\r\n",
			"\x00\xff\r\nGET /openai/next HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"two lengths", "POST /t/tok/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
			"POST /x HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"},
		{"an empty one, in HTTP/1.0", "POST /t/tok/x HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
			"POST /x HTTP/1.0\r\nHost: localhost:" + port + "\r\nConnection: close\r\nContent-Length: 0\r\n", ""},
	} {
		near, err := net.Dial("unix", r.socket)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(near, c.head+c.body)
		near.(*net.UnixConn).CloseWrite()
		conn, err := far.Accept()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}
		want := c.want + frontHeader + ": http://localhost"
		if strings.Contains(c.head, "/t/tok") {
			want += "/t/tok"
		}
		want += "\r\n" + relayHeader + ": shop\r\nX-Scrubjay-Token: own\r\n\r\n" + c.body
		if sorted(string(got), c.body) != sorted(want, c.body) {
			t.Errorf("%s:\n%q, not\n%q", c.what, got, want)
		}
		answer := "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-lower: 1\r\n\r\n1\r\n\x00\r\n0\r\nX-Sum: 1\r\n\r\n"
		io.WriteString(conn, answer)
		conn.Close()
		if text, err := io.ReadAll(near); err != nil || string(text) != answer {
			t.Errorf("%s: the answer is %q, %v", c.what, text, err)
		}
		near.Close()
	}
}

// sorted has a head's lines in one order, and the body as it is.
func sorted(request, body string) string {
	head, ok := strings.CutSuffix(request, "\r\n"+body)
	if !ok {
		return request
	}
	lines := strings.SplitAfter(head, "\r\n")
	slices.Sort(lines[2:])
	return strings.Join(lines, "") + body
}

// TestRelayedWebsocket: messages are scrubbed on their way there, and restored on their way back.
func TestRelayedWebsocket(t *testing.T) {
	v := newTalker()
	s := httptest.NewServer(v)
	defer s.Close()
	b := newBenchWith(t, standin.Options{}, func(c *Config) {
		c.Settings = func() policy.Settings {
			return policy.Settings{Providers: map[string]policy.Provider{"openai": {Format: "openai", URL: s.URL, Kind: policy.Public}}}
		}
	})
	r := b.relay("shop", "tok")
	c, res, err := websocket.Dial(t.Context(), strings.Replace(r.base, "http://", "ws://", 1)+"/openai/v1/responses", &websocket.DialOptions{HTTPClient: r.Client, HTTPHeader: keyed()})
	if err != nil {
		t.Fatal(err, res)
	}
	defer c.CloseNow()
	key := awsKey()
	if err := c.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `{"type":"response.create","model":"m","input":"my key is %s"}`, key)); err != nil {
		t.Fatal(err)
	}
	for {
		kind, text, err := c.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var e struct{ Type, Text string }
		if kind == websocket.MessageText {
			if err := json.Unmarshal(text, &e); err != nil {
				t.Fatal(err)
			}
		}
		if e.Type != "response.output_text.done" {
			continue
		}
		if e.Text != "my key is "+key || strings.Contains(v.said(), key) {
			t.Errorf("the caller was told %q", e.Text)
		}
		break
	}
	c.Close(websocket.StatusNormalClosure, "")
	if err := <-v.bye; websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the vendor's connection ended with %v", err)
	}
}

// TestRelayEnds: with it end its listener and what is under way.
func TestRelayEnds(t *testing.T) {
	step := make(chan struct{}, 1)
	step <- struct{}{}
	b := newBench(t, standin.Options{Step: step})
	defer close(step)
	r := b.relay("shop", "tok")
	req, _ := http.NewRequest("POST", r.base+chat, strings.NewReader(`{"model":"m","stream":true,"messages":[{"role":"user","content":"one two three"}]}`))
	req.Header.Set("Authorization", "Bearer k")
	req.Header.Set("Content-Type", "application/json")
	res, err := r.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	r.end()
	if text, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("the answer that was under way ended as if it were whole: %s", text)
	}
	if _, err := net.Dial("unix", r.socket); err == nil {
		t.Error("the socket still answers")
	}
}

// TestRelayWithoutProxy: while the proxy cannot be reached the caller is told so, by both ends, and the next request goes
// through when it can.
func TestRelayWithoutProxy(t *testing.T) {
	b := newBench(t, standin.Options{})
	address := strings.TrimPrefix(strings.TrimSuffix(b.url, "/t/"+testToken), "http://")
	broken := true
	r := relay(t, Relay{Name: "shop", Token: "tok", Own: testToken, Dial: func(ctx context.Context) (net.Conn, error) {
		if broken {
			return nil, errors.New("the daemon is not there")
		}
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}})
	if res, text := r.ask(t, "GET", "/openai/v1/models", ""); res.StatusCode != http.StatusBadGateway || !strings.Contains(text, "the daemon is not there") {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	broken = false
	if res, text := r.ask(t, "GET", "/openai/v1/models", ""); res.StatusCode != http.StatusOK {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	big := bytes.Repeat([]byte("a "), 1<<20)
	if res, _ := r.ask(t, "POST", chat, `{"model":"m","messages":[{"role":"user","content":"`+string(big)+`"}]}`); res.StatusCode != http.StatusOK {
		t.Errorf("two megabytes: %d", res.StatusCode)
	}
}
