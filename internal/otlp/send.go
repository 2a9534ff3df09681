package otlp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
)

// sender posts to one address of a collector.
type sender struct {
	client  *http.Client
	url     string
	headers http.Header
	log     *zap.Logger
	// failing says that the collector took nothing lately, which is told once.
	failing atomic.Bool
}

// target is where a signal goes; nil if nowhere. Nothing of the variables is quoted: addresses and headers hold keys.
func target(via http.RoundTripper, signal, path string, log *zap.Logger) (*sender, error) {
	both := func(name string) (value, from string) {
		if v := os.Getenv("OTEL_EXPORTER_OTLP_" + signal + "_" + name); v != "" {
			return v, "OTEL_EXPORTER_OTLP_" + signal + "_" + name
		}
		return os.Getenv("OTEL_EXPORTER_OTLP_" + name), "OTEL_EXPORTER_OTLP_" + name
	}
	address, from := both("ENDPOINT")
	if address == "" || strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") || os.Getenv("OTEL_"+signal+"_EXPORTER") == "none" {
		return nil, nil
	}
	if protocol, from := both("PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
		return nil, errors.New(from + " must be http/protobuf, whose port is mostly 4318: nothing else is spoken")
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New(from + " is not an address like http://127.0.0.1:4318")
	}
	if from == "OTEL_EXPORTER_OTLP_ENDPOINT" { // another is the whole address
		u = u.JoinPath(path)
	}
	s := &sender{url: u.String(), headers: http.Header{}, log: log.With(zap.String("signal", strings.ToLower(signal)))}
	headers, from := both("HEADERS")
	for pair := range strings.SplitSeq(headers, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if value, err = url.PathUnescape(strings.TrimSpace(value)); !ok || err != nil {
			return nil, errors.New(from + " is not a list like name=value,name=value")
		}
		s.headers.Set(strings.TrimSpace(name), value)
	}
	s.headers.Set("Content-Type", "application/x-protobuf")
	timeout, err := milliseconds(10*time.Second, "OTEL_EXPORTER_OTLP_"+signal+"_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
	if err != nil {
		return nil, err
	}
	// A redirect would take the headers elsewhere.
	s.client = &http.Client{Transport: via, Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return s, nil
}

// milliseconds is what the first of the variables that is set says.
func milliseconds(without time.Duration, names ...string) (time.Duration, error) {
	for _, name := range names {
		text := os.Getenv(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n <= 0 {
			return 0, errors.New(name + " is not a number of milliseconds")
		}
		return time.Duration(n) * time.Millisecond, nil
	}
	return without, nil
}

// post sends a message, and tells when that begins to fail and when it no longer does.
func (s *sender) post(ctx context.Context, m proto.Message) error {
	err := s.try(ctx, m)
	switch {
	case err == nil && s.failing.Swap(false):
		s.log.Info("the collector takes what is sent again")
	case err != nil && !s.failing.Swap(true):
		s.log.Warn("the collector does not take what is sent; it is dropped", zap.Error(err))
	}
	return err
}

func (s *sender) try(ctx context.Context, m proto.Message) error {
	body, err := proto.Marshal(m)
	if err != nil {
		return errors.New("a message that cannot be written")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("its address cannot be asked")
	}
	r.Header = s.headers
	res, err := s.client.Do(r)
	if err != nil {
		// The error's own text holds the address.
		why := "no answer"
		if op, ok := errors.AsType[*net.OpError](err); ok {
			why = cmp.Or(op.Err.Error(), why)
		}
		return errors.New(why)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection can be used again
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("it answers with status %d", res.StatusCode)
	}
	return nil
}

// Start, Stop and UploadTraces are otlptrace.Client's.
func (s *sender) Start(context.Context) error { return nil }

func (s *sender) Stop(context.Context) error { return nil }

func (s *sender) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	return s.post(ctx, &tracepb.TracesData{ResourceSpans: spans}) // on the wire the same as the request that holds them
}
