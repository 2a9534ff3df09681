package proxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// BenchmarkExchange is what a proxy adds to a request's time, at the median of requests that follow one
// another: added-µs is ours, floor-µs is that of a bare reverse proxy that reads the body before it sends
// it. The three ways, direct, floor and ours, take turns within the same run. All text is new each time;
// known values have been met before, new ones have to be written to the vault.
func BenchmarkExchange(b *testing.B) {
	for _, size := range []int{2 << 10, 200 << 10} {
		for _, kind := range []string{"clean", "20known", "20new"} {
			b.Run(fmt.Sprintf("%dKB/%s", size>>10, kind), func(b *testing.B) { benchExchange(b, size, kind) })
		}
	}
}

func benchExchange(b *testing.B, size int, kind string) {
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			b.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":"Yes."},"finish_reason":"stop"}]}`)
	}))
	defer vendor.Close()
	target, err := url.Parse(vendor.URL)
	if err != nil {
		b.Fatal(err)
	}
	bare := httputil.NewSingleHostReverseProxy(target)
	floor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			b.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		bare.ServeHTTP(w, r)
	}))
	defer floor.Close()
	ours := newBench(b, standin.Options{})
	ours.proxy.Settings = func() policy.Settings {
		return policy.Settings{Providers: map[string]policy.Provider{"openai": {Format: "openai", URL: vendor.URL, Kind: policy.Public}}}
	}

	known := values(20)
	ways := []struct {
		url   string
		taken []time.Duration
	}{{url: vendor.URL}, {url: floor.URL}, {url: ours.url + "/openai"}}
	for turn := 0; b.Loop(); turn++ {
		var with []string
		switch kind {
		case "20known":
			with = known
		case "20new":
			with = values(20)
		}
		body := conversation(size, turn, with)
		for i := range ways {
			began := time.Now()
			res, err := http.Post(ways[i].url+"/v1/chat/completions", "application/json", bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			text, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode != http.StatusOK {
				b.Fatalf("%s: %v %s", res.Status, err, text)
			}
			ways[i].taken = append(ways[i].taken, time.Since(began))
		}
	}
	p50 := func(taken []time.Duration) float64 {
		slices.Sort(taken)
		return float64(taken[len(taken)/2]) / float64(time.Microsecond)
	}
	direct := p50(ways[0].taken)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(direct, "direct-µs")
	b.ReportMetric(p50(ways[1].taken)-direct, "floor-µs")
	b.ReportMetric(p50(ways[2].taken)-direct, "added-µs")
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

// conversation is a request of about size bytes: program text in turns, the values spread over it.
func conversation(size, turn int, values []string) []byte {
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	line := "\tresult, err := client.Do(ctx, request) // é and so on, call " + strconv.Itoa(turn) + "\n"
	count := max(1, len(values))
	var messages []message
	for i := range count {
		text := strings.Repeat(line, max(1, size/count/len(line)))
		if i < len(values) {
			text += "it is " + values[i] + " here\n"
		}
		messages = append(messages, message{[]string{"user", "assistant"}[i%2], text})
	}
	body, err := json.Marshal(map[string]any{"model": "m", "messages": messages})
	if err != nil {
		panic(err)
	}
	return body
}
