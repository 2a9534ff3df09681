package opa

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestApprovals: a second person's word counts only for the digest that was signed, as long as it was signed for, and only of
// those whom the organisation names.
func TestApprovals(t *testing.T) {
	private, public, err := policy.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := policy.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&long.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	rsaPrivate := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(long)})
	s := policy.Settings{Organisation: &policy.Organisation{}, Reviewers: map[string]string{"ben": string(public), "carla": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), "broken": "no key"}}
	now := today
	sign := func(key []byte, until time.Time) string {
		t.Helper()
		token, err := policy.SignApproval("sha256:00", key, until, now)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	for name, key := range map[string][]byte{"ben": private, "carla": rsaPrivate} {
		a, err := s.Approved(sign(key, now.Add(time.Hour)), now)
		if err != nil || a.By != name || a.Digest != "sha256:00" || !a.Until.Equal(now.Add(time.Hour).Truncate(time.Second)) || len(a.Key) != 32 {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	token := sign(private, now.Add(time.Hour))
	parts := strings.Split(token, ".")
	with := func(i int, text string) string {
		changed := append([]string{}, parts...)
		changed[i] = base64.RawURLEncoding.EncodeToString([]byte(text))
		return strings.Join(changed, ".")
	}
	header, _ := base64.RawURLEncoding.DecodeString(parts[0])
	a, _ := s.Approved(token, now)
	revoked := s
	revoked.Organisation = &policy.Organisation{Revoked: []string{a.Key}}
	for name, tt := range map[string]struct {
		settings policy.Settings
		token    string
		now      time.Time
		want     string
	}{
		"another's key":           {s, sign(other, now.Add(time.Hour)), now, "signed by nobody"},
		"a revoked key":           {revoked, token, now, "revoked key"},
		"nobody is named":         {policy.Settings{}, token, now, "names no reviewers"},
		"it has ended":            {s, token, now.Add(2 * time.Hour), "ended at"},
		"the clock was set back":  {s, token, now.Add(-8 * 24 * time.Hour), "more than 7 days"},
		"another digest":          {s, with(1, `{"digest":"sha256:01","exp":9999999999}`), now, "signature is not good"},
		"another algorithm":       {s, with(0, strings.Replace(string(header), "ES256", "none", 1)), now, "signature is not good"},
		"a signature of a bundle": {s, with(0, strings.Replace(string(header), "scrubjay-review", "JWT", 1)), now, "damaged"},
		"no signature":            {s, parts[0] + "." + parts[1] + ".", now, "signature is not good"},
		"half of it":              {s, parts[0] + "." + parts[1], now, "damaged"},
		"nothing":                 {s, "", now, "damaged"},
	} {
		if _, err := tt.settings.Approved(tt.token, tt.now); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, until := range []time.Time{now, now.Add(-time.Hour), now.Add(8 * 24 * time.Hour)} {
		if _, err := policy.SignApproval("sha256:00", private, until, now); err == nil {
			t.Errorf("it is signed until %s", until)
		}
	}
}

func TestReviewersAreKeys(t *testing.T) {
	allQuestions(t)
	_, public, err := policy.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	key := "|\n    " + strings.ReplaceAll(strings.TrimSpace(string(public)), "\n", "\n    ") + "\n"
	const two = "package scrubjay.org\n\nobligation contains \"review_by_two\"\n"
	for name, tt := range map[string]struct{ data, rego, want string }{
		"a key":        {"reviewers:\n  ben: " + key, two, ""},
		"none":         {"name: Acme\n", two, "reviewers"},
		"no key":       {"reviewers: {ben: x}\n", "", "data.yaml:1: data.scrubjay.org.reviewers.ben: a key is PEM"},
		"a list":       {"reviewers: [ben]\n", "", "it is not an object"},
		"a rule of it": {"name: Acme\n", "package scrubjay.org\n\nreviewers := {\"ben\": \"x\"}\n", "have to stand in data"},
		"another word": {"reviewers:\n  ben: " + key, "package scrubjay.org\n\nobligation contains \"review_by_three\"\n", "none of review, review_by_two"},
	} {
		files := map[string]string{"scrubjay/org/data.yaml": tt.data}
		if tt.rego != "" {
			files["a.rego"] = tt.rego
		}
		err := Check(dirOf(t, files))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
