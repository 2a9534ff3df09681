package proxy

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestRefusedResponses: whatever a request on Responses is refused for, it is a 400, because Codex sends anything else again;
// what may be sent again keeps its status, and so does every other path.
func TestRefusedResponses(t *testing.T) {
	post := func(path string) *http.Request {
		r, err := http.NewRequest(http.MethodPost, "http://127.0.0.1"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, status := range []int{401, 403, 404, 405, 413, 422, 501} {
		for _, path := range []string{"/openai/v1/responses", "/t/x/openai/v1/responses/", "/openai/responses?api-version=1", "/openai/v1/responses/compact"} {
			f := refuse(status, "code", "message")
			if got := f.to(post(path)); got.status != http.StatusBadRequest || got.code != f.code || got.message != f.message || f.status != status {
				t.Errorf("%d on %s: %+v", status, path, got)
			}
		}
		if got := refuse(status, "code", "message").to(post("/openai/v1/chat/completions")); got.status != status {
			t.Errorf("%d on chat: %d", status, got.status)
		}
	}
	for _, f := range []*failure{{status: http.StatusBadGateway, retry: true}, {status: http.StatusTooManyRequests}} {
		if got := f.to(post("/openai/v1/responses")); got.status != f.status {
			t.Errorf("%d became %d", f.status, got.status)
		}
	}
	b := newBench(t, standin.Options{})
	front, _, _ := strings.Cut(b.url, "/t/")
	for path, header := range map[string][]string{
		"/openai/v1/responses":                        nil,
		"/t/" + testToken + "/nobody/v1/responses":    nil,
		"/t/" + testToken + "/openai/v1/responses":    {CanaryHeader, "unknown"},
		"/t/" + testToken + "/strange/v1/responses":   nil,
		"/t/" + testToken + "/anthropic/v1/responses": {"Origin", "http://localhost:3000"},
	} {
		r, err := http.NewRequest(http.MethodPost, front+path, strings.NewReader(`{"model":"m","input":"hello"}`))
		if err != nil {
			t.Fatal(err)
		}
		if header != nil {
			r.Header.Set(header[0], header[1])
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusBadRequest || res.Header.Get("X-Scrubjay-Error") == "" {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("X-Scrubjay-Error"))
		}
	}
}

// TestStopped: where nothing in a request is to blame, nobody is told to take something out of it.
func TestStopped(t *testing.T) {
	b := newBench(t, standin.Options{})
	b.decide = func(policy.Query) (policy.Decision, error) {
		return policy.Decision{Verdict: policy.Forbid, Reasons: []string{"Nothing goes there (incident 12)."}, Revision: "7"}, nil
	}
	status, text, _ := b.post(chat, typed("hello"))
	if status != http.StatusForbidden || strings.Contains(text, "Remove it") || !strings.Contains(text, "(incident 12). Policy revision 7. scrubjay policy explain --provider openai says") {
		t.Errorf("%d %s", status, text)
	}
}

// TestDoor: who may come in.
func TestDoor(t *testing.T) {
	b := newBench(t, standin.Options{})
	port := strings.Split(strings.TrimPrefix(b.url, "http://"), "/")[0]
	port = port[strings.LastIndexByte(port, ':'):]
	for name, c := range map[string]struct {
		path, host string
		header     []string
		want       int
	}{
		"token in the path":    {path: "/t/" + testToken + "/openai/v1/models", want: 200},
		"token in a header":    {path: "/openai/v1/models", header: []string{"X-Scrubjay-Token", testToken}, want: 200},
		"localhost":            {path: "/t/" + testToken + "/openai/v1/models", host: "localhost" + port, want: 200},
		"no token":             {path: "/openai/v1/models", want: 401},
		"wrong token":          {path: "/t/" + strings.Repeat("0", 64) + "/openai/v1/models", want: 401},
		"a rebound name":       {path: "/t/" + testToken + "/openai/v1/models", host: "evil.test" + port, want: 403},
		"another port":         {path: "/t/" + testToken + "/openai/v1/models", host: "127.0.0.1:1", want: 403},
		"a web page":           {path: "/t/" + testToken + "/openai/v1/models", header: []string{"Origin", "http://localhost:3000"}, want: 403},
		"a page's cross fetch": {path: "/t/" + testToken + "/openai/v1/models", header: []string{"Sec-Fetch-Site", "cross-site"}, want: 403},
		"no such provider":     {path: "/t/" + testToken + "/nobody/v1/models", want: 404},
		"no such format":       {path: "/t/" + testToken + "/strange/v1/models", want: 501},
		"a websocket":          {path: "/t/" + testToken + "/anthropic/v1/messages", header: []string{"Connection", "Upgrade", "Upgrade", "websocket"}, want: 501},
		"no websocket":         {path: "/t/" + testToken + "/openai/v1/responses", header: []string{"Connection", "Upgrade", "Upgrade", "h2c"}, want: 501},
		"out, a slash escaped": {path: "/t/" + testToken + "/openai/v1/..%2f..%5c../secret", want: 400},
		"out, escaped":         {path: "/t/" + testToken + "/openai/v1/%2e%2e/%2E%2E/secret", want: 400},
		"out of the path":      {path: "/t/" + testToken + "/openai/../../secret", want: 200},
	} {
		req, _ := http.NewRequest("GET", "http://127.0.0.1"+port+c.path, nil)
		req.Header.Set("Authorization", "Bearer k")
		req.Host = c.host
		for i := 0; i < len(c.header); i += 2 {
			req.Header.Set(c.header[i], c.header[i+1])
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(name, err)
		}
		res.Body.Close()
		if name == "out of the path" {
			if res.StatusCode == 200 {
				t.Errorf("%s: status 200", name)
			}
		} else if res.StatusCode != c.want {
			t.Errorf("%s: status %d, want %d", name, res.StatusCode, c.want)
		}
		if res.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: web pages may read the answer", name)
		}
	}
}

// TestBadInput: each is a clear error in the vendor's shape, nothing is forwarded, and the next request works.
func TestBadInput(t *testing.T) {
	b := newBench(t, standin.Options{})
	bomb := func() string {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		zeros := make([]byte, 1<<20)
		for range 65 {
			w.Write(zeros)
		}
		w.Close()
		return z.String()
	}
	for name, c := range map[string]struct {
		body   string
		header []string
		status int
		want   string
	}{
		"truncated JSON":     {`{"model":"m","messages":[{"role":"user","content":"x`, nil, 400, "malformed_json"},
		"duplicate keys":     {`{"model":"m","model":"n","messages":[]}`, nil, 400, "malformed_json"},
		"duplicate, escaped": {`{"model":"m","mod\u0065l":"n","messages":[]}`, nil, 400, "malformed_json"},
		"invalid UTF-8":      {"{\"model\":\"\xff\"}", nil, 400, "malformed_json"},
		"trailing data":      {`{"model":"m"}{}`, nil, 400, "malformed_json"},
		"10,000 levels":      {`{"a":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`, nil, 400, "malformed_json"},
		"no body":            {"", nil, 400, "no_body"},
		"not an object":      {`[]`, nil, 400, "malformed_json"},
		"64 MiB and a byte":  {`{"a":"` + strings.Repeat("x", 64<<20-7) + `"}`, nil, 413, "too_large"},
		"gzip bomb":          {bomb(), []string{"Content-Encoding", "gzip"}, 413, "too_large"},
		"not gzip":           {`{}`, []string{"Content-Encoding", "gzip"}, 400, "bad_body"},
		"unknown encoding":   {`{}`, []string{"Content-Encoding", "snappy"}, 415, "bad_encoding"},
		"wrong content type": {`{}`, []string{"Content-Type", "text/plain"}, 415, "not_json"},
	} {
		t.Run(name, func(t *testing.T) {
			status, text, h := b.post(chat, c.body, c.header...)
			if status != c.status || !strings.Contains(text, c.want) || !strings.Contains(text, `"error"`) || h.Get("X-Should-Retry") != "false" {
				t.Errorf("status %d, %.300s", status, text)
			}
		})
	}
	for path, body := range map[string]string{
		"/openai/v1/completions":                  `{"model":"m","prompt":[[1,2],[3]]}`,
		"/openai/openai/deployments/m/embeddings": `{"input":[1,2]}`,
		"/mistral/v1/fim/completions":             `{"model":"m","prompt":7}`,
	} {
		if status, text, h := b.post(path, body); status != 400 || !strings.Contains(text, "token arrays cannot be scanned: send text") || h.Get("X-Should-Retry") != "false" {
			t.Errorf("%s with tokens: %d %s", path, status, text)
		}
	}
	if n := len(b.vendor.Requests()); n > 0 {
		t.Fatalf("%d requests were forwarded", n)
	}
	if status, text, _ := b.post(chat, `{"model":"m","messages":[{"role":"user","content":"hello"}]}`); status != 200 {
		t.Errorf("afterwards: %d %s", status, text)
	}
}

// TestUpstreamTrouble: a vendor that is down, or breaks off, is an error and never a clean end.
func TestUpstreamTrouble(t *testing.T) {
	body := `{"model":"m","stream":%v,"max_tokens":9,"prompt":"a rather long answer, please, of several pieces, one after the other","input":"x","messages":[{"role":"user","content":"a rather long answer, please, of several pieces"}]}`
	for _, path := range []string{chat, "/anthropic/v1/messages", "/openai/v1/responses", "/openai/v1/completions", "/mistral/v1/chat/completions"} {
		for _, cut := range []int{1, 40, 120, 200} {
			b := newBench(t, standin.Options{CutAfter: cut})
			if status, text, _ := b.post(path, fmt.Sprintf(body, false)); status != http.StatusBadGateway || !strings.Contains(text, `"error"`) {
				t.Errorf("%s cut after %d: status %d %s", path, cut, status, text)
			}
			_, text, _ := b.post(path, fmt.Sprintf(body, true))
			if !strings.Contains(text, `"error"`) || !strings.Contains(text, "(broken off)") || strings.Contains(text, "[DONE]") || strings.Contains(text, "message_stop") || strings.Contains(text, "response.completed") {
				t.Errorf("%s cut after %d looks whole: %s", path, cut, text)
			}
		}
	}
	b := newBench(t, standin.Options{})
	b.vendor.Close()
	status, text, _ := b.post(chat, fmt.Sprintf(body, false))
	if status != http.StatusBadGateway || !strings.Contains(text, "could not reach openai") {
		t.Errorf("down: %d %s", status, text)
	}
}

// TestFailClosed: what cannot be analysed, decided, kept or recorded is refused and not sent.
func TestFailClosed(t *testing.T) {
	body := fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":"%s"}]}`, awsKey())
	for name, spoil := range map[string]func(*bench){
		"policy error": func(b *bench) {
			b.decide = func(policy.Query) (policy.Decision, error) { return policy.Decision{}, errors.New("broken") }
		},
		"too few rulings": func(b *bench) {
			b.decide = func(policy.Query) (policy.Decision, error) { return policy.Decision{}, nil }
		},
		"analyser panic":    func(b *bench) { b.proxy.Engine = func() *detect.Engine { panic("with a value") } },
		"vault not usable":  func(b *bench) { b.vault.Close() },
		"ledger not usable": func(b *bench) { b.ledger.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, standin.Options{})
			told := ""
			b.proxy.Trouble = func(code string, cause error) { told = code + ": " + cause.Error() }
			spoil(b)
			status, text, h := b.post(chat, body)
			if told == "" || strings.Contains(told, "with a value") {
				t.Errorf("doctor is told %q", told)
			}
			if status != http.StatusForbidden || !strings.Contains(text, "Scrubjay sent nothing") || h.Get("X-Should-Retry") != "false" {
				t.Errorf("status %d %s", status, text)
			}
			if n := len(b.vendor.Requests()); n > 0 {
				t.Errorf("%d requests were forwarded", n)
			}
			if strings.Contains(b.log.String(), "with a value") {
				t.Error("the panic's value is in the log")
			}
		})
	}
}

// TestUnknownPath: what the format has no table for is scanned in every string before it is forwarded.
func TestUnknownPath(t *testing.T) {
	b := newBench(t, standin.Options{})
	key := awsKey()
	b.post("/openai/v1/brand/new", fmt.Sprintf(`{"deep":[{"%s":"%s"}]}`, key, key))
	if got := b.upstream(); !strings.Contains(got, "/v1/brand/new") || strings.Contains(got, key) {
		t.Errorf("the vendor got %s", strings.ReplaceAll(got, key, "KEY"))
	}
	// What stands in the address cannot be scrubbed, so it is not sent.
	if status, text, _ := b.post("/openai/v1/brand/new?q="+key, `{}`); status != http.StatusForbidden || !strings.Contains(text, "sensitive_path") {
		t.Errorf("in the query: %d", status)
	}
	if len(b.vendor.Requests()) != 1 {
		t.Error("it was sent all the same")
	}
}

// TestPanicInAnswer: a bug met while an answer is restored is an error before the answer has begun, and
// breaks it off after; it never looks whole, and what it worked on is not logged.
func TestPanicInAnswer(t *testing.T) {
	b := newBench(t, standin.Options{})
	b.decide = func(q policy.Query) (policy.Decision, error) {
		if q.Direction == policy.Restore {
			panic("with a value")
		}
		return policy.Decision{}, nil
	}
	body := `{"model":"m","stream":%v,"messages":[{"role":"user","content":"hello"}]}`
	if status, text, _ := b.post(chat, fmt.Sprintf(body, false)); status != http.StatusForbidden || !strings.Contains(text, "internal_error") {
		t.Errorf("whole: %d %s", status, text)
	}
	if _, text, _ := b.post(chat, fmt.Sprintf(body, true)); !strings.Contains(text, "(broken off)") || strings.Contains(text, "[DONE]") {
		t.Errorf("streamed: %s", text)
	}
	if log := b.log.String(); strings.Contains(log, "with a value") || !strings.Contains(log, "a bug at proxy.") {
		t.Errorf("the log says %s", log)
	}
}

// TestCanary: a canary goes to the stand-in that was named for it, scrubbed like any other request and without its
// name; one that nobody waits for goes nowhere.
func TestCanary(t *testing.T) {
	b := newBench(t, standin.Options{})
	doctor := standin.New(standin.Options{})
	if err := doctor.Start(); err != nil {
		t.Fatal(err)
	}
	defer doctor.Close()
	records := make(chan Ended, 1)
	b.proxy.Watch = func(r Ended) { records <- r }
	b.proxy.Canary = func(id string) (string, bool) { return doctor.URL(), id == "known" }
	key := awsKey()
	body := `{"model":"m","messages":[{"role":"user","content":"my key ` + key + `"}]}`
	if status, text, h := b.post("/openai/v1/chat/completions", body, CanaryHeader, "unknown"); status != 404 || h.Get("X-Scrubjay-Error") != "no_canary" {
		t.Errorf("an unknown one: %d %s", status, text)
	}
	if status, text, _ := b.post("/openai/v1/chat/completions", body, CanaryHeader, "known"); status != 200 || !strings.Contains(text, key) {
		t.Errorf("%d %s", status, text)
	}
	if r := <-records; r.Note != CanaryNote || r.Provider != "openai" {
		t.Errorf("the record is %+v", r)
	}
	got := doctor.Requests()
	if len(got) != 1 || strings.Contains(string(got[0].Body), key) || got[0].Header.Get(CanaryHeader) != "" {
		t.Errorf("the stand-in was sent %d requests: %+v", len(got), got)
	}
	if n := len(b.vendor.Requests()); n != 0 {
		t.Errorf("the vendor was sent %d requests", n)
	}
}

// TestTokens: text that comes as numbers goes nowhere but to a provider of one's own to which policy lets everything.
func TestTokens(t *testing.T) {
	const all = "{public: allow, private: allow, local: allow}"
	open := "verdicts: {credential: " + all + ", pii: " + all + ", phi: " + all + ", pci: " + all + ", proprietary: " + all + ", internal: " + all + ", injection: " + all + "}"
	for _, c := range []struct {
		kind     policy.Kind
		settings string
		passes   bool
	}{
		{policy.Public, "", false}, {policy.Private, "", false},
		{policy.Public, open, false}, {policy.Private, open, true}, {policy.Local, open, true},
		{policy.Local, strings.Replace(open, "pci: "+all, "pci: {local: scrub}", 1), false},
	} {
		b := newBenchWith(t, standin.Options{}, func(config *Config) {
			providers := config.Settings().Providers
			own := providers["openai"]
			own.Kind = c.kind
			providers["openai"] = own
		})
		b.under(c.settings)
		body := `{"model":"m","input":[[1,2345],[7]]}`
		status, text, h := b.post("/openai/v1/embeddings", body)
		if got := b.vendor.Requests(); (len(got) == 1 && string(got[0].Body) == body) != c.passes || (h.Get("X-Scrubjay-Error") == "token_array") == c.passes {
			t.Errorf("%s under %q: %d %s", c.kind, c.settings, status, text)
		}
	}
}
