package conformance

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"google.golang.org/genai"
)

var geminiFeatures = []feature{
	{client: "genai", format: "gemini", name: "generate", do: generate()},
	{client: "genai", format: "gemini", name: "generate, streamed", do: generateStreamed()},
	{client: "genai", format: "gemini", name: "tools", do: generate("write_file", "bash")},
	{client: "genai", format: "gemini", name: "tools, streamed", do: generateStreamed("write_file", "bash")},
	{client: "genai", format: "gemini", name: "image", do: generateImage},
	{client: "genai", format: "gemini", name: "error", do: generateError("fail: ")},
	{client: "genai", format: "gemini", name: "retry", do: generate(), trouble: "busy", once: true},
	{client: "genai", format: "gemini", name: "no retry", do: generateError(""), trouble: "refuse", once: true},
	{client: "genai", format: "gemini", name: "abort", do: generateAborted, trouble: "hang", once: true},
	{client: "genai", format: "gemini", name: "broken off", do: generateBroken, trouble: "cut", once: true},
	{client: "genai", format: "gemini", name: "embeddings", do: geminiEmbeddings},
	{client: "genai", format: "gemini", name: "count", do: geminiCount},
}

func (c *call) gemini() (*genai.Client, error) {
	attempts, delay := int32(1), 0.001
	if c.trouble != "" {
		attempts = 2
	}
	return genai.NewClient(c, &genai.ClientConfig{
		APIKey: "the-vendor-key", Backend: genai.BackendGeminiAPI, HTTPClient: c.http,
		HTTPOptions: genai.HTTPOptions{BaseURL: c.base, RetryOptions: &genai.HTTPRetryOptions{Attempts: &attempts, InitialDelay: &delay, HTTPStatusCodes: []int32{429}}},
	})
}

func geminiConfig(tools ...string) *genai.GenerateContentConfig {
	config := &genai.GenerateContentConfig{SystemInstruction: genai.NewContentFromText("be brief", genai.RoleUser)}
	for _, name := range tools {
		config.Tools = append(config.Tools, &genai.Tool{FunctionDeclarations: []*genai.FunctionDeclaration{{Name: name}}})
	}
	return config
}

// generated hears an answer or a piece of one.
func (c *call) generated(r *genai.GenerateContentResponse) error {
	for _, candidate := range r.Candidates {
		at := fmt.Sprintf("candidate %d ", candidate.Index)
		c.hear(at+"end", string(candidate.FinishReason))
		if candidate.Content == nil {
			continue
		}
		for _, part := range candidate.Content.Parts {
			text := at + "text"
			if part.Thought {
				text = withheld + at + "thoughts"
			}
			c.hear(text, part.Text)
			c.hear(at+"signature", string(part.ThoughtSignature))
			if part.FunctionCall != nil {
				args, err := json.Marshal(part.FunctionCall.Args)
				if err != nil {
					return err
				}
				c.tool(at+part.FunctionCall.Name+" ", part.FunctionCall.Name, string(args))
			}
		}
	}
	return nil
}

func generate(tools ...string) func(*call) error {
	return func(c *call) error {
		client, err := c.gemini()
		if err != nil {
			return err
		}
		r, err := client.Models.GenerateContent(c, "m", genai.Text(c.question()), geminiConfig(tools...))
		if err != nil {
			return err
		}
		return c.generated(r)
	}
}

func generateStreamed(tools ...string) func(*call) error {
	return func(c *call) error {
		return c.generateStream(c, genai.Text(c.question()), geminiConfig(tools...), func() {})
	}
}

func (c *call) generateStream(ctx context.Context, contents []*genai.Content, config *genai.GenerateContentConfig, each func()) error {
	client, err := c.gemini()
	if err != nil {
		return err
	}
	for r, err := range client.Models.GenerateContentStream(ctx, "m", contents, config) {
		if err != nil {
			return err
		}
		if err := c.generated(r); err != nil {
			return err
		}
		each()
	}
	return nil
}

func generateImage(c *call) error {
	picture, err := base64.StdEncoding.DecodeString(c.picture)
	if err != nil {
		return err
	}
	return c.generateStream(c, []*genai.Content{genai.NewContentFromParts([]*genai.Part{genai.NewPartFromBytes(picture, "image/png"), genai.NewPartFromText(c.question())}, genai.RoleUser)}, nil, func() {})
}

func generateError(before string) func(*call) error {
	return func(c *call) error {
		client, err := c.gemini()
		if err != nil {
			return err
		}
		_, err = client.Models.GenerateContent(c, "m", genai.Text(before+c.question()), nil)
		var e genai.APIError
		if !errors.As(err, &e) {
			return errors.Join(errNoError, err)
		}
		c.failed(err, fmt.Sprint(e.Code, e.Status, e.Message))
		return nil
	}
}

func generateAborted(c *call) error {
	ctx, leave := context.WithCancel(c)
	defer leave()
	silent := c.silent()
	silent.trouble = ""
	c.failed(silent.generateStream(ctx, genai.Text(c.question()), nil, leave), "")
	<-c.gone
	return nil
}

func generateBroken(c *call) error {
	err := c.silent().generateStream(c, genai.Text(c.question()), nil, func() {})
	if err == nil {
		return errNoError
	}
	c.failed(err, "")
	return nil
}

func geminiEmbeddings(c *call) error {
	client, err := c.gemini()
	if err != nil {
		return err
	}
	r, err := client.Models.EmbedContent(c, "m", genai.Text(c.question()), nil)
	if err == nil {
		for _, e := range r.Embeddings {
			c.hear("vectors", fmt.Sprint(e.Values))
		}
	}
	return err
}

func geminiCount(c *call) error {
	client, err := c.gemini()
	if err != nil {
		return err
	}
	r, err := client.Models.CountTokens(c, "m", genai.Text(c.question()), nil)
	if err == nil {
		c.hear("counted", fmt.Sprint(r.TotalTokens > 0))
	}
	return err
}
