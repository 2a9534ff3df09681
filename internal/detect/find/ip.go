package find

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// documentation ranges (RFC 5737, 3849, 9637), shared and reserved ones, and the resolvers that
// everybody writes down: addresses that say nothing about anybody.
var (
	nobodysRanges = prefixes4(`0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
		192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 2001:db8::/32 3fff::/20 2001::/32 2002::/16`)
	resolvers = letters.Set(`1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 4.2.2.1 4.2.2.2 114.114.114.114 223.5.5.5
		2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001 2620:fe::fe 2620:fe::9`)
	publicV6 = netip.MustParsePrefix("2000::/3")
)

func prefixes4(list string) []netip.Prefix {
	var out []netip.Prefix
	for s := range strings.FieldsSeq(list) {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func isSomebodys(a netip.Addr) bool {
	if resolvers[a.String()] {
		return false
	}
	for _, p := range nobodysRanges {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// findIPv4 reads an address whose first "digit dot digit" woke it.
func findIPv4(c *look.Text, at letters.Span) {
	text := c.Bytes
	from := at.Start
	for from > 0 && at.Start-from < 4 && letters.IsDigit(text[from-1]) {
		from--
	}
	if from > 0 && (letters.IsWord(c.Before(from)) || text[from-1] == '.' || text[from-1] == '-' && from > 1 && letters.IsWord(text[from-2])) {
		return // not the first: the wake-up at the first pair decides for all
	}
	to, dots := at.Start, 0
	for to < len(text) && to-from < 17 && (letters.IsDigit(text[to]) || text[to] == '.') {
		if text[to] == '.' {
			dots++
		}
		to++
	}
	if to > from && text[to-1] == '.' {
		to, dots = to-1, dots-1
	}
	if dots != 3 || to < len(text) && (letters.IsWord(text[to]) || text[to] == '.' && letters.IsDigit(c.ByteAt(to+1)) || text[to] == '-' && letters.IsAlpha(c.ByteAt(to+1))) {
		return
	}
	addr, err := netip.ParseAddr(string(text[from:to]))
	if err != nil || !isSomebodys(addr) || isVersion(c, from, addr.As4()) {
		return
	}
	c.Emit(letters.Between(from, to), letters.Between(from, to))
}

// isVersion tells four numbers that are a version or an object identifier.
func isVersion(c *look.Text, from int, o [4]byte) bool {
	if o[0] < 10 && o[1] < 10 && o[2] < 10 && o[3] < 10 || o[3] == 0 && o[2] == 0 || o[0] == 1 && o[1] == 3 && o[2] == 6 || o[0] == 2 && (o[1] == 5 || o[1] == 16) {
		return true
	}
	if isSection(c, from, o) {
		return true
	}
	before := bytes.ToLower(c.Bytes[max(0, from-16):from])
	before = bytes.TrimRight(before, " \t\"'=:~<>^(")
	for _, word := range []string{"version", "ver", "v", "release", "oid", "rev", "build", "agent", "chrome/", "section", "rfc", "sections"} {
		if bytes.HasSuffix(before, []byte(word)) {
			return true
		}
	}
	return from > 1 && c.Bytes[from-1] == '=' && (c.Bytes[from-2] == '=' || c.Bytes[from-2] == '~' || c.Bytes[from-2] == '^') || from > 0 && c.Bytes[from-1] == '/' && from > 1 && letters.IsAlpha(c.Bytes[from-2])
}

// isSection tells the number of a section: it begins its line, and a title follows it.
func isSection(c *look.Text, from int, o [4]byte) bool {
	for i := from - 1; i >= 0 && c.Bytes[i] != '\n'; i-- {
		if from-i > 8 || !letters.IsBlank(c.Bytes[i]) && c.Bytes[i] != '#' && !letters.IsDigit(c.Bytes[i]) {
			return false
		}
	}
	to := from
	for to < len(c.Bytes) && (letters.IsDigit(c.Bytes[to]) || c.Bytes[to] == '.') {
		to++
	}
	return max(o[0], o[1], o[2], o[3]) < 30 && c.ByteAt(to) == ' ' && letters.IsUpper(c.ByteAt(to+1)) && letters.IsLower(c.ByteAt(to+2))
}

// findIPv6 reads an address around a pair of colons or one of the prefixes in use.
func findIPv6(c *look.Text, at letters.Span) {
	text := c.Bytes
	from := at.Start
	for from > 0 && at.Start-from < 40 && (letters.IsHex(text[from-1]) || text[from-1] == ':') {
		from--
	}
	if from > 0 && (letters.IsWord(c.Before(from)) || text[from-1] == '.') {
		return
	}
	to := at.End
	for to < len(text) && to-from < 41 && (letters.IsHex(text[to]) || text[to] == ':') {
		to++
	}
	if to < len(text) && letters.IsWord(text[to]) {
		return
	}
	if to-from > 39 || to-from < 8 {
		return
	}
	v := bytes.TrimRight(text[from:to], ":")
	addr, err := netip.ParseAddr(string(v))
	if err != nil || !publicV6.Contains(addr) || !isSomebodys(addr) || bytes.Count(v, []byte(":")) < 3 {
		return
	}
	c.Emit(letters.Between(from, from+len(v)), letters.Between(from, to))
}
