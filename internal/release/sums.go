package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

const (
	sumsFile      = "SHA256SUMS"
	signatureFile = "SHA256SUMS.sig"
	publicFile    = "scrubjay-release.pub"
)

// readKey reads the key that signs, of the form that scrubjay policy sign --new-key makes: given as it is, or the name of its
// file. Empty means that nothing is signed.
func readKey(given string) (*ecdsa.PrivateKey, error) {
	if given == "" {
		return nil, nil
	}
	text := []byte(given)
	if !strings.Contains(given, "-----BEGIN") {
		var err error
		if text, err = os.ReadFile(given); err != nil {
			return nil, fmt.Errorf("the key that SCRUBJAY_RELEASE_KEY names: %w", err)
		}
	}
	refused := errors.New("SCRUBJAY_RELEASE_KEY is no key for ES256: make one with scrubjay policy sign --new-key --key release.key")
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, refused
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return nil, refused
	}
	return key, nil
}

// publicKey is what a release is verified with, as PEM.
func publicKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

// writeSums lists the checksums of all that is in the release, and signs the list.
func (r *release) writeSums(context.Context) error {
	if r.key != nil {
		public, err := publicKey(r.key)
		if err != nil {
			return err
		}
		if err := r.write(publicFile, public); err != nil {
			return err
		}
	}
	var names []string
	for name := range r.sums {
		names = append(names, name)
	}
	slices.Sort(names)
	var list strings.Builder
	for _, name := range names {
		fmt.Fprintf(&list, "%x  %s\n", r.sums[name], name)
	}
	if err := r.write(sumsFile, []byte(list.String())); err != nil {
		return err
	}
	if r.key == nil {
		return nil
	}
	digest := sha256.Sum256([]byte(list.String()))
	signature, err := r.key.Sign(nil, digest[:], crypto.SHA256) // without chance, so that the same list has the same signature
	if err != nil {
		return err
	}
	return r.write(signatureFile, signature)
}
