package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// However the standard lets events be written - any line ends, data over several lines, fields without a space or a
// value, comments, a byte order mark - and wherever they are cut: a client reads the restored text.
func TestAnyEventsAreRestored(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		var b strings.Builder
		if r.IntN(3) == 0 {
			b.WriteString("\ufeff")
		}
		end := func(line string) {
			eol := []string{"\n", "\r\n", "\r"}[seed%3]
			if seed%4 == 3 { // mixed
				eol = []string{"\n", "\r\n", "\r"}[r.IntN(3)]
			}
			if line == "" && eol[0] == '\n' && strings.HasSuffix(b.String(), "\r") {
				eol = "\r" // another \n would be of the line end before
			}
			b.WriteString(line + eol)
		}
		text, want := randomText(r)
		for _, piece := range cutUp(r, text) {
			var data bytes.Buffer
			fmt.Fprintf(&data, `{"choices":[{"delta":{"content":"%s"},"index":0}]}`, spelled(r, piece))
			if r.IntN(2) == 0 {
				one := data.String()
				data.Reset()
				if err := json.Indent(&data, []byte(one), "", "  "); err != nil {
					t.Fatal(err)
				}
			}
			for line := range strings.SplitSeq(data.String(), "\n") {
				if r.IntN(5) == 0 {
					end(": a comment")
					end("retry")
				}
				end([]string{"data:", "data: "}[r.IntN(2)] + line)
			}
			for range 1 + r.IntN(2) {
				end("")
			}
		}
		stream := b.String()
		var pieces [][]byte
		for from := 0; from < len(stream); {
			to := min(from+1+r.IntN(20), len(stream))
			pieces = append(pieces, []byte(stream[from:to]))
			from = to
		}
		got := restream(t, chatRoute(t), restoreEdits(testValues), pieces...)
		if said := readEvents(t, string(got)); said != want {
			t.Fatalf("seed %d: %q, want %q, from\n%q\nas\n%q", seed, said, want, stream, got)
		}
	}
}

// readEvents reads a chat's text as the standard says.
func readEvents(t *testing.T, stream string) (said string) {
	t.Helper()
	stream = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(stream, "\ufeff"))
	for event := range strings.SplitSeq(stream, "\n\n") {
		var data []string
		for line := range strings.SplitSeq(event, "\n") {
			if name, value, _ := strings.Cut(line, ":"); name == "data" {
				data = append(data, strings.TrimPrefix(value, " "))
			}
		}
		if data == nil {
			continue
		}
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if err := json.Unmarshal([]byte(strings.Join(data, "\n")), &chunk); err != nil {
			t.Fatalf("%v in %q", err, event)
		}
		for _, c := range chunk.Choices {
			said += c.Delta.Content
		}
	}
	return said
}
