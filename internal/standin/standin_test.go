package standin

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s := New(o)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func post(t *testing.T, s *Server, path, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer x")
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

const streamed = `{"model":"m","stream":true,"n":2,"messages":[{"role":"user","content":"Grüße 🐦"}]}`

func TestEverySplitHasTheSameBytes(t *testing.T) {
	var want []byte
	for i, split := range []Split{nil, EveryByte(), Every(7), Random(1), Random(2), At(0, 1, 50, 1<<20)} {
		resp := post(t, start(t, Options{Split: split}), "/v1/chat/completions", streamed)
		got, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Errorf("split %d gives\n%s\nwant\n%s", i, got, want)
		}
	}
	if !bytes.HasSuffix(want, []byte("data: [DONE]\n\n")) || bytes.Count(want, []byte(`"finish_reason":"stop"`)) != 2 {
		t.Errorf("not two whole choices:\n%s", want)
	}
}

func TestSplits(t *testing.T) {
	for _, test := range []struct {
		split Split
		want  string
	}{
		{EveryByte(), "a|b|c|d|e"},
		{Every(2), "ab|cd|e"},
		{Every(9), "abcde"},
		{At(0, 1, 4, 5, 6), "a|bcd|e"},
	} {
		if got := string(bytes.Join(test.split.cut([]byte("abcde")), []byte("|"))); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}

// Each piece waits for its step, so that a test decides what has arrived.
func TestStep(t *testing.T) {
	step := make(chan struct{})
	s := start(t, Options{Split: At(10), Step: step})
	go func() { step <- struct{}{} }()
	resp := post(t, s, "/v1/messages", streamed)
	first := make([]byte, 10)
	if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "event: mes" {
		t.Fatalf("%q %v", first, err)
	}
	step <- struct{}{}
	rest, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.HasSuffix(rest, []byte("\"message_stop\"}\n\n")) {
		t.Errorf("%v\n%s", err, rest)
	}
}

func TestMisbehaviour(t *testing.T) {
	t.Run("cut off", func(t *testing.T) {
		resp := post(t, start(t, Options{CutAfter: 100}), "/v1/messages", streamed)
		got, err := io.ReadAll(resp.Body)
		if len(got) != 100 || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes and %v, want 100 and an unexpected EOF", len(got), err)
		}
	})
	t.Run("gzip", func(t *testing.T) {
		resp := post(t, start(t, Options{Gzip: true}), "/v1/messages", streamed)
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(z)
		if err != nil || !bytes.HasPrefix(got, []byte("event: message_start\n")) {
			t.Errorf("%v\n%s", err, got)
		}
	})
	t.Run("content type", func(t *testing.T) {
		resp := post(t, start(t, Options{ContentType: "text/html"}), "/v1/messages", streamed)
		if got := resp.Header.Get("Content-Type"); got != "text/html" {
			t.Errorf("%q", got)
		}
	})
}

func TestRequestsAreKeptAsTheyCame(t *testing.T) {
	s := start(t, Options{})
	post(t, s, "/v1/messages?beta=true", "{ }")
	post(t, s, "/nowhere", "\xff")
	got := s.Requests()
	if len(got) != 2 || got[0].Path != "/v1/messages?beta=true" || string(got[0].Body) != "{ }" ||
		got[0].Header.Get("Authorization") != "Bearer x" || string(got[1].Body) != "\xff" || got[1].Method != "POST" {
		t.Errorf("%+v", got)
	}
}

func TestEcho(t *testing.T) {
	tools := []string{"Write", "Bash"}
	for _, test := range []struct {
		said, text string
		calls      int
	}{
		{"hello", "hello", 0},
		{"call Write {\"a\": 1}", "", 1},
		{"do\ncall Write {\"a\": 1}\ncall Bash {}\nthat", "do\nthat", 2},
		{"call me {}", "call me {}", 0},
		{"call Write now", "call Write now", 0},
	} {
		r := Echo(Request{Text: test.said, Tools: tools})
		if r.Text != test.text || len(r.ToolCalls) != test.calls {
			t.Errorf("%q gives %+v", test.said, r)
		}
	}
}
