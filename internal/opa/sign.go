package opa

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// Sign answers with the bundle signed by a private key in PEM. The signatures that it had are replaced.
func Sign(raw, key []byte) ([]byte, error) { return sign(raw, key, false) }

// AddSignature is Sign beside the signatures that the bundle has, for organisations that ask for several.
func AddSignature(raw, key []byte) ([]byte, error) { return sign(raw, key, true) }

func sign(raw, key []byte, beside bool) ([]byte, error) {
	files, err := unpack(raw)
	if err != nil {
		return nil, err
	}
	private, err := policy.ParsePrivateKey(key)
	if err != nil {
		return nil, err
	}
	id, err := policy.KeyID(private.Public())
	if err != nil {
		return nil, err
	}
	m, err := files.manifest()
	if err != nil {
		return nil, err
	}
	var signatures bundle.SignaturesConfig
	if beside {
		if signatures, err = files.signatures(); err != nil {
			return nil, err
		}
	}
	delete(files, signatureFile)
	statement := claims{Scope: m.Metadata.Scope, Seq: m.Metadata.Seq, Exp: m.Metadata.Exp}
	if statement.Files, err = files.hashed(); err != nil {
		return nil, err
	}
	for _, token := range signatures.Signatures {
		old, err := readClaims(token)
		switch {
		case err != nil:
			return nil, err
		case old.content() != statement.content():
			return nil, errors.New("it was changed after it was signed: sign it anew, without --add")
		case old.key == id:
			return nil, errors.New("this key has signed it already: add another one's signature")
		}
	}
	token, err := statement.sign(private, id)
	if err != nil {
		return nil, err
	}
	signatures.Signatures = append(signatures.Signatures, token)
	if files[signatureFile], err = json.Marshal(signatures); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = files.pack(&out)
	return out.Bytes(), err
}

// signatures are the tokens that a bundle brings.
func (a archive) signatures() (s bundle.SignaturesConfig, err error) {
	text, there := a[signatureFile]
	switch {
	case !there:
		return s, errors.New("it is not signed: run scrubjay policy sign before it")
	case json.Unmarshal(text, &s) != nil || len(s.Signatures) > signatureLimit:
		return s, errors.New("its signature is damaged: sign it again")
	}
	return s, nil
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
func (c claims) sign(key crypto.Signer, id string) (string, error) {
	header, err := json.Marshal(map[string]string{"alg": policy.Algorithm(key.Public()), "typ": "JWT", "kid": id})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
	signature, err := policy.SignText(key, text)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), err
}
