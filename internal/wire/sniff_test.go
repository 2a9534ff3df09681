package wire

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// unlabelled restores an answer of any label as the proxy does: what comes whole is an answer.
func unlabelled(t *testing.T, kind string, r *Route, asked bool, restore Restore, pieces ...[]byte) []byte {
	t.Helper()
	s := r.Stream(kind, restore)
	opening := r.Open(asked, restore)
	decided := false
	var got []byte
	for i, p := range pieces {
		if s == nil && !decided {
			if s, decided = opening.Write(p); s == nil {
				continue
			}
			p = opening.First()
		} else if s == nil {
			p = bytes.Join(pieces[i:], nil)
			whole, _ := r.Answer(append(opening.First(), p...), restore)
			return whole
		}
		out, err := s.Write(p)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, out...)
	}
	if s == nil {
		whole, _ := r.Answer(opening.First(), restore)
		return whole
	}
	return append(got, s.Close(nil)...)
}

func byBytes(b []byte) (pieces [][]byte) {
	for i := range b {
		pieces = append(pieces, b[i:i+1])
	}
	return pieces
}

// data are the documents of a stream of events, if each stands on one line of its own.
func data(stream []byte) (docs []string, simple bool) {
	for event := range strings.SplitSeq(string(stream), "\n\n") {
		n := 0
		for line := range strings.Lines(event) {
			if d, ok := strings.CutPrefix(line, "data:"); ok {
				n++
				docs = append(docs, strings.TrimSpace(d))
			} else if !strings.HasPrefix(line, "event:") {
				return nil, false
			}
		}
		if n > 1 {
			return nil, false
		}
	}
	return docs, len(docs) > 0
}

// TestLabels: a stream is read by what it is, whatever its label says, and at once; also without blank lines, a document a
// line, and with the end glued on.
func TestLabels(t *testing.T) {
	tried := map[string]int{}
	for _, v := range vectors(t) {
		stream := v.file("stream")
		if stream == nil {
			continue
		}
		restore := restoreEdits(v.values)
		want := restream(t, v.route, restore, stream)
		docs, simple := data(stream)
		wanted, _ := data(want)
		name := filepath.Base(v.path)
		for _, kind := range []string{"", "text/plain", "application/json", "application/octet-stream", "application/x-ndjson", "text/event-stream"} {
			same := func(what string, in []byte, want, got string) {
				t.Helper()
				tried[what]++
				if got != want {
					t.Errorf("%s %s as %q:\n%s\nwant\n%s\nof\n%s", name, what, kind, got, want, in)
				}
			}
			if kind == "application/x-ndjson" && stream[0] == '{' {
				continue // lines of documents, which are read as such: the rest of a line goes with it
			}
			same("as it is", stream, string(want), string(unlabelled(t, kind, v.route, true, restore, byBytes(stream)...)))
			if !simple {
				continue
			}
			lines := func(s []byte) string {
				return strings.Join(strings.FieldsFunc(string(s), func(r rune) bool { return r == '\n' }), "\n")
			}
			bare := bytes.ReplaceAll(stream, []byte("\n\n"), []byte("\n"))
			same("without blank lines", bare, lines(want), lines(unlabelled(t, kind, v.route, true, restore, byBytes(bare)...)))
			inLines, wantLines := docs, wanted
			if docs[len(docs)-1] == "[DONE]" {
				glued := bytes.Replace(stream, []byte("\n\ndata: [DONE]"), []byte("[DONE]"), 1)
				gluedWant := bytes.Replace(want, []byte("\n\ndata: [DONE]"), []byte("[DONE]"), 1)
				same("with the end glued on", glued, string(gluedWant), string(unlabelled(t, kind, v.route, true, restore, byBytes(glued)...)))
				inLines, wantLines = docs[:len(docs)-1], wanted[:len(wanted)-1]
			}
			flat := []byte(strings.Join(inLines, "\n") + "\n")
			same("a document a line", flat, strings.Join(wantLines, "\n"), lines(unlabelled(t, kind, v.route, true, restore, byBytes(flat)...)))
		}
	}
	for _, what := range []string{"as it is", "without blank lines", "with the end glued on", "a document a line"} {
		if tried[what] < 12 {
			t.Errorf("%s: only %d streams", what, tried[what])
		}
	}
}

// TestAnswersUnderAnyLabel: an answer that comes whole is one, also where a stream was asked for or the label is a stream's.
func TestAnswersUnderAnyLabel(t *testing.T) {
	n := 0
	for _, v := range vectors(t) {
		answer := bytes.TrimSpace(v.file("answer"))
		if answer == nil || v.route.stream.event == nil {
			continue
		}
		n++
		restore := restoreEdits(v.values)
		want, err := v.route.Answer(answer, restore)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"", "text/plain", "application/json", "application/octet-stream", "text/event-stream"} {
			for _, asked := range []bool{false, true} {
				for _, pieces := range [][][]byte{{answer}, byBytes(answer)} {
					if got := unlabelled(t, kind, v.route, asked, restore, pieces...); !bytes.Equal(got, want) {
						t.Errorf("%s as %q, asked %v:\n%s\nwant\n%s", filepath.Base(v.path), kind, asked, got, want)
					}
				}
			}
		}
	}
	if n < 12 {
		t.Errorf("only %d answers", n)
	}
}

// TestFirstEventFlows: the first event is given out as soon as it is whole.
func TestFirstEventFlows(t *testing.T) {
	for _, c := range []struct {
		route *Route
		kind  string
		asked bool
		first string
	}{
		{openaiChat, "", true, "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n"},
		{openaiChat, "application/json", false, ": processing\n\n"},
		{openaiChat, "application/json", true, `{"choices":[{"index":0,"delta":{"role":"assistant"}}]}`},
		{openaiChat, "application/json", false, `{"choices":[{"index":0,"delta":{"content":"x"}}]}`},
		{openaiChat, "text/event-stream", true, "\n\n"},
		{anthropicMessages, "text/plain", true, "event: ping\ndata: {}\n\n"},
		{anthropicMessages, "application/x-ndjson", true, "event: ping\ndata: {}\n\n"},
		{gemini.routes[3], "application/octet-stream", true, `[{"candidates":[{"content":{"parts":[{"text":"x"}]}}]}`},
		{ollama.routes[5], "application/json", false, `{"message":{"content":"x"},"done":false}`},
	} {
		s := c.route.Stream(c.kind, restoreEdits(testValues))
		first := []byte(c.first)
		if s == nil {
			opening := c.route.Open(c.asked, restoreEdits(testValues))
			for _, p := range byBytes(first) {
				if s, _ = opening.Write(p); s != nil {
					break
				}
			}
			if s == nil {
				t.Errorf("%q as %q is not a stream", c.first, c.kind)
				continue
			}
			rest := bytes.TrimPrefix(first, opening.First())
			first = append(bytes.Clone(opening.First()), rest...)
		}
		out, err := s.Write(first)
		if got := fmt.Sprintf("%s%v", out, err); got != c.first+"<nil>" {
			t.Errorf("%q as %q gives %q", c.first, c.kind, got)
		}
	}
}
