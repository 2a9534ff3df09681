package standin

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	claude "github.com/anthropics/anthropic-sdk-go"
	claudeoption "github.com/anthropics/anthropic-sdk-go/option"
	gpt "github.com/openai/openai-go/v3"
	gptoption "github.com/openai/openai-go/v3/option"
)

// The vendors' own clients understand the stand-in, however its answers are cut.

const long = "Grüße an alle, \"quoted\" \\ and\nbroken 🐦"

func script(r Request) Reply {
	reply := Reply{Text: r.Text, Thinking: "hm, " + r.Text}
	for range r.Tools {
		reply.ToolCalls = append(reply.ToolCalls, ToolCall{r.Tools[len(reply.ToolCalls)], `{"text":"Grüße \"x\"\n","n":[1,2]}`})
	}
	return reply
}

func gptFor(s *Server, key string) gpt.Client {
	return gpt.NewClient(gptoption.WithBaseURL(s.URL()+"/v1"), gptoption.WithAPIKey(key), gptoption.WithMaxRetries(0))
}

func gptParams(n int64) gpt.ChatCompletionNewParams {
	return gpt.ChatCompletionNewParams{
		Model:         "m",
		N:             gpt.Int(n),
		StreamOptions: gpt.ChatCompletionStreamOptionsParam{IncludeUsage: gpt.Bool(true)},
		Messages:      []gpt.ChatCompletionMessageParamUnion{gpt.UserMessage("first"), gpt.UserMessage(long)},
		Tools: []gpt.ChatCompletionToolUnionParam{
			gpt.ChatCompletionFunctionTool(gpt.FunctionDefinitionParam{Name: "Write"}),
			gpt.ChatCompletionFunctionTool(gpt.FunctionDefinitionParam{Name: "Bash"}),
		},
	}
}

func checkGPT(t *testing.T, c *gpt.ChatCompletion, n int) {
	t.Helper()
	if len(c.Choices) != n || c.Usage.CompletionTokens == 0 {
		t.Fatalf("%d choices, usage %+v", len(c.Choices), c.Usage)
	}
	for _, choice := range c.Choices {
		m := choice.Message
		if m.Content != long || choice.FinishReason != "tool_calls" || len(m.ToolCalls) != 2 {
			t.Fatalf("%+v", choice)
		}
		for i, name := range []string{"Write", "Bash"} {
			if f := m.ToolCalls[i].Function; f.Name != name || f.Arguments != `{"text":"Grüße \"x\"\n","n":[1,2]}` {
				t.Errorf("call %d: %+v", i, f)
			}
		}
	}
}

func TestOpenAI(t *testing.T) {
	c := gptFor(start(t, Options{Reply: script}), "k")
	got, err := c.Chat.Completions.New(t.Context(), gptParams(2))
	if err != nil {
		t.Fatal(err)
	}
	checkGPT(t, got, 2)
}

func TestOpenAIStreamed(t *testing.T) {
	for _, split := range []Split{nil, EveryByte(), Random(3)} {
		c := gptFor(start(t, Options{Reply: script, Split: split, Piece: 3}), "k")
		stream := c.Chat.Completions.NewStreaming(t.Context(), gptParams(3))
		var acc gpt.ChatCompletionAccumulator
		for stream.Next() {
			if !acc.AddChunk(stream.Current()) {
				t.Fatalf("a chunk does not follow: %s", stream.Current().RawJSON())
			}
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		checkGPT(t, &acc.ChatCompletion, 3)
	}
}

func TestOpenAIErrorsAndModels(t *testing.T) {
	s := start(t, Options{Reply: func(Request) Reply { return Reply{Status: 429, Text: "slow down"} }})
	c := gptFor(s, "k")
	_, err := c.Chat.Completions.New(t.Context(), gptParams(1))
	var e *gpt.Error
	if !errors.As(err, &e) || e.StatusCode != 429 || e.Message != "slow down" || e.Code != "rate_limit_exceeded" {
		t.Errorf("%v", err)
	}
	models, err := c.Models.List(t.Context())
	if err != nil || len(models.Data) != 1 || models.Data[0].ID != "standin" {
		t.Errorf("%+v %v", models, err)
	}
	bare := gptFor(s, "")
	_, err = bare.Chat.Completions.New(t.Context(), gptParams(1), gptoption.WithHeaderDel("Authorization"))
	if !errors.As(err, &e) || e.StatusCode != http.StatusUnauthorized || e.Code != "invalid_api_key" {
		t.Errorf("without a credential: %v", err)
	}
}

func claudeFor(s *Server) claude.Client {
	return claude.NewClient(claudeoption.WithBaseURL(s.URL()), claudeoption.WithAPIKey("k"), claudeoption.WithMaxRetries(0))
}

func claudeParams() claude.MessageNewParams {
	return claude.MessageNewParams{
		Model: "m", MaxTokens: 64,
		Messages: []claude.MessageParam{claude.NewUserMessage(claude.NewTextBlock(long))},
		Tools: []claude.ToolUnionParam{
			{OfTool: &claude.ToolParam{Name: "Write"}},
			{OfTool: &claude.ToolParam{Name: "Bash"}},
		},
	}
}

func checkClaude(t *testing.T, m *claude.Message) {
	t.Helper()
	if len(m.Content) != 4 || m.StopReason != "tool_use" || m.Usage.OutputTokens == 0 {
		t.Fatalf("%+v", m)
	}
	if b := m.Content[0]; b.Thinking != "hm, "+long || b.Signature != signature {
		t.Errorf("thinking %+v", b)
	}
	if b := m.Content[1]; b.Text != long {
		t.Errorf("text %+v", b)
	}
	for i, name := range []string{"Write", "Bash"} {
		if b := m.Content[2+i]; b.Name != name || string(b.Input) != `{"text":"Grüße \"x\"\n","n":[1,2]}` {
			t.Errorf("call %d: %s %s", i, b.Name, b.Input)
		}
	}
}

func TestAnthropic(t *testing.T) {
	c := claudeFor(start(t, Options{Reply: script}))
	got, err := c.Messages.New(t.Context(), claudeParams())
	if err != nil {
		t.Fatal(err)
	}
	checkClaude(t, got)
	count, err := c.Messages.CountTokens(t.Context(), claude.MessageCountTokensParams{Model: "m", Messages: claudeParams().Messages})
	if err != nil || count.InputTokens == 0 {
		t.Errorf("%+v %v", count, err)
	}
	models, err := c.Models.List(t.Context(), claude.ModelListParams{})
	if err != nil || len(models.Data) != 1 || models.Data[0].ID != "standin" {
		t.Errorf("%+v %v", models, err)
	}
}

func TestAnthropicStreamed(t *testing.T) {
	for _, split := range []Split{nil, EveryByte(), Random(3)} {
		c := claudeFor(start(t, Options{Reply: script, Split: split, Piece: 3}))
		stream := c.Messages.NewStreaming(t.Context(), claudeParams())
		var m claude.Message
		for stream.Next() {
			if err := m.Accumulate(stream.Current()); err != nil {
				t.Fatal(err)
			}
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		checkClaude(t, &m)
	}
}

func TestAnthropicErrors(t *testing.T) {
	s := start(t, Options{Reply: func(Request) Reply { return Reply{Status: 529, Text: "too busy"} }})
	c := claudeFor(s)
	_, err := c.Messages.New(t.Context(), claudeParams())
	var e *claude.Error
	if !errors.As(err, &e) || e.StatusCode != 529 || !strings.Contains(e.RawJSON(), `"overloaded_error"`) || !strings.Contains(e.RawJSON(), "too busy") {
		t.Errorf("%v", err)
	}
	_, err = c.Messages.New(t.Context(), claudeParams(), claudeoption.WithHeaderDel("X-Api-Key"), claudeoption.WithHeaderDel("Authorization"))
	if !errors.As(err, &e) || e.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a credential: %v", err)
	}
}
