package wire

import "bytes"

// patched restores a program that an assistant has its model write: a tool named exec is given JavaScript, and a patch
// to a file stands in one of its strings. A value belongs into the patch, which goes to a file, and not into the
// program around it, which runs commands. So it has two restorers: one for what stands in a string literal after the
// line that begins a patch, whose Lane says what a value must be spelled for, and one for all else.
//
// It reads strings, template literals and comments, and no regular expressions: where it is misled, a placeholder
// stays.
type patched struct {
	lane    Lane
	restore Restore
	to      Restorer // of the part that the text is in

	literal byte // the quote of the literal that the text is in, / or * in a comment, 0 in code
	raw     bool // String.raw`...`, in which nothing is escaped
	escape  bool // after a backslash in a literal
	patch   bool // a patch has begun in this literal
	recent  []byte
	out     []byte
}

const (
	patchBegins = "*** Begin Patch"
	patchEnds   = "*** End Patch"
	rawLiteral  = "String.raw"
)

// programs are the tools that are given such programs.
var programs = map[string]bool{"exec": true}

func newPatched(l Lane, restore Restore) *patched {
	p := &patched{lane: l, restore: restore}
	p.enter()
	return p
}

// enter takes the restorer of the part that begins.
func (p *patched) enter() {
	l := p.lane
	if p.patch {
		l.Tool = Tool{Name: "apply_patch", Kind: ToolEdit}
		if l.Literal = p.literal; p.raw {
			l.Literal = RawLiteral
		}
	}
	if p.to = p.restore(l); p.to == nil {
		p.to = asIs{}
	}
}

func (p *patched) Write(piece []byte) []byte {
	p.out = p.out[:0]
	from := 0
	for i, c := range piece {
		was := p.patch
		if p.step(c); p.patch == was {
			continue
		}
		end := i // the quote that closes the literal is not in it
		if p.patch {
			end++
		}
		p.out = append(p.out, p.to.Write(piece[from:end])...)
		p.out = append(p.out, p.to.Flush()...)
		p.enter()
		from = end
	}
	p.out = append(p.out, p.to.Write(piece[from:])...)
	return p.out
}

func (p *patched) Flush() []byte { return p.to.Flush() }

// Held tells whether there is anything to flush.
func (p *patched) Held() bool { return p.to.Held() }

// step follows the program by a byte.
func (p *patched) step(c byte) {
	if len(p.recent) == 32 {
		p.recent = append(p.recent[:0], p.recent[16:]...)
	}
	p.recent = append(p.recent, c)
	switch before := p.recent[:len(p.recent)-1]; p.literal {
	case 0:
		switch {
		case c == '"' || c == '\'' || c == '`':
			p.literal, p.raw = c, c == '`' && bytes.HasSuffix(before, []byte(rawLiteral))
			p.recent = p.recent[:0]
		case (c == '/' || c == '*') && bytes.HasSuffix(before, []byte("/")):
			p.literal = c
		}
	case '/':
		if c == '\n' {
			p.literal = 0
		}
	case '*':
		if c == '/' && bytes.HasSuffix(before, []byte("*")) {
			p.literal, p.recent = 0, p.recent[:0]
		}
	default:
		switch {
		case p.escape:
			p.escape = false
		case c == '\\':
			p.escape = true
		case c == p.literal:
			p.literal, p.patch = 0, false
		case bytes.HasSuffix(p.recent, []byte(patchBegins)):
			p.patch = true
		case bytes.HasSuffix(p.recent, []byte(patchEnds)):
			p.patch = false
		}
	}
}

// RawLiteral is the Lane.Literal of a template literal in which nothing is escaped.
const RawLiteral = 'R'

// Spell writes a value as the lane's text says it: as it is, but in a program's string literal escaped for that. It is
// false if the value cannot be written there.
func (l Lane) Spell(value []byte) ([]byte, bool) {
	switch l.Literal {
	case 0:
		return value, true
	case RawLiteral:
		return value, bytes.IndexByte(value, '`') < 0 && !bytes.Contains(value, []byte("${")) && !bytes.HasSuffix(value, []byte(`\`)) && !bytes.HasSuffix(value, []byte("$"))
	}
	var out []byte
	for _, c := range value {
		switch {
		case c == '\\' || c == l.Literal || c == '$' && l.Literal == '`':
			out = append(out, '\\', c)
		case c == '\n' && l.Literal != '`':
			out = append(out, `\n`...)
		case c == '\r':
			out = append(out, `\r`...)
		case c < ' ' && c != '\n' && c != '\t':
			const digits = "0123456789abcdef"
			out = append(out, '\\', 'x', digits[c>>4], digits[c&15])
		default:
			out = append(out, c)
		}
	}
	return out, true
}
