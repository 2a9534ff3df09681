package conformance

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/ollama/ollama/api"
)

var ollamaFeatures = []feature{
	{client: "ollama/api", format: "ollama", name: "chat", do: ollamaChat(false)},
	{client: "ollama/api", format: "ollama", name: "chat, streamed", do: ollamaChat(true)},
	{client: "ollama/api", format: "ollama", name: "tools", do: ollamaChat(false, "write_file", "bash")},
	{client: "ollama/api", format: "ollama", name: "tools, streamed", do: ollamaChat(true, "write_file", "bash")},
	{client: "ollama/api", format: "ollama", name: "generate", do: ollamaGenerate(false)},
	{client: "ollama/api", format: "ollama", name: "generate, streamed", do: ollamaGenerate(true)},
	{client: "ollama/api", format: "ollama", name: "image", do: ollamaImage},
	{client: "ollama/api", format: "ollama", name: "error", do: ollamaError("fail: ")},
	{client: "ollama/api", format: "ollama", name: "abort", do: ollamaAborted, trouble: "hang", once: true},
	{client: "ollama/api", format: "ollama", name: "broken off", do: ollamaBroken, trouble: "cut", once: true},
	{client: "ollama/api", format: "ollama", name: "embeddings", do: ollamaEmbed},
}

func (c *call) ollama() (*api.Client, error) {
	base, err := url.Parse(c.base)
	return api.NewClient(base, c.http), err
}

func (c *call) ollamaChat(ctx context.Context, request *api.ChatRequest, each func()) error {
	client, err := c.ollama()
	if err != nil {
		return err
	}
	return client.Chat(ctx, request, func(r api.ChatResponse) error {
		c.hear("text", r.Message.Content)
		c.hear("thinking", r.Message.Thinking)
		c.hear("end", r.DoneReason)
		for _, tool := range r.Message.ToolCalls {
			args, err := json.Marshal(tool.Function.Arguments)
			if err != nil {
				return err
			}
			c.tool(tool.Function.Name+" ", tool.Function.Name, string(args))
		}
		each()
		return nil
	})
}

func ollamaParams(question string, stream bool, tools ...string) *api.ChatRequest {
	r := &api.ChatRequest{Model: "m", Stream: &stream, Messages: []api.Message{{Role: "user", Content: question}}}
	for _, name := range tools {
		r.Tools = append(r.Tools, api.Tool{Type: "function", Function: api.ToolFunction{Name: name}})
	}
	return r
}

func ollamaChat(stream bool, tools ...string) func(*call) error {
	return func(c *call) error {
		return c.ollamaChat(c, ollamaParams(c.question(), stream, tools...), func() {})
	}
}

func ollamaGenerate(stream bool) func(*call) error {
	return func(c *call) error {
		client, err := c.ollama()
		if err != nil {
			return err
		}
		return client.Generate(c, &api.GenerateRequest{Model: "m", Prompt: c.question(), Suffix: "// end", Stream: &stream}, func(r api.GenerateResponse) error {
			c.hear("text", r.Response)
			c.hear("thinking", r.Thinking)
			if r.Done {
				c.hear("end", r.DoneReason+fmt.Sprint(r.Context))
			}
			return nil
		})
	}
}

func ollamaImage(c *call) error {
	picture, err := base64.StdEncoding.DecodeString(c.picture)
	if err != nil {
		return err
	}
	params := ollamaParams(c.question(), true)
	params.Messages[0].Images = []api.ImageData{picture}
	return c.ollamaChat(c, params, func() {})
}

func ollamaError(before string) func(*call) error {
	return func(c *call) error {
		err := c.ollamaChat(c, ollamaParams(before+c.question(), false), func() {})
		var e api.StatusError
		if !errors.As(err, &e) {
			return errors.Join(errNoError, err)
		}
		c.failed(err, fmt.Sprint(e.StatusCode, e.ErrorMessage))
		return nil
	}
}

func ollamaAborted(c *call) error {
	ctx, leave := context.WithCancel(c)
	defer leave()
	_ = c.silent().ollamaChat(ctx, ollamaParams(c.question(), true), leave) // see ollamaBroken
	<-c.gone
	c.hear("left", "yes")
	return nil
}

// ollamaBroken hears no end. This client may take a connection that breaks off for the end of the answer, so that its
// error says nothing.
func ollamaBroken(c *call) error {
	silent := c.silent()
	_ = silent.ollamaChat(c, ollamaParams(c.question(), true), func() {})
	c.hear("end", silent.heard["end"])
	c.hear("beginning", fmt.Sprint(silent.heard["thinking"] != ""))
	return nil
}

func ollamaEmbed(c *call) error {
	client, err := c.ollama()
	if err != nil {
		return err
	}
	r, err := client.Embed(c, &api.EmbedRequest{Model: "m", Input: []string{c.question()}})
	if err == nil {
		c.hear("vectors", fmt.Sprint(r.Embeddings))
	}
	return err
}
