package proxy

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestEnding: whose request is under way when the proxy has to end reads so, in the vendor's form and never as a clean end, and every
// exchange is in the ledger.
func TestEnding(t *testing.T) {
	step, reached := make(chan struct{}), make(chan struct{}, 2)
	b := newBench(t, standin.Options{Step: step, Reply: func(r standin.Request) standin.Reply {
		reached <- struct{}{}
		return standin.Echo(r)
	}})
	b.decide = func(q policy.Query) (policy.Decision, error) {
		e, err := defaultPolicy()
		if err != nil {
			return policy.Decision{}, err
		}
		d, err := e.Decide(context.Background(), q)
		if q.Destination.Provider == "mistral" {
			d.Obligations = []string{policy.Review}
		}
		return d, err
	}
	asked := make(chan struct{}, 1)
	b.proxy.Hold = func(ctx context.Context, _ Held) Approval {
		asked <- struct{}{}
		<-ctx.Done()
		return Approval{Answer: Unanswered}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := b.proxy.Server()
	end := Ending(s)
	go s.Serve(l)
	began, _ := url.Parse(b.url)
	post := func(path, body string) (*http.Response, error) {
		req, err := http.NewRequest(http.MethodPost, strings.Replace(b.url, began.Host, l.Addr().String(), 1)+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Host = began.Host // by which it is known
		req.Header.Set("Authorization", "Bearer k")
		req.Header.Set("Content-Type", "application/json")
		return http.DefaultClient.Do(req)
	}
	whole := func(path string, answer chan string) {
		res, err := post(path, typed("hello"))
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			text = []byte(err.Error())
		}
		answer <- res.Status + " " + res.Header.Get("X-Should-Retry") + string(text)
	}
	go func() { step <- struct{}{} }()
	res, err := post("/anthropic/v1/messages", `{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"one two three four five six seven"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	<-reached
	waits, held := make(chan string, 1), make(chan string, 1)
	go whole(chat, waits)
	<-reached
	go whole("/mistral/v1/chat/completions", held)
	<-asked
	go end()
	rest, err := io.ReadAll(res.Body)
	if err == nil || !strings.Contains(string(rest), `event: error`) || !strings.Contains(string(rest), "the proxy ended before the answer did: ask again") {
		t.Errorf("of a stream is left %v:\n%s", err, rest)
	}
	if got := <-waits; !strings.HasPrefix(got, "503 Service Unavailable {") || !strings.Contains(got, "the proxy ended") {
		t.Errorf("whoever waits for the vendor reads %s", got)
	}
	if got := <-held; !strings.HasPrefix(got, "403 ") || !strings.Contains(got, "the proxy ended before anybody answered: send it again") {
		t.Errorf("whoever waits for a person reads %s", got)
	}
	end() // again, so as to wait for the first
	b.stop()
	var said []string
	if err := audit.Show(b.dir, func(r audit.Record) error { said = append(said, r.Note, strings.Join(r.Reasons, " ")); return nil }); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"stream_interrupted", "proxy_ended", "the proxy ended before anybody answered"} {
		if all := strings.Join(said, "\n"); !strings.Contains(all, want) {
			t.Errorf("the ledger does not say %s:\n%s", want, all)
		}
	}
}

// TestEndingOfInterceptions: so does who is intercepted.
func TestEndingOfInterceptions(t *testing.T) {
	for _, http2 := range []bool{true, false} {
		t.Run(fmt.Sprintf("HTTP/2 %v", http2), func(t *testing.T) {
			step := make(chan struct{})
			w := newWAN(t, standin.New(standin.Options{Step: step}))
			req, err := http.NewRequest(http.MethodPost, "https://"+listedHost+"/chat/completions", strings.NewReader(`{"model":"m","stream":true,"messages":[{"role":"user","content":"one two three four five"}]}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer k")
			req.Header.Set("Content-Type", "application/json")
			go func() { step <- struct{}{} }()
			res, err := w.client(url.User(testToken), http2).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			go w.proxy.Close()
			rest, err := io.ReadAll(res.Body)
			if err == nil || !strings.Contains(string(rest), "the proxy ended before the answer did: ask again") {
				t.Errorf("of a stream is left %v:\n%s", err, rest)
			}
		})
	}
}
