package find

import (
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// InternalSuffixes are those of names that no public server answers for.
var InternalSuffixes = strings.Fields(".internal .corp .lan .intra .svc.cluster.local")

// everybodysHosts are such names that every machine has, or a cloud's.
var everybodysHosts = letters.Set("host.docker.internal gateway.docker.internal host.containers.internal metadata.google.internal kubernetes.default.svc.cluster.local")

const hostReach = 255 + look.CodeLine

// InternalHosts reads the names of machines whose suffix is the trigger: those with one of the organisation's own suffixes for
// certain, others in doubt.
func InternalHosts(own []string) func(c *look.Text, at letters.Span) {
	return func(c *look.Text, at letters.Span) {
		from := at.Start
		for from > 0 && at.End-from < 254 && isHostByte(c.Bytes[from-1]) {
			from--
		}
		from = letters.AfterEscape(c.Bytes, from, at.Start)
		for from < at.Start && (c.Bytes[from] == '.' || c.Bytes[from] == '-') {
			from++
		}
		after := c.ByteAt(at.End)
		if from == at.Start || letters.IsWord(c.Before(from)) || c.ByteAt(from-1) == '@' || letters.IsWord(after) || after == '-' || after == '(' ||
			after == '.' && letters.IsAlnum(c.ByteAt(at.End+1)) {
			return
		}
		v := letters.Between(from, at.End)
		host := strings.ToLower(string(c.Bytes[v.Start:v.End]))
		ends := func(suffix string) bool { return strings.HasSuffix(host, suffix) }
		switch {
		case at.Start-from < 2: // e.internal is a member of e
		case everybodysHosts[host] || strings.Contains(host, "..") || strings.HasPrefix(host, "www."):
		case slices.ContainsFunc(own, ends):
			c.Emit(v, v)
		case c.Data(v) && slices.ContainsFunc(InternalSuffixes, ends):
			c.Doubt(v, v, c.Bytes[v.Start:v.End])
		}
	}
}

func isHostByte(b byte) bool { return letters.IsAlnum(b) || b == '-' || b == '.' }
