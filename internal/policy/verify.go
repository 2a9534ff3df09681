package policy

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

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
	// key names the one of organisation.keys that signed it.
	key string
	// content identifies what was signed. Signing again gives another file, but not another content.
	content  string
	settings Settings
	data     map[string]any
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
	// key is the name of the key in the token's header.
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
	return &Refusal{reason, fmt.Errorf("the organisation's policy was refused: "+format, args...)}
}

// Verify reads a bundle, and answers with it only if one of the organisation's keys signed every file of
// it for the organisation's scope. Whether it is new enough is for the Source to say, which knows the
// floor. The error is a *Refusal.
func Verify(raw []byte, o Organisation) (*Bundle, error) {
	files, err := unpack(raw)
	if err != nil {
		return nil, refuse(Malformed, "%w", err)
	}
	if _, ok := files[signatureFile]; !ok {
		return nil, refuse(Untrusted, "it is not signed: run scrubjay policy sign")
	}
	keys := map[string]*bundle.KeyConfig{}
	for _, text := range o.Keys {
		key, err := parsePublicKey(text)
		if err != nil {
			return nil, refuse(Untrusted, "organisation.keys: %w", err)
		}
		id, err := keyID(key)
		if err != nil {
			return nil, refuse(Untrusted, "organisation.keys: %w", err)
		}
		keys[id] = &bundle.KeyConfig{Key: text, Algorithm: signingAlgorithm}
	}
	if o.Scope == "" {
		return nil, refuse(Untrusted, "organisation.scope is not set")
	}
	b, err := bundle.NewCustomReader(files.loader()).
		WithSizeLimitBytes(unpackedLimit).
		WithLazyLoadingMode(false).
		WithCapabilities(capabilities()).
		WithBundleVerificationConfig(bundle.NewVerificationConfig(keys, "", o.Scope, nil)).
		Read()
	if err != nil {
		return nil, refuse(Untrusted, "%w", err)
	}
	signed, err := readClaims(b.Signatures)
	if err != nil {
		return nil, refuse(Malformed, "%w", err)
	}
	out, err := newBundle(b, signed, files)
	if err == nil {
		out.key = signed.key
	}
	return out, err
}

// trusted tells whether the organisation still is one whose keys signed the bundle for its scope.
func (b *Bundle) trusted(o *Organisation) bool {
	return o != nil && o.Scope == b.Scope && slices.ContainsFunc(o.Keys, func(text string) bool {
		key, err := parsePublicKey(text)
		if err != nil {
			return false
		}
		id, err := keyID(key)
		return err == nil && id == b.key
	})
}

// readClaims decodes the token whose signature OPA has verified.
func readClaims(s bundle.SignaturesConfig) (claims, error) {
	var c claims
	if len(s.Signatures) != 1 {
		return c, errors.New("it has not exactly one signature")
	}
	parts := strings.Split(s.Signatures[0], ".")
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
		s, err := parseSettings(settingsFile, text, bundleLayer, nil)
		if err != nil {
			return nil, refuse(Malformed, "%w", err)
		}
		out.settings = s
	}
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
