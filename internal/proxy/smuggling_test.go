package proxy

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestSmuggling: whatever two readers of a request could disagree about is refused, or reaches the vendor as one request
// of one meaning; headers of one connection, and those that claim where a request comes from, go no further.
func TestSmuggling(t *testing.T) {
	b := newBench(t, standin.Options{})
	address := strings.Split(strings.TrimPrefix(b.url, "http://"), "/")[0]
	body := `{"model":"m","messages":[{"role":"user","content":"hello"}]}`
	hidden := "POST /t/" + testToken + "/openai/v1/chat/completions HTTP/1.1\r\nHost: " + address + "\r\n\r\n"
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	for name, c := range map[string]struct {
		headers, body string
		forwarded     bool
	}{
		"one length":                 {fmt.Sprintf("Content-Length: %d\r\n", len(body)), body, true},
		"chunks":                     {"Transfer-Encoding: chunked\r\n", chunked, true},
		"two lengths":                {fmt.Sprintf("Content-Length: %d\r\nContent-Length: 3\r\n", len(body)), body, false},
		"chunks of a length":         {fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n", len(chunked)+len(hidden)), chunked, true},
		"chunks, hidden":             {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", chunked, false},
		"chunks, spelled otherwise":  {"Transfer-Encoding: xchunked\r\n", chunked, false},
		"a space before the colon":   {fmt.Sprintf("Content-Length : %d\r\n", len(body)), body, false},
		"a sign":                     {fmt.Sprintf("Content-Length: +%d\r\n", len(body)), body, false},
		"a header on two lines":      {fmt.Sprintf("X-A: b\r\n Content-Length: 3\r\nContent-Length: %d\r\n", len(body)), body, true},
		"a chunk's length too large": {"Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n" + body, false},
		"less than its length":       {fmt.Sprintf("Content-Length: %d\r\n", len(body)+9), body, false},
	} {
		before := len(b.vendor.Requests())
		status := raw(t, address, "POST /t/"+testToken+"/openai/v1/chat/completions HTTP/1.1\r\nHost: "+address+"\r\nContent-Type: application/json\r\n"+
			"Authorization: Bearer k\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: 9\r\nTe: trailers\r\nProxy-Authorization: Basic eA==\r\nX-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\nX-Kept: 1\r\n"+
			c.headers+"\r\n"+c.body, strings.HasPrefix(name, "less"))
		sent := b.vendor.Requests()[before:]
		if !c.forwarded {
			if len(sent) > 0 || status == http.StatusOK {
				t.Errorf("%s: status %d, and %d requests forwarded", name, status, len(sent))
			}
			continue
		}
		if len(sent) != 1 || string(sent[0].Body) != body || status != http.StatusOK {
			t.Errorf("%s: status %d, %d requests forwarded", name, status, len(sent))
			continue
		}
		for _, gone := range []string{"X-Mine", "Keep-Alive", "Te", "Proxy-Authorization", "X-Forwarded-For", "Forwarded", "Transfer-Encoding"} {
			if sent[0].Header.Get(gone) != "" {
				t.Errorf("%s: %s reaches the vendor", name, gone)
			}
		}
		if sent[0].Header.Get("X-Kept") == "" {
			t.Errorf("%s: a header of the caller's is lost", name)
		}
	}
}

// raw sends bytes, after which nothing more comes if that is all, and answers with the status that comes back; 0 for none.
func raw(t *testing.T, address, request string, all bool) int {
	t.Helper()
	c, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	if all {
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		return 0 // it was broken off
	}
	status := 0
	_, _ = fmt.Sscanf(string(answer), "HTTP/1.1 %d", &status) // none is 0
	return status
}
