package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// listed are documentation names: no test reaches a network.
var listed = []string{"*.vendor.example", "completions.other.example"}

func open(t *testing.T, dir string, now time.Time, patterns ...string) *Authority {
	t.Helper()
	a := Open(dir)
	a.now = func() time.Time { return now }
	if err := a.Serve(patterns); err != nil {
		t.Fatal(err)
	}
	return a
}

// trust is what a program trusts that was told of the certificate file.
func trust(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, CertificateFile))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("ca.pem holds no certificate")
	}
	return pool
}

func TestLeafIsBelievedForItsHostForAnHour(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	a := open(t, dir, now, listed...)
	for _, host := range []string{"api.vendor.example", "deep.api.vendor.example", "completions.other.example"} {
		leaf, err := a.Leaf(host)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name string
			host string
			at   time.Time
			ok   bool
		}{
			{"now", host, now, true},
			{"later in the hour", host, now.Add(59 * time.Minute), true},
			{"expired", host, now.Add(61 * time.Minute), false},
			{"of another host", "else.vendor.example", now, false},
		} {
			_, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: trust(t, dir), Intermediates: shown(t, leaf), DNSName: c.host, CurrentTime: c.at})
			if (err == nil) != c.ok {
				t.Errorf("%s, %s: %v", host, c.name, err)
			}
		}
	}
	for _, host := range []string{"evil.example", "vendor.example.evil.example", "notvendor.example", "", "127.0.0.1"} {
		if leaf, err := a.Leaf(host); err == nil {
			t.Errorf("%q got a certificate for %q", host, leaf.Leaf.DNSNames)
		}
	}
}

// shown is what a server shows besides its leaf.
func shown(t *testing.T, leaf *tls.Certificate) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	for _, der := range leaf.Certificate[1:] {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		pool.AddCert(cert)
	}
	return pool
}

// TestStolenKey: what somebody signs with the key for another host, or for an address, nobody believes; nor does a program
// that does not look at the constraints of the root that it was told to trust, as Java's.
func TestStolenKey(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	a := open(t, dir, now, listed...)
	own, err := a.Leaf("api.vendor.example")
	if err != nil {
		t.Fatal(err)
	}
	if len(own.Certificate) != 2 {
		t.Errorf("a server shows %d certificates", len(own.Certificate))
	}
	blind := *a.root
	blind.PermittedDNSDomains, blind.ExcludedIPRanges, blind.PermittedDNSDomainsCritical = nil, nil, false
	javas := x509.NewCertPool()
	javas.AddCert(&blind)
	forge := func(template x509.Certificate) *x509.Certificate {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template.SerialNumber, template.NotBefore, template.NotAfter = big.NewInt(1), now.Add(-time.Hour), now.Add(time.Hour)
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		der, err := x509.CreateCertificate(rand.Reader, &template, a.cert, key.Public(), a.key)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return cert
	}
	ip := net.IPv4(192, 0, 2, 1)
	for _, c := range []struct {
		name string
		cert x509.Certificate
		host string
		ok   bool
	}{
		{"a listed host", x509.Certificate{DNSNames: []string{"api.vendor.example"}}, "api.vendor.example", true},
		{"another host", x509.Certificate{DNSNames: []string{"evil.example"}}, "evil.example", false},
		{"both", x509.Certificate{DNSNames: []string{"api.vendor.example", "evil.example"}}, "api.vendor.example", false},
		{"an address", x509.Certificate{IPAddresses: []net.IP{ip}}, ip.String(), false},
	} {
		for whose, roots := range map[string]*x509.CertPool{"a program": trust(t, dir), "Java": javas} {
			_, err := forge(c.cert).Verify(x509.VerifyOptions{Roots: roots, Intermediates: shown(t, own), DNSName: c.host, CurrentTime: now})
			if (err == nil) != c.ok {
				t.Errorf("%s, of %s: %v", whose, c.name, err)
			}
		}
	}
	if !a.cert.PermittedDNSDomainsCritical || !a.cert.MaxPathLenZero {
		t.Error("the constraints are not critical, or there may be another authority below this one")
	}
	if a.key.PublicKey.Equal(a.root.PublicKey) {
		t.Error("the root's key is the one that signs")
	}
	if err := a.cert.CheckSignatureFrom(a.root); err != nil {
		t.Error(err)
	}
}

// TestOlderVersion: an authority that signed with its root is replaced, and that is said; a new one and a good one are not
// spoken of.
func TestOlderVersion(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		file func(a *Authority) []byte
		want string
	}{
		"none":    {nil, ""},
		"good":    {func(a *Authority) []byte { return nil }, ""},
		"older":   {func(a *Authority) []byte { return older(t, now) }, "of an older version"},
		"damaged": {func(a *Authority) []byte { return []byte("x") }, "damaged"},
		"another's root": {func(a *Authority) []byte {
			text, _ := os.ReadFile(filepath.Join(a.dir, keyFile))
			return append(text[:strings.LastIndex(string(text), "-----BEGIN")], certificatePEM(open(t, t.TempDir(), now, listed...).root)...)
		}, "damaged"},
	} {
		dir := t.TempDir()
		if c.file != nil {
			if text := c.file(open(t, dir, now, listed...)); text != nil {
				if err := os.WriteFile(filepath.Join(dir, keyFile), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		var said []string
		a := Open(dir)
		a.Renewed = func(why string) { said = append(said, why) }
		if err := a.Serve(listed); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(said, "; "); c.want == "" && got != "" || !strings.Contains(got, c.want) || got != "" && !strings.Contains(got, "start again the programs") {
			t.Errorf("%s: %q", name, got)
		}
		if _, err := Open(dir).Check(listed); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		leaf, err := a.Leaf("api.vendor.example")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: trust(t, dir), Intermediates: shown(t, leaf), DNSName: "api.vendor.example"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// older is the key file of an authority that signs with its root.
func older(t *testing.T, now time.Time) []byte {
	t.Helper()
	a := &Authority{hosts: constraints(listed), now: func() time.Time { return now }}
	key, cert, err := a.certify("older", 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), certificatePEM(cert)...)
}

func TestKeptAndRenewed(t *testing.T) {
	start := time.Now()
	for _, c := range []struct {
		name     string
		after    time.Duration
		patterns []string
		damage   func(dir string) error
		same     bool
	}{
		{name: "the next day", after: 24 * time.Hour, patterns: listed, same: true},
		{name: "the same hosts in another order", patterns: []string{listed[1], listed[0]}, same: true},
		{name: "in its last month", after: 336 * 24 * time.Hour, patterns: listed},
		{name: "when the clock was wrong", after: -time.Hour, patterns: listed},
		{name: "another host", patterns: append(slices.Clone(listed), "new.example")},
		{name: "one host less", patterns: listed[:1]},
		{name: "a damaged key", patterns: listed, damage: func(dir string) error { return os.Truncate(filepath.Join(dir, keyFile), 30) }},
		{name: "the certificate file is gone", patterns: listed, same: true,
			damage: func(dir string) error { return os.Remove(filepath.Join(dir, CertificateFile)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			before := open(t, dir, start, listed...)
			if c.damage != nil {
				if err := c.damage(dir); err != nil {
					t.Fatal(err)
				}
			}
			after := open(t, dir, start.Add(c.after), c.patterns...)
			if same := before.cert.Equal(after.cert); same != c.same {
				t.Errorf("the same certificate: %v", same)
			}
			if same := before.key.Equal(after.key); same != c.same {
				t.Errorf("the same key: %v", same)
			}
			leaf, err := after.Leaf("api.vendor.example")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: trust(t, dir), Intermediates: shown(t, leaf), DNSName: "api.vendor.example", CurrentTime: after.now()}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRunningForAYear: an authority that was never opened again is renewed when it signs, and so is a leaf.
func TestRunningForAYear(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	a := open(t, dir, now, listed...)
	a.now = func() time.Time { return now }
	var serials []string
	for _, later := range []time.Duration{0, 30 * time.Minute, 30 * time.Minute, 340 * 24 * time.Hour} {
		now = now.Add(later)
		leaf, err := a.Leaf("api.vendor.example")
		if err != nil {
			t.Fatal(err)
		}
		serials = append(serials, leaf.Leaf.SerialNumber.String())
		if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: trust(t, dir), Intermediates: shown(t, leaf), DNSName: "api.vendor.example", CurrentTime: now}); err != nil {
			t.Error(err)
		}
	}
	if serials[0] != serials[1] || serials[1] == serials[2] || serials[2] == serials[3] {
		t.Errorf("leaves %q: the second is the first, the others are new", serials)
	}
}

// TestOnDisk: the key is for its owner alone, and no leaf is there at all.
func TestOnDisk(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, time.Now(), listed...)
	if _, err := a.Leaf("api.vendor.example"); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
		info, err := e.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v: %v", e.Name(), info.Mode(), err)
		}
	}
	if !slices.Equal(names, []string{keyFile, CertificateFile}) {
		t.Errorf("the directory holds %q", names)
	}
	text, err := os.ReadFile(filepath.Join(dir, CertificateFile))
	if err != nil {
		t.Fatal(err)
	}
	if block, rest := pem.Decode(text); block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		t.Error("ca.pem is to hold the certificate and nothing else")
	}
}

func TestNoHosts(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, time.Now())
	if _, err := a.Leaf("api.vendor.example"); err == nil {
		t.Error("an authority for nothing signs")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("an authority for nothing has files: %v, %v", entries, err)
	}
}

// TestCheck: what is wrong with the files is found, each fault by its own words, and nothing is changed by looking.
func TestCheck(t *testing.T) {
	now := time.Now()
	made := func(t *testing.T, at time.Time) string {
		t.Helper()
		dir := t.TempDir()
		open(t, dir, at, listed...)
		return dir
	}
	for _, c := range []struct {
		name, want string
		at         time.Time
		patterns   []string
		spoil      func(dir string) error
	}{
		{"good", "", now, listed, func(string) error { return nil }},
		{"none", "no such file", now, listed, func(dir string) error { return os.Remove(filepath.Join(dir, keyFile)) }},
		{"open", "other accounts", now, listed, func(dir string) error { return os.Chmod(filepath.Join(dir, keyFile), 0o640) }},
		{"damaged", "damaged", now, listed, func(dir string) error { return os.WriteFile(filepath.Join(dir, keyFile), []byte("x"), 0o600) }},
		{"of an older version", "older version", now, listed, func(dir string) error { return os.WriteFile(filepath.Join(dir, keyFile), older(t, now), 0o600) }},
		{"other hosts", "other hosts", now, append([]string{"new.example"}, listed...), func(string) error { return nil }},
		{"expired", "not now", now.Add(-2 * life), listed, func(string) error { return nil }},
		{"not published", "is not the certificate", now, listed, func(dir string) error { return os.Remove(filepath.Join(dir, CertificateFile)) }},
		{"another's published", "is not the certificate", now, listed, func(dir string) error {
			return os.Rename(filepath.Join(made(t, now), CertificateFile), filepath.Join(dir, CertificateFile))
		}},
		{"not constrained", "not constrained", now, listed, func(dir string) error {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				return err
			}
			a := &Authority{hosts: constraints(listed), now: func() time.Time { return now }}
			rootKey, root, err := a.certify("root", 1, nil, nil)
			if err != nil {
				return err
			}
			template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now, NotAfter: now.Add(life), IsCA: true, BasicConstraintsValid: true,
				PermittedDNSDomains: constraints(listed)} // by which a program may go, or not
			der, err := x509.CreateCertificate(rand.Reader, template, root, key.Public(), rootKey)
			if err != nil {
				return err
			}
			pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
			if err != nil {
				return err
			}
			text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
			text = append(text, certificatePEM(root)...)
			return os.WriteFile(filepath.Join(dir, keyFile), text, 0o600)
		}},
	} {
		dir := made(t, c.at)
		if err := c.spoil(dir); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadDir(dir)
		until, err := Open(dir).Check(c.patterns)
		if c.want == "" && (err != nil || until.Before(now.Add(life-time.Hour))) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: good until %v, %v", c.name, until, err)
		}
		if errors.Is(err, fs.ErrNotExist) != (c.name == "none") {
			t.Errorf("%s: %v", c.name, err)
		}
		if after, _ := os.ReadDir(dir); len(after) != len(before) {
			t.Errorf("%s: looking left %d files of %d", c.name, len(after), len(before))
		}
	}
}

// TestOthersVerify: OpenSSL, by which Python, curl, Ruby and git verify, believes what a server shows for a listed host, told
// of ca.pem alone, and does not believe what a thief signs.
func TestOthersVerify(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not there")
	}
	dir, now := t.TempDir(), time.Now()
	a := open(t, dir, now, listed...)
	leaf, err := a.Leaf("api.vendor.example")
	if err != nil {
		t.Fatal(err)
	}
	a.hosts = append(a.hosts, "evil.example") // as a thief would
	forged, err := a.Leaf("evil.example")
	if err != nil {
		t.Fatal(err)
	}
	for host, c := range map[string]*tls.Certificate{"api.vendor.example": leaf, "evil.example": forged} {
		var names []string
		for i, der := range c.Certificate {
			name := filepath.Join(dir, strconv.Itoa(i)+".pem")
			if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		said, err := exec.CommandContext(t.Context(), openssl, "verify", "-x509_strict", "-CAfile", filepath.Join(dir, CertificateFile),
			"-untrusted", names[1], "-verify_hostname", host, names[0]).CombinedOutput()
		if (err == nil) != (c == leaf) || c == forged && !strings.Contains(string(said), "permitted subtree") {
			t.Errorf("%s: %v %s", host, err, said)
		}
	}
}
