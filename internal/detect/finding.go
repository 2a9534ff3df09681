package detect

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Class says what a finding is.
type Class string

// The classes of design: every rule has exactly one.
const (
	Credential  Class = "credential"
	PII         Class = "pii"
	PHI         Class = "phi"
	PCI         Class = "pci"
	Proprietary Class = "proprietary"
	Internal    Class = "internal"
	Injection   Class = "injection"
)

// Classes lists every class once, in the order reports use.
var Classes = []Class{Credential, PCI, PHI, PII, Proprietary, Internal, Injection}

// Severity orders findings by what a leak would cost.
type Severity uint8

// Info marks what is shown but never warned about: documented examples, test values.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"info", "low", "medium", "high", "critical"}

func (s Severity) String() string { return severityNames[s] }

// ParseSeverity reads the name that String writes.
func ParseSeverity(name string) (Severity, error) {
	for i, n := range severityNames {
		if n == name {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("severity %q is none of critical, high, medium, low, info", name)
}

// Confidence says how sure a rule is that the value is what it says.
type Confidence uint8

// A passed checksum makes any rule's confidence ConfidenceHigh.
const (
	ConfidenceLow Confidence = iota
	ConfidenceMedium
	ConfidenceHigh
)

var confidenceNames = [...]string{"low", "medium", "high"}

func (c Confidence) String() string { return confidenceNames[c] }

// ParseConfidence reads the name that String writes.
func ParseConfidence(name string) (Confidence, error) {
	for i, n := range confidenceNames {
		if n == name {
			return Confidence(i), nil
		}
	}
	return 0, fmt.Errorf("confidence %q is none of high, medium, low", name)
}

// Span is a range of bytes of a text.
type Span = letters.Span

// Finding is one sensitive value: what found it, where it stands, and how much it matters.
// It never holds the value.
type Finding struct {
	Rule *Rule
	letters.Span
	Severity   Severity
	Confidence Confidence
	// Validated is true where a checksum proved the value.
	Validated bool
	// With is the other half of a leak of two parts, such as a key's id and its secret; empty if there is none.
	With letters.Span
	// region tells that it is one of code, which may hold other findings.
	region bool
}

// Scope says which key a fingerprint was made with, and so who can compare it.
type Scope byte

// Fingerprints of different scopes never compare equal.
const (
	Installation Scope = 'i' // this installation's key: ledger, sessions
	Repository   Scope = 'r' // the salt in .scrubjay.yaml: allow entries, baselines
	Organisation Scope = 'o' // the organisation's key: revocations
)

// Fingerprint is a keyed hash of a value: equal values correlate, the value is not in it.
// It reads "i:" and 32 hex digits.
func Fingerprint(scope Scope, key, value []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte{byte(scope)})
	mac.Write(value)
	return FingerprintOf(scope, mac.Sum(nil))
}

// FingerprintOf is how a fingerprint of a scope is written, of the HMAC-SHA256 of the scope and the value under its key.
func FingerprintOf(scope Scope, sum []byte) string {
	return string([]byte{byte(scope), ':'}) + hex.EncodeToString(sum[:16])
}
