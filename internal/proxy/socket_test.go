package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	gpt "github.com/openai/openai-go/v3"
	gptoption "github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// talker is a vendor on a websocket: it says the text of what it hears again, a byte an event, and then whole.
type talker struct {
	mu     sync.Mutex
	heard  []string
	header http.Header
	bye    chan error // how the last connection ended
	pinged chan struct{}
}

func newTalker() *talker {
	return &talker{bye: make(chan error, 1), pinged: make(chan struct{}, 1)}
}

func (v *talker) said() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return strings.Join(v.heard, "\n")
}

func (v *talker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	v.header = r.Header.Clone()
	v.heard = append(v.heard, r.URL.String())
	v.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer the-vendor-key" {
		w.Header().Set("X-Request-Id", "req_1")
		http.Error(w, `{"error":{"message":"no key"}}`, http.StatusUnauthorized)
		return
	}
	w.Header().Set("X-Request-Id", "req_1")
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"realtime"}, OnPingReceived: func(context.Context, []byte) bool {
		v.pinged <- struct{}{}
		return true
	}})
	if err != nil {
		return
	}
	defer c.CloseNow()
	c.SetReadLimit(bodyLimit)
	for {
		_, text, err := c.Read(r.Context())
		if err != nil {
			v.bye <- err
			return
		}
		v.mu.Lock()
		v.heard = append(v.heard, string(text))
		v.mu.Unlock()
		var e struct{ Input string }
		json.Unmarshal(text, &e)
		switch e.Input {
		case "leave":
			c.Close(4000, "enough")
		case "vanish":
			return
		default:
			where := `"response_id":"r1","output_index":0,"content_index":0`
			for i := range len(e.Input) {
				piece, _ := json.Marshal(e.Input[i : i+1])
				c.Write(r.Context(), websocket.MessageText, fmt.Appendf(nil, `{"type":"response.output_text.delta",%s,"delta":%s}`, where, piece))
			}
			whole, _ := json.Marshal(e.Input)
			c.Write(r.Context(), websocket.MessageText, fmt.Appendf(nil, `{"type":"response.output_text.done",%s,"text":%s}`, where, whole))
			c.Write(r.Context(), websocket.MessageBinary, []byte{0, 1, 2})
			c.Write(r.Context(), websocket.MessageText, []byte(`{"type":"response.completed","response":{"id":"r1"}}`))
		}
	}
}

type talk struct {
	t *testing.T
	*websocket.Conn
}

// talk opens a websocket on a listed host, or on a provider's address if base is not empty.
func (w *wan) talk(t *testing.T, client *http.Client, address string, header http.Header, o websocket.DialOptions) (*talk, *http.Response, error) {
	t.Helper()
	o.HTTPClient, o.HTTPHeader = client, header
	c, res, err := websocket.Dial(t.Context(), address, &o)
	if err != nil {
		return nil, res, err
	}
	t.Cleanup(func() { c.CloseNow() })
	c.SetReadLimit(bodyLimit)
	return &talk{t, c}, res, nil
}

func keyed() http.Header { return http.Header{"Authorization": {"Bearer the-vendor-key"}} }

func (c *talk) say(text string) {
	c.t.Helper()
	body, _ := json.Marshal(map[string]string{"type": "response.create", "model": "m", "input": text})
	if err := c.Write(c.t.Context(), websocket.MessageText, body); err != nil {
		c.t.Fatal(err)
	}
}

// hear is what the vendor says until its answer is complete: its text in pieces, and whole.
func (c *talk) hear() (deltas, whole string) {
	c.t.Helper()
	binary := false
	for {
		kind, text, err := c.Read(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		if kind == websocket.MessageBinary {
			binary = string(text) == "\x00\x01\x02"
			continue
		}
		var e struct{ Type, Delta, Text string }
		if err := json.Unmarshal(text, &e); err != nil {
			c.t.Fatalf("%s: %v", text, err)
		}
		switch e.Type {
		case "response.output_text.delta":
			deltas += e.Delta
		case "response.output_text.done":
			whole = e.Text
		case "response.completed":
			if !binary {
				c.t.Error("the binary message did not come as it was")
			}
			return deltas, whole
		}
	}
}

// end reads to the end: the last error event, and how the connection was closed.
func (c *talk) end() (code, message string, bye websocket.CloseError) {
	c.t.Helper()
	for {
		_, text, err := c.Read(c.t.Context())
		if err != nil {
			errors.As(err, &bye)
			return code, message, bye
		}
		var e struct{ Type, Code, Message string }
		if json.Unmarshal(text, &e) == nil && e.Type == "error" {
			code, message = e.Code, e.Message
		}
	}
}

// TestWebsocketIsScrubbed: at an address of ours and at an intercepted host, every message is scrubbed and every
// event restored, however the vendor cuts them.
func TestWebsocketIsScrubbed(t *testing.T) {
	v := newTalker()
	w := newWAN(t, v)
	settings := w.proxy.Settings()
	settings.Providers["openai"] = policy.Provider{Format: "openai", URL: w.tls.URL, Kind: policy.Public}
	w.proxy.Settings = func() policy.Settings { return settings }
	for _, c := range []struct {
		name, address string
		client        *http.Client
	}{
		{"Responses at our address", w.url + "/openai/v1/responses", http.DefaultClient},
		{"Realtime at our address", w.url + "/openai/v1/realtime?model=m", http.DefaultClient},
		{"Responses of a listed host", "https://" + listedHost + "/responses", w.client(url.User(testToken), false)},
		{"Realtime of a listed host", "https://" + listedHost + "/v1/realtime?model=m", w.client(url.User(testToken), false)},
	} {
		t.Run(c.name, func(t *testing.T) {
			ws, res, err := w.talk(t, c.client, c.address, keyed(), websocket.DialOptions{Subprotocols: []string{"realtime"}})
			if err != nil {
				t.Fatal(err)
			}
			if ws.Subprotocol() != "realtime" || res.Header.Get("X-Request-Id") != "req_1" {
				t.Errorf("protocol %q, header %v", ws.Subprotocol(), res.Header)
			}
			for range 3 {
				key, mail := awsKey(), email()
				text := "deploy <" + key + "> for " + mail + "."
				ws.say(text)
				if deltas, whole := ws.hear(); deltas != text || whole != text {
					t.Errorf("heard %q and %q, said %q", deltas, whole, text)
				}
				if said := v.said(); strings.Contains(said, key) || strings.Contains(said, mail) {
					t.Error("a value reached the vendor")
				}
				w.leaks(key, mail)
			}
			if err := ws.Close(4001, "my key is "+awsKey()); err != nil {
				t.Error(err)
			}
			var bye websocket.CloseError
			if err := <-v.bye; !errors.As(err, &bye) || bye.Code != 4001 || bye.Reason != "" {
				t.Errorf("the vendor heard %v: the code, and no words that nobody scrubbed", err)
			}
		})
	}
	if v.header.Get("Proxy-Authorization") != "" || strings.Contains(v.said(), testToken) {
		t.Error("the vendor got the token")
	}
}

// TestCleanWebsocketKeepsBytes: messages without findings are the very bytes.
func TestCleanWebsocketKeepsBytes(t *testing.T) {
	v := newTalker()
	w := newWAN(t, v)
	ws, _, err := w.talk(t, w.client(url.User(testToken), false), "https://"+listedHost+"/responses", keyed(), websocket.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	message := "{ \"type\":\"response.create\",\n\"n\":1.0, \"input\":\"caf\\u00e9 \\/ \" }"
	if err := ws.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
	ws.hear()
	if !strings.HasSuffix(v.said(), "\n"+message) {
		t.Errorf("the vendor heard %q", v.said())
	}
}

// TestWebsocketFailsClosed: what cannot be scrubbed, or may not be sent, ends it with an event that says why.
func TestWebsocketFailsClosed(t *testing.T) {
	key := awsKey()
	forbid := func(q policy.Query) (policy.Decision, error) {
		d := policy.Decision{Verdict: policy.Allow}
		for range q.Subjects {
			d.Verdict = policy.Forbid
			d.Rulings = append(d.Rulings, policy.Ruling{Verdict: policy.Forbid, Reason: "no keys"})
		}
		return d, nil
	}
	for name, c := range map[string]struct {
		kind   websocket.MessageType
		text   string
		decide func(policy.Query) (policy.Decision, error)
		code   string
	}{
		"binary":           {websocket.MessageBinary, key, nil, "binary_message"},
		"no JSON":          {websocket.MessageText, key, nil, "malformed_json"},
		"a name twice":     {websocket.MessageText, `{"input":"a","input":"` + key + `"}`, nil, "malformed_json"},
		"nothing":          {websocket.MessageText, "", nil, "no_body"},
		"forbidden":        {websocket.MessageText, `{"input":"` + key + `"}`, forbid, "forbidden_by_policy"},
		"no policy":        {websocket.MessageText, `{"input":"` + key + `"}`, func(policy.Query) (policy.Decision, error) { return policy.Decision{}, io.EOF }, "policy_unavailable"},
		"a bug of our own": {websocket.MessageText, `{"input":"` + key + `"}`, func(policy.Query) (policy.Decision, error) { panic(key) }, "internal_error"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newTalker()
			w := newWAN(t, v)
			w.decide = c.decide
			ws, _, err := w.talk(t, w.client(url.User(testToken), false), "https://"+listedHost+"/responses", keyed(), websocket.DialOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := ws.Write(t.Context(), c.kind, []byte(c.text)); err != nil {
				t.Fatal(err)
			}
			code, message, bye := ws.end()
			if code != c.code || message == "" || bye.Code != websocket.StatusPolicyViolation || !strings.Contains(bye.Reason, c.code) {
				t.Errorf("code %q, message %q, closed with %v", code, message, bye)
			}
			<-v.bye
			if strings.Contains(v.said(), key) || strings.Contains(message+bye.Reason, key) {
				t.Error("the value got out")
			}
			w.leaks(key)
		})
	}
}

func TestWebsocketIsRefused(t *testing.T) {
	v := newTalker()
	w := newWAN(t, v)
	client := w.client(url.User(testToken), false)
	for name, c := range map[string]struct {
		path   string
		header http.Header
		refuse bool
		want   int
		text   string
	}{
		"a path that no table knows": {"/agents/chat", keyed(), false, 501, "nobody here can read"},
		"by the settings":            {"/responses", keyed(), true, 501, "the settings refuse websockets"},
		"by the vendor":              {"/responses", nil, false, 401, "no key"},
	} {
		settings := w.proxy.Settings
		if c.refuse {
			w.proxy.Settings = func() policy.Settings {
				s := settings()
				s.Websockets = policy.RefuseWebsockets
				return s
			}
		}
		_, res, err := w.talk(t, client, "https://"+listedHost+c.path, c.header, websocket.DialOptions{})
		w.proxy.Settings = settings
		if err == nil || res == nil || res.StatusCode != c.want {
			t.Errorf("%s: %v, %+v", name, err, res)
			continue
		}
		if text, _ := io.ReadAll(res.Body); !strings.Contains(string(text), c.text) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestVendorEndsWebsocket: with its code and words if it says any, and else with an error, never as if all was said.
func TestVendorEndsWebsocket(t *testing.T) {
	v := newTalker()
	w := newWAN(t, v)
	for _, c := range []struct {
		said, code string
		bye        websocket.StatusCode
		reason     string
	}{
		{"leave", "", 4000, "enough"},
		{"vanish", "stream_interrupted", websocket.StatusInternalError, "Scrubjay: stream_interrupted"},
	} {
		ws, _, err := w.talk(t, w.client(url.User(testToken), false), "https://"+listedHost+"/responses", keyed(), websocket.DialOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ws.say(c.said)
		if code, _, bye := ws.end(); code != c.code || bye.Code != c.bye || bye.Reason != c.reason {
			t.Errorf("%s: event %q, closed with %v", c.said, code, bye)
		}
	}
}

// TestPingsGoOn: a caller's ping is answered, and is asked of the vendor too.
func TestPingsGoOn(t *testing.T) {
	v := newTalker()
	w := newWAN(t, v)
	ws, _, err := w.talk(t, w.client(url.User(testToken), false), "https://"+listedHost+"/responses", keyed(), websocket.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	read := ws.CloseRead(ctx)
	if err := ws.Ping(read); err != nil {
		t.Error(err)
	}
	<-v.pinged
}

// TestCloseEndsWebsockets: and waits for them.
func TestCloseEndsWebsockets(t *testing.T) {
	v := newTalker()
	w := newWAN(t, v)
	ws, _, err := w.talk(t, w.client(url.User(testToken), false), "https://"+listedHost+"/responses", keyed(), websocket.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.stop()
	ws.end()
	<-v.bye
}

// TestOpenAIWebsocketSDK: the vendor's own client, pointed at the proxy, on the websocket of Responses.
func TestOpenAIWebsocketSDK(t *testing.T) {
	v := newTalker()
	w := newWAN(t, v)
	settings := w.proxy.Settings()
	settings.Providers["openai"] = policy.Provider{Format: "openai", URL: w.tls.URL, Kind: policy.Public}
	w.proxy.Settings = func() policy.Settings { return settings }
	client := gpt.NewClient(gptoption.WithBaseURL(w.url+"/openai/v1"), gptoption.WithAPIKey("the-vendor-key"))
	conn, err := client.Responses.Connect(t.Context(), responses.ResponseConnectionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	key := awsKey()
	body, _ := json.Marshal(map[string]string{"type": "response.create", "model": "m", "input": "deploy with " + key})
	if err := conn.SendRaw(t.Context(), body); err != nil {
		t.Fatal(err)
	}
	for text := ""; ; {
		raw, err := conn.RecvRaw(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var event responses.ResponseStreamEventUnion
		if err := json.Unmarshal(raw, &event); err != nil {
			t.Fatal(err)
		}
		text += event.Delta
		if event.Type == "response.output_text.done" {
			if text != "deploy with "+key || event.Text != text {
				t.Errorf("the client heard %q and %q", text, event.Text)
			}
			break
		}
	}
	w.leaks(key)
	if strings.Contains(v.said(), key) {
		t.Error("the value reached the vendor")
	}
}
