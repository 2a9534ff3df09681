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
	exampleDomains = letters.ListOf("example.com example.org example.net example.edu domain.com email.com test.com yourdomain.com mydomain.com company.example localhost")
	exampleTLDs    = letters.ListOf("example test invalid localhost")
	// privateTLDs are not on the public list and still hold people.
	privateTLDs   = letters.ListOf("local internal corp lan intra intranet home")
	machineLocals = letters.ListOf("git hg svn noreply no-reply donotreply do-not-reply mailer-daemon postmaster nobody root www-data")
	// anybodysLocals stand for somebody's.
	anybodysLocals = letters.ListOf("user username you your.name your-name yourname name email someone somebody")
	// projectLocals are mailboxes of projects, which many people read, and projectEnds how others of them end.
	projectLocals = letters.ListOf("security secure opencode opensource oss conduct codeofconduct opensource-codeofconduct opensource-conduct code-of-conduct abuse actions github-actions maintainers")
	projectEnds   = strings.Fields("-actions -bot -security -maintainers -devel -users -announce -discuss [bot]")
	// listDomains are those of mailing lists.
	listDomains = letters.ListOf("googlegroups.com groups.io lists.sourceforge.net lists.linux.dev vger.kernel.org")
	// usualTLDs are public, and the list, which answers after many steps, need not be asked.
	usualTLDs = letters.ListOf(usualTLDNames)
	// fileTLDs are top-level domains that are far more often a file's extension: icon@2x.png, unit@.service.
	fileTLDs = letters.ListOf("png jpg jpeg gif svg webp ico css scss js mjs ts tsx jsx json md html py rs go sh zip mov service socket timer target mount")
)

const usualTLDNames = "com org net edu gov io de fr uk pl nl it es eu ch at be cz se no dk fi ru ua cn jp kr in br au ca us info biz me co dev app hu ro pt gr ie tr mx ar cl za nz sk bg hr lt lv ee si lu"

// emailReach is for the longest address, and for what makes it a credit.
const emailReach = creditBack + 512

// findEmail reads an address around its @.
func findEmail(c *look.Text, at letters.Span) {
	text := c.Bytes
	if at.End < len(text) && text[at.End] >= 0x80 && findForeignEmail(c, at) {
		return
	}
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
	if escape := bytes.LastIndexByte(text[from:at.Start], '%'); escape >= 0 {
		from += escape + 1 // %0A, %22
	}
	from = letters.AfterEscape(text, from, at.Start)
	for from < at.Start && (text[from] == '.' || text[from] == '-' || text[from] == '+' || text[from] == '%') {
		from++
	}
	local := text[from:at.Start]
	if len(local) == 0 || len(local) > 64 || local[len(local)-1] == '.' || stands(local, '.', '.') {
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
	var scratch [256]byte
	domain := lower(scratch[:0], text[at.End:to])
	dot := bytes.LastIndexByte(domain, '.')
	if dot <= 0 || domain[0] == '.' || domain[0] == '-' || stands(domain, '.', '.') || stands(domain, '.', '-') {
		return
	}
	tld := domain[dot+1:]
	usual := usualTLDs.Has(tld) // most are, and what else is asked of one need not be
	if !usual && (len(tld) < 2 || !isLabel(tld) || fileTLDs.Has(tld)) {
		return
	}
	var localScratch [64]byte
	folded := lower(localScratch[:0], local)
	nobodys := !usual && exampleTLDs.Has(tld) || exampleDomains.Has(domain) || isExampleDomain(domain, dot) || anybodysLocals.Has(folded)
	if !usual && !privateTLDs.Has(tld) && !exampleTLDs.Has(tld) {
		if suffix, icann := publicsuffix.PublicSuffix(string(domain)); !icann && !strings.Contains(suffix, ".") {
			return
		}
	}
	if machineLocals.Has(folded) || bytes.HasSuffix(domain, []byte("users.noreply.github.com")) {
		return
	}
	// An scp-like remote: git@host is caught above, name@host:path/repo.git is one too.
	if c.ByteAt(to) == ':' && to+1 < len(text) && (letters.IsAlpha(text[to+1]) || text[to+1] == '/' || text[to+1] == '~') && bytes.Contains(text[to:min(to+128, len(text))], []byte(".git")) {
		return
	}
	// The name of a photo for twice the pixels and the version of a package: icon@2x, pkg@1.2.
	if letters.IsDigit(text[at.End]) && bytes.IndexByte(text[at.End:to], '.') < 3 && letters.IsNumber(domain[:bytes.IndexByte(domain, '.')]) {
		return
	}
	nobodys = nobodys || string(domain[:dot]) == "example" || bytes.HasSuffix(domain, []byte(".gserviceaccount.com")) // a program's account
	if v := (letters.Between(from, to)); nobodys || isProjects(folded, domain) || isCovenant(c, v) {
		emitNobodys(c, v)
	} else {
		emitCredit(c, v)
	}
}

// stands tells whether two bytes stand side by side, which a search of so short a text takes longer for.
func stands(v []byte, first, second byte) bool {
	for i := 1; i < len(v); i++ {
		if v[i-1] == first && v[i] == second {
			return true
		}
	}
	return false
}

// isProjects tells a mailbox or a mailing list of a project.
func isProjects(local, domain []byte) bool {
	hasEnd := func(end string) bool { return bytes.HasSuffix(local, []byte(end)) }
	return projectLocals.Has(local) || (bytes.IndexByte(local, '-') >= 0 || bytes.IndexByte(local, '[') >= 0) && slices.ContainsFunc(projectEnds, hasEnd) || listDomains.Has(domain) || bytes.HasPrefix(domain, []byte("lists."))
}

// isCovenant tells whom the Contributor Covenant, which thousands of projects have taken as it is, asks to write to.
func isCovenant(c *look.Text, v letters.Span) bool {
	before := c.Bytes[max(0, v.Start-creditLine):v.Start]
	for len(before) > 0 && (letters.IsSpace(before[len(before)-1]) || letters.IsDigit(before[len(before)-1]) || bytes.IndexByte([]byte("<[:"), before[len(before)-1]) >= 0) {
		before = before[:len(before)-1]
	}
	if len(before) == 0 || before[len(before)-1] != 't' {
		return false
	}
	return bytes.HasSuffix(before, []byte("contacting the project team at")) || bytes.HasSuffix(before, []byte("responsible for enforcement at"))
}

// foreignTLDs are top-level domains of other scripts.
var foreignTLDs = letters.Set("рф рус москва дети онлайн сайт орг укр бел срб мкд мон қаз бг ею ελ ευ 中国 中國 香港 台湾 台灣 澳門 新加坡 公司 网络 网址 在线 中文网 한국 닷컴 みんな भारत ভারত இந்தியா ไทย 닷넷 مصر السعودية امارات الاردن المغرب عمان قطر فلسطين تونس ایران پاکستان ישראל קום გე հայ")

// findForeignEmail reads an address whose domain has letters of another script, and before its @ such letters, too, if
// that script has blanks between words. It is false if no such domain stands there.
func findForeignEmail(c *look.Text, at letters.Span) bool {
	text := c.Bytes
	to, dot := at.End, -1
	for to < len(text) && to-at.End <= 253 {
		r, size := utf8.DecodeRune(text[to:])
		if r == '.' && dot >= 0 && foreignTLDs[string(text[dot+1:to])] {
			break // the sentence's
		}
		if r == '.' {
			dot = to
		} else if r != '-' && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) {
			break
		}
		to += size
	}
	if dot <= at.End {
		return false
	}
	for end := to; end > dot+1; { // what stands behind it without a blank is not its own
		if foreignTLDs[string(text[dot+1:end])] {
			to = end
			break
		}
		_, size := utf8.DecodeLastRune(text[:end])
		if end -= size; end <= dot+1 {
			return false
		}
	}
	from := at.Start
	for from > 0 && at.Start-from <= 64 {
		r, size := utf8.DecodeLastRune(text[max(0, from-4):from])
		if r >= 0x80 && (!unicode.IsLetter(r) || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)) || r < 0x80 && !isLocalPart(byte(r)) {
			break
		}
		from -= size
	}
	from = letters.AfterEscape(text, from, at.Start)
	if v := letters.Between(from, to); from < at.Start {
		emitCredit(c, v)
	}
	return true
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

func isLabel(s []byte) bool {
	return letters.AllOf(s, letters.IsAlpha) || bytes.HasPrefix(s, []byte("xn--"))
}

// lower is strings.ToLower of what is ASCII nearly always.
func lower(dst, v []byte) []byte {
	for _, b := range v {
		if b >= 0x80 {
			return bytes.ToLower(v)
		}
		if letters.IsUpper(b) {
			b += 'a' - 'A'
		}
		dst = append(dst, b)
	}
	return dst
}

// isExampleDomain tells a name below one of RFC 2606's. Its last dot stands at dot.
func isExampleDomain(domain []byte, dot int) bool {
	below := []byte(".example")
	return bytes.HasSuffix(domain[:dot], below) && exampleDomains.Has(domain[dot-len(below)+1:])
}

// inUserinfo tells whether at lies between a URL's scheme and its host. A bare user://name@host is
// taken for a URL too; mailto: has no slashes.
func inUserinfo(c *look.Text, at int) bool {
	low := max(0, at-320) // a token there may be long
	i := at - 1
	for i >= low && !endsUserinfo[c.Bytes[i]] {
		i--
	}
	return i-2 >= low && string(c.Bytes[i-2:i+1]) == "://"
}

// endsUserinfo are bytes that do not stand in a URL between its slashes and its @.
var endsUserinfo = func() (ends [256]bool) {
	for _, b := range []byte("/ \t\n\"'<>?,;|&=") {
		ends[b] = true
	}
	return ends
}()
