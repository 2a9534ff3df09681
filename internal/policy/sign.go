package policy

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/bundle"
)

const signingAlgorithm = "ES256"

// Sign answers with the bundle signed by a private key in PEM. A signature that it had is replaced.
func Sign(raw, key []byte) ([]byte, error) {
	files, err := unpack(raw)
	if err != nil {
		return nil, err
	}
	private, err := parsePrivateKey(key)
	if err != nil {
		return nil, err
	}
	m, err := files.manifest()
	if err != nil {
		return nil, err
	}
	delete(files, signatureFile)
	statement := claims{Scope: m.Metadata.Scope, Seq: m.Metadata.Seq, Exp: m.Metadata.Exp}
	if statement.Files, err = files.hashed(); err != nil {
		return nil, err
	}
	token, err := statement.sign(private)
	if err != nil {
		return nil, err
	}
	if files[signatureFile], err = json.Marshal(bundle.SignaturesConfig{Signatures: []string{token}}); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = files.pack(&out)
	return out.Bytes(), err
}

// hashed lists the files of a bundle with their hashes, as the signature has them.
func (a archive) hashed() (all []bundle.FileInfo, err error) {
	hasher, err := bundle.NewSignatureHasher(bundle.SHA256)
	if err != nil {
		return nil, err
	}
	for _, name := range a.names() {
		// OPA hashes what it reads as JSON by meaning, all else by its bytes.
		var content any = a[name]
		if bundle.IsStructuredDoc(name) {
			d := json.NewDecoder(bytes.NewReader(a[name]))
			d.UseNumber()
			if err := d.Decode(&content); err != nil {
				return nil, fmt.Errorf("%s is not JSON: build the bundle anew", name)
			}
		}
		sum, err := hasher.HashFile(content)
		if err != nil {
			return nil, err
		}
		all = append(all, bundle.NewFile(name, hex.EncodeToString(sum), string(bundle.SHA256)))
	}
	return all, nil
}

func (a archive) manifest() (manifest, error) {
	var m manifest
	if err := json.Unmarshal(a[manifestFile], &m); err != nil || m.Metadata.Seq < 1 || m.Metadata.Scope == "" {
		return m, errors.New("it was not made by scrubjay policy build: its manifest has no scope and sequence number")
	}
	return m, nil
}

// sign makes the token. It names its key, because an organisation may have several.
func (c claims) sign(key *ecdsa.PrivateKey) (string, error) {
	id, err := keyID(&key.PublicKey)
	if err != nil {
		return "", err
	}
	header, err := json.Marshal(map[string]string{"alg": signingAlgorithm, "typ": "JWT", "kid": id})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// GenerateKey makes a pair of keys in PEM: the private one signs bundles, the public one goes into
// organisation.keys.
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

func parsePrivateKey(text []byte) (*ecdsa.PrivateKey, error) {
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
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("the signing key is not a private key for ES256: an elliptic curve key on P-256 is needed")
	}
	return key, nil
}
