// Package otlp sends what the proxy counts, and a span for every exchange, to the collector of yours that OpenTelemetry's
// own variables name. Without one of them it does nothing at all, and there is nobody else that it would ever send to.
//
//	send.go     which variables count; one body to one address
//	metrics.go  the very metrics that Prometheus would scrape, in the collector's form
//
// What holds: a span is names of ours and numbers, from the record that the ledger gets: no prompt, no value, no
// header, no address, and no fingerprint either, which only this machine has a use for. An exchange never waits for a
// collector: spans queue up to a bound and are dropped beyond it, and what a collector does not take is not sent again.
//
// The exporters that OpenTelemetry ships for HTTP link all of gRPC, which every start of every command would pay for; so
// the queue and the form of spans are OpenTelemetry's, and the few lines that post them are ours.
package otlp

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// Exporter sends to a collector. A nil Exporter sends nothing.
type Exporter struct {
	spans   *sdktrace.TracerProvider
	tracer  trace.Tracer
	metrics *metrics
	stop    context.CancelFunc
	beside  sync.WaitGroup
}

// Start makes the exporter that the environment asks for; nil if it asks for none. What is wrong with a variable is an
// error, and then nothing is sent. The collector is reached by via.
func Start(via http.RoundTripper, counted prometheus.Gatherer, version string, log *zap.Logger) (*Exporter, error) {
	spans, err := target(via, "TRACES", "/v1/traces", log)
	if err != nil {
		return nil, err
	}
	counts, err := target(via, "METRICS", "/v1/metrics", log)
	if err != nil || spans == nil && counts == nil {
		return nil, err
	}
	every, err := milliseconds(time.Minute, "OTEL_METRIC_EXPORT_INTERVAL")
	if err != nil {
		return nil, err
	}
	// Who this is, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES says otherwise.
	us, err := resource.New(context.Background(), resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "scrubjay"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, errors.New("OTEL_RESOURCE_ATTRIBUTES is not a list of name=value")
	}
	e := &Exporter{stop: func() {}}
	if spans != nil {
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {})) // the sender tells its own, and no other text is ours to print
		exporter, err := otlptrace.New(context.Background(), spans)
		if err != nil {
			return nil, err
		}
		e.spans = sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(us))
		e.tracer = e.spans.Tracer("scrubjay")
	}
	if counts != nil {
		e.metrics = &metrics{of: counted, to: counts, who: us, since: time.Now()}
		var ctx context.Context
		ctx, e.stop = context.WithCancel(context.Background())
		e.beside.Go(func() { e.metrics.run(ctx, every) })
	}
	return e, nil
}

// Exchange sends a span for an exchange that has ended. The names of attributes are OpenTelemetry's where it has one.
func (e *Exporter) Exchange(r audit.Record, began time.Time, added time.Duration) {
	if e == nil || e.spans == nil {
		return
	}
	attributes := []attribute.KeyValue{
		attribute.String("gen_ai.provider.name", r.Provider),
		attribute.String("http.route", r.Endpoint),
		attribute.Int("http.response.status_code", r.Status),
		attribute.String("scrubjay.verdict", r.Verdict),
		attribute.Float64("scrubjay.added_ms", float64(added)/float64(time.Millisecond)),
		attribute.Int("scrubjay.withheld", r.Withheld),
	}
	if r.Model != "" {
		attributes = append(attributes, attribute.String("gen_ai.request.model", r.Model))
	}
	for class, n := range r.Classes {
		attributes = append(attributes, attribute.Int("scrubjay.findings."+class, n))
	}
	_, span := e.tracer.Start(context.Background(), r.Endpoint, trace.WithTimestamp(began), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
	if r.Status >= http.StatusBadRequest || r.Verdict == policy.Forbid.String() {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// Close sends what there is to send, for as long as ctx lasts.
func (e *Exporter) Close(ctx context.Context) {
	if e == nil {
		return
	}
	e.stop()
	e.beside.Wait()
	var last sync.WaitGroup
	if e.metrics != nil {
		last.Go(func() { e.metrics.send(ctx) })
	}
	if e.spans != nil {
		_ = e.spans.Shutdown(ctx) // the sender has told why
	}
	last.Wait()
}
