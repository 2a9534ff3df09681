package policy

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Where policy asks for two people (ReviewByTwo), the second one signs the digest of the request as it would go. The organisation's
// data say whose signatures count: reviewers, each with a public key.

// Approval is a second person's word on one request.
type Approval struct {
	// By is the name that the organisation's data have for the key, and Key the key's id.
	By, Key string
	Digest  string
	Until   time.Time
}

// longestApproval bounds how long one can hold: policy and people change.
const longestApproval = 7 * 24 * time.Hour

// approvalType keeps a signature on a request from passing for another one, and another for it.
const approvalType = "scrubjay-review"

type approvalHeader struct {
	Algorithm string `json:"alg"`
	Type      string `json:"typ"`
	Key       string `json:"kid"`
}

type approvalClaims struct {
	Digest string `json:"digest"`
	Until  int64  `json:"exp"`
}

// SignApproval approves of the request of a digest, until a moment, with a private key in PEM.
func SignApproval(digest string, key []byte, until, now time.Time) (string, error) {
	if until.Sub(now) > longestApproval || !until.After(now) {
		return "", fmt.Errorf("an approval holds for %d days at most: say a shorter time", longestApproval/(24*time.Hour))
	}
	private, err := ParsePrivateKey(key)
	if err != nil {
		return "", err
	}
	id, err := KeyID(private.Public())
	if err != nil {
		return "", err
	}
	header, err := json.Marshal(approvalHeader{Algorithm(private.Public()), approvalType, id})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(approvalClaims{digest, until.Unix()})
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
	signed, err := SignText(private, text)
	return text + "." + base64.RawURLEncoding.EncodeToString(signed), err
}

var errApproval = errors.New("the approval is damaged: have it signed anew with scrubjay review sign")

// Approved reads a second person's approval. It counts if one of the organisation's reviewers signed it, with a key that is not
// revoked, and if it has not ended.
func (s Settings) Approved(token string, now time.Time) (Approval, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Approval{}, errApproval
	}
	var header approvalHeader
	var said approvalClaims
	for i, into := range []any{&header, &said} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(text, into) != nil {
			return Approval{}, errApproval
		}
	}
	signed, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || header.Type != approvalType || said.Digest == "" {
		return Approval{}, errApproval
	}
	if len(s.Reviewers) == 0 {
		return Approval{}, errors.New("the policy in force names no reviewers, so nobody's approval counts")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Reviewers)) {
		key, err := ParsePublicKey(s.Reviewers[name])
		if err != nil {
			continue // check has told
		}
		id, err := KeyID(key)
		if err != nil || id != header.Key || s.Organisation != nil && slices.Contains(s.Organisation.Revoked, id) {
			continue
		}
		until := time.Unix(said.Until, 0).UTC()
		switch {
		case header.Algorithm != Algorithm(key) || !verifies(key, parts[0]+"."+parts[1], signed):
			return Approval{}, errors.New("the approval's signature is not good: it was changed, or signed by another key than it names")
		case !now.Before(until):
			return Approval{}, fmt.Errorf("the approval ended at %s: have it signed anew", until.Format(time.RFC3339))
		case until.Sub(now) > longestApproval:
			return Approval{}, fmt.Errorf("the approval holds for more than %d days: have it signed for a shorter time", longestApproval/(24*time.Hour))
		}
		return Approval{By: name, Key: id, Digest: said.Digest, Until: until}, nil
	}
	return Approval{}, errors.New("the approval is signed by nobody whom the policy in force names as a reviewer, or by a revoked key")
}

// verifies is the other half of SignText.
func verifies(key crypto.PublicKey, text string, signed []byte) bool {
	sum := sha256.Sum256([]byte(text))
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return len(signed) == 64 && ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signed[:32]), new(big.Int).SetBytes(signed[32:]))
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signed) == nil
	}
	return false
}
