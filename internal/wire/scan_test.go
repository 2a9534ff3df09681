package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func chatRoute(t testing.TB) *Route {
	r, match := openai.Route("POST", "/v1/chat/completions")
	if match != Completion {
		t.Fatal("no chat route")
	}
	return r
}

// What two parsers could read differently is refused, with its place and without a word of it.
func TestMalformed(t *testing.T) {
	for _, test := range []struct {
		body   string
		offset int
		what   string
	}{
		{``, 0, "it ends where a value should be"},
		{`{"hunter":"secret"`, 18, "a comma or closing brace is missing"},
		{`{"hunter":"secret`, 17, "it ends within a string"},
		{`{} {}`, 3, "more data"},
		{`{},`, 2, "more data"},
		{`["secret"]`, 0, "not a JSON object"},
		{`"{"`, 0, "not a JSON object"},
		{"\xef\xbb\xbf{}", 0, "byte order mark"},
		{`{"secret":1,"secret":2}`, 12, "has already"},
		{`{"a":{"secret":1,"\u0073ecret":2}}`, 17, "has already"},
		{`{"\ud83d\udc26":1,"🐦":2}`, 18, "has already"},
		{`{"a":"` + "\xff" + `"}`, 6, "UTF-8"},
		{`{"a":"\ud83d"}`, 6, "surrogate"},
		{`{"a":"\udc26\ud83d"}`, 6, "surrogate"},
		{`{"a":"\x"}`, 6, "escape"},
		{`{"a":"\u00g0"}`, 6, "escape"},
		{"{\"a\":\"\n\"}", 6, "control character"},
		{`{"a":01}`, 6, "comma"},
		{`{"a":1.}`, 7, "decimal"},
		{`{"a":1e}`, 7, "exponent"},
		{`{"a":-}`, 6, "not a value"},
		{`{"a":tru}`, 5, "not a value"},
		{`{"a":1,}`, 7, "name"},
		{`{"a":[1,]}`, 8, "not a value"},
		{`{"a" 1}`, 5, "colon"},
		{`{secret:1}`, 1, "name"},
		{strings.Repeat(`{"a":`, 10_000), 5 * 256, "deeper than 256"},
		{`{"a":` + strings.Repeat(`[`, 10_000), 5 + 255, "deeper than 256"},
	} {
		_, err := chatRoute(t).Request([]byte(test.body))
		var m *Malformed
		if !errors.As(err, &m) {
			t.Errorf("%.40q: %v, want a *Malformed", test.body, err)
			continue
		}
		if m.Offset != test.offset || !strings.Contains(m.What, test.what) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%.40q: %v; want %q at %d", test.body, err, test.what, test.offset)
		}
	}
}

func TestDeepestAllowed(t *testing.T) {
	body := `{"a":` + strings.Repeat(`[`, 255) + strings.Repeat(`]`, 255) + `}`
	if _, err := chatRoute(t).Request([]byte(body)); err != nil {
		t.Error(err)
	}
}

// Many names cost no more each than few, in one object and in many large ones at the same depth.
func TestManyNames(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"a":{`)
	for i := range 200_000 {
		fmt.Fprintf(&b, `"k%d":0,`, i)
	}
	good := b.String() + `"last":0}}`
	if _, err := chatRoute(t).Request([]byte(good)); err != nil {
		t.Error(err)
	}
	for _, again := range []string{"k0", "k15", "k16", "k17", "k199999", `\u006b7`} {
		if _, err := chatRoute(t).Request([]byte(b.String() + `"` + again + `":0}}`)); err == nil {
			t.Errorf("%s a second time is not noticed", again)
		}
	}
	same := `{"a":[` + strings.TrimSuffix(strings.Repeat(`{"x":{"x":0},"y":0},`, 1000), ",") + `]}`
	if _, err := chatRoute(t).Request([]byte(same)); err != nil {
		t.Errorf("names of different objects: %v", err)
	}
}

// oracle lists the strings of a document, as jsontext reads it.
var longNumber = regexp.MustCompile(`^([0-9]{8,})(\.0+)?$`)

func oracle(body []byte) (all []string, err error) {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		tok, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		if tok.Kind() == '"' {
			all = append(all, tok.String())
		} else if m := longNumber.FindStringSubmatch(tok.String()); tok.Kind() == '0' && m != nil {
			all = append(all, m[1])
		}
		if d.StackDepth() == 0 {
			break
		}
	}
	if _, err := d.ReadToken(); err == nil || err.Error() != "EOF" {
		return nil, errors.New("more data")
	}
	return all, nil
}

func FuzzSpansAgainstJSONText(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `"x"`, `1`, `{"a":"b","c":["d",{"e":null}],"f":-1.5e+7}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`,
		`"\ud83d\udc26 \u00e9\n\/"`, `"\ud83d"`, "\"\xff\"", " [ true , false ] ", `{"pan":4539001122334455,"n":-12345678,"m":123456789.5,"l":123456789.00,"k":[1234567,12345678]}`, `{"a":"` + strings.Repeat("x", 40) + `\"é"}`,
	} {
		f.Add([]byte(seed))
	}
	for _, path := range []string{"x", "y"} {
		f.Add([]byte(`{"` + path + `":"«»"}`))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		want, wantErr := oracle(body)
		s := scanner{data: body, list: true}
		err := s.document(nil)
		if err != nil && strings.Contains(err.Error(), "deeper than") {
			return
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, jsontext says %v", body, err, wantErr)
		}
		if err != nil {
			return
		}
		q := &Request{body: body}
		if len(s.spans) != len(want) {
			t.Fatalf("%q: %d strings, want %d", body, len(s.spans), len(want))
		}
		for i, sp := range s.spans {
			text := q.Text(sp, nil)
			if string(text) != want[i] {
				t.Fatalf("%q: string %d is %q, want %q", body, i, text, want[i])
			}
			if sp.IsNumber {
				e := []Edit{{Start: 0, End: len(text), Text: []byte("X\"\n")}}
				q.Place(sp, e)
				if whole := Splice(body, e); string(whole) != string(body[:sp.Start])+`"X\"\n"`+string(body[sp.End:]) {
					t.Fatalf("%q", whole)
				}
				continue
			}
			// Any range of characters that is replaced by itself leaves the text as it is.
			for a := 0; a <= len(text) && len(text) < 50; a++ {
				e := []Edit{{Start: a, End: len(text), Text: []byte("X\"\n")}}
				q.Place(sp, e)
				whole := Splice(body, e)
				var got string
				if err := json.Unmarshal(whole[sp.Start-1:e[0].Start+len(e[0].Text)+1+sp.End-e[0].End], &got); err != nil {
					t.Fatalf("%q: %v", whole, err)
				}
				if !strings.HasSuffix(got, "X\"\n") || !strings.HasPrefix(string(text), strings.TrimSuffix(got, "X\"\n")) {
					t.Fatalf("%q from %d gives %q", text, a, got)
				}
			}
		}
	})
}

// A string that is one too many for a list is not taken for the end of arguments that were cut off.
func TestStringsWithinHaveABound(t *testing.T) {
	const before = 4 // names around the arguments
	inner := "[" + strings.Repeat(`\"\",`, maxStrings-before) + `\"the last\"`
	q, err := chatRoute(t).Request([]byte(`{"messages":[{"tool_calls":[{"function":{"arguments":"` + inner + `"}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if last := q.Spans[len(q.Spans)-1]; !strings.Contains(string(q.Text(last, nil)), "the last") {
		t.Error("the last string is not listed")
	}
}

// Strings in JSON in a string are reached through both layers, and what is put there comes out of both.
func FuzzArgumentsWithin(f *testing.F) {
	f.Add("key", "va\"l\\ue\n🐦", "\u2028é/<>")
	f.Fuzz(func(t *testing.T, key, value, put string) {
		inner, _ := json.Marshal(map[string]string{key: value})
		body, err := json.Marshal(map[string]any{"messages": []any{map[string]any{"tool_calls": []any{
			map[string]any{"function": map[string]any{"arguments": string(inner)}},
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		q, err := chatRoute(t).Request(body)
		if err != nil {
			t.Fatal(err)
		}
		last := q.Spans[len(q.Spans)-1]
		var want map[string]string
		json.Unmarshal(inner, &want)
		for k, v := range want {
			if got := q.Text(last, nil); last.Kind != JSONText || string(got) != v {
				t.Fatalf("the value is %q, want %q", got, v)
			}
			if name := q.Spans[last.Key]; !name.IsKey || string(q.Text(name, nil)) != k {
				t.Fatalf("its key is %q, want %q", q.Text(name, nil), k)
			}
			e := []Edit{{Start: 0, End: len(v), Text: []byte(put)}}
			q.Place(last, e)
			var outer struct {
				Messages []struct {
					ToolCalls []struct{ Function struct{ Arguments string } } `json:"tool_calls"`
				}
			}
			if err := json.Unmarshal(Splice(body, e), &outer); err != nil {
				t.Fatal(err)
			}
			var got map[string]string
			if err := json.Unmarshal([]byte(outer.Messages[0].ToolCalls[0].Function.Arguments), &got); err != nil {
				t.Fatal(err)
			}
			if want := strings.ToValidUTF8(put, "\ufffd"); strings.ToValidUTF8(got[k], "\ufffd") != want && len(put) < 100 && !strings.ContainsRune(want, '\ufffd') {
				t.Fatalf("put %q, got %q", put, got[k])
			}
		}
	})
}

func chatBody(size int) []byte {
	code := "func (s *Server) Hover(ctx context.Context) error {\n\tif err != nil {\n\t\treturn fmt.Errorf(\"hover: %w\", err) // über\n\t}\n}\n"
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	var all []message
	for n := 0; n < size; n += 2500 {
		all = append(all, message{"user", strings.Repeat(code, 20)})
	}
	body, _ := json.Marshal(map[string]any{"model": "m", "messages": all})
	return body
}

func BenchmarkRequest200KB(b *testing.B) {
	body, r := chatBody(200_000), chatRoute(b)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Request(body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRequestMany reads a body of many short strings.
func BenchmarkRequestMany(b *testing.B) {
	body := []byte(`{"tools":[` + strings.TrimSuffix(strings.Repeat(`{"type":"function","name":"read","n":[1,2.5,true],"also":null},`, 3200), ",") + `]}`)
	r := chatRoute(b)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Request(body); err != nil {
			b.Fatal(err)
		}
	}
}

func TestRequestAllocatesForSpansOnly(t *testing.T) {
	body, r := chatBody(200_000), chatRoute(t)
	if n := testing.AllocsPerRun(10, func() { r.Request(body) }); n > 10 {
		t.Errorf("%v allocations, want no more than 10", n)
	}
}
