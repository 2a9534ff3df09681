package credentials

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// INI reads key = value lines as npm, Python, MySQL, libpq, AWS's command line and its libraries do.
func INI(text []byte) []Value {
	v := values{sure: Password}
	v.lines(strings.TrimPrefix(string(text), mark))
	return v.all
}

// lines takes the key = value and key: value lines of a text.
func (v *values) lines(s string) {
	nothing := func(string) string { return "" }
	for at := 0; at < len(s); {
		text := v.span(s, at)
		line, _, _ := strings.Cut(text, "\n")
		trimmed := strings.TrimSpace(line)
		if trimmed != "" && strings.IndexByte("#;[", trimmed[0]) < 0 {
			// npm's keys have colons, Python's values come after one.
			for _, sign := range []int{strings.IndexByte(line, '='), strings.IndexByte(line, ':')} {
				key := lastField(line[:max(sign, 0)])
				if key == "" {
					continue
				}
				for _, reading := range readings(text[sign+1:], nothing) {
					v.keyed(key, reading)
				}
				if line[0] != ' ' && line[0] != '\t' {
					for _, reading := range continued(s[at+sign+1:]) {
						v.keyed(key, reading)
					}
				}
			}
		}
		at += len(line) + 1
	}
}

func lastField(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return ""
	}
	return strings.TrimSuffix(strings.Trim(words[len(words)-1], `"'`), "[]")
}

// continued are the readings of a value that goes on in further lines, each of which begins with a blank: as it is, and
// each line without its comment and quotes. None if it does not go on.
func continued(text string) []string {
	text = text[:min(len(text), longest)]
	var plain, clean []string
	for line := range strings.Lines(text) {
		if len(plain) > 0 && (strings.TrimSpace(line) == "" || line[0] != ' ' && line[0] != '\t') {
			break
		}
		line = strings.TrimSpace(line)
		plain = append(plain, line)
		if i := blankBefore(line, "#;", false); i >= 0 {
			line = strings.TrimSpace(line[:i])
		}
		clean = append(clean, unquoted(line))
	}
	if len(plain) < 2 {
		return nil
	}
	return []string{strings.Join(plain, "\n"), strings.Join(clean, "\n"), strings.TrimSpace(strings.Join(plain, "\n")), strings.TrimSpace(strings.Join(clean, "\n"))}
}

// HCL reads Terraform's settings: an assignment may stand anywhere in a line.
func HCL(text []byte) []Value {
	v := values{sure: Password}
	v.lines(string(text))
	for _, m := range hclAssignment().FindAllSubmatch(text, -1) {
		v.keyed(string(m[1]), string(m[2]))
		for _, e := range escapes {
			v.keyed(string(m[1]), e(string(m[2])))
		}
	}
	return v.all
}

var hclAssignment = text.Expression(`([\w.-]+)"?\s*[=:]\s*"((?:\\.|[^"\\\n])*)"`)
