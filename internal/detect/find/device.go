package find

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// Numbers of devices: telephones, vehicles, network cards. They lead to whoever uses them.

const macReach = 96

// macLabels come before an address that is written in groups of four, which nothing else tells.
var macLabels = []string{"mac address", "mac_address", "mac-address", "macaddress", "macaddr", "mac_addr", "mac-addr", "mac:", "mac=", "hwaddr"}

// findMAC reads six pairs of hex digits, of which the first wake it, or three groups of four after a label.
// More than six pairs are a fingerprint, fewer a time.
func findMAC(c *look.Text, at letters.Span) {
	from, size := at.Start, len("00:00:00:00:00:00")
	group := 2
	if !letters.IsHex(c.Bytes[at.End-1]) || c.ByteAt(at.Start+2) != ':' && c.ByteAt(at.Start+2) != '-' {
		var ok bool
		if from, ok = c.AfterLabel(at); !ok {
			return
		}
		size, group = len("0000.0000.0000"), 4
	}
	v := letters.Between(from, from+size)
	if v.End > len(c.Bytes) {
		return
	}
	sign := c.Bytes[v.Start+group]
	before, after := c.Before(v.Start), c.ByteAt(v.End)
	if letters.IsWord(before) || letters.IsWord(after) || before == sign || before == '.' || after == sign && letters.IsHex(c.ByteAt(v.End+1)) || group == 4 && sign != '.' {
		return
	}
	for i, b := range c.Bytes[v.Start:v.End] {
		if sep := i%(group+1) == group; sep && b != sign || !sep && !letters.IsHex(b) {
			return
		}
	}
	var scratch [12]byte
	hex := proof.Compact(scratch[:0], c.Bytes[v.Start:v.End])
	// The lowest bit of the first pair marks a group of cards. What somebody typed for want of one is nobody's.
	if guess.Distinct(hex) < 5 || strings.IndexByte("13579BDF", hex[1]) >= 0 || typedMACs[string(hex)] {
		return
	}
	c.Emit(v, v)
}

var typedMACs = letters.Set("AABBCCDDEEFF CCBBAA332211 AABBCC112233 665544332211 FEDCBA987654 001122334455 112233445566 0123456789AB 123456789ABC DEADBEEFCAFE CAFEBABE0000")
