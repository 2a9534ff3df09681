package proxy

import (
	"net/http"
	"net/http/pprof"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// metrics are what the proxy counts, for Prometheus. Labels are names of ours: providers that are configured,
// endpoints that a table knows, classes, verdicts; never a text that somebody sent.
type metrics struct {
	registry  *prometheus.Registry
	handler   http.Handler
	exchanges *prometheus.CounterVec
	findings  *prometheus.CounterVec
	withheld  *prometheus.CounterVec
	bytes     *prometheus.CounterVec
	added     *prometheus.HistogramVec
	held      *prometheus.HistogramVec
	refused   *prometheus.CounterVec
}

func newMetrics(seen *seen) *metrics {
	registry := prometheus.NewRegistry()
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "scrubjay", Name: name, Help: help}, labels)
		registry.MustRegister(c)
		return c
	}
	m := &metrics{
		registry:  registry,
		exchanges: counter("exchanges_total", "Requests by provider, endpoint, verdict and status of the answer.", "provider", "endpoint", "verdict", "status"),
		findings:  counter("findings_total", "What was found in requests, by provider and class.", "provider", "class"),
		withheld:  counter("withheld_total", "Placeholders of answers that policy kept out of a command, a URL or a tool.", "provider"),
		bytes:     counter("bytes_total", "Bodies by provider and direction, in bytes: out to the vendor, in from it.", "provider", "direction"),
		refused:   counter("refusals_total", "Requests that the proxy answered itself, by its code for why.", "code"),
		added: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "scrubjay", Name: "added_seconds", Help: "What scrubbing adds to a request before it is sent, in seconds.",
			Buckets: prometheus.ExponentialBuckets(50e-6, 2, 14),
		}, []string{"provider"}),
		held: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "scrubjay", Name: "held_bytes", Help: "The most that a text of an answer held back, because it might have become a placeholder, in bytes.",
			Buckets: prometheus.LinearBuckets(0, redact.MaxPlaceholder/6, 7),
		}, []string{"provider"}),
	}
	lookups := func(name, help string, of func(hits, misses uint64) uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "scrubjay", Name: name, Help: help}, func() float64 { return float64(of(seen.counts())) })
	}
	registry.MustRegister(m.added, m.held, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		lookups("seen_hits_total", "Strings that were not scanned again.", func(hits, _ uint64) uint64 { return hits }),
		lookups("seen_misses_total", "Strings that were scanned.", func(_, misses uint64) uint64 { return misses }),
	)
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

// Counted are the proxy's metrics, for whoever sends them on.
func (p *Proxy) Counted() prometheus.Gatherer { return p.metrics.registry }

// exchanged counts an exchange that has ended.
func (m *metrics) exchanged(x *exchange) {
	r := &x.record
	m.exchanges.WithLabelValues(r.Provider, r.Endpoint, r.Verdict, strconv.Itoa(r.Status)).Inc()
	for class, n := range r.Classes {
		m.findings.WithLabelValues(r.Provider, class).Add(float64(n))
	}
	if r.Withheld > 0 {
		m.withheld.WithLabelValues(r.Provider).Add(float64(r.Withheld))
	}
	m.bytes.WithLabelValues(r.Provider, "out").Add(float64(r.BytesOut))
	m.bytes.WithLabelValues(r.Provider, "in").Add(float64(r.BytesIn))
	if x.added > 0 {
		m.added.WithLabelValues(r.Provider).Observe(x.added.Seconds())
	}
	if x.held != nil {
		m.held.WithLabelValues(r.Provider).Observe(float64(*x.held))
	}
}

// inspect finds what answers those who watch the proxy itself; nil if the path is for a provider.
func (m *metrics) inspect(method, path string) http.Handler {
	if method != http.MethodGet {
		return nil
	}
	name, profile := strings.CutPrefix(path, "/debug/pprof/")
	switch {
	case path == "/metrics":
		return m.handler
	case profile && name == "profile":
		return http.HandlerFunc(pprof.Profile)
	case profile && name == "trace":
		return http.HandlerFunc(pprof.Trace)
	case profile && name == "":
		return http.HandlerFunc(pprof.Index)
	case profile:
		return pprof.Handler(name)
	}
	return nil
}
