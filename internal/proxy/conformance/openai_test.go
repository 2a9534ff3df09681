package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
)

var openaiFeatures = []feature{
	{client: "openai-go", format: "openai", name: "chat", do: chatWhole(1)},
	{client: "openai-go", format: "openai", name: "chat, streamed", do: chatStreamed(1)},
	{client: "openai-go", format: "openai", name: "chat, two choices", do: chatWhole(2)},
	{client: "openai-go", format: "openai", name: "chat, two choices, streamed", do: chatStreamed(2)},
	{client: "openai-go", format: "openai", name: "tools", do: chatWhole(1, "write_file", "bash")},
	{client: "openai-go", format: "openai", name: "tools, streamed", do: chatStreamed(2, "write_file", "bash")},
	{client: "openai-go", format: "openai", name: "image", do: chatImage},
	{client: "openai-go", format: "openai", name: "error", do: chatError},
	{client: "openai-go", format: "openai", name: "retry", do: chatWhole(1), trouble: "busy", once: true},
	{client: "openai-go", format: "openai", name: "no retry", do: chatFails, trouble: "refuse", once: true},
	{client: "openai-go", format: "openai", name: "abort", do: chatAborted, trouble: "hang", once: true},
	{client: "openai-go", format: "openai", name: "broken off", do: chatBroken, trouble: "cut", once: true},
	{client: "openai-go", format: "openai", name: "embeddings", do: embeddings},
	{client: "openai-go", format: "openai", name: "completions", do: completions},
	{client: "openai-go", format: "openai", name: "completions, streamed", do: completionsStreamed},
	{client: "openai-go", format: "openai", name: "responses", do: responsesWhole},
	{client: "openai-go", format: "openai", name: "responses, streamed", do: responsesStreamed},
	{client: "openai-go", format: "openai", name: "responses, kept", do: responsesKept},
	{client: "openai-go", format: "openai", name: "responses, image", do: responsesImage},
	{client: "openai-go", format: "mistral", name: "chat", do: mistralChat},
	{client: "openai-go", format: "mistral", name: "tools, streamed", do: mistralTools},
	{client: "openai-go", format: "ollama", name: "chat, streamed", do: chatStreamed(1)},
	{client: "openai-go", format: "gemini", name: "chat, streamed", do: geminiAsOpenAI},
}

func (c *call) openai(version string) openai.Client {
	return openai.NewClient(option.WithBaseURL(c.base+version), option.WithAPIKey("the-vendor-key"), option.WithHTTPClient(c.http))
}

func chatParams(question string, n int64, tools ...string) openai.ChatCompletionNewParams {
	p := openai.ChatCompletionNewParams{Model: "m", N: openai.Int(n), Messages: []openai.ChatCompletionMessageParamUnion{openai.SystemMessage("be brief"), openai.UserMessage(question)}}
	for _, name := range tools {
		p.Tools = append(p.Tools, openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{Name: name}))
	}
	return p
}

func (c *call) chat(m *openai.ChatCompletion) {
	for _, choice := range m.Choices {
		at := fmt.Sprintf("choice %d ", choice.Index)
		c.hear(at+"text", choice.Message.Content)
		c.hear(at+"end", choice.FinishReason)
		for i, tool := range choice.Message.ToolCalls {
			c.tool(fmt.Sprintf("%scall %d ", at, i), tool.Function.Name, tool.Function.Arguments)
		}
	}
}

// tool hears of a call: no value comes back into what runs a command.
func (c *call) tool(at, name, arguments string) {
	c.hear(at+"name", name)
	if name == "bash" {
		at = withheld + at
	}
	c.hear(at+"arguments", arguments)
}

func chatWhole(n int64, tools ...string) func(*call) error {
	return func(c *call) error {
		m, err := new(c.openai("/v1")).Chat.Completions.New(c, chatParams(c.question(), n, tools...))
		if err == nil {
			c.chat(m)
		}
		return err
	}
}

func chatStreamed(n int64, tools ...string) func(*call) error {
	return func(c *call) error { return c.chatStream("/v1", chatParams(c.question(), n, tools...)) }
}

func geminiAsOpenAI(c *call) error {
	return c.chatStream("/v1beta/openai", chatParams(c.question(), 1))
}

// Mistral's thoughts are chunks, which OpenAI's client does not know: it reads models that have none.
func mistralChat(c *call) error {
	params := chatParams(c.question(), 1)
	params.Model = thoughtless
	m, err := new(c.openai("/v1")).Chat.Completions.New(c, params)
	if err == nil {
		c.chat(m)
	}
	return err
}

func mistralTools(c *call) error {
	params := chatParams(c.question(), 1, "write_file", "bash")
	params.Model = thoughtless
	return c.chatStream("/v1", params)
}

func (c *call) chatStream(version string, params openai.ChatCompletionNewParams) error {
	stream := new(c.openai(version)).Chat.Completions.NewStreaming(c, params)
	defer stream.Close()
	var all openai.ChatCompletionAccumulator
	for stream.Next() {
		if !all.AddChunk(stream.Current()) {
			return errors.New("a chunk does not follow")
		}
	}
	c.chat(&all.ChatCompletion)
	return stream.Err()
}

func chatImage(c *call) error {
	params := chatParams("", 1)
	params.Messages = []openai.ChatCompletionMessageParamUnion{openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{
		openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: "data:image/png;base64," + c.picture}),
		openai.TextContentPart(c.question()),
	})}
	return c.chatStream("/v1", params)
}

func (c *call) openaiError(err error) error {
	var e *openai.Error
	if !errors.As(err, &e) {
		return errors.Join(errNoError, err)
	}
	c.failed(err, fmt.Sprint(e.StatusCode, e.Code, e.Type, e.Message))
	return nil
}

func chatError(c *call) error {
	_, err := new(c.openai("/v1")).Chat.Completions.New(c, chatParams("fail: "+c.question(), 1))
	return c.openaiError(err)
}

func chatFails(c *call) error {
	_, err := new(c.openai("/v1")).Chat.Completions.New(c, chatParams(c.question(), 1))
	return c.openaiError(err)
}

// chatAborted leaves in the middle. The vendor must hear of it.
func chatAborted(c *call) error {
	ctx, leave := context.WithCancel(c)
	defer leave()
	stream := new(c.openai("/v1")).Chat.Completions.NewStreaming(ctx, chatParams(c.question(), 1))
	defer stream.Close()
	for stream.Next() {
		leave()
	}
	c.failed(stream.Err(), "")
	<-c.gone
	return nil
}

// chatBroken hears a beginning, and that it is no more than that.
func chatBroken(c *call) error {
	err := c.silent().chatStream("/v1", chatParams(c.question(), 1))
	if err == nil {
		return errNoError
	}
	c.failed(err, "")
	return nil
}

func embeddings(c *call) error {
	e, err := new(c.openai("/v1")).Embeddings.New(c, openai.EmbeddingNewParams{Model: "m", Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{c.question(), c.key}}})
	if err == nil {
		for _, d := range e.Data {
			c.hear("vectors", fmt.Sprint(d.Index, d.Embedding))
		}
	}
	return err
}

func (c *call) completions() openai.CompletionNewParams {
	return openai.CompletionNewParams{Model: "m", N: openai.Int(2), Suffix: openai.String("\n// end"), Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String(c.question())}}
}

func completions(c *call) error {
	r, err := new(c.openai("/v1")).Completions.New(c, c.completions())
	if err == nil {
		for _, choice := range r.Choices {
			c.hear(fmt.Sprint(choice.Index), choice.Text+string(choice.FinishReason))
		}
	}
	return err
}

func completionsStreamed(c *call) error {
	stream := new(c.openai("/v1")).Completions.NewStreaming(c, c.completions())
	defer stream.Close()
	for stream.Next() {
		for _, choice := range stream.Current().Choices {
			c.hear(fmt.Sprint(choice.Index), choice.Text+string(choice.FinishReason))
		}
	}
	return stream.Err()
}

func (c *call) responses() responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: "m", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(c.question())},
		Tools: []responses.ToolUnionParam{
			{OfFunction: &responses.FunctionToolParam{Name: "write_file"}},
			{OfFunction: &responses.FunctionToolParam{Name: "bash"}},
		},
	}
}

func (c *call) response(where string, r *responses.Response) {
	for i, item := range r.Output {
		at := fmt.Sprintf("%s item %d ", where, i)
		c.hear(at+"type", item.Type)
		switch item.Type {
		case "message":
			c.hear(at+"text", item.Content[0].Text)
		case "function_call":
			c.tool(at, item.Name, item.AsFunctionCall().Arguments)
		case "reasoning":
			c.hear(at+"encrypted", item.EncryptedContent)
			for _, s := range item.Summary {
				// It goes back as it came, beside what the vendor encrypted.
				c.hear(withheld+at+"summary", s.Text)
			}
		}
	}
}

func responsesWhole(c *call) error {
	r, err := new(c.openai("/v1")).Responses.New(c, c.responses())
	if err == nil {
		c.response("answer", r)
	}
	return err
}

func responsesStreamed(c *call) error {
	stream := new(c.openai("/v1")).Responses.NewStreaming(c, c.responses())
	defer stream.Close()
	tools := map[int64]string{}
	for number := int64(0); stream.Next(); number++ {
		e := stream.Current()
		if e.SequenceNumber != number {
			return fmt.Errorf("event %d is number %d", number, e.SequenceNumber)
		}
		kind, last := e.Type[:strings.LastIndexByte(e.Type, '.')], e.Type[strings.LastIndexByte(e.Type, '.')+1:]
		at := fmt.Sprintf("stream item %d ", e.OutputIndex)
		switch {
		case e.Type == "response.output_item.added":
			tools[e.OutputIndex] = e.Item.Name
		case last == "delta", last == "done" && e.Text+e.Arguments != "":
			if tools[e.OutputIndex] == "bash" || strings.HasPrefix(kind, "response.reasoning") {
				at = withheld + at
			}
			c.hear(at+kind+" "+last, e.Delta+e.Text+e.Arguments)
		case e.Type == "response.completed":
			c.response("stream's answer", &e.Response)
		}
	}
	return stream.Err()
}

func responsesKept(c *call) error {
	client := c.openai("/v1")
	r, err := client.Responses.New(c, c.responses())
	if err != nil {
		return err
	}
	kept, err := client.Responses.Get(c, r.ID, responses.ResponseGetParams{})
	if err != nil {
		return err
	}
	c.response("kept", kept)
	items, err := client.Responses.InputItems.List(c, r.ID, responses.InputItemListParams{})
	if err != nil {
		return err
	}
	for _, item := range items.Data {
		c.hear("input", item.AsMessage().Content[0].Text)
	}
	return nil
}

func responsesImage(c *call) error {
	params := c.responses()
	params.Tools = nil
	params.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: responses.ResponseInputParam{
		responses.ResponseInputItemParamOfMessage(responses.ResponseInputMessageContentListParam{
			{OfInputImage: &responses.ResponseInputImageParam{Detail: "auto", ImageURL: openai.String("data:image/png;base64," + c.picture)}},
			responses.ResponseInputContentParamOfInputText(c.question()),
		}, responses.EasyInputMessageRoleUser),
	}}
	r, err := new(c.openai("/v1")).Responses.New(c, params)
	if err == nil {
		c.response("answer", r)
	}
	return err
}
