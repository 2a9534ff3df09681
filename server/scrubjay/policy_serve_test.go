package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/opa"
)

// TestPolicyServe: over TLS, a request is held until there is another bundle, and lets go when the command is told to stop.
func TestPolicyServe(t *testing.T) {
	dir := t.TempDir()
	put := func(seq int64) {
		t.Helper()
		org := t.TempDir()
		if err := os.WriteFile(filepath.Join(org, "settings.yaml"), []byte("verdicts: {pii: {public: forbid}}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		if err := opa.Build(org, &raw, seq, time.Now().Add(time.Hour), "acme"); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "acme.tar.gz")
		if err := os.WriteFile(file, raw.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file, filepath.Join(dir, "acme.tar.gz")); err != nil {
			t.Fatal(err)
		}
	}
	put(1)
	// A certificate for 127.0.0.1, which the test's own client believes.
	lender := httptest.NewTLSServer(nil)
	lender.Close()
	pair := lender.TLS.Certificates[0]
	secret, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, key := filepath.Join(t.TempDir(), "policy.pem"), filepath.Join(t.TempDir(), "policy.key")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	said, out := io.Pipe()
	root := newRoot()
	root.SetOut(out)
	root.SetArgs([]string{"policy", "serve", dir, "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key})
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`https://[^/]+/`).FindString(line)
	client := lender.Client()
	get := func(tag, wait string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"acme.tar.gz", nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("If-None-Match", tag)
		req.Header.Set("Prefer", "wait="+wait)
		res, err := client.Do(req)
		if err == nil {
			err = res.Body.Close()
		}
		return res, err
	}
	first, err := get("", "60")
	if err != nil || first.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", line, err)
	}
	type answer struct {
		res *http.Response
		err error
	}
	news := make(chan answer, 1)
	go func() { res, err := get(first.Header.Get("ETag"), "60"); news <- answer{res, err} }()
	put(2)
	second := <-news
	if second.err != nil || second.res.StatusCode != http.StatusOK {
		t.Fatalf("%+v", second)
	}
	go func() { res, err := get(second.res.Header.Get("ETag"), "60"); news <- answer{res, err} }()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-news
}
