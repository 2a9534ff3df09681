package otlp

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/protobuf/proto"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
)

// collector keeps what it is sent.
type collector struct {
	*httptest.Server
	mu      sync.Mutex
	status  int
	paths   []string
	headers http.Header
	spans   tracepb.TracesData
	counts  metricspb.MetricsData
}

func newCollector(t *testing.T) *collector {
	c := &collector{status: http.StatusOK}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.paths, c.headers = append(c.paths, r.URL.Path), r.Header
		var m proto.Message = &c.spans
		if strings.Contains(r.URL.Path, "metrics") {
			m = &c.counts
		}
		if err := proto.Unmarshal(body, m); err != nil {
			t.Error(err)
		}
		w.WriteHeader(c.status)
	}))
	t.Cleanup(c.Close)
	return c
}

// start starts an exporter in an environment of these variables and no others of OpenTelemetry's.
func start(t *testing.T, variables map[string]string, counted prometheus.Gatherer, log *zap.Logger) (*Exporter, error) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, "")
		}
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
	return Start(http.DefaultTransport, counted, "v9", log)
}

func attributes(all []*commonpb.KeyValue) map[string]any {
	out := map[string]any{}
	for _, a := range all {
		switch v := a.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			out[a.GetKey()] = v.StringValue
		case *commonpb.AnyValue_IntValue:
			out[a.GetKey()] = v.IntValue
		case *commonpb.AnyValue_DoubleValue:
			out[a.GetKey()] = v.DoubleValue
		}
	}
	return out
}

// TestSend: at the latest when it is closed, a collector has every metric as it was counted and a span with what the
// record says, at the paths and with the headers that the variables name.
func TestSend(t *testing.T) {
	c := newCollector(t)
	r := prometheus.NewRegistry()
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "exchanges_total", Help: "what it is"}, []string{"provider"})
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "added_seconds", Buckets: []float64{1, 2}})
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "open"})
	summary := prometheus.NewSummary(prometheus.SummaryOpts{Name: "pause", Objectives: map[float64]float64{0.5: 0}})
	r.MustRegister(counter, histogram, gauge, summary)
	counter.WithLabelValues("openai").Add(3)
	for _, v := range []float64{0.5, 0.5, 1.5, 9} {
		histogram.Observe(v)
		summary.Observe(v)
	}
	gauge.Set(7)
	e, err := start(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL + "/base/", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": c.URL + "/mine",
		"OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b, x-other=c"}, r, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now().Add(-time.Second)
	e.Exchange(audit.Record{Provider: "openai", Endpoint: "/v1/chat/completions", Model: "gpt", Verdict: "scrub", Status: 200, Withheld: 1,
		Classes: map[string]int{"pii": 2}, Rules: map[string]int{"email-address": 2}, Fingerprints: []string{"i:0123"}}, began, 3*time.Millisecond)
	e.Exchange(audit.Record{Provider: "openai", Endpoint: "/v1/chat/completions", Verdict: "forbid", Status: 403}, began, 0)
	e.Close(t.Context())

	slices.Sort(c.paths)
	if got := strings.Join(c.paths, " "); got != "/base/v1/metrics /mine" || c.headers.Get("X-Key") != "a b" || c.headers.Get("X-Other") != "c" {
		t.Errorf("sent to %s with %v", got, c.headers)
	}
	spans := c.spans.GetResourceSpans()[0].GetScopeSpans()[0].GetSpans()
	if len(spans) != 2 || spans[0].GetStatus().GetCode() != tracepb.Status_STATUS_CODE_UNSET || spans[1].GetStatus().GetCode() != tracepb.Status_STATUS_CODE_ERROR {
		t.Fatalf("%v", spans)
	}
	want := map[string]any{"gen_ai.provider.name": "openai", "http.route": "/v1/chat/completions", "gen_ai.request.model": "gpt", "http.response.status_code": int64(200),
		"scrubjay.verdict": "scrub", "scrubjay.added_ms": 3.0, "scrubjay.withheld": int64(1), "scrubjay.findings.pii": int64(2)}
	got := attributes(spans[0].GetAttributes())
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, want %v", name, got[name], value)
		}
	}
	if len(got) != len(want) || spans[0].GetStartTimeUnixNano() != uint64(began.UnixNano()) || spans[0].GetName() != "/v1/chat/completions" {
		t.Errorf("the span is %v", spans[0])
	}
	who := attributes(c.counts.GetResourceMetrics()[0].GetResource().GetAttributes())
	if who["service.name"] != "scrubjay" || who["service.version"] != "v9" {
		t.Errorf("it is from %v", who)
	}
	metrics := map[string]*metricspb.Metric{}
	for _, m := range c.counts.GetResourceMetrics()[0].GetScopeMetrics()[0].GetMetrics() {
		metrics[m.GetName()] = m
	}
	sum := metrics["exchanges_total"].GetSum()
	if p := sum.GetDataPoints(); !sum.GetIsMonotonic() || len(p) != 1 || p[0].GetAsDouble() != 3 || attributes(p[0].GetAttributes())["provider"] != "openai" {
		t.Errorf("%v", sum)
	}
	if h := metrics["added_seconds"].GetHistogram().GetDataPoints()[0]; !slices.Equal(h.GetBucketCounts(), []uint64{2, 1, 1}) || !slices.Equal(h.GetExplicitBounds(), []float64{1, 2}) || h.GetSum() != 11.5 || h.GetCount() != 4 {
		t.Errorf("%v", h)
	}
	if s := metrics["pause"].GetSummary().GetDataPoints()[0]; s.GetCount() != 4 || len(s.GetQuantileValues()) != 1 {
		t.Errorf("%v", s)
	}
	if g := metrics["open"].GetGauge().GetDataPoints()[0]; g.GetAsDouble() != 7 {
		t.Errorf("%v", g)
	}
}

// TestNobodyAsked: without a variable there is no exporter, and one that is not there does nothing.
func TestNobodyAsked(t *testing.T) {
	for name, variables := range map[string]map[string]string{
		"nothing":  {"OTEL_SERVICE_NAME": "x"},
		"disabled": {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "True"},
		"none":     {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"},
	} {
		e, err := start(t, variables, prometheus.NewRegistry(), zap.NewNop())
		if e != nil || err != nil {
			t.Errorf("%s: %v %v", name, e, err)
		}
		e.Exchange(audit.Record{}, time.Now(), 0)
		e.Close(t.Context())
	}
}

// TestBadVariables: what is wrong with a variable is said by its name, and never what it holds.
func TestBadVariables(t *testing.T) {
	for want, variables := range map[string]map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT is not an address": {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector.hidden:4317"},
		"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is":        {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://hidden\x7f"},
		"OTEL_EXPORTER_OTLP_PROTOCOL must be":           {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
		"OTEL_EXPORTER_OTLP_HEADERS is not a list":      {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_HEADERS": "hidden"},
		"OTEL_EXPORTER_OTLP_TIMEOUT is not a number":    {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_TIMEOUT": "hidden"},
		"OTEL_RESOURCE_ATTRIBUTES is not a list":        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_RESOURCE_ATTRIBUTES": "hidden"},
		"OTEL_METRIC_EXPORT_INTERVAL is not a number":   {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_METRIC_EXPORT_INTERVAL": "0"},
	} {
		e, err := start(t, variables, prometheus.NewRegistry(), zap.NewNop())
		if e != nil || err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%v: %v", variables, err)
		}
	}
}

// TestCollectorGone: that a collector takes nothing is told once, without its address; it holds nobody up for longer
// than it may, and that it takes what is sent again is told too.
func TestCollectorGone(t *testing.T) {
	c := newCollector(t)
	core, logged := observer.New(zap.DebugLevel)
	e, err := start(t, map[string]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": c.URL + "/metrics?key=hidden"}, prometheus.NewRegistry(), zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	say := func(status int) {
		c.mu.Lock()
		c.status = status
		c.mu.Unlock()
		e.metrics.send(t.Context())
	}
	say(http.StatusServiceUnavailable)
	say(http.StatusTemporaryRedirect)
	say(http.StatusOK)
	say(http.StatusOK)
	if all := logged.All(); len(all) != 2 || all[0].ContextMap()["error"] != "it answers with status 503" || all[1].Level != zap.InfoLevel {
		t.Errorf("the log says %v", all)
	}
	c.Server.Close()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	e.Close(over)
	for _, l := range logged.All() {
		if text, _ := l.ContextMap()["error"].(string); strings.Contains(text, "hidden") || strings.Contains(text, "http") {
			t.Errorf("the log says %q", text)
		}
	}
}

// TestCollectorHangs: one that takes a connection and says nothing holds up the end for as long as it may, and no longer.
func TestCollectorHangs(t *testing.T) {
	over := make(chan struct{})
	c := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	defer c.Close()
	defer close(over)
	e, err := start(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL}, prometheus.NewRegistry(), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	e.Exchange(audit.Record{Endpoint: "/v1/messages"}, time.Now(), 0)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	e.Close(ctx)
}
