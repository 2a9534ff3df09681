// Package completion asks a model what comes next in a text. It asks through the proxy on this machine, so that what goes
// out is scrubbed as any assistant's request is, and what comes back has the values in it again. It knows of each format
// how a model is asked to fill a gap, or to be told of one in a chat.
package completion

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// Query is a gap in a text.
type Query struct {
	// Base is the proxy's URL of Provider, which speaks Format. Token opens the proxy's door; it is no part of an address, which
	// errors repeat.
	Base, Token, Provider, Format string
	Model                         string
	// KeyEnv is the variable that holds the provider's key; without it, the vendor's usual one.
	KeyEnv string
	// Chat asks a model that is not made for filling gaps.
	Chat           bool
	Prefix, Suffix string
	// Language is the editor's name for it, and File the file's, without its directory.
	Language, File string
}

// Assistant is how requests name who asks.
const Assistant = "scrubjay-completion"

const (
	// mostTokens is the longest completion: people read a few lines before they take them.
	mostTokens = 128
	// mostBytes bounds it for vendors that do not heed that.
	mostBytes = 4 << 10
	// mostAnswer bounds what is read of an answer, with what stands around its text.
	mostAnswer = 1 << 20
)

// shape is how a format is asked.
type shape struct {
	path func(q Query) string
	body func(q Query) map[string]any
}

// fillers fill gaps, chats are told of them; by format.
var (
	fillers = map[string]shape{
		"mistral": {at("/v1/fim/completions"), gap},
		"openai":  {at("/v1/completions"), gap},
		"ollama": {at("/api/generate"), func(q Query) map[string]any {
			return map[string]any{"model": q.Model, "prompt": q.Prefix, "suffix": q.Suffix, "stream": true, "options": map[string]any{"num_predict": mostTokens, "temperature": 0}}
		}},
	}
	chats = map[string]shape{
		"openai":  {at("/v1/chat/completions"), chat},
		"mistral": {at("/v1/chat/completions"), chat},
		"anthropic": {at("/v1/messages"), func(q Query) map[string]any {
			return map[string]any{"model": q.Model, "max_tokens": mostTokens, "stream": true, "system": task, "messages": []any{said(q)}}
		}},
		"gemini": {func(q Query) string { return "/v1beta/models/" + q.Model + ":streamGenerateContent?alt=sse" }, func(q Query) map[string]any {
			return map[string]any{
				"systemInstruction": map[string]any{"parts": []any{map[string]any{"text": task}}},
				"contents":          []any{map[string]any{"role": "user", "parts": []any{map[string]any{"text": gapText(q)}}}},
				"generationConfig":  map[string]any{"maxOutputTokens": mostTokens, "temperature": 0},
			}
		}},
		"ollama": {at("/api/chat"), func(q Query) map[string]any {
			return map[string]any{"model": q.Model, "stream": true, "messages": []any{map[string]any{"role": "system", "content": task}, said(q)}, "options": map[string]any{"num_predict": mostTokens, "temperature": 0}}
		}},
	}
)

func at(path string) func(Query) string { return func(Query) string { return path } }

func gap(q Query) map[string]any {
	return map[string]any{"model": q.Model, "prompt": q.Prefix, "suffix": q.Suffix, "max_tokens": mostTokens, "temperature": 0, "stream": true}
}

func chat(q Query) map[string]any {
	return map[string]any{"model": q.Model, "max_tokens": mostTokens, "temperature": 0, "stream": true, "messages": []any{map[string]any{"role": "system", "content": task}, said(q)}}
}

// task is what a chat model is told to do.
const task = "You complete text at the place marked <GAP>. Answer with exactly what belongs there and nothing else: no explanation, " +
	"no code fence, nothing that stands before or behind the gap already. Stop after at most a few lines."

func said(q Query) map[string]any { return map[string]any{"role": "user", "content": gapText(q)} }

func gapText(q Query) string {
	return fmt.Sprintf("File %s (%s):\n%s<GAP>%s", q.File, q.Language, q.Prefix, q.Suffix)
}

// keys are how each vendor is shown one, and the variable in which people have it.
var keys = map[string]struct{ header, before, variable string }{
	"openai":    {"Authorization", "Bearer ", "OPENAI_API_KEY"},
	"mistral":   {"Authorization", "Bearer ", "MISTRAL_API_KEY"},
	"anthropic": {"X-Api-Key", "", "ANTHROPIC_API_KEY"},
	"gemini":    {"X-Goog-Api-Key", "", "GEMINI_API_KEY"},
}

// Fills tells whether a format has models that fill gaps.
func Fills(format string) bool { _, ok := fillers[format]; return ok }

// Ask answers with what belongs into the gap. It ends as soon as enough has come.
func Ask(ctx context.Context, client *http.Client, q Query) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends an answer that is longer than what is wanted of it
	of, kind := fillers, "fills gaps"
	if q.Chat {
		of, kind = chats, "chats"
	}
	s, ok := of[q.Format]
	if !ok {
		return "", fmt.Errorf("no model %s in the format %s", kind, q.Format)
	}
	body, err := json.Marshal(s.body(q))
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, q.Base+s.path(q), bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("User-Agent", Assistant)
	if q.Token != "" {
		req.Header.Set("X-Scrubjay-Token", q.Token)
	}
	if q.Format == "anthropic" {
		req.Header.Set("Anthropic-Version", "2023-06-01")
	}
	if k := keys[q.Format]; k.header != "" {
		if key := os.Getenv(cmp.Or(q.KeyEnv, k.variable)); key != "" {
			req.Header.Set(k.header, k.before+key)
		}
	}
	res, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("asking for a completion: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", refusal(res)
	}
	return read(bufio.NewReader(io.LimitReader(res.Body, mostAnswer)), q)
}

// refusal says why there is none, in the words of whoever refused: the proxy's say what to do.
func refusal(res *http.Response) error {
	var said struct {
		Error any `json:"error"`
	}
	_ = json.NewDecoder(io.LimitReader(res.Body, mostAnswer)).Decode(&said) // without a text the status says it
	switch e := said.Error.(type) {
	case string:
		return errors.New(e)
	case map[string]any:
		if text, ok := e["message"].(string); ok {
			return errors.New(text)
		}
	}
	return fmt.Errorf("the completion was refused with %s", res.Status)
}

// piece is a part of an answer, in any of the formats.
type piece struct {
	Choices []struct {
		Text  string `json:"text"`
		Delta struct {
			Content string `json:"content"`
		} `json:"delta"`
	} `json:"choices"`
	Response string `json:"response"`
	Message  struct {
		Content string `json:"content"`
	} `json:"message"`
	Delta struct {
		Text string `json:"text"`
	} `json:"delta"`
	Candidates []struct {
		Content struct {
			Parts []struct {
				Text string `json:"text"`
			} `json:"parts"`
		} `json:"content"`
	} `json:"candidates"`
}

func (p *piece) text() string {
	text := p.Response + p.Message.Content + p.Delta.Text
	for _, c := range p.Choices {
		text += c.Text + c.Delta.Content
	}
	for _, c := range p.Candidates {
		for _, part := range c.Content.Parts {
			text += part.Text
		}
	}
	return text
}

// read takes an answer's pieces, a line each, until a paragraph is whole.
func read(in *bufio.Reader, q Query) (string, error) {
	var out strings.Builder
	for out.Len() < mostBytes {
		line, err := in.ReadBytes('\n')
		data := bytes.TrimSpace(line)
		if rest, event := bytes.CutPrefix(data, []byte("data:")); event {
			data = bytes.TrimSpace(rest)
		}
		var p piece
		if len(data) > 0 && data[0] == '{' && json.Unmarshal(data, &p) == nil {
			out.WriteString(p.text())
		}
		if at := strings.Index(out.String(), "\n\n"); at > 0 && strings.TrimSpace(out.String()[:at]) != "" {
			return tidy(out.String()[:at], q), nil
		}
		if err != nil {
			break // how it ended does not matter: what has come is shown
		}
	}
	return tidy(out.String(), q), nil
}

// tidy takes out what models add though they were told not to: a fence, and a repetition of what stands behind the gap.
func tidy(text string, q Query) string {
	if q.Chat {
		if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "```") {
			_, inner, _ := strings.Cut(trimmed, "\n")
			text = strings.TrimSuffix(strings.TrimRight(inner, "\n "), "```")
			text = strings.TrimRight(text, "\n")
		}
	}
	text = strings.TrimRight(text, " \t\n")
	next, _, _ := strings.Cut(q.Suffix, "\n")
	if next = strings.TrimSpace(next); next != "" && len(text) > len(next) && strings.HasSuffix(text, next) {
		text = strings.TrimSuffix(text, next)
	}
	return text
}
