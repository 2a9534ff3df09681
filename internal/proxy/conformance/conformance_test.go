// Package conformance has the vendors' own clients talk to a vendor through the proxy. What a client hears then must be
// what the same client hears from the same vendor without it, at every cut of the answer, and the vendor must have
// seen no value.
//
// It is a module of its own, so that the program does not come to depend on the clients. Without arguments its test
// takes a sample of the cuts; with -full, as make conformance runs it, an answer of up to 2 KB is cut at every byte and
// a longer one at two thousand places at random. The table of what was run is printed at the end.
package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

var full = flag.Bool("full", false, "cut answers everywhere, and print the table")

// feature is one thing that a client can do.
type feature struct {
	client, format, name string
	do                   func(*call) error
	// trouble is what the vendor is asked to do wrong.
	trouble string
	// once is for what has no answer to be cut.
	once bool
}

// call is one run of a feature.
type call struct {
	context.Context
	planted
	// http is the client's transport, and base where its vendor is.
	http  *http.Client
	base  string
	heard said
	// gone hears that the vendor saw the caller leave.
	gone <-chan struct{}

	mu       sync.Mutex
	attempts []string
	size     int
	trouble  string
	cut      string
}

// hear appends to what was said by this name.
func (c *call) hear(name, text string) { c.heard[name] += text }

// failed writes an error down: that there was one, and what the vendor says in it.
func (c *call) failed(err error, message string) {
	c.hear("failed", strconv.FormatBool(err != nil))
	c.hear("message", message)
}

// RoundTrip sends the headers that ask for a cut and for trouble, and notes what came back.
func (c *call) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if c.cut != "" {
		r.Header.Set(cutHeader, c.cut)
	}
	if c.trouble != "" {
		r.Header.Set(troubleHeader, c.trouble)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	noted := res.Status
	for _, name := range []string{"Retry-After", "X-Should-Retry", "X-Ratelimit-Remaining-Requests", "Anthropic-Ratelimit-Requests-Remaining", "Content-Type"} {
		noted += fmt.Sprintf(" %q", res.Header[name])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempts = append(c.attempts, noted)
	if n, err := strconv.Atoi(res.Header.Get("X-Standin-Size")); err == nil {
		c.size = n
	}
	return res, nil
}

// run does a feature once and answers with what the client heard, and how many bytes the answer had.
func (f *feature) run(ctx context.Context, v *vendor, base string, p planted, cut string) (said, int, error) {
	c := &call{Context: ctx, planted: p, base: base, heard: said{}, gone: v.gone, cut: cut, trouble: f.trouble}
	if f.trouble != "" {
		c.trouble += "/" + random(8, "abcdefgh")
	}
	c.http = &http.Client{Transport: c}
	err := f.do(c)
	c.heard["attempts"] = strings.Join(c.attempts, "; ")
	return c.heard, c.size, err
}

// row counts the cuts that a feature was run at.
type row struct {
	client, format, feature   string
	whole, each, at, randomly int
	failed                    string
}

var table []row

// TestClients runs every feature without the proxy, and through it at all cuts.
func TestClients(t *testing.T) {
	b := newBench(t)
	var all []string
	for _, f := range features() {
		p := plant()
		all = append(all, p.values()...)
		r := row{client: f.client, format: f.format, feature: f.name}
		t.Run(f.client+"/"+f.format+"/"+f.name, func(t *testing.T) {
			r.failed = "failed"
			f.conforms(t, b, p, &r)
			if !t.Failed() {
				r.failed = ""
			}
		})
		table = append(table, r)
	}
	b.stop()
	b.leaks(t, all)
}

func (f *feature) conforms(t *testing.T, b *bench, p planted, r *row) {
	direct, _, err := f.run(t.Context(), b.direct, b.direct.base(f.format), p, "")
	if err != nil {
		t.Fatalf("without the proxy: %v", err)
	}
	if sent := string(b.direct.take()); !strings.Contains(sent, p.key) {
		t.Fatal("the question holds no value")
	}
	run := func(cut string) int {
		heard, size, err := f.run(t.Context(), b.behind, b.proxied+"/"+f.format, p, cut)
		if err == nil {
			err = same(direct, heard, p)
		}
		if err != nil {
			t.Fatalf("cut %q: %v", cut, err)
		}
		sent := string(b.behind.take())
		for i, v := range p.values() {
			if strings.Contains(sent, v) {
				t.Fatalf("value %d went to the vendor", i)
			}
		}
		if strings.Contains(f.name, "image") && !strings.Contains(sent, p.picture) {
			t.Fatal("the picture did not arrive as it was sent")
		}
		return size
	}
	run("")
	r.whole++
	if f.once {
		return
	}
	size := run("none")
	r.whole++
	run("each")
	r.each++
	step, seeds := max(1, size/8), 3
	if *full {
		step, seeds = 1, 50
		if size > 2<<10 {
			step, seeds = size, 2000
		}
	}
	for at := 1; at < size; at += step {
		run(fmt.Sprintf("at-%d", at))
		r.at++
	}
	for seed := range seeds {
		run(fmt.Sprintf("random-%d", seed))
		r.randomly++
	}
}

// leaks fails the test if a value is in the state in clear.
func (b *bench) leaks(t *testing.T, values []string) {
	t.Helper()
	files, err := os.ReadDir(b.dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("no state: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(b.dir + "/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if strings.Contains(string(text), v) {
				t.Errorf("value %d stands in %s", i, f.Name())
			}
		}
	}
}

// features are all that is run by clients for Go.
func features() (all []feature) {
	for _, of := range [][]feature{openaiFeatures, anthropicFeatures, geminiFeatures, ollamaFeatures, plainFeatures, toolFeatures} {
		all = append(all, of...)
	}
	return all
}

// TestEveryFormatHasAFeature: a format that no client speaks here has never been heard by one.
func TestEveryFormatHasAFeature(t *testing.T) {
	for _, name := range formats {
		if !slices.ContainsFunc(features(), func(f feature) bool { return f.format == name }) {
			t.Errorf("no feature has the format %s: add one to internal/proxy/conformance/plain_test.go, or to a file of the vendor's client", name)
		}
	}
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if *full && len(table) > 0 {
		printTable()
	}
	os.Exit(code)
}

func printTable() {
	fmt.Fprintf(os.Stdout, "\n%-20s %-10s %-30s %8s %8s %8s %8s  %s\n", "client", "format", "feature", "whole", "by byte", "in two", "random", "result")
	runs, failed := 0, 0
	for _, r := range table {
		result := "ok"
		if r.failed != "" {
			result, failed = r.failed, failed+1
		}
		runs += r.whole + r.each + r.at + r.randomly
		fmt.Fprintf(os.Stdout, "%-20s %-10s %-30s %8d %8d %8d %8d  %s\n", r.client, r.format, r.feature, r.whole, r.each, r.at, r.randomly, result)
	}
	fmt.Fprintf(os.Stdout, "%d features, %d exchanges through the proxy, %d features failed\n", len(table), runs, failed)
}

var errNoError = errors.New("the client reports no error")
