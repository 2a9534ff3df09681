package demo

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/screen"
)

// address asks the program itself where its proxy is, as a person would.
func (d *demo) address(ctx context.Context) (base string, err error) {
	var out bytes.Buffer
	cmd, err := d.self(ctx, "env", "--json")
	if err != nil {
		return "", err
	}
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("scrubjay env: %w: %s", err, d.logs.String())
	}
	var e struct { // as server/scrubjay/env.go writes it
		Providers map[string]struct {
			BaseURL string `json:"base_url"`
		}
	}
	if err := json.Unmarshal(out.Bytes(), &e); err != nil {
		return "", err
	}
	return strings.TrimSuffix(e.Providers["openai"].BaseURL, "/openai"), nil
}

// ask sends a request through the proxy and returns the events of the streamed answer.
func (d *demo) ask(ctx context.Context, url string, header map[string]string, body any) (events []json.RawMessage, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
		return nil, fmt.Errorf("the proxy answered %s: %s", res.Status, text)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && data != "[DONE]" {
			events = append(events, json.RawMessage(data))
		}
	}
	return events, lines.Err()
}

// chat sends the workspace's files in a streamed chat.
func (d *demo) chat(ctx context.Context, base string) error {
	events, err := d.ask(ctx, base+"/chat/completions", map[string]string{"Authorization": "Bearer no-account-needed"}, map[string]any{
		"model": "gpt-demo", "stream": true, "messages": []any{map[string]any{"role": "user", "content": d.sample.question()}},
	})
	if err != nil {
		return err
	}
	answer := ""
	for _, e := range events {
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if err := json.Unmarshal(e, &chunk); err != nil {
			return err
		}
		for _, c := range chunk.Choices {
			answer += c.Delta.Content
		}
	}
	saw := d.lastSeen()
	d.Title("2. A streamed chat (OpenAI)")
	d.Beside("what you asked", d.sample.question(), "what the vendor saw", saw, d.marks([]string{saw}))
	d.Beside("what the vendor answered", d.sample.assistantText(saw), "what came back", answer, d.marks([]string{saw}))
	for _, v := range []string{d.sample.key, d.sample.mail} {
		d.promise(strings.Contains(answer, v), "a value did not come back in the answer")
	}
	d.promise(len(redact.Find([]byte(answer))) == 0, "a placeholder is left in the answer")
	d.promise(len(redact.Find([]byte(saw))) == len(d.sample.values()), "the vendor does not see a placeholder for each value")
	return nil
}

// tools sends a turn in which the assistant writes a file and runs a command.
func (d *demo) tools(ctx context.Context, base string) error {
	tool := func(name string) any {
		return map[string]any{"name": name, "input_schema": map[string]any{"type": "object"}}
	}
	events, err := d.ask(ctx, base+"/v1/messages", map[string]string{"X-Api-Key": "no-account-needed", "Anthropic-Version": "2023-06-01"}, map[string]any{
		"model": "claude-demo", "stream": true, "max_tokens": 500, "tools": []any{tool("write_file"), tool("bash")},
		"messages": []any{map[string]any{"role": "user", "content": "Write me a deploy script for\n" + d.sample.env()}},
	})
	if err != nil {
		return err
	}
	names, inputs := map[int]string{}, map[string]string{}
	for _, e := range events {
		var event struct {
			Index        int
			ContentBlock struct{ Name string } `json:"content_block"`
			Delta        struct {
				PartialJSON string `json:"partial_json"`
			}
		}
		if err := json.Unmarshal(e, &event); err != nil {
			return err
		}
		if event.ContentBlock.Name != "" {
			names[event.Index] = event.ContentBlock.Name
		}
		inputs[names[event.Index]] += event.Delta.PartialJSON
	}
	var file struct{ Content string }
	var shell struct{ Command string }
	if err := json.Unmarshal([]byte(inputs["write_file"]), &file); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(inputs["bash"]), &shell); err != nil {
		return err
	}
	saw := d.lastSeen()
	d.Title("3. A turn with tools (Anthropic)")
	d.Beside("what the vendor saw", saw, "what the assistant's tools were given",
		"write_file gets the real value:\n"+file.Content+"\nbash keeps the placeholder:\n"+shell.Command, d.marks([]string{saw}))
	d.promise(strings.Contains(file.Content, `"`+d.sample.key+`"`), "the file was not given the value")
	d.promise(!strings.Contains(shell.Command, d.sample.key) && strings.Contains(shell.Command, "?k=AWS_KEY_ID_"), "the command was given the value")
	return nil
}

// lastSeen is the last user message that the vendor was sent.
func (d *demo) lastSeen() string {
	all := d.vendor.Requests()
	if len(all) == 0 {
		return ""
	}
	var body struct {
		Messages []struct{ Content string }
	}
	if err := json.Unmarshal(all[len(all)-1].Body, &body); err != nil || len(body.Messages) == 0 {
		return ""
	}
	return body.Messages[len(body.Messages)-1].Content
}

// marks are the values, in the colour of danger, and the placeholders of texts, in that of safety.
func (d *demo) marks(texts []string) []screen.Mark {
	var out []screen.Mark
	for _, v := range d.sample.values() {
		out = append(out, screen.Mark{Text: v.value, Colour: screen.Yellow})
	}
	seen := map[string]bool{}
	for _, text := range texts {
		for _, s := range redact.Find([]byte(text)) {
			if token := text[s.Start:s.End]; !seen[token] {
				seen[token] = true
				out = append(out, screen.Mark{Text: token, Colour: screen.Green})
			}
		}
	}
	return out
}
