package conformance

import (
	"context"
	"errors"
	"fmt"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
)

var anthropicFeatures = []feature{
	{client: "anthropic-sdk-go", format: "anthropic", name: "messages", do: messages()},
	{client: "anthropic-sdk-go", format: "anthropic", name: "messages, streamed", do: messagesStreamed()},
	{client: "anthropic-sdk-go", format: "anthropic", name: "tools", do: messages("write_file", "bash")},
	{client: "anthropic-sdk-go", format: "anthropic", name: "tools, streamed", do: messagesStreamed("write_file", "bash")},
	{client: "anthropic-sdk-go", format: "anthropic", name: "image", do: messagesImage},
	{client: "anthropic-sdk-go", format: "anthropic", name: "error", do: messagesError("fail: ")},
	{client: "anthropic-sdk-go", format: "anthropic", name: "retry", do: messages(), trouble: "busy", once: true},
	{client: "anthropic-sdk-go", format: "anthropic", name: "no retry", do: messagesError(""), trouble: "refuse", once: true},
	{client: "anthropic-sdk-go", format: "anthropic", name: "abort", do: messagesAborted, trouble: "hang", once: true},
	{client: "anthropic-sdk-go", format: "anthropic", name: "broken off", do: messagesBroken, trouble: "cut", once: true},
	{client: "anthropic-sdk-go", format: "anthropic", name: "count", do: messagesCount},
	{client: "anthropic-sdk-go", format: "anthropic", name: "batch", do: messagesBatch},
	{client: "anthropic-sdk-go", format: "ollama", name: "messages, streamed", do: messagesStreamed("write_file")},
}

func (c *call) anthropic() anthropic.Client {
	return anthropic.NewClient(option.WithBaseURL(c.base), option.WithAPIKey("the-vendor-key"), option.WithHTTPClient(c.http))
}

func messageParams(question string, tools ...string) anthropic.MessageNewParams {
	p := anthropic.MessageNewParams{
		Model: "m", MaxTokens: 100, System: []anthropic.TextBlockParam{{Text: "be brief"}},
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(question))},
	}
	for _, name := range tools {
		p.Tools = append(p.Tools, anthropic.ToolUnionParam{OfTool: &anthropic.ToolParam{Name: name}})
	}
	return p
}

func (c *call) message(m *anthropic.Message) {
	c.hear("end", string(m.StopReason))
	for i, block := range m.Content {
		at := fmt.Sprintf("block %d ", i)
		c.hear(at+"text", block.Text)
		// What the vendor has signed stays as it was signed.
		c.hear(withheld+at+"thinking", block.Thinking)
		c.hear(at+"signature", block.Signature)
		if block.Type == "tool_use" {
			c.tool(at, block.Name, string(block.Input))
		}
	}
}

func messages(tools ...string) func(*call) error {
	return func(c *call) error {
		m, err := new(c.anthropic()).Messages.New(c, messageParams(c.question(), tools...))
		if err == nil {
			c.message(m)
		}
		return err
	}
}

func messagesStreamed(tools ...string) func(*call) error {
	return func(c *call) error { return c.messageStream(c, messageParams(c.question(), tools...), func() {}) }
}

// messageStream calls each when text has come.
func (c *call) messageStream(ctx context.Context, params anthropic.MessageNewParams, each func()) error {
	stream := new(c.anthropic()).Messages.NewStreaming(ctx, params)
	defer stream.Close()
	var all anthropic.Message
	for stream.Next() {
		if err := all.Accumulate(stream.Current()); err != nil {
			return err
		}
		if stream.Current().Type == "content_block_delta" {
			each()
		}
	}
	c.message(&all)
	return stream.Err()
}

func messagesImage(c *call) error {
	params := messageParams("")
	params.Messages = []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewImageBlockBase64("image/png", c.picture), anthropic.NewTextBlock(c.question()))}
	return c.messageStream(c, params, func() {})
}

func messagesError(before string) func(*call) error {
	return func(c *call) error {
		_, err := new(c.anthropic()).Messages.New(c, messageParams(before+c.question()))
		var e *anthropic.Error
		if !errors.As(err, &e) {
			return errors.Join(errNoError, err)
		}
		c.failed(err, fmt.Sprint(e.StatusCode, e.RawJSON()))
		return nil
	}
}

func messagesAborted(c *call) error {
	ctx, leave := context.WithCancel(c)
	defer leave()
	err := c.silent().messageStream(ctx, messageParams(c.question()), leave)
	c.failed(err, "")
	<-c.gone
	return nil
}

// silent is a call whose client is not heard: what comes before an end that is none differs from run to run.
func (c *call) silent() *call {
	return &call{Context: c, planted: c.planted, http: c.http, base: c.base, heard: said{}}
}

func messagesBroken(c *call) error {
	err := c.silent().messageStream(c, messageParams(c.question()), func() {})
	if err == nil {
		return errNoError
	}
	c.failed(err, "")
	return nil
}

// messagesCount hears that there is a number: that of the placeholders is another.
func messagesCount(c *call) error {
	n, err := new(c.anthropic()).Messages.CountTokens(c, anthropic.MessageCountTokensParams{Model: "m", Messages: messageParams(c.question()).Messages})
	if err == nil {
		c.hear("counted", fmt.Sprint(n.InputTokens > 0))
	}
	return err
}

func messagesBatch(c *call) error {
	client := c.anthropic()
	params := messageParams(c.question(), "write_file", "bash")
	batch, err := client.Messages.Batches.New(c, anthropic.MessageBatchNewParams{Requests: []anthropic.MessageBatchNewParamsRequest{
		{CustomID: "a", Params: anthropic.MessageBatchNewParamsRequestParams{Model: "m", MaxTokens: 9, Messages: params.Messages, Tools: params.Tools}},
	}})
	if err != nil {
		return err
	}
	results := client.Messages.Batches.ResultsStreaming(c, batch.ID, anthropic.MessageBatchResultsParams{})
	defer results.Close()
	for results.Next() {
		m := results.Current().Result.Message
		c.message(&m)
	}
	return results.Err()
}
