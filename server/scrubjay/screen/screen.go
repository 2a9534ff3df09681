// Package screen prints for a person: headings, what is good and what is bad, and two texts side by side. In colour on a
// terminal, and never elsewhere.
package screen

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// Screen is where it is printed.
type Screen struct {
	io.Writer
	colour bool
	// column is the width of one of the two columns.
	column int
}

// New is the screen that a writer is.
func New(out io.Writer) Screen {
	f, ok := out.(*os.File)
	column := widest
	if ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			column = columnOf(width)
		}
	}
	return Screen{out, os.Getenv("NO_COLOR") == "" && (ok && term.IsTerminal(int(f.Fd())) || os.Getenv("CLICOLOR_FORCE") != ""), column}
}

const (
	bold   = "1"
	red    = "31"
	Green  = "32"
	Yellow = "33"
	cyan   = "36"
	grey   = "90"
	// A column is as wide as the terminal lets two of them be.
	widest, narrowest = 58, 20
)

// columnOf is the width of one of two columns, with a line between them.
func columnOf(terminal int) int { return min(widest, max(narrowest, (terminal-3)/2)) }

func (s Screen) paint(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Title, Note, Good and Bad print a line each.
func (s Screen) Title(text string) { fmt.Fprintf(s.Writer, "\n%s\n", s.paint(bold, text)) }
func (s Screen) Note(text string)  { fmt.Fprintln(s.Writer, s.paint(grey, text)) }
func (s Screen) Good(text string)  { fmt.Fprintln(s.Writer, s.paint(Green, "✓ "+text)) }
func (s Screen) Bad(text string)   { fmt.Fprintln(s.Writer, s.paint(red, "✗ "+text)) }

// Mark is a part of a text to be shown in a colour.
type Mark struct{ Text, Colour string }

// Beside prints two texts side by side, with parts of them in colours.
func (s Screen) Beside(leftTitle, left, rightTitle, right string, marks []Mark) {
	fmt.Fprintf(s.Writer, "%s%s  %s\n", s.paint(cyan, leftTitle), strings.Repeat(" ", max(0, s.column-cells(leftTitle))), s.paint(cyan, rightTitle))
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
		fmt.Fprintf(s.Writer, "%s%s%s %s\n", s.dye(a, marks), pad, s.paint(grey, "│"), s.dye(b, marks))
	}
}

func (s Screen) dye(line string, marks []Mark) string {
	for _, m := range marks {
		if m.Text != "" {
			line = strings.ReplaceAll(line, m.Text, s.paint(m.Colour, m.Text))
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
