package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// screen prints the demo: in colour on a terminal, side by side in two columns.
type screen struct {
	out    io.Writer
	colour bool
	// column is the width of one of the two columns.
	column int
}

func newScreen(out io.Writer) screen {
	f, ok := out.(*os.File)
	column := widest
	if ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			column = columnOf(width)
		}
	}
	return screen{out, os.Getenv("NO_COLOR") == "" && (ok && term.IsTerminal(int(f.Fd())) || os.Getenv("CLICOLOR_FORCE") != ""), column}
}

const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
	grey   = "90"
	// A column is as wide as the terminal lets two of them be.
	widest, narrowest = 58, 20
)

// columnOf is the width of one of two columns, with a line between them.
func columnOf(terminal int) int { return min(widest, max(narrowest, (terminal-3)/2)) }

func (s screen) paint(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s screen) title(text string) { fmt.Fprintf(s.out, "\n%s\n", s.paint(bold, text)) }
func (s screen) note(text string)  { fmt.Fprintln(s.out, s.paint(grey, text)) }
func (s screen) good(text string)  { fmt.Fprintln(s.out, s.paint(green, "✓ "+text)) }
func (s screen) bad(text string)   { fmt.Fprintln(s.out, s.paint(red, "✗ "+text)) }

// mark is a part of a text to be shown in a colour.
type mark struct{ text, colour string }

// beside prints two texts side by side, with parts of them in colours.
func (s screen) beside(leftTitle, left, rightTitle, right string, marks []mark) {
	fmt.Fprintf(s.out, "%s%s  %s\n", s.paint(cyan, leftTitle), strings.Repeat(" ", max(0, s.column-cells(leftTitle))), s.paint(cyan, rightTitle))
	l, r := wrap(left, s.column), wrap(right, s.column)
	for i := range max(len(l), len(r)) {
		var a, b string
		if i < len(l) {
			a = l[i]
		}
		if i < len(r) {
			b = r[i]
		}
		pad := strings.Repeat(" ", max(0, s.column-cells(a)))
		fmt.Fprintf(s.out, "%s%s%s %s\n", s.dye(a, marks), pad, s.paint(grey, "│"), s.dye(b, marks))
	}
}

func (s screen) dye(line string, marks []mark) string {
	for _, m := range marks {
		if m.text != "" {
			line = strings.ReplaceAll(line, m.text, s.paint(m.colour, m.text))
		}
	}
	return line
}

// cells is how wide a terminal shows a text.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

// wrap cuts a text into lines of a column's width.
func wrap(text string, column int) []string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		runes := []rune(line)
		for len(runes) > column {
			lines = append(lines, string(runes[:column]))
			runes = append([]rune("  "), runes[column:]...)
		}
		lines = append(lines, string(runes))
	}
	return lines
}
