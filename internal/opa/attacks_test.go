package opa

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// front is a server of bundles that machines ask over HTTP.
type front struct {
	url string
	put func(t *testing.T, raw []byte)
	// end has it answer no more.
	end func()
}

// webServer is a static server: nginx with gzip for all that it sends, where there is one, or what behaves like it.
func webServer(t *testing.T, real bool) front {
	t.Helper()
	root := t.TempDir()
	put := func(t *testing.T, raw []byte) {
		t.Helper()
		if err := rename.Durable(filepath.Join(root, "acme.tar.gz"), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if real {
		url := nginx(t, root)
		if url == "" {
			t.Skip("it is not installed")
		}
		return front{url + "/acme.tar.gz", put, func() {
			if err := os.RemoveAll(root); err != nil {
				t.Fatal(err)
			}
		}}
	}
	s := httptest.NewServer(likeNginx(root))
	t.Cleanup(s.Close)
	return front{s.URL + "/acme.tar.gz", put, s.Close}
}

// registryServer is a registry into which anything is put as a bundle's layer.
func registryServer(t *testing.T) front {
	t.Helper()
	r := newRegistry(t)
	return front{r.address(), func(t *testing.T, raw []byte) {
		t.Helper()
		r.tag(t, raw, func(*ocispec.Manifest) {})
	}, func() { r.mu.Lock(); r.down = true; r.mu.Unlock() }}
}

// tarOf is a gzipped tar of one entry, as scrubjay never writes it.
func tarOf(t *testing.T, h tar.Header, content io.Reader) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	if err := w.WriteHeader(&h); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// zeros are endless.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// attack is a bundle that no machine may take, the reason for which it refuses it, and a word of what it says.
type attack struct {
	name string
	raw  func(t *testing.T) []byte
	want Reason
	says string
}

// loose is what an attacker would like: everything goes out.
var loose = verdicts("{pii: {public: allow}, credential: {public: allow}}")

func signedRego(rego string) func(t *testing.T) []byte {
	return func(t *testing.T) []byte {
		return forced(t, map[string]string{"x.rego": "package scrubjay.org\n\n" + rego}, 9)
	}
}

func changed(change func(archive)) func(t *testing.T) []byte {
	return func(t *testing.T) []byte { return remade(t, signed(t, loose, 9, today.Add(hour)), change) }
}

var attacks = []attack{
	{"tampered", changed(func(a archive) { a[dataFile] = []byte(`{}`) }), Untrusted, "changed after it was signed"},
	{"a rule slipped in", changed(func(a archive) { a["rules/x.toml"] = []byte(acornRule) }), Untrusted, "not included in bundle signature"},
	{"unsigned", changed(func(a archive) { delete(a, signatureFile) }), Untrusted, "it is not signed"},
	{"another key", func(t *testing.T) []byte { return signedBy(t, otherKey(), loose, 9, today.Add(hour), "acme") }, Untrusted, "not listed, or are revoked"},
	{"a second signature", func(t *testing.T) []byte { return by(t, 9, acmeKey(), otherKey()) }, Untrusted, "it has 2 signatures"},
	{"another scope", func(t *testing.T) []byte { return signedBy(t, acmeKey(), loose, 9, today.Add(hour), "umbrella") }, Untrusted, "another than organisation.scope, which is acme"},
	{"truncated", func(t *testing.T) []byte { raw := signed(t, loose, 9, today.Add(hour)); return raw[:len(raw)/2] }, Malformed, "whole"},
	{"a page to log in", func(*testing.T) []byte { return []byte("<html>") }, Malformed, "not a bundle"},
	{"huge", func(*testing.T) []byte { return make([]byte, bundleLimit+1) }, Malformed, "larger than 16 MiB"},
	{"huge once it is unpacked", func(t *testing.T) []byte {
		return tarOf(t, tar.Header{Name: "x.rego", Mode: 0o644, Size: unpackedLimit}, io.LimitReader(zeros{}, unpackedLimit))
	}, Malformed, "64 MiB unpacked"},
	{"a path out of it", func(t *testing.T) []byte {
		return tarOf(t, tar.Header{Name: "../../.bashrc", Mode: 0o644, Size: 1}, strings.NewReader("x"))
	}, Malformed, "leads out of it"},
	{"a link out of it", func(t *testing.T) []byte {
		return tarOf(t, tar.Header{Name: "x.rego", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, strings.NewReader(""))
	}, Malformed, "leave links out"},
	{"older", func(t *testing.T) []byte { return signed(t, loose, 4, today.Add(hour)) }, Rollback, "older than 5"},
	{"as old", func(t *testing.T) []byte { return signed(t, loose, 5, today.Add(hour)) }, Rollback, "with another content"},
	{"expired", func(t *testing.T) []byte { return signed(t, loose, 9, today) }, Expired, "expired on 2027-03-01"},
	{"failing tests", func(t *testing.T) []byte {
		return forced(t, map[string]string{"x_test.rego": "package scrubjay.org_test\n\ntest_it if false\n"}, 9)
	}, FailedTests, "test_it"},
	{"a broken rule", func(t *testing.T) []byte {
		return forced(t, map[string]string{"rules/x.toml": "[[rules]]\nid = \n"}, 9)
	}, Unusable, "rules/x.toml:2"},
	{"it asks itself", signedRego("forbid contains \"x\" if data.scrubjay.decision.verdict == \"scrub\"\n"), Unusable, "recursive"},
	{"it errs", signedRego("forbid contains \"x\" if to_number(input.destination.kind) > 1\n"), Unusable, "to_number"},
	{"it never ends", signedRego("forbid contains \"x\" if {\n\tinput.direction == \"outgoing\"\n\tsome i in numbers.range(1, 100000000)\n\ti < 0\n}\n"), Unusable, "takes too long"},
	{"it asks the network", signedRego("forbid contains \"x\" if http.send({\"url\": \"http://x.example\"})\n"), Unusable, "http.send"},
}

// TestAttacks: whatever a server sends, the policy in force stays in force, nothing that it holds back goes out, and the
// status says why, once for each. After all that a good bundle is taken.
func TestAttacks(t *testing.T) {
	for name, serve := range map[string]func(*testing.T) front{
		"like nginx": func(t *testing.T) front { return webServer(t, false) },
		"nginx":      func(t *testing.T) front { return webServer(t, true) },
		"a registry": registryServer,
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t)
			state := t.TempDir()
			m := newMachine(t, newSite(t), state)
			m.Client, m.Organisation.URL = &http.Client{}, f.url
			f.put(t, signed(t, verdicts("{pii: {public: forbid}}"), 5, today.Add(24*hour)))
			if err := m.Poll(t.Context()); err != nil {
				t.Fatal(err)
			}
			holds := func(t *testing.T, m *machine) {
				t.Helper()
				d := decide(t, m.Engine, outgoing(policy.Public, subject(detect.PII), subject(detect.Credential)))
				if d.Rulings[0].Verdict != policy.Forbid || d.Rulings[1].Verdict != policy.Scrub || m.Status().Sequence != 5 {
					t.Errorf("what was in force is not: %v, sequence %d", d.Rulings, m.Status().Sequence)
				}
			}
			for _, a := range attacks {
				t.Run(a.name, func(t *testing.T) {
					if name != "like nginx" && a.says == "takes too long" {
						t.Skip("it is the same wherever it comes from, and lasts")
					}
					m.refused = nil
					f.put(t, a.raw(t))
					err := m.Poll(t.Context())
					if refusal(t, err) != a.want || !strings.Contains(err.Error(), a.says) {
						t.Errorf("refused as %s (%v), not %s (%s)", refusal(t, err), err, a.want, a.says)
					}
					m.Poll(t.Context())
					if _, why := m.Troubles(); why.Reason != a.want || !why.Since.Equal(today) || !slices.Equal(m.refused, []Reason{a.want}) {
						t.Errorf("the status says %v since %s, and it was told %q", why.Err, why.Since, m.refused)
					}
					holds(t, m)
				})
			}
			again := newMachine(t, newSite(t), state)
			if err := again.Load(); err != nil {
				t.Error(err)
			}
			holds(t, again)
			f.put(t, signed(t, verdicts("{pii: {public: scrub}}"), 6, today.Add(hour)))
			if err := m.Poll(t.Context()); err != nil || m.pii(t) != policy.Scrub {
				t.Errorf("the next good one: %s, %v", m.pii(t), err)
			}
			f.end()
			if err := m.Poll(t.Context()); refusal(t, err) != Unreachable || m.pii(t) != policy.Scrub {
				t.Errorf("no server: %s, %v", m.pii(t), err)
			}
		})
	}
}

// TestAKeyIsRotatedAndRevoked, over HTTP: machines follow from one key to the next, and what the old one signs then is refused.
func TestAKeyIsRotatedAndRevoked(t *testing.T) {
	f := webServer(t, false)
	m := newMachine(t, newSite(t), t.TempDir())
	m.Client = &http.Client{}
	settings := func(o policy.Organisation) {
		o.URL = f.url
		m.Organisation = o
		m.Reload(organised(o))
	}
	before, after := acmeKey(), otherKey()
	settings(listing(0, nil, before, after))
	f.put(t, by(t, 1, before))
	if err := m.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.put(t, by(t, 2, after))
	if err := m.Poll(t.Context()); err != nil || m.Status().Keys[0] != idOf(t, after) {
		t.Fatalf("signed with the next key: %v", err)
	}
	settings(listing(0, []string{idOf(t, before)}, before, after))
	if m.Status().Sequence != 2 || m.pii(t) != policy.Forbid {
		t.Error("the bundle of the good key does not stay")
	}
	f.put(t, signedBy(t, before, loose, 3, today.Add(hour), "acme"))
	if err := m.Poll(t.Context()); refusal(t, err) != Untrusted || !strings.Contains(err.Error(), "revoked") || m.pii(t) != policy.Forbid {
		t.Errorf("signed with the revoked one: %v, %s", err, m.pii(t))
	}
	settings(listing(0, []string{idOf(t, before), idOf(t, after)}, before, after))
	if st := m.Status(); st.Stale != policy.StaleScrub || m.pii(t) != policy.Scrub {
		t.Errorf("the key of what is in force was revoked: %+v, %s", st, m.pii(t))
	}
}

// TestAClockThatIsSetBack revives nothing that was followed by a newer bundle, on the disk or from the server.
func TestAClockThatIsSetBack(t *testing.T) {
	f := webServer(t, false)
	state := t.TempDir()
	m := newMachine(t, newSite(t), state)
	m.Client, m.Organisation.URL = &http.Client{}, f.url
	old := signed(t, loose, 1, today.Add(hour))
	f.put(t, signed(t, verdicts("{pii: {public: forbid}}"), 2, today.Add(2*hour)))
	if err := m.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.now = today.AddDate(-1, 0, 0)
	f.put(t, old)
	if err := m.Poll(t.Context()); refusal(t, err) != Rollback || m.pii(t) != policy.Forbid {
		t.Errorf("from the server: %v, %s", err, m.pii(t))
	}
	overwrite(t, filepath.Join(state, "policy"), "bundle.tar.gz", old)
	again := newMachine(t, newSite(t), state)
	again.now = m.now
	if err := again.Load(); refusal(t, err) != Rollback || again.pii(t) != policy.Scrub {
		t.Errorf("from the disk: %v, %s", err, again.pii(t))
	}
}

// TestServersThatLieOrHang: a registry whose blob is not what its digest says, and servers that never answer or never end.
func TestServersThatLieOrHang(t *testing.T) {
	good := signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour))
	r := newRegistry(t)
	r.tag(t, good, func(*ocispec.Manifest) {})
	honest := r.Config.Handler
	r.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Method != http.MethodGet || !strings.Contains(q.URL.Path, "/blobs/") {
			honest.ServeHTTP(w, q)
			return
		}
		answer := httptest.NewRecorder()
		honest.ServeHTTP(answer, q)
		body := answer.Body.Bytes()
		body[len(body)/2]++
		w.Write(body)
	})
	if err := r.machine(t).Poll(t.Context()); refusal(t, err) != Unreachable || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("another blob than its digest: %v", err)
	}
	for name, body := range map[string][]byte{"never answers": nil, "never ends": good[:100]} {
		held := make(chan struct{})
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if body != nil {
				w.Write(body)
				w.(http.Flusher).Flush()
			}
			select {
			case <-q.Context().Done():
			case <-held:
			}
		}))
		m := newMachine(t, newSite(t), t.TempDir())
		m.Client, m.Organisation.URL = &http.Client{Timeout: 100 * time.Millisecond}, s.URL+"/acme.tar.gz" // fetchLimit is the same for patient ones
		if err := m.Poll(context.Background()); refusal(t, err) != Unreachable || m.pii(t) != policy.Scrub {
			t.Errorf("%s: %v", name, err)
		}
		close(held)
		s.Close()
	}
}

// silent is a server that takes a request and says nothing.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestNoAnswerIsWaitedForForEver: half a minute, and longer by what a server that holds requests was asked to hold one.
func TestNoAnswerIsWaitedForForEver(t *testing.T) {
	for waits, limit := range map[bool]time.Duration{false: fetchLimit, true: fetchLimit + longPoll} {
		synctest.Test(t, func(t *testing.T) {
			m := newMachine(t, newSite(t), t.TempDir())
			m.Client, m.Source.waits = &http.Client{Transport: silent{}}, waits
			began := time.Now()
			if err := m.Poll(t.Context()); refusal(t, err) != Unreachable || time.Since(began) != limit {
				t.Errorf("after %s, not %s: %v", time.Since(began), limit, err)
			}
		})
	}
}
