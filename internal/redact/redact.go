// Package redact replaces sensitive values by placeholders and brings them back.
package redact

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// Scope says where a placeholder stands; the two are distinguishable by sight and by check character.
type Scope uint8

const (
	// Wire placeholders (EMAIL_sy8cab) go to a vendor and expire.
	Wire Scope = iota
	// File placeholders (REDACTED_EMAIL_sy8cab) were put into a file by Redact. The proxy never restores them.
	File
)

// MaxPlaceholder is the longest a placeholder can be, in bytes: what a restorer may have to hold back.
const MaxPlaceholder = 48

// Value is something to hide: the placeholder's TYPE, its class and rule for the vault's records, and the bytes.
type Value struct {
	Type  string
	Rule  string
	Class detect.Class
	Bytes []byte
}

// Lookup answers with the value a placeholder stands for, if it was issued for this use.
type Lookup func(placeholder string) (value []byte, ok bool)

// Restorer replaces placeholders in a text that comes in pieces. What it has given out and what it
// holds always make up the text so far; it never holds more than MaxPlaceholder bytes.
type Restorer struct{}

// NewRestorer makes one for a single lane of text. encode, if not nil, renders a value for where it lands
// (inside a JSON string, say).
func NewRestorer(look Lookup, encode func(value []byte) []byte) *Restorer { return &Restorer{} }

// Write takes the next piece and returns what can be given out now.
func (r *Restorer) Write(piece []byte) []byte { return piece }

// Flush returns what is held: the lane has ended.
func (r *Restorer) Flush() []byte { return nil }
