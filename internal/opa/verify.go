package opa

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
)

// The parts of the policy that a bundle may define, and only those: its rules and data, and the package
// that Rego's habit puts their tests into.
const (
	orgRoot  = "scrubjay/org"
	testRoot = "scrubjay/org_test"
)

// Bundle is an organisation's policy whose signature has been verified.
type Bundle struct {
	Revision string
	Scope    string
	// Sequence grows with every bundle; an installation never goes back.
	Sequence int64
	Expires  time.Time
	// keys are the ids of those of organisation.keys that signed it, and signatures how many it has.
	keys       []string
	signatures int
	// content identifies what was signed. Signing again gives another file, but not another content.
	content  string
	settings policy.Settings
	// since is when it came into force on this machine.
	since time.Time
	data  map[string]any
	// dataFiles are what data was read from, to say where something stands.
	dataFiles archive
	modules   map[string]*ast.Module
	tests     map[string]*ast.Module
	// rules are the files of rules and indexes that it carries.
	rules archive
}

// claims are the signed statements of a bundle.
type claims struct {
	Files []bundle.FileInfo `json:"files"`
	Scope string            `json:"scope"`
	Seq   int64             `json:"seq"`
	Exp   int64             `json:"exp"`
	// key is the id that the token's header gives, for people: nothing is believed for it.
	key string
}

// Reason says in one word why a bundle was refused.
type Reason string

// The reasons of a Refusal.
const (
	Unreachable Reason = "unreachable" // the server or the disk does not answer
	Malformed   Reason = "malformed"   // not a bundle, or not one of ours
	Untrusted   Reason = "untrusted"   // signature, key, hashes or scope
	Rollback    Reason = "rollback"    // older than one that was in force
	Expired     Reason = "expired"
	FailedTests Reason = "tests"    // its own tests fail
	Unusable    Reason = "unusable" // a name in it is misspelt, or it does not answer what it may be asked
)

// Refusal is a bundle that was not taken.
type Refusal struct {
	Reason Reason
	Err    error
}

func (r *Refusal) Error() string { return r.Err.Error() }
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(reason Reason, format string, args ...any) *Refusal {
	if reason == Unreachable { // there was nothing to refuse
		return &Refusal{reason, fmt.Errorf("the organisation's policy: "+format, args...)}
	}
	return &Refusal{reason, fmt.Errorf("the organisation's policy was refused: "+format, args...)}
}

// signatureLimit is how many signatures a bundle may have.
const signatureLimit = 16

// Verify reads a bundle, and answers with it only if one of the organisation's keys, or as many as it asks for, signed
// every file of it for the organisation's scope. Whether it is new enough is for the Source to say, which knows the
// floor. The error is a *Refusal.
func Verify(raw []byte, o policy.Organisation) (*Bundle, error) {
	files, err := unpack(raw)
	if err != nil {
		return nil, refuse(Malformed, "%w", err)
	}
	if o.Scope == "" {
		return nil, refuse(Untrusted, "organisation.scope is not set")
	}
	by, signed, err := signersOf(o, files)
	if err != nil {
		return nil, err
	}
	b, err := bundle.NewCustomReader(by.only(files).loader()).
		WithSizeLimitBytes(unpackedLimit).
		WithLazyLoadingMode(false).
		WithCapabilities(capabilities()).
		WithBundleVerificationConfig(bundle.NewVerificationConfig(by.keys, by.ids[0], o.Scope, nil)).
		Read()
	if err != nil && strings.Contains(err.Error(), "digest mismatch") {
		return nil, refuse(Untrusted, "it was changed after it was signed, and is to be signed again: %w", err)
	}
	if err != nil {
		return nil, refuse(Untrusted, "%w", err)
	}
	out, err := newBundle(b, signed, files)
	if err == nil {
		out.keys, out.signatures = by.ids, by.signatures
	}
	return out, err
}

// signers are whose signatures of a bundle count.
type signers struct {
	keys       map[string]*bundle.KeyConfig
	ids        []string
	token      string // one that the first of them made
	signatures int    // that the bundle has, good or not
}

// only is a bundle with the token of the first signer alone: OPA takes no more than one.
func (s signers) only(files archive) archive {
	one := maps.Clone(files)
	one[signatureFile], _ = json.Marshal(bundle.SignaturesConfig{Signatures: []string{s.token}}) // a list of texts always is JSON
	return one
}

// signersOf tells which of the organisation's keys have signed a bundle, and what they state. They have to be as many as
// the organisation asks for, and to state the same. Each token is tried with each key: what a token says of its own key
// could be read in two ways.
func signersOf(o policy.Organisation, files archive) (by signers, stated claims, err error) {
	given, err := files.signatures()
	if err != nil {
		return by, stated, refuse(Untrusted, "%w", err)
	}
	if given.Plugin != "" {
		return by, stated, refuse(Untrusted, "it names a verifier of its own")
	}
	if o.Threshold == 0 && len(given.Signatures) != 1 {
		return by, stated, refuse(Untrusted, "it has %d signatures: one is expected, or organisation.threshold says how many", len(given.Signatures))
	}
	if by.keys, err = believed(o); err != nil {
		return by, stated, refuse(Untrusted, "organisation.keys: %w", err)
	}
	by.signatures = len(given.Signatures)
	why := errors.New("the keys that it names are not listed, or are revoked")
	for _, token := range given.Signatures {
		one := bundle.SignaturesConfig{Signatures: []string{token}}
		c, unread := readClaims(token)
		for _, id := range slices.Sorted(maps.Keys(by.keys)) {
			if slices.Contains(by.ids, id) {
				continue
			}
			if _, err := bundle.VerifyBundleSignature(one, bundle.NewVerificationConfig(by.keys, id, o.Scope, nil)); err != nil {
				switch {
				case c.key != id:
				case unread == nil && c.Scope != o.Scope:
					why = fmt.Errorf("its own is another than organisation.scope, which is %s: build it with --scope %s", o.Scope, o.Scope)
				default:
					why = err
				}
				continue
			}
			switch {
			case unread != nil:
				return by, stated, refuse(Malformed, "%w", unread)
			case by.ids == nil:
				by.token, stated = token, c
			case c.content() != stated.content():
				return by, stated, refuse(Untrusted, "its signatures do not state the same: sign it anew")
			}
			by.ids = append(by.ids, id)
			break
		}
	}
	switch want := max(o.Threshold, 1); {
	case len(by.ids) >= want:
		return by, stated, nil
	case want == 1:
		return by, stated, refuse(Untrusted, "none of organisation.keys has signed it for this scope: %w", why)
	default:
		return by, stated, refuse(Untrusted, "%d of organisation.keys have signed it, and organisation.threshold asks for %d: add a signature with scrubjay policy sign --add", len(by.ids), want)
	}
}

// trusted tells whether enough of the organisation's keys still are those that signed the bundle, for its scope.
func (b *Bundle) trusted(o *policy.Organisation) bool {
	if o == nil || o.Scope != b.Scope || o.Threshold == 0 && b.signatures != 1 {
		return false
	}
	keys, err := believed(*o)
	n := 0
	for _, id := range b.keys {
		if keys[id] != nil {
			n++
		}
	}
	return err == nil && n >= max(o.Threshold, 1)
}

// readClaims decodes a token whose signature somebody else verifies.
func readClaims(token string) (claims, error) {
	var c claims
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, errors.New("its signature is not a token")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return c, errors.New("its signature is not a token")
	}
	var header struct {
		Key string `json:"kid"`
	}
	if text, err := base64.RawURLEncoding.DecodeString(parts[0]); err != nil || json.Unmarshal(text, &header) != nil {
		return c, errors.New("its signature is not a token")
	}
	c.key = header.Key
	if err := json.Unmarshal(payload, &c); err != nil {
		return c, errors.New("its signature does not hold what policy sign writes")
	}
	if c.Seq < 1 || c.Exp < 1 {
		return c, errors.New("its signature has no sequence number or no expiry: build it with scrubjay policy build")
	}
	for _, f := range c.Files {
		if f.Algorithm != string(bundle.SHA256) {
			return c, errors.New("its files are not hashed with SHA-256: sign it with scrubjay policy sign")
		}
	}
	return c, nil
}

func newBundle(b bundle.Bundle, signed claims, files archive) (*Bundle, error) {
	if b.Manifest.Roots == nil || !slices.Contains(*b.Manifest.Roots, orgRoot) ||
		slices.ContainsFunc(*b.Manifest.Roots, func(root string) bool { return root != orgRoot && root != testRoot }) {
		return nil, refuse(Malformed, "its manifest must have the root %s and no other: build it with scrubjay policy build", orgRoot)
	}
	if len(b.WasmModules)+len(b.PlanModules) > 0 {
		return nil, refuse(Malformed, "it holds compiled policy: only Rego is read")
	}
	out := &Bundle{
		Revision:  b.Manifest.Revision,
		Scope:     signed.Scope,
		Sequence:  signed.Seq,
		Expires:   time.Unix(signed.Exp, 0),
		content:   signed.content(),
		data:      b.Data,
		dataFiles: archive{},
		modules:   map[string]*ast.Module{},
		tests:     map[string]*ast.Module{},
	}
	for _, m := range b.Modules {
		if isTest(m.Path) {
			out.tests[m.Path] = m.Parsed
		} else {
			out.modules[m.Path] = m.Parsed
		}
	}
	for name, text := range files {
		if isData(name) {
			out.dataFiles[name] = text
		}
	}
	if text, ok := files[settingsFile]; ok {
		s, err := policy.ParseSettings(settingsFile, text, policy.BundleLayer, nil)
		if err != nil {
			return nil, refuse(Malformed, "%w", err)
		}
		out.settings = s
	}
	out.settings.Revocations, out.settings.Reviewers = out.revocations(), out.reviewers()
	out.carry(files)
	return out, nil
}

func (c claims) content() string {
	lines := []string{fmt.Sprintln(c.Scope, c.Seq, c.Exp)}
	for _, f := range c.Files {
		lines = append(lines, f.Name+" "+f.Hash+"\n")
	}
	slices.Sort(lines)
	h := sha256.New()
	for _, line := range lines {
		io.WriteString(h, line)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// believed are the keys whose signatures count, by their ids: those that are listed, less those that are revoked.
func believed(o policy.Organisation) (map[string]*bundle.KeyConfig, error) {
	keys := map[string]*bundle.KeyConfig{}
	for _, text := range o.Keys {
		key, err := policy.ParsePublicKey(text)
		if err != nil {
			return nil, err
		}
		id, err := policy.KeyID(key)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(o.Revoked, id) {
			keys[id] = &bundle.KeyConfig{Key: text, Algorithm: policy.Algorithm(key)}
		}
	}
	return keys, nil
}
