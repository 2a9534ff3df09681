package policy

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
)

// rsaBits is the shortest RSA key that is believed.
const rsaBits = 2048

// Algorithm is how a key signs: ES256 with an elliptic curve key on P-256, RS256 with an RSA key; empty for other keys.
func Algorithm(public crypto.PublicKey) string {
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() {
			return "ES256"
		}
	case *rsa.PublicKey:
		if key.N.BitLen() >= rsaBits {
			return "RS256"
		}
	}
	return ""
}

// GenerateKey makes a key pair for ES256, as PEM.
func GenerateKey() (private, public []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	open, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open}), nil
}

func ParsePrivateKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the signing key is not PEM: give the private half of a pair that scrubjay policy sign --new-key made")
	}
	var parsed any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		parsed, err = x509.ParseECPrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	key, ok := parsed.(crypto.Signer)
	if err != nil || !ok || Algorithm(key.Public()) == "" {
		return nil, errors.New("the signing key is neither for ES256 (an elliptic curve key on P-256) nor for RS256 (RSA, 2048 bits or more): scrubjay policy sign --new-key makes one")
	}
	return key, nil
}

// SignText signs a token's text, in the form that its algorithm wants.
func SignText(key crypto.Signer, text string) ([]byte, error) {
	sum := sha256.Sum256([]byte(text))
	curve, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return key.Sign(rand.Reader, sum[:], crypto.SHA256) // RSA: PKCS #1 v1.5
	}
	r, s, err := ecdsa.Sign(rand.Reader, curve, sum[:])
	if err != nil {
		return nil, err
	}
	both := make([]byte, 64)
	r.FillBytes(both[:32])
	s.FillBytes(both[32:])
	return both, nil
}

// ParsePublicKey reads a key that bundles are verified with, and refuses a private one, which has no
// business in settings.
func ParsePublicKey(text string) (crypto.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("a key is PEM, from -----BEGIN PUBLIC KEY----- to its end")
	}
	if strings.Contains(block.Type, "PRIVATE") {
		return nil, errors.New("this is a private key: put the public one here, and replace the pair")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil || Algorithm(key) == "" {
		return nil, errors.New("a key is for ES256, an elliptic curve key on P-256, or for RS256, an RSA key of 2048 bits or more")
	}
	return key, nil
}

// KeyID names a key in a bundle's signature, so that an organisation can have several at a time.
func KeyID(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:16]), nil
}
