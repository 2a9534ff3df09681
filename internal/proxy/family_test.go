package proxy

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	gpt "github.com/openai/openai-go/v3"
	gptoption "github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"

	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestResponsesSDK: OpenAI's client, through the proxy: what it hears in deltas, in their .done, in the items, in
// the response and when it asks for the response later is the same, and whole.
func TestResponsesSDK(t *testing.T) {
	for name, split := range splits {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, standin.Options{Reply: assistant, Split: split, Piece: 3})
			c := gpt.NewClient(gptoption.WithBaseURL(b.url+"/openai/v1"), gptoption.WithAPIKey("the-vendor-key"))
			p := plant()
			params := responses.ResponseNewParams{
				Model: "m",
				Input: responses.ResponseNewParamsInputUnion{OfString: gpt.String(p.question)},
				Tools: []responses.ToolUnionParam{
					{OfFunction: &responses.FunctionToolParam{Name: "write_file"}},
					{OfFunction: &responses.FunctionToolParam{Name: "bash"}},
				},
			}
			look := func(r responses.Response) {
				t.Helper()
				calls := map[string]string{}
				for _, item := range r.Output {
					if item.Type == "function_call" {
						calls[item.Name] = item.AsFunctionCall().Arguments
					}
				}
				p.check(t, r.OutputText(), calls)
			}
			whole, err := c.Responses.New(t.Context(), params)
			if err != nil {
				t.Fatal(err)
			}
			look(*whole)
			kept, err := c.Responses.Get(t.Context(), whole.ID, responses.ResponseGetParams{})
			if err != nil {
				t.Fatal(err)
			}
			look(*kept)
			cancelled, err := c.Responses.Cancel(t.Context(), whole.ID)
			if err != nil {
				t.Fatal(err)
			}
			look(*cancelled)
			items, err := c.Responses.InputItems.List(t.Context(), whole.ID, responses.InputItemListParams{})
			if err != nil || len(items.Data) != 1 || items.Data[0].AsMessage().Content[0].Text != p.question {
				t.Errorf("the input is not restored (%v)", err)
			}
			stream := c.Responses.NewStreaming(t.Context(), params)
			deltas := map[string]string{}
			number := int64(0)
			var last responses.Response
			for stream.Next() {
				e := stream.Current()
				if e.SequenceNumber != number {
					t.Fatalf("event %d is number %d", number, e.SequenceNumber)
				}
				number++
				lane := fmt.Sprint(e.OutputIndex, e.Type[:strings.LastIndexByte(e.Type, '.')])
				deltas[lane] += e.Delta
				if strings.HasSuffix(e.Type, "_text.done") || strings.HasSuffix(e.Type, "arguments.done") {
					if e.Text+e.Arguments != deltas[lane] {
						t.Errorf("%s says another thing than its deltas", e.Type)
					}
				}
				if e.Type == "response.completed" {
					last = e.Response
				}
			}
			if err := stream.Err(); err != nil {
				t.Fatal(err)
			}
			look(last)
			b.stop()
			b.leaks(p.values()...)
		})
	}
}

// TestFamily: each of the other endpoints gets placeholders and gives back values, whole and streamed.
func TestFamily(t *testing.T) {
	for _, c := range []struct {
		path, body string
		// text is where the answer's text stands, whole and in an event.
		text, delta []string
	}{
		{"/openai/v1/completions", `{"model":"m","prompt":%s%s}`, []string{"choices", "text"}, []string{"choices", "text"}},
		{"/openai/v1/engines/m/completions", `{"suffix":"\n","prompt":%s%s}`, []string{"choices", "text"}, []string{"choices", "text"}},
		{"/openai/openai/deployments/m/chat/completions?api-version=1", `{"messages":[{"role":"user","content":%s}]%s}`, []string{"choices", "message", "content"}, []string{"choices", "delta", "content"}},
		{"/openai/chat/completions", `{"messages":[{"role":"user","content":%s}]%s}`, []string{"choices", "message", "content"}, []string{"choices", "delta", "content"}},
		{"/openai/completion", `{"prompt":%s%s}`, []string{"content"}, []string{"content"}},
		{"/openai/infill", `{"input_prefix":%s,"input_suffix":""%s}`, []string{"content"}, []string{"content"}},
		{"/mistral/v1/fim/completions", `{"model":"m","prompt":%s%s}`, []string{"choices", "message", "content"}, []string{"choices", "delta", "content"}},
		{"/mistral/v1/chat/completions", `{"model":"m","messages":[{"role":"user","content":%s}]%s}`, []string{"choices", "message", "content"}, []string{"choices", "delta", "content"}},
		{"/openai/v1/embeddings", `{"model":"m","input":%s%s}`, nil, nil},
		{"/mistral/v1/embeddings", `{"model":"m","input":%s%s}`, nil, nil},
		{"/openai/v1/responses/input_tokens", `{"model":"m","input":%s%s}`, nil, nil},
	} {
		b := newBench(t, standin.Options{Split: standin.EveryByte(), Piece: 3})
		p := plant()
		question, _ := json.Marshal(p.question)
		for _, stream := range []string{"", `,"stream":true`} {
			status, text, _ := b.post(c.path, fmt.Sprintf(c.body, question, stream))
			if status != http.StatusOK {
				t.Fatalf("%s: %d %s", c.path, status, text)
			}
			said, path := "", c.text
			if stream != "" {
				path = c.delta
			} else {
				text = "data: " + strings.ReplaceAll(text, "\n", " ")
			}
			for line := range strings.Lines(text) {
				data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: ")
				if !ok || data == "[DONE]" {
					continue
				}
				var v any
				if err := json.Unmarshal([]byte(data), &v); err != nil {
					t.Fatal(err)
				}
				for _, name := range path {
					v = v.(map[string]any)[name]
					if list, ok := v.([]any); ok {
						v = list[0]
					}
				}
				if s, ok := v.(string); ok {
					said += s
				}
			}
			if path != nil && said != p.question {
				t.Errorf("%s%s says %q", c.path, stream, strings.NewReplacer(p.key, "KEY", p.mail, "MAIL", p.pem, "PEM").Replace(said))
			}
		}
		b.stop()
		b.leaks(p.values()...)
	}
}

// TestCutByTheCursor: a value that begins before the cursor and ends behind it leaves in no part, wherever the
// cursor stands, and the parts come back.
func TestCutByTheCursor(t *testing.T) {
	for _, c := range []struct{ path, body string }{
		{"/openai/v1/completions", `{"model":"m","prompt":%s,"suffix":%s}`},
		{"/openai/v1/completions", `{"model":"m","suffix":%[2]s,"prompt":["x",%[1]s]}`},
		{"/openai/infill", `{"input_prefix":%s,"prompt":"","input_suffix":%s}`},
		{"/openai/infill", `{"input_prefix":"a","prompt":%s,"input_suffix":%s}`},
		{"/mistral/v1/fim/completions", `{"model":"m","prompt":%s,"suffix":%s}`},
	} {
		b := newBench(t, standin.Options{})
		key := awsKey()
		for i := 1; i < len(key); i++ {
			filler := strings.Repeat("// é\n", 2000)
			before, _ := json.Marshal(filler + "id := \"" + key[:i])
			after, _ := json.Marshal(key[i:] + "\"\nfmt.Println(1)\n" + filler)
			status, text, _ := b.post(c.path, fmt.Sprintf(c.body, before, after))
			if status != http.StatusOK {
				t.Fatal(text)
			}
			sent := string(b.vendor.Requests()[i-1].Body)
			tokens := redact.Find([]byte(sent))
			// A placeholder may end in the digit that the key does.
			if len(tokens) != 2 || strings.Contains(sent, `\"`+key[:i]+`"`) || len(key)-i > 1 && strings.Contains(sent, key[i:]+`\"`) {
				t.Fatalf("%s cut at %d: %d placeholders", c.path, i, len(tokens))
			}
			if want := strings.Count(fmt.Sprintf(c.body, before, after), "é"); strings.Count(sent, "é") != want || !strings.Contains(sent, `\"\nfmt.Println(1)`) {
				t.Errorf("%s cut at %d: more than the value changed", c.path, i)
			}
			if !strings.Contains(c.path, "infill") && !strings.Contains(c.body, `["x"`) && !strings.Contains(text, key[:i]) {
				t.Errorf("%s cut at %d: the part does not come back", c.path, i)
			}
		}
	}
}

// TestCutTwice: a value that begins before the line that is typed and ends behind it leaves in none of the three.
func TestCutTwice(t *testing.T) {
	b := newBench(t, standin.Options{})
	label := "RSA PRIVATE " + "KEY-----\n"
	var pem strings.Builder
	pem.WriteString("-----BEGIN " + label)
	for range 25 {
		pem.WriteString(random(64, base32Letters+lowerLetters) + "\n")
	}
	pem.WriteString("-----END " + label)
	for _, value := range []string{awsKey(), pem.String()} {
		filler := strings.Repeat("// é\n", 2000)
		for _, at := range [][2]int{{3, 5}, {1, len(value) - 2}, {len(value) / 2, len(value)/2 + 3}, {len(value) / 3, len(value) / 2}} {
			before, _ := json.Marshal(filler + "id := \"" + value[:at[0]])
			here, _ := json.Marshal(value[at[0]:at[1]])
			after, _ := json.Marshal(value[at[1]:] + "\"\n" + filler)
			if status, text, _ := b.post("/openai/infill", fmt.Sprintf(`{"input_suffix":%s,"prompt":%s,"input_prefix":%s}`, after, here, before)); status != http.StatusOK {
				t.Fatal(text)
			}
			sent := string(b.vendor.Requests()[len(b.vendor.Requests())-1].Body)
			for i := 0; i+8 < len(value); i += 4 {
				if part, _ := json.Marshal(value[i : i+8]); strings.Contains(sent, strings.Trim(string(part), `"`)) {
					t.Fatalf("a value of %d cut at %v: what stands at %d goes out", len(value), at, i)
				}
			}
			if n := strings.Count(sent, "é"); len(redact.Find([]byte(sent))) != 3 || n != 4000 {
				t.Errorf("a value of %d cut at %v: %d placeholders, %d of 4000 others", len(value), at, len(redact.Find([]byte(sent))), n)
			}
		}
	}
}

// TestNotCut: what ends before the cursor and what begins behind it are not one.
func TestNotCut(t *testing.T) {
	b := newBench(t, standin.Options{})
	body := `{"model":"m","prompt":"func main() {\n\tfmt.Println(","suffix":")\n}\n"}`
	if status, text, _ := b.post("/openai/v1/completions", body); status != http.StatusOK {
		t.Fatal(text)
	}
	if got := string(b.vendor.Requests()[0].Body); got != body {
		t.Errorf("it became %s", got)
	}
}
