package proxy

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/opa"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// bench is a proxy between a test and a stand-in vendor, with everything real between them.
type bench struct {
	t      testing.TB
	vendor *standin.Server
	url    string // with the token, without the provider
	dir    string
	vault  *redact.Vault
	ledger *audit.Ledger
	log    *logBuffer
	proxy  *Proxy
	// decide overrules the policy.
	decide func(policy.Query) (policy.Decision, error)
	// configure changes what start would make the proxy of.
	configure func(*Config)
	stop      func()
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *logBuffer) Sync() error { return nil }
func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const testToken = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func newBench(t testing.TB, o standin.Options) *bench { return newBenchWith(t, o, func(*Config) {}) }

func newBenchWith(t testing.TB, o standin.Options, configure func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), log: &logBuffer{}, vendor: standin.New(o), configure: configure}
	if err := b.vendor.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.vendor.Close() })
	b.start()
	t.Cleanup(func() { b.stop() })
	return b
}

// start starts the proxy on the bench's state; after stop, it is a restart.
func (b *bench) start() {
	b.t.Helper()
	var err error
	if b.vault, err = redact.OpenVault(b.dir); err != nil {
		b.t.Fatal(err)
	}
	if b.ledger, err = audit.Open(b.dir); err != nil {
		b.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), b.log, zap.DebugLevel)
	providers := map[string]policy.Provider{}
	for _, name := range []string{"openai", "anthropic", "gemini", "ollama"} {
		providers[name] = policy.Provider{Format: name, URL: b.vendor.URL(), Kind: policy.Public}
	}
	providers["strange"] = policy.Provider{Format: "strange", URL: b.vendor.URL(), Kind: policy.Public}
	providers["mistral"] = policy.Provider{Format: "mistral", URL: b.vendor.URL() + "/mistral", Kind: policy.Public}
	config := Config{
		Engine:   detect.Default,
		Settings: func() policy.Settings { return policy.Settings{Providers: providers} },
		Decider:  b, Vault: b.vault, Ledger: b.ledger, Log: zap.New(core),
		Token: testToken, Port: l.Addr().(*net.TCPAddr).Port,
	}
	b.configure(&config)
	b.proxy = New(config)
	s := b.proxy.Server()
	done := make(chan struct{})
	go func() { defer close(done); s.Serve(l) }()
	b.url = "http://" + l.Addr().String() + "/t/" + testToken
	b.stop = sync.OnceFunc(func() {
		s.Close()
		b.proxy.Close()
		<-done
		b.vault.Close()
		b.ledger.Close()
	})
}

var defaultPolicy = sync.OnceValues(func() (*opa.Engine, error) { return opa.NewEngine(opa.Options{}) })

func (b *bench) Decide(ctx context.Context, q policy.Query) (policy.Decision, error) {
	if b.decide != nil {
		return b.decide(q)
	}
	e, err := defaultPolicy()
	if err != nil {
		return policy.Decision{Verdict: policy.Forbid}, err
	}
	return e.Decide(ctx, q)
}

// under has the policy of a person's settings hold.
func (b *bench) under(settings string) {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		b.t.Fatal(err)
	}
	layers, err := policy.LoadSettings(policy.Paths{User: file, Explicit: true})
	if err != nil {
		b.t.Fatal(err)
	}
	e, err := opa.NewEngine(opa.Options{Layers: layers})
	if err != nil {
		b.t.Fatal(err)
	}
	b.decide = func(q policy.Query) (policy.Decision, error) { return e.Decide(context.Background(), q) }
}

// filesPass are settings for tests that are not about files.
const filesPass = "attachments: {image: {public: allow}, document: {public: allow}, audio: {public: allow}, video: {public: allow}, other: {public: allow}}"

// post sends a body as an assistant would and answers with what came back.
func (b *bench) post(path, body string, header ...string) (int, string, http.Header) {
	b.t.Helper()
	req, err := http.NewRequest("POST", b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(path, "/anthropic") {
		req.Header.Set("X-Api-Key", "the-vendor-key")
		req.Header.Set("Anthropic-Version", "2023-06-01")
	} else {
		req.Header.Set("Authorization", "Bearer the-vendor-key")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		text = append(text, "\n(broken off)"...)
	}
	return res.StatusCode, string(text), res.Header
}

// upstream is everything the vendor was sent.
func (b *bench) upstream() string {
	var all strings.Builder
	for _, r := range b.vendor.Requests() {
		all.WriteString(r.Path)
		for k, v := range r.Header {
			all.WriteString(k + ": " + strings.Join(v, ",") + "\n")
		}
		all.Write(r.Body)
	}
	return all.String()
}

// leaks fails the test if a value went to the vendor, into a log or, in clear, onto the disk.
func (b *bench) leaks(values ...string) {
	b.t.Helper()
	places := map[string]string{"the vendor": b.upstream(), "the log": b.log.String()}
	files, err := filepath.Glob(filepath.Join(b.dir, "*"))
	if err != nil || len(files) == 0 {
		b.t.Fatalf("no state in %s: %v", b.dir, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a new head of the ledger, which has taken the place of the old one
		}
		if err != nil {
			b.t.Fatal(err)
		}
		places[filepath.Base(f)] = string(text)
	}
	for place, text := range places {
		for i, v := range values {
			if strings.Contains(text, v) {
				b.t.Errorf("value %d stands in %s", i, place)
			}
		}
	}
}

// random is n characters of an alphabet.
func random(n int, alphabet string) string {
	raw := make([]byte, n)
	rand.Read(raw)
	for i, c := range raw {
		raw[i] = alphabet[int(c)%len(alphabet)]
	}
	return string(raw)
}

const (
	base32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	lowerLetters  = "abcdefghijkmnpqrstuvwxyz"
)

func awsKey() string { return "AK" + "IA" + random(16, base32Letters) }
func email() string  { return random(7, lowerLetters) + "@" + random(6, lowerLetters) + ".com" }
