package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// What has no client of its vendor's for Go: editors ask it by plain HTTP.
var plainFeatures = []feature{
	{client: "plain", format: "mistral", name: "fim", do: plain("/v1/fim/completions", `{"model":"m","prompt":%s,"suffix":"\n// end"}`, "choices", "message", "content")},
	{client: "plain", format: "mistral", name: "fim, streamed", do: plain("/v1/fim/completions", `{"model":"m","prompt":%s,"suffix":"\n// end","stream":true}`, "choices", "delta", "content")},
	{client: "plain", format: "mistral", name: "embeddings", do: plain("/v1/embeddings", `{"model":"m","input":[%s]}`, "data", "embedding")},
	{client: "plain", format: "openai", name: "infill", do: plain("/infill", `{"input_prefix":%s,"input_suffix":"\n// end"}`, "content")},
	{client: "plain", format: "openai", name: "infill, streamed", do: plain("/infill", `{"input_prefix":%s,"input_suffix":"\n// end","stream":true}`, "content")},
	{client: "plain", format: "openai", name: "engine's completions, streamed", do: plain("/v1/engines/m/completions", `{"prompt":%s,"suffix":"\n// end","stream":true}`, "choices", "text")},
	{client: "plain", format: "openai", name: "azure", do: plain("/openai/deployments/m/chat/completions?api-version=1", `{"messages":[{"role":"user","content":%s}]}`, "choices", "message", "content")},
	{client: "plain", format: "gemini", name: "generate, as an array", do: plain("/v1beta/models/m:streamGenerateContent", `{"contents":[{"parts":[{"text":%s}]}]}`, "candidates", "content", "parts", "text")},
	{client: "plain", format: "gemini", name: "code assist, streamed", do: plain("/v1internal:streamGenerateContent?alt=sse", `{"model":"m","project":"p","request":{"contents":[{"parts":[{"text":%s}]}]}}`, "response", "candidates", "content", "parts", "text")},
}

// toolFeatures are the requests of assistants that have no client of their vendor's: their own prompt, and the tools that
// they declare.
var toolFeatures = []feature{
	{client: "Cline", format: "openai", name: "editor", do: calling("editor", `"command":{"type":"string","enum":["view","create","str_replace"]},"path":{"type":"string"},"file_text":{"type":"string"}`, "")},
	{client: "Cline", format: "openai", name: "attempt_completion", do: calling("attempt_completion", `"result":{"type":"string"},"command":{"type":"string"},"task_progress":{"type":"string"}`, "")},
	{client: "Copilot CLI", format: "openai", name: "create", do: calling("create", `"path":{"type":"string"},"file_text":{"type":"string"}`, "")},
	{client: "Copilot CLI", format: "openai", name: "edit", do: calling("edit", `"path":{"type":"string"},"old_str":{"type":"string"},"new_str":{"type":"string"}`, "")},
	{client: "Kilo Code", format: "openai", name: "write_to_file", do: calling("write_to_file", `"path":{"type":"string"},"content":{"type":"string"},"line_count":{"type":"integer"}`, "")},
	{client: "unheard-of", format: "openai", name: "an edit by its schema", do: calling("put_lines", `"target_file":{"type":"string"},"edits":{"type":"array","items":{"type":"object","properties":{"line":{"type":"integer"},"new_text":{"type":"string"}}}}`, "")},
	{client: "unheard-of", format: "openai", name: "a request by its name", do: calling("post_lines", `"target_file":{"type":"string"},"new_text":{"type":"string"}`, withheld)},
}

// calling asks for a stream as these assistants do, with one tool, and hears what the tool is given.
func calling(tool, properties, at string) func(*call) error {
	body := `{"model":"m","stream":true,"stream_options":{"include_usage":true},"temperature":0,"tool_choice":"auto","parallel_tool_calls":false,` +
		`"messages":[{"role":"system","content":"You write code."},{"role":"user","content":[{"type":"text","text":%s},{"type":"text","text":"<environment_details>\n# a.env\n</environment_details>"}]}],` +
		`"tools":[{"type":"function","function":{"name":"` + tool + `","description":"as the assistant says","parameters":{"type":"object","properties":{` + properties + `},"required":[],"additionalProperties":false},"strict":false}}]}`
	do := plain("/v1/chat/completions", body, "choices", "delta", "tool_calls", "function", "arguments")
	return func(c *call) error {
		own := call{Context: c.Context, planted: c.planted, http: c.http, base: c.base, heard: said{}}
		err := do(&own)
		for name, text := range own.heard {
			c.hear(at+name, text)
		}
		if err == nil && !strings.Contains(own.heard[" choices delta tool_calls function arguments"], "postgres://u:") {
			return fmt.Errorf("%s is given %q", tool, own.heard)
		}
		return err
	}
}

// plain posts a body with the question in it and hears the text at path, in the answer or in each of its events.
func plain(path, body string, where ...string) func(*call) error {
	return func(c *call) error {
		question, err := json.Marshal(c.question())
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(c, http.MethodPost, c.base+path, strings.NewReader(fmt.Sprintf(body, question)))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer the-vendor-key")
		res, err := c.http.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			return err
		}
		c.hear("status", res.Status)
		text = bytes.ReplaceAll(append([]byte("\n"), text...), []byte("\ndata: "), []byte("\n"))
		text = bytes.TrimSuffix(bytes.TrimSpace(text), []byte("[DONE]"))
		for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
			var one any
			if err := d.Decode(&one); err != nil {
				return err
			}
			c.walk(one, where, "", false)
		}
		return nil
	}
}

func (c *call) walk(v any, where []string, at string, sealed bool) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			c.walk(one, where, at, sealed)
		}
	case map[string]any:
		if thought, ok := v["thought"].(bool); ok {
			sealed = thought
		}
		if len(where) > 0 && v[where[0]] != nil {
			c.walk(v[where[0]], where[1:], at+" "+where[0], sealed)
		}
	default:
		if sealed {
			at = withheld + at
		}
		c.hear(at, fmt.Sprint(v))
	}
}
