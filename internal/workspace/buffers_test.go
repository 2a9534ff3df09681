package workspace_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

const file = "file:///home/me/a%20b.env"

func engine(t *testing.T) *detect.Engine {
	t.Helper()
	e, err := detect.New()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func insert(line, char uint32, s string) []text.Change {
	p := text.Position{Line: line, Character: char}
	return []text.Change{{Range: &text.Range{Start: p, End: p}, Text: s}}
}

func TestBuffers(t *testing.T) {
	b := workspace.NewBuffers(engine(t))
	first := b.Open(file, "dotenv", 1, []byte("A=1\n"))
	if first.Path != "/home/me/a b.env" || first.Scan == nil {
		t.Errorf("opened as %+v", first)
	}
	second, err := b.Change(file, 2, insert(1, 0, "B=2\n"), text.UTF16)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(second.Text.Bytes()); got != "A=1\nB=2\n" {
		t.Errorf("changed to %q", got)
	}
	if got := string(first.Text.Bytes()); got != "A=1\n" {
		t.Errorf("the first version became %q", got)
	}
	if now, ok := b.At(file); !ok || now != second {
		t.Errorf("the present version is %+v", now)
	}
	if of, ok := b.Of("/home/me/a b.env"); !ok || of != second {
		t.Errorf("at its path is %+v", of)
	}
	if of, ok := b.Of(""); ok {
		t.Errorf("at no path is %+v", of)
	}
	b.Open("untitled:1", "plaintext", 1, nil)
	var names []string
	for _, buf := range b.All() {
		names = append(names, buf.URI)
	}
	if !slices.Equal(names, []string{file, "untitled:1"}) {
		t.Errorf("open are %q", names)
	}
	if !b.Close(file) || b.Close(file) {
		t.Error("a file closes once")
	}
}

func TestChangesThatAreRefused(t *testing.T) {
	b := workspace.NewBuffers(engine(t))
	if _, err := b.Change(file, 1, nil, text.UTF16); err == nil || !strings.Contains(err.Error(), "send didOpen first") {
		t.Errorf("a file that is not open: %v", err)
	}
	b.Open(file, "dotenv", 5, []byte("A=1\n"))
	if _, err := b.Change(file, 4, insert(0, 0, "x"), text.UTF16); err == nil || !strings.Contains(err.Error(), "version 4 came after version 5") {
		t.Errorf("an older version: %v", err)
	}
	if now, _ := b.At(file); string(now.Text.Bytes()) != "A=1\n" {
		t.Errorf("the text became %q", now.Text.Bytes())
	}
}

func TestTrace(t *testing.T) {
	b := workspace.NewBuffers(engine(t))
	b.Open(file, "dotenv", 1, []byte("A=secret\n"))
	span := detect.Span{Start: 2, End: 8}
	change := func(version int32, changes []text.Change) *workspace.Buffer {
		t.Helper()
		buf, err := b.Change(file, version, changes, text.UTF16)
		if err != nil {
			t.Fatal(err)
		}
		return buf
	}
	change(2, insert(0, 0, "# é\n"))
	buf := change(3, insert(2, 0, "B=2\n"))
	if got, ok := buf.Trace(1, span); !ok || string(buf.Value(got)) != "secret" {
		t.Errorf("from version 1 it is %+v, %v", got, ok)
	}
	if _, ok := buf.Trace(0, span); ok {
		t.Error("there never was a version 0")
	}
	if _, ok := buf.Trace(3, detect.Span{Start: 2, End: 999}); ok {
		t.Error("a span beyond the text was found")
	}
	// Both sides of it in one message.
	buf = change(4, append(insert(1, 0, "C=3\n"), insert(3, 0, "D=4\n")...))
	if got, ok := buf.Trace(1, span); !ok || string(buf.Value(got)) != "secret" {
		t.Errorf("between two changes it is %+v, %v", got, ok)
	}
	buf = change(5, insert(2, 4, "x"))
	if _, ok := buf.Trace(1, span); ok {
		t.Error("it was found though it has changed")
	}
	for v := range int32(100) {
		buf = change(6+v, insert(0, 0, "."))
	}
	if _, ok := buf.Trace(5, detect.Span{Start: 0, End: 1}); ok {
		t.Error("100 versions are remembered")
	}
	if _, ok := buf.Trace(100, detect.Span{Start: 99, End: 100}); !ok {
		t.Error("four versions are forgotten")
	}
}

func TestWhatIsNotScanned(t *testing.T) {
	b := workspace.NewBuffers(engine(t))
	big := bytes.Repeat([]byte("x"), workspace.MaxScanned)
	if buf := b.Open(file, "x", 1, big); buf.Unscanned != "" || buf.Scan == nil {
		t.Errorf("the largest text is not scanned: %q", buf.Unscanned)
	}
	buf, err := b.Change(file, 2, insert(0, 0, "y"), text.UTF16)
	if err != nil || buf.Unscanned != "it is larger than 4 MiB" || buf.Scan != nil || buf.Findings() != nil {
		t.Errorf("one byte more: %q, %v", buf.Unscanned, err)
	}
	one := []text.Change{{Range: &text.Range{End: text.Position{Character: 1}}}}
	if buf, err = b.Change(file, 3, one, text.UTF16); err != nil || buf.Unscanned != "" || buf.Scan == nil {
		t.Errorf("one byte less again: %q, %v", buf.Unscanned, err)
	}

	if buf = b.Open(file, "x", 1, []byte("a\x00b")); buf.Unscanned != "it is binary" {
		t.Errorf("binary: %q", buf.Unscanned)
	}

	huge := b.Open(file, "x", 1, bytes.Repeat([]byte("x"), 5*workspace.MaxScanned))
	if huge.Text.Len() != 0 || !strings.Contains(huge.Unscanned, "scrubjay scan") {
		t.Errorf("huge: keeps %d bytes, %q", huge.Text.Len(), huge.Unscanned)
	}
	if huge, err = b.Change(file, 2, insert(9, 9, "x"), text.UTF16); err != nil || huge.Text.Len() != 0 || huge.Unscanned == "" {
		t.Errorf("huge, edited: %d bytes, %q, %v", huge.Text.Len(), huge.Unscanned, err)
	}
	if huge, err = b.Change(file, 3, []text.Change{{Text: "A=1"}}, text.UTF16); err != nil || huge.Scan == nil {
		t.Errorf("huge, replaced: %q, %v", huge.Unscanned, err)
	}
}
