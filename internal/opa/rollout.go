package opa

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// waits says why a machine does not take a bundle yet, or nothing. Its rollout names who takes it first: groups, and a
// part of the machines, which is another one for each sequence number.
func (b *Bundle) waits(who policy.Who, l *policy.Layers) string {
	r := b.settings.Rollout
	switch {
	case r == nil || place(who.Machine, b.Sequence) < r.Percent:
		return ""
	case slices.ContainsFunc(r.Groups, func(group string) bool { return slices.Contains(l.Groups(), group) || b.member(group, who.User) }):
		return ""
	case r.Percent > 0:
		return fmt.Sprintf("this machine is not among the first %d %%", r.Percent)
	}
	return "this machine is not of the first groups: " + strings.Join(r.Groups, ", ")
}

// place is where a machine stands among all, from 0 to 99.
func place(machine string, sequence int64) int {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", sequence, machine))
	return int(binary.BigEndian.Uint64(sum[:]) % 100) //nolint:gosec // it is below 100
}

// member tells whether the bundle's own data puts an account into a group.
func (b *Bundle) member(group, user string) bool {
	groups, _ := b.org()["groups"].(map[string]any)
	accounts, _ := groups[group].([]any)
	return slices.Contains(accounts, any(user))
}
