package daemon

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestCollector: a collector gets the metrics and a span for each exchange, whole and streamed, scrubbed and forbidden,
// and none holds what was sent, its placeholder or its fingerprint; a caller's own trace reaches the vendor as it was.
func TestCollector(t *testing.T) {
	var mu sync.Mutex
	var sent bytes.Buffer
	spans, metrics := new(tracepb.TracesData), new(metricspb.MetricsData)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		sent.Write(body)
		var to proto.Message = spans
		if r.URL.Path == "/v1/metrics" {
			to = metrics
		}
		if err := (proto.UnmarshalOptions{Merge: true}).Unmarshal(body, to); err != nil || r.Header.Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	r := start(t, "providers: {openai: {format: openai, url: \""+vendor.URL()+"\"}}\nverdicts: {pci: {public: forbid}}\n")
	key := strings.Join([]string{"AK", "IAQ3EGRZ5TPLW7MNX2"}, "")
	card := strings.Join([]string{"4539", "1488", "0343", "6467"}, " ")
	const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for _, body := range []string{
		`{"model":"gpt-x","messages":[{"role":"user","content":"the key ` + key + `"}]}`,
		`{"model":"gpt-x","stream":true,"messages":[{"role":"user","content":"the key ` + key + ` again"}]}`,
		`{"model":"gpt-x","messages":[{"role":"user","content":"pay with ` + card + `"}]}`,
		`{"model":"` + key + `","messages":[]}`,
	} {
		status, _ := r.ask(body, "Traceparent", trace)
		if forbidden := strings.Contains(body, card); forbidden != (status == http.StatusForbidden) {
			t.Fatalf("status %d", status)
		}
	}
	r.stop()
	for _, q := range vendor.Requests() {
		if got := q.Header.Values("Traceparent"); len(got) != 1 || got[0] != trace {
			t.Errorf("the vendor got the traces %q", got)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	n := 0
	for _, of := range spans.GetResourceSpans() {
		for _, scope := range of.GetScopeSpans() {
			n += len(scope.GetSpans())
			for _, s := range scope.GetSpans() {
				if strings.Contains(s.String(), "4bf92f3577b34da6") || s.GetName() != "/v1/chat/completions" {
					t.Errorf("the span is %v", s)
				}
			}
		}
	}
	if n != 4 {
		t.Errorf("%d spans", n)
	}
	text := metrics.String()
	for _, want := range []string{"scrubjay_exchanges_total", "scrubjay_findings_total", "scrubjay_added_seconds", "go_goroutines", "gpt-x"} {
		if strings.Contains(text, want) != strings.Contains(want, "_") {
			t.Errorf("%s in the metrics: %v", want, !strings.Contains(want, "_"))
		}
	}
	for i, value := range []string{key, card, "the key", "AWS_KEY", "aws-access-key"} {
		if bytes.Contains(sent.Bytes(), []byte(value)) {
			t.Errorf("value %d stands in what was sent", i)
		}
	}
	if regexp.MustCompile(`i:[0-9a-f]{32}`).Match(sent.Bytes()) {
		t.Error("a fingerprint stands in what was sent")
	}
	if !bytes.Contains(sent.Bytes(), []byte("gpt-x")) || !bytes.Contains(sent.Bytes(), []byte("(not a name)")) {
		t.Error("no model in what was sent")
	}
}
