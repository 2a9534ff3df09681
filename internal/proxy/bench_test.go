package proxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// way is how a request reaches the vendor.
type way struct {
	name, url string
	taken     []time.Duration
}

// ways are straight to a vendor; through the floor, which is a bare reverse proxy that reads the body before it sends
// it; and through ours, with its real vault, ledger and policy.
func ways(b *testing.B, vendor http.HandlerFunc) []way {
	b.Helper()
	behind := httptest.NewServer(vendor)
	b.Cleanup(behind.Close)
	target, err := url.Parse(behind.URL)
	if err != nil {
		b.Fatal(err)
	}
	bare := httputil.NewSingleHostReverseProxy(target)
	bare.Transport = &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true} // else it would keep two connections, and its throughput would be theirs
	bare.FlushInterval = -1
	floor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			b.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		bare.ServeHTTP(w, r)
	}))
	b.Cleanup(floor.Close)
	ours := newBench(b, standin.Options{})
	settings := policy.Settings{Providers: map[string]policy.Provider{"openai": {Format: "openai", URL: behind.URL, Kind: policy.Public}}}
	ours.proxy.Settings = func() policy.Settings { return settings }
	return []way{{name: "direct", url: behind.URL}, {name: "floor", url: floor.URL}, {name: "added", url: ours.url + "/openai"}}
}

func yes(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // the caller's trouble is the caller's
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}]}`)
}

// send posts a body and hands the answer over.
func (w *way) send(b *testing.B, client *http.Client, body []byte, read func(io.Reader) error) {
	res, err := client.Post(w.url+"/v1/chat/completions", "application/json", bytes.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	defer res.Body.Close()
	if err := read(res.Body); err != nil || res.StatusCode != http.StatusOK {
		b.Errorf("%s: %v", res.Status, err)
	}
}

func readAllOf(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// report says the median of going straight, and what each of the others adds to it.
func report(b *testing.B, ways []way) {
	p50 := func(taken []time.Duration) float64 {
		slices.Sort(taken)
		return float64(taken[len(taken)/2]) / float64(time.Microsecond)
	}
	b.ReportMetric(0, "ns/op")
	direct := p50(ways[0].taken)
	b.ReportMetric(direct, "direct-µs")
	for _, w := range ways[1:] {
		b.ReportMetric(p50(w.taken)-direct, w.name+"-µs")
	}
}

// BenchmarkExchange is what a proxy adds to a request's time, at the median of requests that follow one
// another: added-µs is ours, floor-µs is that of a bare reverse proxy. The three ways take turns within the
// same run. All text is new each time, but for a history, which is 200 KB that were sent before with 2 KB that were
// not; known values have been met before, new ones have to be written to the vault.
//
// Mixed are values of many kinds, some thirty, as a log or a dump brings them: each request has another combination. Real
// is program text and prose of this repository and of Go's library instead of one line again and again; and full is a
// vault that knows 10,000 values already.
func BenchmarkExchange(b *testing.B) {
	for _, size := range []int{2 << 10, 200 << 10} {
		for _, kind := range []string{"clean", "20known", "20new", "20mixed", "20mixed-real", "20mixed-full"} {
			b.Run(fmt.Sprintf("%dKB/%s", size>>10, kind), func(b *testing.B) { benchExchange(b, size, kind) })
		}
	}
	b.Run("200KB/history", func(b *testing.B) { benchExchange(b, 200<<10, "history") })
	b.Run("200KB/history-full", func(b *testing.B) { benchExchange(b, 200<<10, "history-full") })
}

func benchExchange(b *testing.B, size int, kind string) {
	all, known := ways(b, yes), values(20)
	history := conversation(size, 0, known)
	kind, full := strings.CutSuffix(kind, "-full")
	if full {
		for turn := range 100 {
			all[2].send(b, http.DefaultClient, conversation(2<<10, -turn, mixed(100)), readAllOf)
		}
	}
	for turn := 0; b.Loop(); turn++ {
		var body []byte
		switch kind {
		case "clean":
			body = conversation(size, turn, nil)
		case "20known":
			body = conversation(size, turn, known)
		case "20new":
			body = conversation(size, turn, values(20))
		case "20mixed":
			body = conversation(size, turn, mixed(20))
		case "20mixed-real":
			body = realConversation(size, turn, mixed(20))
		case "history":
			body = slices.Concat(bytes.TrimSuffix(history, []byte(`],"model":"m"}`)), []byte(","), messagesOf(conversation(2<<10, turn+1, nil)))
		}
		for i := range all {
			began := time.Now()
			all[i].send(b, http.DefaultClient, body, readAllOf)
			all[i].taken = append(all[i].taken, time.Since(began))
		}
	}
	report(b, all)
}

// messagesOf is what stands behind the bracket of a conversation's messages.
func messagesOf(body []byte) []byte {
	_, rest, _ := bytes.Cut(body, []byte(`"messages":[`))
	return rest
}

// BenchmarkFirstByte is when the first byte of a stream's text is there, while the vendor has not ended it.
func BenchmarkFirstByte(b *testing.B) {
	next := make(chan struct{})
	all := ways(b, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the caller's trouble is the caller's
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Yes. \"}}]}\n\n")
		_ = http.NewResponseController(w).Flush() // the reader would tell
		<-next
		io.WriteString(w, "data: [DONE]\n\n")
	})
	for turn := 0; b.Loop(); turn++ {
		body := bytes.Replace(conversation(2<<10, turn, nil), []byte("{"), []byte(`{"stream":true,`), 1)
		for i := range all {
			began := time.Now()
			all[i].send(b, http.DefaultClient, body, func(r io.Reader) error {
				_, err := io.ReadFull(r, make([]byte, 1))
				all[i].taken = append(all[i].taken, time.Since(began))
				next <- struct{}{}
				return errors.Join(err, readAllOf(r))
			})
		}
	}
	report(b, all)
}

// BenchmarkThroughput is how many requests a second sixteen clients get answered. The clients and the vendor take their
// share of the same processors. New is 200 KB of program text and prose that were never sent, with twenty values of
// many kinds; the others are one conversation again and again.
func BenchmarkThroughput(b *testing.B) {
	const clients, each = 16, 50
	for _, kind := range []string{"2KB", "200KB", "200KB-new"} {
		b.Run(kind, func(b *testing.B) {
			all := ways(b, yes)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
			size := 200 << 10
			if kind == "2KB" {
				size = 2 << 10
			}
			same := conversation(size, 1, values(1))
			bodies := make([][]byte, clients*each)
			for turn := 0; b.Loop(); turn++ {
				for i := range bodies {
					bodies[i] = same
					if kind == "200KB-new" {
						bodies[i] = realConversation(size, turn*len(bodies)+i, mixed(20))
					}
				}
				for i := range all {
					began := time.Now()
					var group sync.WaitGroup
					for c := range clients {
						group.Go(func() {
							for _, body := range bodies[c*each : (c+1)*each] {
								all[i].send(b, client, body, readAllOf)
							}
						})
					}
					group.Wait()
					all[i].taken = append(all[i].taken, time.Since(began))
				}
			}
			b.ReportMetric(0, "ns/op")
			for _, w := range all {
				slices.Sort(w.taken)
				b.ReportMetric(each*clients/w.taken[len(w.taken)/2].Seconds(), strings.Replace(w.name, "added", "ours", 1)+"-req/s")
			}
			client.CloseIdleConnections()
		})
	}
}

func values(n int) []string {
	var v []string
	for i := range n {
		if i%2 == 0 {
			v = append(v, awsKey())
		} else {
			v = append(v, email())
		}
	}
	return v
}

// mixed are texts with values of all the kinds that canaries have.
func mixed(n int) []string {
	d := &draw{rand.New(rand.NewPCG(rand.Uint64(), 1))}
	v := make([]string, n)
	for i := range v {
		v[i], _ = kinds[d.IntN(len(kinds))].make(d)
	}
	return v
}

// realText is what a developer's conversation is made of: program and prose.
var realText = sync.OnceValue(func() string {
	var text []byte
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		panic(err)
	}
	goroot := strings.TrimSpace(string(out))
	for _, name := range []string{filepath.Join(goroot, "src/net/http/server.go"), "../../docs/policy.md", "../../docs/rules.md", filepath.Join(goroot, "src/go/types/stmt.go"), "../../docs/scan.md", filepath.Join(goroot, "src/net/http/transport.go")} {
		more, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		text = append(text, more...)
	}
	return string(text)
})

// realConversation is a request of about size bytes of those, each time from another place on.
func realConversation(size, turn int, values []string) []byte {
	text := realText()
	at := turn * 7919 % len(text)
	text = text[at:] + text[:at]
	part := size / len(values)
	var messages []benchMessage
	for i, v := range values {
		messages = append(messages, benchMessage{[]string{"user", "assistant"}[i%2], text[i*part:(i+1)*part] + "\nit is " + v + " here, in turn " + strconv.Itoa(turn) + "\n"})
	}
	return bodyOf(messages)
}

type benchMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

func bodyOf(messages []benchMessage) []byte {
	body, err := json.Marshal(map[string]any{"messages": messages, "model": "m"})
	if err != nil {
		panic(err)
	}
	return body
}

// conversation is a request of about size bytes: program text in turns, the values spread over it.
func conversation(size, turn int, values []string) []byte {
	line := "\tresult, err := client.Do(ctx, request) // é and so on, call " + strconv.Itoa(turn) + "\n"
	count := max(1, len(values))
	var messages []benchMessage
	for i := range count {
		text := strings.Repeat(line, max(1, size/count/len(line)))
		if i < len(values) {
			text += "it is " + values[i] + " here\n"
		}
		messages = append(messages, benchMessage{[]string{"user", "assistant"}[i%2], text})
	}
	return bodyOf(messages)
}
