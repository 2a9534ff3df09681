// Package authority is this machine's own certificate authority: it lets the proxy answer in the name of the
// hosts that the settings list, to programs that were told to trust it, and of no other host.
//
// What holds:
//
//   - What signs is constrained, critically, to the listed hosts and what is below them, and to no address: whoever
//     steals its key can sign nothing else that a program would believe. It is an intermediate, since programs such as
//     Java's do not look at the constraints of what they were told to trust. That is the root above it, which has signed
//     this one certificate; its key was never anywhere but in memory, and is gone.
//   - Other hosts in the settings mean another authority with another key. So does the last month of its year.
//   - The key is in one file of the state directory, 0600. Leaves live for an hour, in memory alone.
//   - Nothing here, and nobody who imports it, puts the certificate where the system would trust it.
package authority

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

const (
	// CertificateFile is what programs are told to trust.
	CertificateFile = "ca.pem"
	// keyFile holds the intermediate's key and, so that they can never differ, both certificates.
	keyFile = "ca.key"

	life     = 365 * 24 * time.Hour
	renewal  = 30 * 24 * time.Hour // before its end
	leafLife = time.Hour
	// clocks of programs that were started a moment ago may be a little behind.
	skew = 5 * time.Minute
	// mostLeaves bounds the memory that host names below a pattern can take.
	mostLeaves = 256
)

// Authority signs leaves. Its methods can be called at the same time.
type Authority struct {
	// Renewed is told why another took the place of one that there was. It may be nil.
	Renewed func(why string)

	dir string
	now func() time.Time

	mu     sync.Mutex
	hosts  []string          // constraints, in order
	root   *x509.Certificate // what programs trust
	cert   *x509.Certificate // what signs
	key    *ecdsa.PrivateKey
	leaves map[string]*tls.Certificate
}

// Open reads the authority of a state directory. There is none yet for any host: Serve says for which.
func Open(dir string) *Authority {
	return &Authority{dir: dir, now: time.Now}
}

// Serve makes it the authority for host patterns: a name, or *. and a name for all that is below it. What is
// on disk is used if it is for the same names and not near its end.
func (a *Authority) Serve(patterns []string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	hosts := constraints(patterns)
	if a.cert != nil && slices.Equal(hosts, a.hosts) && a.good() {
		return nil
	}
	a.hosts, a.root, a.cert, a.key, a.leaves = hosts, nil, nil, nil, nil
	if len(hosts) == 0 {
		return nil
	}
	return a.load()
}

// constraints are the names whose subtrees a certificate is limited to.
func constraints(patterns []string) []string {
	var hosts []string
	for _, p := range patterns {
		hosts = append(hosts, strings.ToLower(strings.TrimPrefix(p, "*.")))
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// Check looks at what is on disk, and makes nothing: until when it is good, or what is wrong with it as the authority for
// these patterns. The error wraps fs.ErrNotExist if there is none yet, and ErrOlder if an older version made it.
func (a *Authority) Check(patterns []string) (until time.Time, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	path := filepath.Join(a.dir, keyFile)
	st, err := os.Stat(path)
	if err != nil {
		return until, fmt.Errorf("the certificate authority: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return until, fmt.Errorf("the certificate authority's key cannot be read: %w", err)
	}
	published, err := os.ReadFile(filepath.Join(a.dir, CertificateFile))
	disk := &Authority{}
	fault := disk.parse(text)
	switch {
	case st.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return until, fmt.Errorf("%s can be read by other accounts, who could sign for the hosts in it", path)
	case errors.Is(fault, ErrOlder):
		return until, fmt.Errorf("the certificate authority %w", ErrOlder)
	case fault != nil:
		return until, fmt.Errorf("%s is damaged", path)
	case !slices.Equal(disk.cert.PermittedDNSDomains, constraints(patterns)):
		return until, errors.New("the certificate authority is for other hosts than the settings list now")
	case !disk.cert.PermittedDNSDomainsCritical || len(disk.cert.ExcludedIPRanges) == 0:
		return until, errors.New("the certificate authority is not constrained to its hosts")
	case a.now().Before(disk.cert.NotBefore) || a.now().After(disk.cert.NotAfter):
		return until, fmt.Errorf("the certificate authority was good from %s to %s, and is not now",
			disk.cert.NotBefore.Format(time.DateOnly), disk.cert.NotAfter.Format(time.DateOnly))
	case err != nil || !bytes.Equal(published, certificatePEM(disk.root)):
		return until, fmt.Errorf("%s is not the certificate of %s", CertificateFile, path)
	}
	return disk.cert.NotAfter, nil
}

func (a *Authority) good() bool {
	now := a.now()
	return !now.Before(a.cert.NotBefore) && now.Before(a.cert.NotAfter.Add(-renewal))
}

func (a *Authority) load() error {
	text, err := os.ReadFile(filepath.Join(a.dir, keyFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the certificate authority's key cannot be read: %w", err)
	}
	if err != nil {
		return a.make()
	}
	// One that is damaged, or for other hosts, is replaced: nothing but programs that run now depends on it.
	why := ""
	if fault := a.parse(text); fault != nil {
		why = fault.Error()
	} else if !slices.Equal(a.cert.PermittedDNSDomains, a.hosts) {
		why = "was for other hosts"
	} else if !a.good() {
		why = "was near its end"
	}
	if why == "" {
		return a.publish()
	}
	return a.renew(why)
}

// renew makes another in the place of one, and says so.
func (a *Authority) renew(why string) error {
	err := a.make()
	if err == nil && a.Renewed != nil {
		a.Renewed("the certificate authority " + why + ", and another was made: start again the programs that go through the proxy by it")
	}
	return err
}

var (
	errDamaged = errors.New("was damaged")
	// ErrOlder is of one that signed with the root's own key. Serve makes another in its place.
	ErrOlder = errors.New("is of an older version, whose limits some programs do not look at")
)

func (a *Authority) parse(text []byte) error {
	var certs []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "CERTIFICATE":
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return errDamaged
			}
			certs = append(certs, cert)
		case "PRIVATE KEY":
			key, _ := x509.ParsePKCS8PrivateKey(block.Bytes)
			a.key, _ = key.(*ecdsa.PrivateKey)
		}
	}
	switch {
	case len(certs) == 0 || a.key == nil || !a.key.PublicKey.Equal(certs[0].PublicKey):
		return errDamaged
	case len(certs) == 1:
		return ErrOlder
	}
	a.cert, a.root = certs[0], certs[1]
	if a.cert.CheckSignatureFrom(a.root) != nil {
		return errDamaged
	}
	return nil
}

// make makes a new authority, which is on disk before it signs anything. The root's key ends with this call.
func (a *Authority) make() error {
	a.root, a.cert, a.key = nil, nil, nil
	name := "Scrubjay on this machine " + a.now().UTC().Format(time.DateOnly)
	rootKey, root, err := a.certify(name+", root", 1, nil, nil)
	if err != nil {
		return err
	}
	key, cert, err := a.certify(name, 0, root, rootKey)
	if err != nil {
		return err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), certificatePEM(cert), certificatePEM(root))
	if err := a.write(keyFile, text); err != nil {
		return err
	}
	a.root, a.cert, a.key = root, cert, key
	return a.publish()
}

// certify makes an authority's certificate and key, with so many below it: signed by another, or by itself.
func (a *Authority) certify(name string, below int, by *x509.Certificate, signer *ecdsa.PrivateKey) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, nil, err
	}
	now := a.now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-skew), NotAfter: now.Add(life),
		BasicConstraintsValid: true, IsCA: true, MaxPathLen: below, MaxPathLenZero: below == 0,
		KeyUsage:                    x509.KeyUsageCertSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         a.hosts,
		// A constraint of names says nothing of addresses.
		ExcludedIPRanges: []*net.IPNet{
			{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}, {IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)},
		},
	}
	if by == nil {
		by, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, key.Public(), signer)
	if err != nil {
		return nil, nil, fmt.Errorf("the certificate authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	return key, cert, err
}

func newSerial() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
}

func certificatePEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// publish has the certificate stand where programs are told to look.
func (a *Authority) publish() error {
	text := certificatePEM(a.root)
	if there, err := os.ReadFile(filepath.Join(a.dir, CertificateFile)); err == nil && bytes.Equal(there, text) {
		return nil
	}
	return a.write(CertificateFile, text)
}

// write puts a whole file in the place of another, or fails and leaves that.
func (a *Authority) write(name string, text []byte) error {
	f, err := os.CreateTemp(a.dir, name+".*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return rename.File(f.Name(), filepath.Join(a.dir, name))
}

// Leaf is a certificate for a host, which must be one that the authority is for.
func (a *Authority) Leaf(host string) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cert == nil || !slices.ContainsFunc(a.hosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) }) {
		return nil, fmt.Errorf("the certificate authority is not for %q", host)
	}
	now := a.now()
	// A handshake that begins now must not meet the end.
	if leaf := a.leaves[host]; leaf != nil && now.Before(leaf.Leaf.NotAfter.Add(-skew)) {
		return leaf, nil
	}
	if !a.good() {
		a.leaves = nil
		if err := a.renew("was near its end"); err != nil {
			return nil, err
		}
	}
	leaf, err := a.sign(host, now)
	if err != nil {
		return nil, err
	}
	if a.leaves == nil || len(a.leaves) >= mostLeaves {
		a.leaves = map[string]*tls.Certificate{}
	}
	a.leaves[host] = leaf
	return leaf, nil
}

func (a *Authority) sign(host string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Scrubjay"}, DNSNames: []string{host},
		NotBefore: now.Add(-skew), NotAfter: now.Add(leafLife),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("a certificate for %s: %w", host, err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}
