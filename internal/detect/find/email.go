package find

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// Addresses that belong to nobody: documents' domains (RFC 2606, RFC 6761), which are information, and machines' senders.
var (
	exampleDomains = letters.Set("example.com example.org example.net example.edu domain.com email.com test.com yourdomain.com mydomain.com company.example localhost")
	exampleTLDs    = letters.Set("example test invalid localhost")
	// privateTLDs are not on the public list and still hold people.
	privateTLDs   = letters.Set("local internal corp lan intra intranet home")
	machineLocals = letters.Set("git hg svn noreply no-reply donotreply do-not-reply mailer-daemon postmaster nobody root www-data")
	// anybodysLocals stand for somebody's.
	anybodysLocals = letters.Set("user username you your.name your-name yourname name email someone somebody")
	// projectLocals are mailboxes of projects, which many people read, and projectEnds how others of them end.
	projectLocals = letters.Set("security secure opencode opensource oss conduct codeofconduct opensource-codeofconduct opensource-conduct code-of-conduct abuse actions github-actions maintainers")
	projectEnds   = strings.Fields("-actions -bot -security -maintainers -devel -users -announce -discuss [bot]")
	// listDomains are those of mailing lists.
	listDomains = strings.Fields("googlegroups.com groups.io lists.sourceforge.net lists.linux.dev vger.kernel.org")
	// fileTLDs are top-level domains that are far more often a file's extension: icon@2x.png, unit@.service.
	fileTLDs = letters.Set("png jpg jpeg gif svg webp ico css scss js mjs ts tsx jsx json md html py rs go sh zip mov service socket timer target mount")
)

// emailReach is for the longest address, and for what makes it a credit.
const emailReach = 1024

// findEmail reads an address around its @.
func findEmail(c *look.Text, at letters.Span) {
	text := c.Bytes
	from := at.Start
	for from > 0 && at.Start-from <= 64 {
		if isLocalPart(text[from-1]) || isIrish(text, from-1) {
			from--
		} else if n := latinBefore(text, from); n > 0 {
			from -= n
		} else {
			break
		}
	}
	if escape := bytes.LastIndexAny(text[from:at.Start], "%"); escape >= 0 {
		from += escape + 1 // %0A, %22
	}
	from = letters.AfterEscape(text, from, at.Start)
	for from < at.Start && (text[from] == '.' || text[from] == '-' || text[from] == '+' || text[from] == '%') {
		from++
	}
	local := text[from:at.Start]
	if len(local) == 0 || len(local) > 64 || local[len(local)-1] == '.' || bytes.Contains(local, []byte("..")) {
		return
	}
	if from > 0 && text[from-1] == '@' || inUserinfo(c, from) {
		return // what stands before the @ of a URL has its own rule
	}
	to := at.End
	for to < len(text) && to-at.End <= 253 {
		if letters.IsAlnum(text[to]) || text[to] == '-' || text[to] == '.' {
			to++
		} else if n := latinAt(text, to); n > 0 {
			to += n
		} else {
			break
		}
	}
	if to < len(text) && text[to] == '_' && (letters.IsWord(c.ByteAt(to+1)) && c.ByteAt(to+1) != '_' || text[from] != '_') {
		return
	}
	for to > at.End && (text[to-1] == '.' || text[to-1] == '-') {
		to--
	}
	domain := strings.ToLower(string(text[at.End:to]))
	dot := strings.LastIndexByte(domain, '.')
	if dot <= 0 || domain[0] == '.' || domain[0] == '-' || strings.Contains(domain, "..") || strings.Contains(domain, ".-") {
		return
	}
	tld := domain[dot+1:]
	if len(tld) < 2 || !isLabel(tld) || fileTLDs[tld] {
		return
	}
	nobodys := exampleTLDs[tld] || exampleDomains[domain] || isExampleDomain(domain) || anybodysLocals[strings.ToLower(string(local))]
	if suffix, icann := publicsuffix.PublicSuffix(domain); !icann && !strings.Contains(suffix, ".") && !privateTLDs[tld] && !exampleTLDs[tld] {
		return
	}
	if machineLocals[strings.ToLower(string(local))] || strings.HasSuffix(domain, "users.noreply.github.com") {
		return
	}
	// An scp-like remote: git@host is caught above, name@host:path/repo.git is one too.
	if c.ByteAt(to) == ':' && to+1 < len(text) && (letters.IsAlpha(text[to+1]) || text[to+1] == '/' || text[to+1] == '~') && bytes.Contains(text[to:min(to+128, len(text))], []byte(".git")) {
		return
	}
	// The name of a photo for twice the pixels and the version of a package: icon@2x, pkg@1.2.
	if letters.IsDigit(text[at.End]) && bytes.IndexByte(text[at.End:to], '.') < 3 && letters.IsNumber([]byte(domain[:strings.IndexByte(domain, '.')])) {
		return
	}
	if v := (letters.Between(from, to)); nobodys || isProjects(strings.ToLower(string(local)), domain) || isCovenant(c, v) {
		emitNobodys(c, v)
	} else {
		emitCredit(c, v)
	}
}

// isProjects tells a mailbox or a mailing list of a project.
func isProjects(local, domain string) bool {
	hasEnd := func(end string) bool { return strings.HasSuffix(local, end) }
	return projectLocals[local] || slices.ContainsFunc(projectEnds, hasEnd) || slices.Contains(listDomains, domain) || strings.HasPrefix(domain, "lists.")
}

// isCovenant tells whom the Contributor Covenant, which thousands of projects have taken as it is, asks to write to.
func isCovenant(c *look.Text, v letters.Span) bool {
	before := bytes.TrimRight(c.Bytes[max(0, v.Start-creditLine):v.Start], " \t\r\n<[:0123456789")
	return bytes.HasSuffix(before, []byte("contacting the project team at")) || bytes.HasSuffix(before, []byte("responsible for enforcement at"))
}

// latinBefore is the length of the letter beyond ASCII that ends before i, if it is a Latin one: jörg. Other scripts stand
// without a blank beside an address that is none of theirs.
func latinBefore(text []byte, i int) int {
	if i < 2 || text[i-1] < 0x80 {
		return 0
	}
	r, size := utf8.DecodeLastRune(text[max(0, i-4):i])
	if size == 2 && unicode.Is(unicode.Latin, r) {
		return size
	}
	return 0
}

// latinAt is the length of such a letter that begins at i.
func latinAt(text []byte, i int) int {
	if text[i] < 0x80 {
		return 0
	}
	if r, size := utf8.DecodeRune(text[i:min(len(text), i+4)]); size == 2 && unicode.Is(unicode.Latin, r) {
		return size
	}
	return 0
}

// isIrish tells the apostrophe of O'Neil and D'Angelo from a quote.
func isIrish(text []byte, i int) bool {
	if text[i] != '\'' || i == 0 || i+1 >= len(text) || !letters.IsAlpha(text[i+1]) {
		return false
	}
	if b := text[i-1] | 0x20; b != 'o' && b != 'd' {
		return false
	}
	return i == 1 || !letters.IsAlnum(text[i-2])
}

func isLocalPart(b byte) bool {
	return letters.IsAlnum(b) || b == '.' || b == '_' || b == '%' || b == '+' || b == '-'
}

func isLabel(s string) bool {
	for i := range len(s) {
		if !letters.IsAlpha(s[i]) {
			return strings.HasPrefix(s, "xn--")
		}
	}
	return true
}

// isExampleDomain tells a name below one of RFC 2606's.
func isExampleDomain(domain string) bool {
	i := strings.LastIndex(domain, ".example.")
	return i >= 0 && exampleDomains[domain[i+1:]]
}

// inUserinfo tells whether at lies between a URL's scheme and its host. A bare user://name@host is
// taken for a URL too; mailto: has no slashes.
func inUserinfo(c *look.Text, at int) bool {
	low := max(0, at-320) // a token there may be long
	before := c.Bytes[low:at]
	if !bytes.Contains(before, []byte("://")) { // faster than looking from the end, where there mostly is none
		return false
	}
	i := bytes.LastIndex(before, []byte("://"))
	return i >= 0 && !bytes.ContainsAny(c.Bytes[low+i+3:at], "/ \t\n\"'<>?,;|&=")
}
