package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// However the vendor cuts texts into deltas and interleaves them: each text is whole, all copies of it agree, and
// the events are those that came, in their order, with their numbers.
func TestAnyNumberedStreamIsRestored(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		type lane struct {
			item, part int
			kind       string
			parts      []string
			text, want string
		}
		var open []*lane
		for item := range 4 {
			text, want := randomText(r)
			if item%2 == 0 {
				open = append(open, &lane{item, 0, "output_text", cutUp(r, text), text, want})
				text, want = randomText(r)
				open = append(open, &lane{item, 1, "refusal", cutUp(r, text), text, want})
				continue
			}
			text = `{"x":"` + string(jsontext.Encode(nil, []byte(text))) + `"}`
			want = `{"x":"` + string(jsontext.Encode(nil, []byte(want))) + `"}`
			open = append(open, &lane{item, -1, "function_call_arguments", cutUp(r, text), text, want})
		}
		want := map[string]string{}
		var stream strings.Builder
		events := 0
		add := func(l *lane, what, field, text string) {
			name := "response." + l.kind + "." + what
			where := fmt.Sprintf(`"output_index":%d`, l.item)
			if l.part >= 0 {
				where += fmt.Sprintf(`,"content_index":%d`, l.part)
			}
			members := []string{fmt.Sprintf(`"type":%q`, name), fmt.Sprintf(`"sequence_number":%d`, events), where, fmt.Sprintf(`%q:"%s"`, field, spelled(r, text))}
			r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
			fmt.Fprintf(&stream, "event: %s\ndata: {%s}\n\n", name, strings.Join(members, ","))
			events++
		}
		for len(open) > 0 {
			i := r.IntN(len(open))
			l := open[i]
			if len(l.parts) > 0 {
				add(l, "delta", "delta", l.parts[0])
				l.parts = l.parts[1:]
				continue
			}
			want[fmt.Sprint(l.item, l.part)] = l.want
			if r.IntN(4) > 0 || l.kind == "refusal" {
				field := map[string]string{"output_text": "text", "refusal": "refusal"}[l.kind]
				if field == "" {
					field = "arguments"
				}
				add(l, "done", field, l.text)
			}
			open = append(open[:i], open[i+1:]...)
		}
		route, _ := openai.Route("POST", "/v1/responses")
		var pieces [][]byte
		for _, p := range cutUp(r, stream.String()) {
			pieces = append(pieces, []byte(p))
		}
		got := restream(t, route, restoreEdits(testValues), pieces...)
		deltas, n := map[string]string{}, 0
		for line := range strings.Lines(string(got)) {
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok {
				continue
			}
			e := struct {
				Type                           string
				Number                         int  `json:"sequence_number"`
				Item                           int  `json:"output_index"`
				Part                           *int `json:"content_index"`
				Delta, Text, Refusal, Argument string
				Arguments                      string
			}{}
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				t.Fatalf("seed %d: %v in %s", seed, err, data)
			}
			if e.Number != n {
				t.Fatalf("seed %d: event %d is number %d", seed, n, e.Number)
			}
			n++
			key := fmt.Sprint(e.Item, -1)
			if e.Part != nil {
				key = fmt.Sprint(e.Item, *e.Part)
			}
			if deltas[key] += e.Delta; strings.HasSuffix(e.Type, ".done") && e.Text+e.Refusal+e.Arguments != deltas[key] {
				t.Fatalf("seed %d: %s says %q, its deltas %q", seed, e.Type, e.Text+e.Refusal+e.Arguments, deltas[key])
			}
		}
		if n != events {
			t.Fatalf("seed %d: %d events became %d", seed, events, n)
		}
		for key, w := range want {
			if deltas[key] != w {
				t.Fatalf("seed %d: %s says %q, want %q\n%s", seed, key, deltas[key], w, stream.String())
			}
		}
	}
}

func responses(t testing.TB) *Route {
	r, match := openai.Route("POST", "/v1/responses")
	if match != Completion {
		t.Fatal("no responses route")
	}
	return r
}

// What comes behind text that is held waits, but what cannot be part of a placeholder never does; and a stream
// that breaks off gives up all of it before its error, whose number follows.
func TestNumberedEventsWait(t *testing.T) {
	event := func(n, part int, text string) string {
		return fmt.Sprintf("data: {\"type\":\"response.output_text.delta\",\"sequence_number\":%d,\"output_index\":0,\"content_index\":%d,\"delta\":\"%s\"}\n\n", n, part, text)
	}
	s := responses(t).Stream("text/event-stream", restoreEdits(testValues))
	write := func(event, want string) {
		t.Helper()
		out, err := s.Write([]byte(event))
		if err != nil || string(out) != want {
			t.Errorf("%v, %s\nwant %s", err, out, want)
		}
	}
	write(event(0, 0, "plain"), event(0, 0, "plain"))
	write(event(1, 0, "a KEY_"), "")
	write(event(2, 1, "other"), "")
	write(": ping\n\n", "")
	write(event(3, 0, "7h2wvd"), event(1, 0, "a ")+event(2, 1, "other")+": ping\n\n"+event(3, 0, string(jsontext.Encode(nil, []byte(testValues["KEY_7h2wvd"])))))
	write(event(4, 0, "KEY_7"), "")
	want := event(4, 0, "KEY_7") + `event: error` + "\n" + `data: {"type":"error","code":"stream_interrupted","message":"gone","param":null,"sequence_number":5,"error":{"type":"server_error","code":"stream_interrupted","message":"gone","param":null}}` + "\n\n"
	if got := string(s.Close(errors.New("gone"))); got != want {
		t.Errorf("it ends %s\nwant %s", got, want)
	}
}

// A vendor that never goes on with a text cannot have us keep all that it says behind it.
func TestWaitingHasABound(t *testing.T) {
	first := []byte(`data: {"type":"response.output_text.delta","output_index":0,"delta":"KEY_"}` + "\n\n")
	for name, test := range map[string]struct {
		other string
		most  int
	}{
		"large events": {": " + strings.Repeat("x", 1<<20) + "\n\n", 16},
		"empty events": {strings.Repeat("\n", 1<<10), 1 << 7},
		"long values":  {`data: {"type":"response.output_text.delta","output_index":1,"delta":"` + strings.Repeat("KEY_7h2wvd ", 1<<14) + `"}` + "\n\n", 32},
	} {
		s := responses(t).Stream("text/event-stream", restoreEdits(map[string]string{"KEY_7h2wvd": strings.Repeat("x", 100)}))
		_, err := s.Write(first)
		n := 0
		for ; err == nil && n <= test.most; n++ {
			_, err = s.Write([]byte(test.other))
		}
		if !errors.Is(err, ErrUnfinished) || n > test.most {
			t.Errorf("%s: after %d times %v", name, n, err)
		}
		if got := s.Close(err); !strings.HasPrefix(string(got), string(first)) {
			t.Errorf("%s: what waited is lost", name)
		}
	}
}
