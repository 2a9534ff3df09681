package otlp

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/sdk/resource"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
)

// metrics sends what is counted, as Prometheus has it: the same names, labels and sums since the start.
type metrics struct {
	of    prometheus.Gatherer
	to    *sender
	who   *resource.Resource
	since time.Time
}

func (m *metrics) run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			m.send(ctx)
		}
	}
}

func (m *metrics) send(ctx context.Context) {
	families, _ := m.of.Gather() // what could not be gathered is missing; the rest is right
	now := point{start: uint64(m.since.UnixNano()), now: uint64(time.Now().UnixNano())}
	scope := &metricspb.ScopeMetrics{Scope: &commonpb.InstrumentationScope{Name: "scrubjay"}}
	for _, f := range families {
		scope.Metrics = append(scope.Metrics, now.metric(f))
	}
	who := &resourcepb.Resource{}
	for _, a := range m.who.Attributes() {
		who.Attributes = append(who.Attributes, pair(string(a.Key), a.Value.String()))
	}
	_ = m.to.post(ctx, &metricspb.MetricsData{ResourceMetrics: []*metricspb.ResourceMetrics{{ // it has told why; the next has all of this too
		Resource: who, ScopeMetrics: []*metricspb.ScopeMetrics{scope},
	}}})
}

// point is the time that numbers are of.
type point struct{ start, now uint64 }

func (p point) metric(f *dto.MetricFamily) *metricspb.Metric {
	out := &metricspb.Metric{Name: f.GetName(), Description: f.GetHelp()}
	var numbers []*metricspb.NumberDataPoint
	var histograms []*metricspb.HistogramDataPoint
	var summaries []*metricspb.SummaryDataPoint
	for _, m := range f.GetMetric() {
		labels := labels(m)
		switch f.GetType() {
		case dto.MetricType_HISTOGRAM:
			histograms = append(histograms, p.histogram(labels, m.GetHistogram()))
		case dto.MetricType_SUMMARY:
			s := &metricspb.SummaryDataPoint{Attributes: labels, StartTimeUnixNano: p.start, TimeUnixNano: p.now,
				Count: m.GetSummary().GetSampleCount(), Sum: m.GetSummary().GetSampleSum()}
			for _, q := range m.GetSummary().GetQuantile() {
				s.QuantileValues = append(s.QuantileValues, &metricspb.SummaryDataPoint_ValueAtQuantile{Quantile: q.GetQuantile(), Value: q.GetValue()})
			}
			summaries = append(summaries, s)
		default:
			value := m.GetGauge().GetValue() + m.GetCounter().GetValue() + m.GetUntyped().GetValue() // it has one of them
			numbers = append(numbers, &metricspb.NumberDataPoint{Attributes: labels, StartTimeUnixNano: p.start, TimeUnixNano: p.now,
				Value: &metricspb.NumberDataPoint_AsDouble{AsDouble: value}})
		}
	}
	const sinceStart = metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE
	switch f.GetType() {
	case dto.MetricType_HISTOGRAM:
		out.Data = &metricspb.Metric_Histogram{Histogram: &metricspb.Histogram{DataPoints: histograms, AggregationTemporality: sinceStart}}
	case dto.MetricType_SUMMARY:
		out.Data = &metricspb.Metric_Summary{Summary: &metricspb.Summary{DataPoints: summaries}}
	case dto.MetricType_COUNTER:
		out.Data = &metricspb.Metric_Sum{Sum: &metricspb.Sum{DataPoints: numbers, AggregationTemporality: sinceStart, IsMonotonic: true}}
	default:
		out.Data = &metricspb.Metric_Gauge{Gauge: &metricspb.Gauge{DataPoints: numbers}}
	}
	return out
}

// histogram turns Prometheus' buckets, each of which counts those below it too, into OpenTelemetry's, which do not.
func (p point) histogram(labels []*commonpb.KeyValue, h *dto.Histogram) *metricspb.HistogramDataPoint {
	sum := h.GetSampleSum()
	out := &metricspb.HistogramDataPoint{Attributes: labels, StartTimeUnixNano: p.start, TimeUnixNano: p.now, Count: h.GetSampleCount(), Sum: &sum}
	below := uint64(0)
	for _, b := range h.GetBucket() {
		out.ExplicitBounds = append(out.ExplicitBounds, b.GetUpperBound())
		out.BucketCounts = append(out.BucketCounts, b.GetCumulativeCount()-below)
		below = b.GetCumulativeCount()
	}
	out.BucketCounts = append(out.BucketCounts, h.GetSampleCount()-below)
	return out
}

func labels(m *dto.Metric) (all []*commonpb.KeyValue) {
	for _, l := range m.GetLabel() {
		all = append(all, pair(l.GetName(), l.GetValue()))
	}
	return all
}

func pair(key, value string) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}}
}
