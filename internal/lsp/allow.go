package lsp

import (
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// allowed tells whether an entry says that a finding is not sensitive. Fingerprints are the repository's:
// an editor has no other key.
func (o *outlook) allowed(f detect.Finding, rel string, value []byte, now time.Time) bool {
	_, ok := o.allow.Allows(f.Rule.ID, rel, func(scope detect.Scope) string {
		if scope != detect.Repository || o.salt == "" {
			return ""
		}
		return detect.Fingerprint(scope, []byte(o.salt), value)
	}, now)
	return ok
}
