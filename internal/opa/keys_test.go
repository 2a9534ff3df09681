package opa

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"sync"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// rsaKey is a pair as other programs make them.
var rsaKey = sync.OnceValue(func() pair {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return pairOf(key, &key.PublicKey)
})

func pairOf(private, public any) pair {
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		panic(err)
	}
	open, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err)
	}
	return pair{pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open})}
}

func idOf(t testing.TB, p pair) string {
	t.Helper()
	key, err := policy.ParsePublicKey(string(p.public))
	if err != nil {
		t.Fatal(err)
	}
	id, err := policy.KeyID(key)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// by is Acme's bundle signed by some keys, one after the other.
func by(t testing.TB, seq int64, pairs ...pair) []byte {
	t.Helper()
	raw := signedBy(t, pairs[0], verdicts("{pii: {public: forbid}}"), seq, today.Add(hour), "acme")
	for _, p := range pairs[1:] {
		var err error
		if raw, err = AddSignature(raw, p.private); err != nil {
			t.Fatal(err)
		}
	}
	return raw
}

func listing(threshold int, revoked []string, pairs ...pair) policy.Organisation {
	o := acme("")
	o.Keys, o.Threshold, o.Revoked = nil, threshold, revoked
	for _, p := range pairs {
		o.Keys = append(o.Keys, string(p.public))
	}
	return o
}

// TestWhoseSignaturesCount: as many different keys as the organisation asks for, none of them revoked; exactly one
// signature where it asks for no number.
func TestWhoseSignaturesCount(t *testing.T) {
	a, b, c := acmeKey(), otherKey(), rsaKey()
	twice := remade(t, by(t, 1, a), func(files archive) {
		var s bundle.SignaturesConfig
		if err := json.Unmarshal(files[signatureFile], &s); err != nil {
			t.Fatal(err)
		}
		again := by(t, 1, a) // ES256 never signs alike twice
		other, err := unpack(again)
		if err != nil {
			t.Fatal(err)
		}
		var o bundle.SignaturesConfig
		if err := json.Unmarshal(other[signatureFile], &o); err != nil {
			t.Fatal(err)
		}
		files[signatureFile], _ = json.Marshal(bundle.SignaturesConfig{Signatures: append(s.Signatures, o.Signatures...)})
	})
	for name, tc := range map[string]struct {
		raw  []byte
		o    policy.Organisation
		good bool
	}{
		"RS256":                         {by(t, 1, c), listing(0, nil, c), true},
		"one of two keys":               {by(t, 1, b), listing(0, nil, a, b), true},
		"two signatures, none expected": {by(t, 1, a, b), listing(0, nil, a, b), false},
		"at least one of two":           {by(t, 1, a, b), listing(1, nil, b), true},
		"two of two":                    {by(t, 1, a, c), listing(2, nil, a, c), true},
		"two of three":                  {by(t, 1, c, b), listing(2, nil, a, b, c), true},
		"one of two that are needed":    {by(t, 1, a), listing(2, nil, a, b), false},
		"another's as the second":       {by(t, 1, a, c), listing(2, nil, a, b), false},
		"the same key twice":            {twice, listing(2, nil, a, b), false},
		"the same key listed twice":     {twice, listing(2, nil, a, a), false},
		"revoked":                       {by(t, 1, a), listing(0, []string{idOf(t, a)}, a, b), false},
		"one of two revoked":            {by(t, 1, a, b), listing(2, []string{idOf(t, b)}, a, b, c), false},
		"three, one revoked":            {by(t, 1, a, b, c), listing(2, []string{idOf(t, b)}, a, b, c), true},
		"all revoked":                   {by(t, 1, a), listing(1, []string{idOf(t, a)}, a), false},
	} {
		t.Run(name, func(t *testing.T) {
			read, err := Verify(tc.raw, tc.o)
			if (err == nil) != tc.good {
				t.Fatalf("%v", err)
			}
			if err != nil && refusal(t, err) != Untrusted {
				t.Errorf("refused as %v", err)
			}
			if err == nil && (!read.trusted(&tc.o) || len(read.keys) < max(1, tc.o.Threshold)) {
				t.Errorf("signed by %q, and not trusted any more", read.keys)
			}
		})
	}
}

// TestATokensNameForItsKeyIsNotBelieved: with a name in the header, another in the payload and one in two ways, a
// signature still is one key's.
func TestATokensNameForItsKeyIsNotBelieved(t *testing.T) {
	a, b := acmeKey(), otherKey()
	private, err := policy.ParsePrivateKey(a.private)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{
		`{"alg":"ES256","kid":"` + idOf(t, b) + `"}`,
		`{"alg":"ES256","kid":"` + idOf(t, a) + `","kid":"` + idOf(t, b) + `"}`,
		`{"alg":"ES256","kid":"` + idOf(t, b) + `","kid":"` + idOf(t, a) + `"}`,
		`{"alg":"ES256"}`, `{"alg":"none"}`, `{"alg":"HS256","kid":"` + idOf(t, b) + `"}`,
	} {
		raw := remade(t, by(t, 1, a), func(files archive) {
			var s bundle.SignaturesConfig
			if err := json.Unmarshal(files[signatureFile], &s); err != nil {
				t.Fatal(err)
			}
			text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + strings.Split(s.Signatures[0], ".")[1]
			made, err := policy.SignText(private, text)
			if err != nil {
				t.Fatal(err)
			}
			s.Signatures = append(s.Signatures, text+"."+base64.RawURLEncoding.EncodeToString(made))
			files[signatureFile], _ = json.Marshal(s)
		})
		if _, err := Verify(raw, listing(2, nil, a, b)); err == nil || refusal(t, err) != Untrusted {
			t.Errorf("%s counts as a second key's: %v", header, err)
		}
	}
}

// TestABundleStaysWhileItsSignaturesReachTheThreshold: a key is revoked, or more are asked for, while programs run.
func TestABundleStaysWhileItsSignaturesReachTheThreshold(t *testing.T) {
	a, b, c := acmeKey(), otherKey(), rsaKey()
	for name, tc := range map[string]struct {
		to   policy.Organisation
		stay bool
	}{
		"the same":              {listing(2, nil, a, b, c), true},
		"the third key revoked": {listing(2, []string{idOf(t, c)}, a, b, c), true},
		"the second revoked":    {listing(2, []string{idOf(t, b)}, a, b, c), false},
		"the second taken out":  {listing(2, nil, a, c), false},
		"one is enough":         {listing(1, nil, a), true},
		"three are needed":      {listing(3, nil, a, b, c), false},
		"exactly one again":     {listing(0, nil, a, b), false},
	} {
		from := listing(2, nil, a, b, c)
		read, err := Verify(by(t, 1, a, b), from)
		if err != nil {
			t.Fatal(err)
		}
		e := newEngine(t, organised(from))
		if err := e.Swap(read); err != nil {
			t.Fatal(err)
		}
		e.Reload(organised(tc.to))
		if stays := e.Status().Revision == read.Revision; stays != tc.stay {
			t.Errorf("%s: it stays: %v", name, stays)
		}
	}
}

// TestAHigherLayerRevokes: a key that a person's own file lists does not count if the managed file revokes it, and the
// other way round.
func TestAHigherLayerRevokes(t *testing.T) {
	o := acme("")
	id := acmeKeyID(t)
	for _, l := range []*policy.Layers{
		{Managed: &policy.Settings{RevokedKeys: []string{id}}, User: &policy.Settings{Organisation: &o}},
		{Managed: &policy.Settings{Organisation: &o}, User: &policy.Settings{RevokedKeys: []string{id}}},
		{User: &policy.Settings{Organisation: &o, RevokedKeys: []string{id}}},
	} {
		if _, err := Verify(by(t, 1, acmeKey()), *l.Organisation()); err == nil {
			t.Errorf("it counts: %+v", l)
		}
	}
}

func TestAddingASignature(t *testing.T) {
	one := by(t, 1, acmeKey())
	if _, err := AddSignature(one, acmeKey().private); err == nil || !strings.Contains(err.Error(), "has signed it already") {
		t.Errorf("twice: %v", err)
	}
	changed := remade(t, one, func(a archive) { a["more.rego"] = []byte("package scrubjay.org\n") })
	if _, err := AddSignature(changed, otherKey().private); err == nil || !strings.Contains(err.Error(), "changed after it was signed") {
		t.Errorf("changed: %v", err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]pair{"P-384": pairOf(p384, &p384.PublicKey), "RSA of 1024 bits": pairOf(small, &small.PublicKey)} {
		if _, err := Sign(one, p.private); err == nil {
			t.Errorf("%s signs", name)
		}
		if _, err := policy.ParsePublicKey(string(p.public)); err == nil {
			t.Errorf("%s is believed", name)
		}
	}
}
