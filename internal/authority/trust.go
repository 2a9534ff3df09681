package authority

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Trusting is how the other ends of connections are believed: by the system's authorities, which SSL_CERT_FILE and
// SSL_CERT_DIR name on Linux, and by those of a file in PEM beside them.
func Trusting(file []byte) (*tls.Config, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a container without any: those of the file are left
	}
	found := 0
	for block, rest := pem.Decode(file); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue // a bundle may hold more than that
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("its certificate %d is damaged", found+1)
		}
		pool.AddCert(cert)
		found++
	}
	if found == 0 {
		return nil, errors.New("it holds no certificate in PEM, from -----BEGIN CERTIFICATE----- to its end; openssl x509 -inform der converts other files")
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

// Doubt is why a certificate is not believed.
type Doubt int

// The doubts. None is of an error that is about something else.
const (
	None Doubt = iota
	UnknownAuthority
	OtherName
	Expired
	Unfit
)

// DoubtOf says what an error finds wrong with a certificate.
func DoubtOf(err error) Doubt {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var roots x509.SystemRootsError
	var unverified *tls.CertificateVerificationError
	switch {
	case errors.As(err, &unknown), errors.As(err, &roots):
		return UnknownAuthority
	case errors.As(err, &name):
		return OtherName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Expired
	case errors.As(err, &invalid), errors.As(err, &unverified):
		return Unfit
	}
	return None
}
