package credentials

import "strings"

// GitCredentials reads what git's credential-store writes: an address a line, whose user's name may be the token.
func GitCredentials(text []byte) []Value {
	v := values{sure: Password}
	for line := range strings.Lines(strings.TrimPrefix(string(text), mark)) {
		if line = strings.TrimSpace(line); strings.Contains(line, "://") {
			v.address(line)
		}
	}
	return v.all
}
