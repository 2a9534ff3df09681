package lsp

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// importOf is what has to stand in a text besides, so that the environment can be read in it: nothing where it stands
// there already, or where it is not known to have a place.
type importOf func(content []byte) (splice, bool)

var (
	pythonHas  = text.Expression(`(?m)^import[ \t]+(?:[\w. ]+,[ \t]*)*os[ \t]*(?:,|;|#|\r?$)`)
	pythonHead = text.Expression(`\A\x{feff}?(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:[rRuU]?(?:"""(?s:.*?)"""|'''(?s:.*?)''')[ \t]*(?:#[^\n]*)?(?:\r?\n|\z))?(?:(?:[ \t]*(?:#[^\n]*)?\r?\n)*from __future__ import (?:\([^)]*\)[^\n]*|[^\n]*)(?:\n|\z))*(?:[ \t]*\r?\n)*`)
)

// importPython goes behind what has to stand first: comments, the module's docstring and its futures.
func importPython(content []byte) (splice, bool) {
	if pythonHas().Match(content) {
		return splice{}, false
	}
	at := len(pythonHead().Find(content))
	return insertLine(content, at, "import os"), true
}

var (
	goHas     = text.Expression(`(?m)^(?:import)?[ \t]*"os"`)
	goBlock   = text.Expression(`(?m)^import[ \t]*\([ \t]*\r?\n`)
	goSpec    = text.Expression(`^[ \t]*(?:[\w.]+[ \t]+)?"([^"\n]+)"[^\n]*\n`)
	goSingle  = text.Expression(`(?m)^import[ \t]+(?:[\w.]+[ \t]+)?"[^"\n]+"[^\n]*(?:\n|\z)`)
	goPackage = text.Expression(`(?m)^package[ \t]+\w+[^\n]*(?:\n|\z)`)
)

// importGo goes into the first group of imports by its name, as gofmt would have it, or makes one. A piece of a file
// has no place for it.
func importGo(content []byte) (splice, bool) {
	clause := goPackage().FindIndex(content)
	if clause == nil || goHas().Match(content) {
		return splice{}, false
	}
	if block := goBlock().FindIndex(content); block != nil {
		at := block[1]
		for {
			m := goSpec().FindSubmatch(content[at:])
			if m == nil || string(m[1]) > "os" {
				return insertLine(content, at, "\t\"os\""), true
			}
			at += len(m[0])
		}
	}
	if single := goSingle().FindIndex(content); single != nil {
		return insertLine(content, single[1], `import "os"`), true
	}
	sp := insertLine(content, clause[1], `import "os"`)
	sp.text = lineEnd(content) + sp.text
	return sp, true
}

// insertLine is a line of its own before the byte at which one begins.
func insertLine(content []byte, at int, line string) splice {
	end := lineEnd(content)
	text := line + end
	if at > 0 && content[at-1] != '\n' && !bytes.HasSuffix(content[:at], []byte("\ufeff")) {
		text = end + line
	}
	return splice{detect.Span{Start: at, End: at}, text}
}
