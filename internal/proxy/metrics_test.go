package proxy

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestMetrics: what happened is counted by names of ours; nothing that somebody sent is a label; the token is needed.
func TestMetrics(t *testing.T) {
	b := newBench(t, standin.Options{})
	key := awsKey()
	body := fmt.Sprintf(`{"model":"%[1]s","messages":[{"role":"user","content":"the key is %[1]s"}]}`, key)
	for range 2 {
		if status, text, _ := b.post(chat, body); status != http.StatusOK {
			t.Fatal(text)
		}
	}
	b.post("/openai/v1/some/"+strings.ToLower(key), `{}`)
	b.post("/nobody/v1/x", `{}`)
	b.post(chat, `{"a":1,"a":2}`)
	get := func(url string) (int, string) {
		t.Helper()
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(text)
	}
	status, text := get(b.url + "/metrics")
	if status != http.StatusOK {
		t.Fatal(status)
	}
	for _, want := range []string{
		`scrubjay_exchanges_total{endpoint="/v1/chat/completions",provider="openai",status="200",verdict="scrub"} 2`,
		`scrubjay_exchanges_total{endpoint="POST unknown",provider="openai",`,
		`scrubjay_findings_total{class="credential",provider="openai"} 4`,
		`scrubjay_refusals_total{code="no_provider"} 1`, `scrubjay_refusals_total{code="malformed`,
		`scrubjay_added_seconds_count{provider="openai"} `, `scrubjay_bytes_total{direction="out",provider="openai"}`,
		"scrubjay_seen_hits_total ", "go_goroutines", "process_resident_memory_bytes",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(strings.ToLower(text), strings.ToLower(key)) || strings.Contains(text, "seen_hits_total 0\n") {
		t.Error("the metrics hold what was sent, or count nothing as seen")
	}
	for path, want := range map[string]string{"/debug/pprof/goroutine?debug=1": "goroutine profile", "/debug/pprof/": "heap"} {
		if status, text := get(b.url + path); status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, path := range []string{"/metrics", "/debug/pprof/", "/t/wrong/metrics"} {
		if status, _ := get(strings.TrimSuffix(b.url, "/t/"+testToken) + path); status != http.StatusUnauthorized {
			t.Errorf("%s without the token: %d", path, status)
		}
	}
	if status, _, _ := b.post("/metrics", `{}`); status != http.StatusNotFound {
		t.Errorf("posted to: %d", status)
	}
}

// TestHeld: of every answer it is counted what a text of it held back at most: no more than a placeholder is long,
// nothing where nothing could have been one, and requests without an answer's text do not count.
func TestHeld(t *testing.T) {
	b := newBench(t, standin.Options{Piece: 1})
	for _, content := range []string{"the key is " + awsKey(), "nothing"} {
		if status, text, _ := b.post(chat, fmt.Sprintf(`{"model":"m","stream":true,"messages":[{"role":"user","content":"%s"}]}`, content)); status != http.StatusOK {
			t.Fatal(text)
		}
	}
	b.post(chat, `{"a":1,"a":2}`)
	families, err := b.proxy.Counted().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "scrubjay_held_bytes" {
			continue
		}
		h := f.GetMetric()[0].GetHistogram()
		buckets := h.GetBucket()
		last := buckets[len(buckets)-1]
		if h.GetSampleCount() != 2 || buckets[0].GetCumulativeCount() != 1 || last.GetUpperBound() != redact.MaxPlaceholder || last.GetCumulativeCount() != 2 || h.GetSampleSum() < 8 {
			t.Errorf("%v", h)
		}
		return
	}
	t.Error("it is not counted")
}
