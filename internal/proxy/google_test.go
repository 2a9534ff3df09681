package proxy

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	claude "github.com/anthropics/anthropic-sdk-go"
	claudeoption "github.com/anthropics/anthropic-sdk-go/option"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// documents are what an answer is made of: itself, the data of its events, its lines, or the elements of its array.
func documents(t *testing.T, text string) []json.RawMessage {
	t.Helper()
	var all []json.RawMessage
	if strings.HasPrefix(text, "[") {
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		return all
	}
	d := json.NewDecoder(strings.NewReader(strings.ReplaceAll("\n"+text, "\ndata: ", "\n")))
	for d.More() {
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		all = append(all, one)
	}
	return all
}

// heard is what a client makes of an answer.
type heard struct {
	prose, thinking string
	signatures      int
	calls           map[string]string
}

func (h *heard) gemini(t *testing.T, raw json.RawMessage) {
	var d struct {
		Response   json.RawMessage
		Candidates []struct {
			Content struct {
				Parts []struct {
					Text             string
					Thought          bool
					ThoughtSignature []byte
					FunctionCall     struct {
						Name string
						Args json.RawMessage
					}
				}
			}
		}
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	if d.Response != nil {
		h.gemini(t, d.Response)
	}
	for _, c := range d.Candidates {
		for _, p := range c.Content.Parts {
			if p.Thought {
				h.thinking += p.Text
			} else {
				h.prose += p.Text
			}
			if len(p.ThoughtSignature) > 0 {
				h.signatures++
			}
			if p.FunctionCall.Name != "" {
				h.calls[p.FunctionCall.Name] = string(p.FunctionCall.Args)
			}
		}
	}
}

func (h *heard) ollama(t *testing.T, raw json.RawMessage) {
	var d struct {
		Response, Thinking string
		Message            struct {
			Content, Thinking string
			ToolCalls         []struct {
				Function struct {
					Name      string
					Arguments json.RawMessage
				}
			} `json:"tool_calls"`
		}
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	h.prose += d.Message.Content + d.Response
	h.thinking += d.Message.Thinking + d.Thinking
	for _, c := range d.Message.ToolCalls {
		h.calls[c.Function.Name] = string(c.Function.Arguments)
	}
}

// TestGoogleAndOllama: in each of their formats, however it arrives, what is planted never gets to the vendor and
// comes back to the client wherever policy lets it; Gemini's thoughts come back as they were said.
func TestGoogleAndOllama(t *testing.T) {
	const (
		declared = `"tools":[{"functionDeclarations":[{"name":"write_file"},{"name":"bash"}]}]`
		contents = `{"contents":[{"role":"user","parts":[{"text":%s}]}],` + declared + `}`
		wrapped  = `{"model":"m","project":"p","request":` + contents + `}`
		chat     = `{"model":"m","messages":[{"role":"user","content":%s}],"tools":[{"type":"function","function":{"name":"write_file"}},{"type":"function","function":{"name":"bash"}}]`
	)
	for name, test := range map[string]struct {
		path, body string
		hear       func(*heard, *testing.T, json.RawMessage)
		sealed     bool
	}{
		"gemini":                {"/gemini/v1beta/models/m:generateContent?key=the-vendor-key", contents, (*heard).gemini, true},
		"gemini events":         {"/gemini/v1beta/models/m:streamGenerateContent?alt=sse", contents, (*heard).gemini, true},
		"gemini array":          {"/gemini/v1/models/m:streamGenerateContent", contents, (*heard).gemini, true},
		"vertex":                {"/gemini/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent?alt=sse", contents, (*heard).gemini, true},
		"code assist":           {"/gemini/v1internal:generateContent", wrapped, (*heard).gemini, true},
		"code assist events":    {"/gemini/v1internal:streamGenerateContent?alt=sse", wrapped, (*heard).gemini, true},
		"ollama chat":           {"/ollama/api/chat", chat + `,"stream":false}`, (*heard).ollama, false},
		"ollama chat lines":     {"/ollama/api/chat", chat + `}`, (*heard).ollama, false},
		"ollama generate":       {"/ollama/api/generate", `{"model":"m","prompt":%s,"stream":false}`, (*heard).ollama, false},
		"ollama generate lines": {"/ollama/api/generate", `{"model":"m","prompt":%s}`, (*heard).ollama, false},
	} {
		for cut, split := range splits {
			t.Run(name+", "+cut, func(t *testing.T) {
				thinking := func(r standin.Request) standin.Reply {
					reply := assistant(r)
					reply.Thinking = "k is " + tokenOf("AWS_KEY_ID", r.Text)
					return reply
				}
				b := newBench(t, standin.Options{Reply: thinking, Split: split, Piece: 3})
				p := plant()
				question, _ := json.Marshal(p.question)
				status, text, _ := b.post(test.path, fmt.Sprintf(test.body, question))
				if status != http.StatusOK {
					t.Fatalf("status %d %s", status, text)
				}
				h := heard{calls: map[string]string{}}
				for _, d := range documents(t, text) {
					test.hear(&h, t, d)
				}
				if strings.Contains(test.path, "/api/generate") { // it knows no tools
					h.calls["write_file"], _ = fileOf(p)
					h.calls["bash"] = `{"command":"?k=AWS_KEY_ID_"}`
				}
				p.check(t, h.prose, h.calls)
				if test.sealed != (h.thinking != "k is "+p.key) || !strings.HasPrefix(h.thinking, "k is ") || test.sealed != (h.signatures == 1) {
					t.Errorf("the thinking is restored: %v; %d signatures", h.thinking == "k is "+p.key, h.signatures)
				}
				b.stop()
				b.leaks(p.values()...)
			})
		}
	}
}

// fileOf is the call that writes the file.
func fileOf(p planted) (string, error) {
	args, err := json.Marshal(map[string]string{"path": "a.txt", "content": "k=" + p.key + "\n" + p.pem})
	return string(args), err
}

// TestGoogleAndOllamaCount: what asks for no text is scrubbed all the same.
func TestGoogleAndOllamaCount(t *testing.T) {
	b := newBench(t, standin.Options{})
	key := awsKey()
	for path, body := range map[string]string{
		"/gemini/v1beta/models/m:countTokens":        `{"contents":[{"parts":[{"text":"%s"}]}]}`,
		"/gemini/v1internal:countTokens":             `{"request":{"contents":[{"parts":[{"text":"%s"}]}]}}`,
		"/gemini/v1beta/models/m:embedContent":       `{"content":{"parts":[{"text":"%s"}]}}`,
		"/gemini/v1beta/models/m:batchEmbedContents": `{"requests":[{"content":{"parts":[{"text":"%s"}]}}]}`,
		"/gemini/v1beta/openai/chat/completions":     `{"model":"m","messages":[{"role":"user","content":"%s"}]}`,
		"/gemini/v1beta/openai/embeddings":           `{"model":"m","input":"%s"}`,
		"/ollama/api/embed":                          `{"model":"m","input":["%s"]}`,
		"/ollama/api/embeddings":                     `{"model":"m","prompt":"%s"}`,
		"/ollama/api/show":                           `{"model":"m","system":"%s"}`,
		"/ollama/v1/chat/completions":                `{"model":"m","messages":[{"role":"user","content":"%s"}]}`,
		"/ollama/v1/messages":                        `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"%s"}]}`,
	} {
		if status, text, _ := b.post(path, fmt.Sprintf(body, key)); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, strings.ReplaceAll(text, key, "KEY"))
		}
	}
	b.stop()
	b.leaks(key)
}

// TestVendorsKeyInTheQuery: it goes to the vendor as it came, is no finding, and is in no log.
func TestVendorsKeyInTheQuery(t *testing.T) {
	b := newBench(t, standin.Options{})
	key, other := "AI"+"zaSy"+random(33, base32Letters+lowerLetters), awsKey()
	body := `{"contents":[{"parts":[{"text":"hello"}]}]}`
	for _, path := range []string{"/gemini/v1beta/models/m:generateContent", "/gemini/v1beta/cachedContents"} {
		if status, text, _ := b.post(path+"?key="+key, body); text == "" || status == http.StatusForbidden {
			t.Errorf("%s: status %d", path, status)
		}
	}
	got := b.vendor.Requests()
	if len(got) != 2 || !strings.HasSuffix(got[0].Path, "?key="+key) || !strings.HasSuffix(got[1].Path, "?key="+key) {
		t.Error("the vendor did not get its key")
	}
	if status, text, _ := b.post("/gemini/v1beta/cachedContents?key="+key+"&name="+other, body); status != http.StatusForbidden || !strings.Contains(text, "PERMISSION_DENIED") {
		t.Errorf("with something else in the query: %d", status)
	}
	b.stop()
	var records strings.Builder
	err := audit.Show(b.dir, func(r audit.Record) error { fmt.Fprintf(&records, "%+v", r); return nil })
	if err != nil || strings.Contains(b.log.String(), key) || !strings.Contains(records.String(), "Model:m ") || strings.Contains(records.String(), key) {
		t.Errorf("the key is in a log, or the model that the path names is not on record (%v)", err)
	}
}

// TestThoughts: what the vendor thought goes back as it came; what came over from another vendor's answer has no
// signature, and what is known of it stays here.
func TestThoughts(t *testing.T) {
	b := newBench(t, standin.Options{})
	known, unknown := awsKey(), awsKey()
	if _, err := b.vault.Issue(redact.Wire, "openai", []redact.Value{{Type: "AWS_KEY_ID", Rule: "aws-access-key-id", Class: "credential", Bytes: []byte(known)}}); err != nil {
		t.Fatal(err)
	}
	part := `{"text":"%s","thought":true%s}`
	signed := fmt.Sprintf(part, known, `,"thoughtSignature":"c2ln"`)
	b.post("/gemini/v1beta/models/m:generateContent", fmt.Sprintf(`{"contents":[{"role":"model","parts":[%s,%s,%s]}]}`, signed, fmt.Sprintf(part, known, ""), fmt.Sprintf(part, unknown, "")))
	got := string(b.vendor.Requests()[0].Body)
	if strings.Count(got, known) != 1 || !strings.Contains(got, signed) || strings.Count(got, unknown) != 1 {
		t.Errorf("the vendor got %s", strings.NewReplacer(known, "KNOWN", unknown, "UNKNOWN").Replace(got))
	}
}

// TestGoogleUpstreamTrouble: an array that breaks off ends as an array, with Google's error and never a clean end;
// so do lines.
func TestGoogleUpstreamTrouble(t *testing.T) {
	for path, want := range map[string]string{
		"/gemini/v1/models/m:streamGenerateContent":         `"UNAVAILABLE"}}]`,
		"/gemini/v1/models/m:streamGenerateContent?alt=sse": "\"UNAVAILABLE\"}}\r\n\r\n",
		"/ollama/api/chat": `{"error":"the answer broke off`,
	} {
		for _, cut := range []int{200, 300, 450} {
			b := newBench(t, standin.Options{CutAfter: cut})
			_, text, _ := b.post(path, `{"model":"m","contents":[{"parts":[{"text":"a rather long answer"}]}],"messages":[{"content":"a rather long answer"}]}`)
			if !strings.Contains(text, want) || !strings.Contains(text, "(broken off)") || strings.Contains(text, "STOP") || strings.Contains(text, `"done":true`) {
				t.Errorf("%s cut after %d: %s", path, cut, text)
			}
		}
	}
}

// TestBatch: a batch goes out scrubbed, and its results come back restored when they are asked for.
func TestBatch(t *testing.T) {
	b := newBench(t, standin.Options{Reply: assistant, Split: standin.EveryByte()})
	c := claude.NewClient(claudeoption.WithBaseURL(b.url+"/anthropic"), claudeoption.WithAPIKey("the-vendor-key"))
	p := plant()
	params := claude.MessageBatchNewParamsRequestParams{
		Model: "m", MaxTokens: 9,
		Messages: []claude.MessageParam{claude.NewUserMessage(claude.NewTextBlock(p.question))},
		Tools:    []claude.ToolUnionParam{{OfTool: &claude.ToolParam{Name: "write_file"}}, {OfTool: &claude.ToolParam{Name: "bash"}}},
	}
	batch, err := c.Messages.Batches.New(t.Context(), claude.MessageBatchNewParams{Requests: []claude.MessageBatchNewParamsRequest{
		{CustomID: "a", Params: params}, {CustomID: "b", Params: params},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Messages.Batches.Get(t.Context(), batch.ID, claude.MessageBatchGetParams{}); err != nil || again.ID != batch.ID {
		t.Errorf("%v", err)
	}
	results, n := c.Messages.Batches.ResultsStreaming(t.Context(), batch.ID, claude.MessageBatchResultsParams{}), 0
	for results.Next() {
		prose, calls := "", map[string]string{}
		for _, block := range results.Current().Result.Message.Content {
			prose += block.Text
			if block.Type == "tool_use" {
				calls[block.Name] = string(block.Input)
			}
		}
		p.check(t, prose, calls)
		n++
	}
	if err := results.Err(); err != nil || n != 2 {
		t.Errorf("%d results: %v", n, err)
	}
	b.stop()
	b.leaks(p.values()...)
}

// TestCompressedStreams: a vendor that compresses a stream, though it was asked not to, is read all the same.
func TestCompressedStreams(t *testing.T) {
	b := newBench(t, standin.Options{Gzip: true, Piece: 3})
	key := awsKey()
	for path, body := range map[string]string{
		chat: `{"model":"m","stream":true,"messages":[{"role":"user","content":"%s"}]}`,
		"/gemini/v1/models/m:streamGenerateContent": `{"contents":[{"parts":[{"text":"%s"}]}]}`,
		"/ollama/api/chat":                          `{"model":"m","messages":[{"role":"user","content":"%s"}]}`,
	} {
		status, text, h := b.post(path, fmt.Sprintf(body, key))
		if status != http.StatusOK || !strings.Contains(text, key) || h.Get("Content-Encoding") != "" {
			t.Errorf("%s: %d, not restored", path, status)
		}
	}
	b.stop()
	b.leaks(key)
}
