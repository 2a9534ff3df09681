package policy

import "github.com/scrubjay-dev/scrubjay/internal/detect"

// Revocations are values that nobody may get any more, by their fingerprints: the table revoked of a bundle's data. A query
// has the fingerprint of a finding only if it is one of them, so that policy learns of no other value.
type Revocations struct {
	Salt   []byte
	Prints map[string]bool
}

// Of is the fingerprint of a value that is revoked, else nothing.
func (r Revocations) Of(value []byte) string {
	if len(r.Prints) == 0 {
		return ""
	}
	if print := detect.Fingerprint(detect.Organisation, r.Salt, value); r.Prints[print] {
		return print
	}
	return ""
}
