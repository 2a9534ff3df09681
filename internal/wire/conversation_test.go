package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

func TestSocket(t *testing.T) {
	for path, want := range map[string]*Route{
		"/v1/responses": openaiResponses, "/responses": openaiResponses, "/openai/v1/responses?api-version=1": openaiResponses,
		"/v1/realtime?model=m": openaiRealtime, "/realtime": openaiRealtime, "/openai/realtime?deployment=d": openaiRealtime,
		"/v1/chat/completions": nil, "/v1/responses/resp_1": nil, "/": nil, "": nil,
	} {
		if got := openai.Socket(path); got != want {
			t.Errorf("%q: %+v", path, got)
		}
	}
	if anthropic.Socket("/v1/messages") != nil {
		t.Error("Anthropic has no websockets")
	}
}

// said collects what the deltas and the whole texts of each answer say.
type said struct{ deltas, whole map[string]string }

func (s *said) read(t *testing.T, name string, message []byte) {
	var e struct {
		Type, Delta, Text string
		Stream            string `json:"stream_id"`
		Response          string `json:"response_id"`
		Output            int    `json:"output_index"`
	}
	if err := json.Unmarshal(message, &e); err != nil {
		t.Fatalf("%s: a message is no JSON: %v", name, err)
	}
	id := fmt.Sprint(e.Stream, e.Response, e.Output)
	switch e.Type {
	case "response.output_text.delta":
		s.deltas[id] += e.Delta
	case "response.output_text.done":
		s.whole[id] = e.Text
	}
}

// However the vendor cuts the texts of answers that it gives at once, and mixes their events: each is whole, and
// the messages of one are those that came, in their order.
func TestAnyConversationIsRestored(t *testing.T) {
	for _, socket := range []struct {
		route *Route
		name  string
	}{{openaiResponses, "stream_id"}, {openaiRealtime, "response_id"}} {
		for seed := range uint64(200) {
			r := rand.New(rand.NewPCG(seed, 5))
			var answers [][]string
			want := said{map[string]string{}, map[string]string{}}
			for a := range 3 {
				text, restored := randomText(r)
				id := fmt.Sprintf("s%d", a)
				where := fmt.Sprintf(`%q:%q,"output_index":%d,"content_index":0`, socket.name, id, a%2)
				var events []string
				for _, piece := range cutUp(r, text) {
					events = append(events, fmt.Sprintf(`{"type":"response.output_text.delta",%s,"delta":"%s"}`, where, spelled(r, piece)))
				}
				events = append(events, fmt.Sprintf(`{"type":"response.output_text.done",%s,"text":"%s"}`, where, spelled(r, text)))
				answers = append(answers, events)
				key := fmt.Sprint(id, a%2)
				want.whole[key] = restored
				if restored != "" {
					want.deltas[key] = restored
				}
			}
			c := socket.route.Conversation(restoreEdits(testValues))
			got := said{map[string]string{}, map[string]string{}}
			name := fmt.Sprintf("%s, seed %d", socket.route.Path, seed)
			in, out := 0, 0
			take := func(all [][]byte) {
				for _, m := range all {
					out++
					got.read(t, name, m)
				}
			}
			for len(answers) > 0 {
				i := r.IntN(len(answers))
				all, err := c.Message([]byte(answers[i][0]))
				if err != nil {
					t.Fatal(name, err)
				}
				in++
				take(all)
				if answers[i] = answers[i][1:]; len(answers[i]) == 0 {
					answers = slices.Delete(answers, i, i+1)
				}
			}
			if len(c.streams) > 0 {
				t.Errorf("%s: %d streams are kept of answers that have ended", name, len(c.streams))
			}
			take(c.Close(nil, ""))
			for id, text := range got.deltas {
				if text == "" {
					delete(got.deltas, id)
				}
			}
			if in != out || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%s: %d messages of %d\n got %q\nwant %q", name, out, in, got, want)
			}
		}
	}
}

// TestConversationKeepsBytes: messages without placeholders, and what is no JSON at all, are the very bytes.
func TestConversationKeepsBytes(t *testing.T) {
	c := openaiRealtime.Conversation(restoreEdits(testValues))
	for _, m := range []string{
		`{"type":"session.created","event_id":"e1","session":{ "model":"m", "n": 1.0, "n":12345678901234567890}}`,
		"{\"type\":\"rate_limits.updated\",\n\"rate_limits\":[]}\n", `{"type":"response.output_audio.delta","response_id":"r","delta":"QUJD"}`,
		"not JSON", "", "[1]", `"KEY_7h2wvd"`, `{"type":"response.output_text.delta","response_id":"r","output_index":0,"delta":"plain "}`,
	} {
		all, err := c.Message([]byte(m))
		if err != nil || len(all) != 1 || string(all[0]) != m {
			t.Errorf("%q became %q, %v", m, all, err)
		}
	}
}

func TestRealtimeEvents(t *testing.T) {
	value := testValues["PERSON_sy8cab"]
	c := openaiRealtime.Conversation(restoreEdits(testValues))
	for _, m := range []string{
		`{"type":"session.updated","session":{"instructions":"«»"}}`,
		`{"type":"conversation.item.done","item":{"type":"message","content":[{"type":"output_audio","transcript":"«»"}]}}`,
		`{"type":"conversation.item.added","item":{"type":"message","content":[{"type":"input_text","text":"«»"}]}}`,
		`{"type":"conversation.item.added","item":{"type":"function_call_output","output":"«»"}}`,
		`{"type":"response.content_part.done","response_id":"r","part":{"type":"text","text":"«»"}}`,
		`{"type":"response.output_audio_transcript.done","response_id":"r","transcript":"«»"}`,
		`{"type":"response.done","response":{"id":"r","output":[{"type":"message","content":[{"type":"audio","transcript":"«»"}]}]}}`,
	} {
		all, err := c.Message([]byte(strings.ReplaceAll(m, "«»", "PERSON_sy8cab")))
		want := strings.ReplaceAll(m, "«»", string(jsontext.Encode(nil, []byte(value))))
		if err != nil || len(all) != 1 || string(all[0]) != want {
			t.Errorf("%s became %q, %v", m, all, err)
		}
	}
}

func TestConversationIsBounded(t *testing.T) {
	c := openaiResponses.Conversation(restoreEdits(testValues))
	var err error
	for i := 0; err == nil && i <= maxStreams; i++ {
		_, err = c.Message(fmt.Appendf(nil, `{"type":"response.output_text.delta","stream_id":"s%d","output_index":0,"content_index":0,"delta":"KEY_"}`, i))
	}
	if !errors.Is(err, ErrTooManyStreams) {
		t.Errorf("too many unfinished answers: %v", err)
	}
	if _, err := c.Message(make([]byte, MaxEvent+1)); !errors.Is(err, ErrEventTooLarge) {
		t.Errorf("a message over the limit: %v", err)
	}
}

// TestConversationEndsInAnError: what was held is said first, and the last message is the vendor's own kind of error.
func TestConversationEndsInAnError(t *testing.T) {
	c := openaiResponses.Conversation(restoreEdits(testValues))
	if all, err := c.Message([]byte(`{"type":"response.output_text.delta","sequence_number":7,"output_index":0,"content_index":0,"delta":"KEY_"}`)); err != nil || len(all) != 0 {
		t.Fatalf("%q, %v: half a placeholder waits", all, err)
	}
	all := c.Close(errors.New("no more"), "stream_interrupted")
	if len(all) != 2 || !strings.Contains(string(all[0]), `"delta":"KEY_"`) {
		t.Fatalf("%q", all)
	}
	var e struct {
		Type, Code, Message string
		Number              int `json:"sequence_number"`
	}
	if err := json.Unmarshal(all[1], &e); err != nil || e.Type != "error" || e.Code != "stream_interrupted" || e.Message != "no more" || e.Number != 8 {
		t.Errorf("%s: %v", all[1], err)
	}
}

// Whatever a vendor says, messages without placeholders are the ones that came, each answer's in their order.
func FuzzConversation(f *testing.F) {
	f.Add(`{"type":"response.output_text.delta","response_id":"r","output_index":0,"delta":"a"}` + "\n" + `{"type":"response.done","response":{"id":"r"}}`)
	f.Add(`{"type":"error","error":{"message":"m"}}` + "\n" + `{"response_id":` + "\n" + `{"response":{"id":`)
	f.Add(`{"item":{"type":"function_call","name":"run","arguments":"{\"a\":"}}` + "\n[]\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, route := range openai.sockets {
			c := route.Conversation(restoreEdits(nil))
			var got []string
			take := func(all [][]byte) {
				for _, m := range all {
					got = append(got, string(m))
				}
			}
			want := strings.Split(text, "\n")
			for i, m := range want {
				all, err := c.Message([]byte(m))
				if err != nil {
					want = want[:i] // it ends here
					break
				}
				take(all)
			}
			take(c.Close(nil, ""))
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s: %q became %q", route.Path, want, got)
			}
		}
	})
}
