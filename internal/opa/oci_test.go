package opa

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/google/go-containerregistry/pkg/registry"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
)

// aRegistry is an OCI registry on this machine; it counts what it is asked, and may want a password.
type aRegistry struct {
	*httptest.Server
	password string
	mu       sync.Mutex
	asked    []string
	down     bool
}

func newRegistry(t *testing.T) *aRegistry {
	t.Helper()
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	r := &aRegistry{}
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0))) //nolint:forbidigo // it takes no other log, and this one says nothing
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		r.asked = append(r.asked, q.Method+" "+q.URL.Path)
		down, password := r.down, r.password
		r.mu.Unlock()
		if _, given, _ := q.BasicAuth(); down || given != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="policy"`)
			w.WriteHeader(map[bool]int{true: http.StatusServiceUnavailable, false: http.StatusUnauthorized}[down])
			return
		}
		images.ServeHTTP(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *aRegistry) address() string {
	return policy.RegistryScheme + strings.TrimPrefix(r.URL, "http://") + "/security/policy:current"
}

// push pushes a bundle from a file, as the command does.
func (r *aRegistry) push(t *testing.T, raw []byte) error {
	t.Helper()
	file := filepath.Join(t.TempDir(), "acme.tar.gz")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Push(t.Context(), file, Target{Place: r.address(), Client: http.DefaultClient}, &policy.Layers{}, t.TempDir(), today)
	return err
}

// tag puts an image below the tag that scrubjay policy push would not make.
func (r *aRegistry) tag(t *testing.T, layer []byte, change func(*ocispec.Manifest)) {
	t.Helper()
	repo, err := repository(r.address(), http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	config := []byte("{}")
	m := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: content.NewDescriptorFromBytes(ocispec.MediaTypeImageConfig, config),
		Layers: []ocispec.Descriptor{content.NewDescriptorFromBytes(ocispec.MediaTypeImageLayerGzip, layer)}}
	m.SchemaVersion = 2
	for _, blob := range [][]byte{config, layer} {
		if err := repo.Blobs().Push(t.Context(), content.NewDescriptorFromBytes(ocispec.MediaTypeImageLayerGzip, blob), bytes.NewReader(blob)); err != nil {
			t.Fatal(err)
		}
	}
	change(&m)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.PushReference(t.Context(), content.NewDescriptorFromBytes(ocispec.MediaTypeImageManifest, text), bytes.NewReader(text), "current"); err != nil {
		t.Fatal(err)
	}
}

func (r *aRegistry) machine(t *testing.T) *machine {
	t.Helper()
	m := newMachine(t, newSite(t), t.TempDir())
	m.Client, m.Organisation.URL = &http.Client{}, r.address()
	return m
}

func TestABundleInARegistry(t *testing.T) {
	r := newRegistry(t)
	m := r.machine(t)
	if err := m.Poll(t.Context()); err == nil || refusal(t, err) != Unreachable || !strings.Contains(err.Error(), "push it with scrubjay policy push") {
		t.Errorf("nothing there yet: %v", err)
	}
	if err := r.push(t, signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour))); err != nil {
		t.Fatal(err)
	}
	if err := m.Poll(t.Context()); err != nil || m.pii(t) != policy.Forbid {
		t.Fatalf("%v, %s", err, m.pii(t))
	}
	r.asked = nil
	if err := m.Poll(t.Context()); err != nil || len(r.asked) != 1 || !strings.HasPrefix(r.asked[0], "HEAD ") {
		t.Errorf("without news it is asked %q, %v", r.asked, err)
	}
	if err := r.push(t, signed(t, verdicts("{}"), 1, today.Add(hour))); err == nil || !strings.Contains(err.Error(), "is served already") {
		t.Errorf("pushed an older one: %v", err)
	}
	if err := r.push(t, signed(t, verdicts("{pii: {public: allow}}"), 2, today.Add(hour))); err != nil {
		t.Fatal(err)
	}
	if err := m.Poll(t.Context()); err != nil || m.pii(t) != policy.Allow {
		t.Errorf("the next: %v, %s", err, m.pii(t))
	}
	for name, change := range map[string]func(*ocispec.Manifest){
		"two layers":    func(m *ocispec.Manifest) { m.Layers = append(m.Layers, m.Layers[0]) },
		"another type":  func(m *ocispec.Manifest) { m.Layers[0].MediaType = ocispec.MediaTypeImageLayer },
		"a huge bundle": func(m *ocispec.Manifest) { m.Layers[0].Size = bundleLimit + 1 },
		"no bundle":     func(*ocispec.Manifest) {},
	} {
		r.tag(t, []byte("some layer"), change)
		if err := m.Poll(t.Context()); err == nil || refusal(t, err) != Malformed || m.pii(t) != policy.Allow {
			t.Errorf("%s: %v, %s", name, err, m.pii(t))
		}
	}
}

func TestARegistryThatWantsAPassword(t *testing.T) {
	r := newRegistry(t)
	r.password = "made" + "-up"
	bundle := signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour))
	if err := r.push(t, bundle); err == nil || strings.Contains(err.Error(), r.password) {
		t.Errorf("pushed without it: %v", err)
	}
	config := fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, strings.TrimPrefix(r.URL, "http://"), base64.StdEncoding.EncodeToString([]byte("acme:"+r.password)))
	if err := os.WriteFile(filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.push(t, bundle); err != nil {
		t.Error(err)
	}
	m := r.machine(t)
	if err := m.Poll(t.Context()); err != nil || m.pii(t) != policy.Forbid {
		t.Errorf("%v, %s", err, m.pii(t))
	}
}

// TestPushOverHTTPS: with PUT, and with a token that goes to that server alone.
func TestPushOverHTTPS(t *testing.T) {
	var elsewhere, token string
	other := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { elsewhere += r.Header.Get("Authorization") }))
	defer other.Close()
	var served []byte
	status := http.StatusCreated
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token = r.Header.Get("Authorization")
		switch {
		case status == http.StatusTemporaryRedirect:
			http.Redirect(w, r, other.URL, status)
		case r.Method == http.MethodPut && status == http.StatusCreated:
			served, _ = io.ReadAll(r.Body)
			w.WriteHeader(status)
		case r.Method == http.MethodPut:
			w.WriteHeader(status)
		case served == nil:
			w.WriteHeader(http.StatusNotFound)
		default:
			w.Write(served)
		}
	}))
	defer server.Close()
	push := func(place string, raw []byte) error {
		t.Helper()
		file := filepath.Join(t.TempDir(), "acme.tar.gz")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Push(t.Context(), file, Target{Place: place, Token: "made" + "-up", Client: server.Client()}, &policy.Layers{}, t.TempDir(), today)
		return err
	}
	place := server.URL + "/acme.tar.gz"
	one, two := signed(t, verdicts("{}"), 1, today.Add(hour)), signed(t, verdicts("{}"), 2, today.Add(hour))
	if err := push(place, two); err != nil || !bytes.Equal(served, two) || token != "Bearer made-up" {
		t.Errorf("%v, %d bytes, token %q", err, len(served), token)
	}
	if err := push(place, one); err == nil || !strings.Contains(err.Error(), "is served already") {
		t.Errorf("an older one: %v", err)
	}
	status = http.StatusForbidden
	if err := push(place, signed(t, verdicts("{}"), 3, today.Add(hour))); err == nil || !strings.Contains(err.Error(), "answers 403 to PUT") {
		t.Errorf("refused: %v", err)
	}
	status = http.StatusTemporaryRedirect
	if err := push(place, signed(t, verdicts("{}"), 3, today.Add(hour))); err != nil || elsewhere != "" {
		t.Errorf("sent on: %v, token %q", err, elsewhere)
	}
	for _, place := range []string{"http://policy.acme.example/acme.tar.gz", "ftp://policy.acme.example/", "oci://registry.acme.example"} {
		if err := push(place, two); err == nil {
			t.Errorf("pushed to %s", place)
		}
	}
}

// TestAddressesOfRegistries: what settings take for an address, the registry's client takes, and nothing else.
func TestAddressesOfRegistries(t *testing.T) {
	right := 0
	for _, host := range []string{"", "r", "registry.acme.example", "127.0.0.1:5000", "[::1]:5000", "a b", "user@host", "host?x", "host:port"} {
		for _, name := range []string{"", "/", "/security", "/security/policy", "/a__b/c.d-e", "/a___b", "/Security", "/a//b", "/-a", "/a--b"} {
			for _, digits := range []string{"", ":", ":current", ":1.2-x_y", ":.x", ":" + strings.Repeat("t", 129), "@", "@sha256:" + strings.Repeat("a", 64),
				":tag@sha512:" + strings.Repeat("0", 128), "@sha256:" + strings.Repeat("A", 64), "@sha384:" + strings.Repeat("a", 64), "@md5:" + strings.Repeat("a", 32), ":a:b", "@x@y"} {
				address := policy.RegistryScheme + host + name + digits
				_, err := parseOCI(address)
				if policy.InRegistry(address) != (err == nil) {
					t.Errorf("%s: settings say %v, and the registry's client says %v", address, policy.InRegistry(address), err)
				}
				if err == nil {
					right++
				}
			}
		}
	}
	if right < 50 {
		t.Errorf("only %d addresses are right", right)
	}
}
