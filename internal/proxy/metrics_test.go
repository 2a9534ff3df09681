package proxy

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

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
