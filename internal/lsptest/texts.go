package lsptest

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// apply makes the server's edit, if it is for the versions that the editor has.
func (e *Editor) apply(edit *protocol.WorkspaceEdit) bool {
	byURI := map[string][]protocol.TextEdit{}
	for u, edits := range edit.Changes {
		byURI[e.written(string(u))] = edits
	}
	for _, change := range edit.DocumentChanges {
		d, ok := change.(*protocol.TextDocumentEdit)
		if !ok {
			e.t.Errorf("an edit that is not of text: %T", change)
			return false
		}
		of := e.written(string(d.TextDocument.URI))
		if v := d.TextDocument.Version; v != nil {
			e.mu.Lock()
			doc := e.docs[of]
			e.mu.Unlock()
			if doc == nil || doc.version != *v {
				return false
			}
		}
		for _, element := range d.Edits {
			switch element := element.(type) {
			case *protocol.TextEdit:
				byURI[of] = append(byURI[of], *element)
			case *protocol.AnnotatedTextEdit:
				if _, known := edit.ChangeAnnotations[element.AnnotationID]; !known {
					e.t.Errorf("no annotation is called %q", element.AnnotationID)
				}
				byURI[of] = append(byURI[of], element.TextEdit)
			default:
				e.t.Errorf("an edit of a kind that no editor asked for: %T", element)
			}
		}
	}
	for u, edits := range byURI {
		text, ok := e.TextOf(u)
		if !ok {
			return false
		}
		// As editors do: all ranges are of the same text, so the last goes first.
		slices.SortStableFunc(edits, func(a, b protocol.TextEdit) int {
			return e.offset(text, b.Range.Start) - e.offset(text, a.Range.Start)
		})
		var changes []any
		for _, edit := range edits {
			start, end := e.offset(text, edit.Range.Start), e.offset(text, edit.Range.End)
			text = text[:start] + edit.NewText + text[end:]
			changes = append(changes, map[string]any{"range": edit.Range, "text": edit.NewText})
		}
		e.changed(u, text, changes)
	}
	return true
}

// written is how the editor writes a URI that was decoded, and so written anew.
func (e *Editor) written(decoded string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	for u := range e.docs {
		if again, err := uri.Parse(u); err == nil && string(again) == decoded {
			return u
		}
	}
	return decoded
}

// Open shows a file.
func (e *Editor) Open(u, language, text string) {
	e.mu.Lock()
	e.docs[u] = &document{text: text, version: 1}
	e.mu.Unlock()
	e.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": u, "languageId": language, "version": 1, "text": text}})
}

// Replace types over the bytes from start to end.
func (e *Editor) Replace(u string, start, end int, text string) {
	e.t.Helper()
	old, ok := e.TextOf(u)
	if !ok {
		e.t.Fatalf("%s is not open", u)
	}
	r := map[string]any{"start": e.position(old, start), "end": e.position(old, end)}
	e.changed(u, old[:start]+text+old[end:], []any{map[string]any{"range": r, "text": text}})
}

// ReplaceAll sends a whole new text.
func (e *Editor) ReplaceAll(u, text string) { e.changed(u, text, []any{map[string]any{"text": text}}) }

func (e *Editor) changed(u, text string, changes []any) {
	e.mu.Lock()
	d := e.docs[u]
	d.version++
	d.text = text
	change := map[string]any{"textDocument": map[string]any{"uri": u, "version": d.version}, "contentChanges": changes}
	holding := e.holding
	if holding {
		e.held = append(e.held, change)
	}
	e.mu.Unlock()
	if !holding {
		e.Notify("textDocument/didChange", change)
	}
}

// Close lets a file go.
func (e *Editor) Close(u string) {
	e.mu.Lock()
	delete(e.docs, u)
	e.mu.Unlock()
	e.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": u}})
}

// TextOf is the present text of an open file.
func (e *Editor) TextOf(u string) (string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d, ok := e.docs[u]; ok {
		return d.text, true
	}
	return "", false
}

// offset and position count in the plainest way, so that they share no mistake with the server.
func (e *Editor) offset(text string, p protocol.Position) int {
	at := 0
	for range p.Line {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	left := int(p.Character)
	for left > 0 && at < len(text) && text[at] != '\n' && !strings.HasPrefix(text[at:], "\r\n") {
		r, size := utf8.DecodeRuneInString(text[at:])
		left -= e.units(r, size)
		at += size
	}
	if left != 0 {
		e.t.Errorf("position %v is in no line of the text, or splits a character", p)
	}
	return at
}

func (e *Editor) position(text string, offset int) protocol.Position {
	line := strings.Count(text[:offset], "\n")
	var p protocol.Position
	p.Line = uint32(line)
	for at := strings.LastIndexByte(text[:offset], '\n') + 1; at < offset; {
		r, size := utf8.DecodeRuneInString(text[at:])
		p.Character += uint32(e.units(r, size))
		at += size
	}
	return p
}

func (e *Editor) units(r rune, size int) int {
	switch e.options.Encoding {
	case "utf-8":
		return size
	case "utf-32":
		return 1
	}
	return utf16.RuneLen(r)
}

// Text is that of a file that is open.
func (e *Editor) Text(u string) string {
	text, _ := e.TextOf(u)
	return text
}
