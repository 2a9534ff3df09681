// Package redact replaces sensitive values by placeholders and brings them back.
//
// A placeholder is an identifier in every language and the same for the same value for as long as the
// key lives, so that a conversation's prompt stays the same, byte for byte, over turns and restarts:
//
//	EMAIL_sy8cab             on the wire: TYPE, five characters of a keyed hash, a check character
//	REDACTED_EMAIL_q2m7xd    in a file: the same with another key and another check
//
// It says nothing of the value, not even its length. Only what was issued is ever restored: on the wire
// in answers of the provider it was issued to, in a file by the person. The proxy never restores a
// file's placeholder, or an agent that edits a redacted file would write the secret back.
//
// The Vault keeps the way back: encrypted at rest, appended record by record. What went over the wire
// expires; what was redacted in a file stays until it is purged by hand, because the file has lost it.
// Known finds the vault's values in a text without any rule. The Restorer brings values back into text
// that comes in pieces. The package knows no HTTP, no format and no policy.
package redact

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// Scope says where a placeholder stands.
type Scope uint8

const (
	// Wire placeholders (EMAIL_sy8cab) go to a vendor and expire.
	Wire Scope = iota
	// File placeholders (REDACTED_EMAIL_sy8cab) were put into a file by Redact.
	File
)

// MaxPlaceholder is the longest a placeholder can be, in bytes: what a Restorer may have to hold back.
const MaxPlaceholder = 48

// Value is something to hide: the placeholder's TYPE, its rule and class for the vault's records, and
// the bytes.
type Value struct {
	Type  string
	Rule  string
	Class detect.Class
	Bytes []byte
	// Part says that a cursor cut the value off another: it comes back, and is not looked for elsewhere. It may be any word.
	Part bool
	// Doubt says that it is more likely than others to be no secret at all.
	Doubt bool
}

// Lookup answers with the value a placeholder stands for, if it was issued for this use.
type Lookup func(placeholder string) (value []byte, ok bool)
