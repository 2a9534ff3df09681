package wire

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// However a choice's thinking and text take turns, and in whatever lists their chunks come, each turn is whole.
func TestAnyChunksAreRestored(t *testing.T) {
	type turn struct{ kind, text string }
	route, _ := mistral.Route("POST", "/v1/chat/completions")
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 4))
		var want [2][]turn
		var events [2][]string
		for choice := range 2 {
			kinds := []string{"thinking", "text"}
			for i := range 4 {
				text, restored := randomText(r)
				if text == "" {
					text, restored = "x", "x"
				}
				kind := kinds[i%2]
				want[choice] = append(want[choice], turn{kind, restored})
				var list []string
				send := func() {
					if len(list) > 0 {
						events[choice] = append(events[choice], "["+strings.Join(list, ",")+"]")
					}
					list = nil
				}
				for _, piece := range cutUp(r, text) {
					piece = spelled(r, piece)
					switch {
					case kind == "thinking":
						list = append(list, fmt.Sprintf(`{"thinking":[{"text":"%s","type":"text"}],"type":"thinking"}`, piece))
					case r.IntN(2) == 0:
						send()
						events[choice] = append(events[choice], `"`+piece+`"`)
					default:
						list = append(list, fmt.Sprintf(`{"type":"text","text":"%s"}`, piece))
					}
					if r.IntN(2) == 0 {
						send()
					}
				}
				send()
			}
		}
		var stream strings.Builder
		n := 0
		for ; len(events[0])+len(events[1]) > 0; n++ {
			choice := r.IntN(2)
			if len(events[choice]) == 0 {
				choice = 1 - choice
			}
			finish := "null"
			if len(events[choice]) == 1 {
				finish = `"stop"`
			}
			fmt.Fprintf(&stream, `data: {"choices":[{"index":%d,"delta":{"content":%s},"finish_reason":%s}]}`+"\n\n", choice, events[choice][0], finish)
			events[choice] = events[choice][1:]
		}
		var pieces [][]byte
		for _, p := range cutUp(r, stream.String()) {
			pieces = append(pieces, []byte(p))
		}
		var got [2][]turn
		say := func(choice int, kind, text string) {
			if last := len(got[choice]) - 1; last >= 0 && got[choice][last].kind == kind {
				got[choice][last].text += text
			} else {
				got[choice] = append(got[choice], turn{kind, text})
			}
		}
		for line := range strings.Lines(string(restream(t, route, restoreEdits(testValues), pieces...))) {
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok {
				continue
			}
			n--
			var e struct {
				Choices []struct {
					Index int
					Delta struct{ Content json.RawMessage }
				}
			}
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				t.Fatal(err)
			}
			var text string
			var chunks []struct {
				Text     string
				Thinking []struct{ Text string }
			}
			c := e.Choices[0]
			if json.Unmarshal(c.Delta.Content, &text) == nil {
				say(c.Index, "text", text)
			} else if err := json.Unmarshal(c.Delta.Content, &chunks); err != nil {
				t.Fatal(err)
			}
			for _, chunk := range chunks {
				if chunk.Thinking == nil {
					say(c.Index, "text", chunk.Text)
					continue
				}
				say(c.Index, "thinking", chunk.Thinking[0].Text)
			}
		}
		if n != 0 {
			t.Errorf("seed %d: %d events are missing", seed, n)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d:\n%q\nwant\n%q\n%s", seed, got, want, stream.String())
		}
	}
}
