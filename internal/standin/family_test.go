package standin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	gpt "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/responses"
)

func responseParams() responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: "m",
		Input: responses.ResponseNewParamsInputUnion{OfInputItemList: responses.ResponseInputParam{
			responses.ResponseInputItemParamOfMessage("first", responses.EasyInputMessageRoleUser),
			responses.ResponseInputItemParamOfMessage(long, responses.EasyInputMessageRoleUser),
		}},
		Tools: []responses.ToolUnionParam{
			{OfFunction: &responses.FunctionToolParam{Name: "Write"}},
			{OfCustom: &responses.CustomToolParam{Name: "apply_patch"}},
		},
	}
}

func checkResponse(t *testing.T, r *responses.Response) {
	t.Helper()
	if len(r.Output) != 4 || r.Status != "completed" || r.OutputText() != long {
		t.Fatalf("%s", r.RawJSON())
	}
	if b := r.Output[0].AsReasoning(); b.Summary[0].Text != "hm, "+long || b.EncryptedContent != signature {
		t.Errorf("reasoning %s", b.RawJSON())
	}
	const arguments = `{"text":"Grüße \"x\"\n","n":[1,2]}`
	if c := r.Output[2].AsFunctionCall(); c.Name != "Write" || c.Arguments != arguments {
		t.Errorf("call %s", c.RawJSON())
	}
	if c := r.Output[3].AsCustomToolCall(); c.Name != "apply_patch" || c.Input != arguments {
		t.Errorf("call %s", c.RawJSON())
	}
}

func TestResponses(t *testing.T) {
	c := gptFor(start(t, Options{Reply: script}), "k")
	got, err := c.Responses.New(t.Context(), responseParams())
	if err != nil {
		t.Fatal(err)
	}
	checkResponse(t, got)
	kept, err := c.Responses.Get(t.Context(), got.ID, responses.ResponseGetParams{})
	if err != nil {
		t.Fatal(err)
	}
	checkResponse(t, kept)
	items, err := c.Responses.InputItems.List(t.Context(), got.ID, responses.InputItemListParams{})
	if err != nil || len(items.Data) != 2 {
		t.Errorf("%+v %v", items, err)
	}
	count, err := c.Responses.InputTokens.Count(t.Context(), responses.InputTokenCountParams{Model: gpt.String("m")})
	if err != nil || count.InputTokens == 0 {
		t.Errorf("%+v %v", count, err)
	}
	_, err = c.Responses.Get(t.Context(), "resp_none", responses.ResponseGetParams{})
	var e *gpt.Error
	if !errors.As(err, &e) || e.StatusCode != http.StatusNotFound {
		t.Errorf("%v", err)
	}
}

func TestResponsesStreamed(t *testing.T) {
	for _, split := range []Split{nil, EveryByte(), Random(3)} {
		c := gptFor(start(t, Options{Reply: script, Split: split, Piece: 3}), "k")
		stream := c.Responses.NewStreaming(t.Context(), responseParams())
		deltas, whole := map[string]string{}, map[string]string{}
		var last responses.Response
		number := int64(0)
		for stream.Next() {
			e := stream.Current()
			if e.SequenceNumber != number {
				t.Fatalf("event %d is number %d", number, e.SequenceNumber)
			}
			number++
			kind := e.Type[:strings.LastIndexByte(e.Type, '.')]
			deltas[kind] += e.Delta
			if strings.HasSuffix(e.Type, ".done") {
				whole[kind] = e.Text + e.Arguments + e.Input
			}
			if e.Type == "response.completed" {
				last = e.Response
			}
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		checkResponse(t, &last)
		for _, kind := range []string{"response.output_text", "response.function_call_arguments", "response.custom_tool_call_input", "response.reasoning_summary_text"} {
			if deltas[kind] == "" || deltas[kind] != whole[kind] {
				t.Errorf("%s: deltas %q, done %q", kind, deltas[kind], whole[kind])
			}
		}
	}
}

func TestCompletions(t *testing.T) {
	c := gptFor(start(t, Options{Piece: 3, Split: Random(5)}), "k")
	params := gpt.CompletionNewParams{Model: "m", N: gpt.Int(2), Prompt: gpt.CompletionNewParamsPromptUnion{OfArrayOfStrings: []string{"first", long}}}
	got, err := c.Completions.New(t.Context(), params)
	if err != nil || len(got.Choices) != 4 || got.Choices[3].Text != long {
		t.Fatalf("%+v %v", got, err)
	}
	stream := c.Completions.NewStreaming(t.Context(), params)
	var text [4]string
	for stream.Next() {
		for _, choice := range stream.Current().Choices {
			text[choice.Index] += choice.Text
		}
	}
	if err := stream.Err(); err != nil || text != [4]string{"first", "first", long, long} {
		t.Errorf("%q %v", text, err)
	}
	vectors, err := c.Embeddings.New(t.Context(), gpt.EmbeddingNewParams{Model: "m", Input: gpt.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"a", "b"}}})
	if err != nil || len(vectors.Data) != 2 {
		t.Errorf("%+v %v", vectors, err)
	}
}

// The other paths lead to the same, and llama.cpp's and Mistral's answer in their own shapes.
func TestOtherPaths(t *testing.T) {
	s := start(t, Options{Reply: script, Piece: 3})
	for _, test := range []struct{ path, body, want string }{
		{"/openai/deployments/d/chat/completions?api-version=1", `{"messages":[{"content":"hi"}]}`, `"content":"hi"`},
		{"/openai/v1/responses", `{"input":"hi"}`, `"text":"hi"`},
		{"/openai/deployments/d/embeddings", `{"input":"hi"}`, `"embedding":`},
		{"/chat/completions", `{"messages":[{"content":"hi"}]}`, `"content":"hi"`},
		{"/v1/engines/m/completions", `{"prompt":"hi","stream":true}`, `"text":"hi"`},
		{"/completion", `{"prompt":"hi"}`, `"content":"hi"`},
		{"/infill", `{"input_prefix":"h","prompt":"i","stream":true}`, `data: {"content":"hi"`},
		{"/mistral/v1/fim/completions", `{"prompt":"hi"}`, `"text":"hi"`},
		{"/mistral/v1/fim/completions", `{"prompt":"hi","stream":true}`, `"content":"hi"`},
		{"/mistral/v1/chat/completions", `{"messages":[{"content":"hi"}],"stream":true}`, `"content":[{"thinking":[{"text":"hm,","type":"text"}],"type":"thinking"}]`},
		{"/mistral/v1/chat/completions", `{`, `{"code":"3000","message":"the body could not be parsed as JSON","object":"error"`},
		{"/v1/completions", `{`, `"invalid_request_error"`},
		{"/v1/responses/compact", `{"input":"hi"}`, `"output":[{"content":[{"text":"hi"`},
	} {
		res := post(t, s, test.path, test.body)
		got, err := io.ReadAll(res.Body)
		if err != nil || !strings.Contains(string(got), test.want) {
			t.Errorf("%s: %v\n%s", test.path, err, got)
		}
		if kind := res.Header.Get("Content-Type"); strings.Contains(test.body, "stream") != strings.HasPrefix(kind, "text/event-stream") {
			t.Errorf("%s is %s", test.path, kind)
		}
	}
}

func TestErrorsOfTheFamily(t *testing.T) {
	s := start(t, Options{Reply: func(Request) Reply { return Reply{Status: 429, Text: "slow down"} }})
	for _, path := range []string{"/v1/completions", "/completion", "/v1/responses", "/mistral/v1/chat/completions"} {
		res := post(t, s, path, `{"prompt":"hi","input":"hi"}`)
		var e struct {
			Message string
			Error   struct{ Message string }
		}
		if err := json.NewDecoder(res.Body).Decode(&e); err != nil || res.StatusCode != 429 || e.Message+e.Error.Message != "slow down" {
			t.Errorf("%s: %d %v %s", path, res.StatusCode, err, fmt.Sprint(e))
		}
	}
}
