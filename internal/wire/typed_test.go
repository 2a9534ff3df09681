package wire

import (
	"slices"
	"testing"
)

// TestTyped: what the person has typed last is told from what tools, programs and earlier turns say, in every format.
func TestTyped(t *testing.T) {
	for name, c := range map[string]struct{ format, path, body string }{
		"a text": {"openai", "/v1/chat/completions", `{"messages":[{"role":"system","content":"s"},{"role":"user","content":"old"},{"role":"assistant","content":"a"},{"role":"user","content":"TYPED"}]}`},
		"parts": {"openai", "/v1/chat/completions", `{"model":"m","messages":[{"content":[{"type":"text","text":"TYPED"},{"type":"image_url","image_url":{"url":"u"}}],"role":"user"},
			{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"n","arguments":"{\"x\":\"y\"}"}}]},{"role":"tool","tool_call_id":"1","content":"r"}]}`},
		"beside a tool's result": {"anthropic", "/v1/messages", `{"messages":[{"role":"user","content":"old"},{"role":"assistant","content":"a"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"r"}]},{"type":"text","text":"TYPED"}]}]}`},
		"before a tool's result": {"anthropic", "/v1/messages", `{"messages":[{"role":"user","content":[{"type":"text","text":"TYPED"}]},{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"n","input":{"text":"x"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"r"}]}]}`},
		"beside a program's":     {"anthropic", "/v1/messages", `{"messages":[{"role":"user","content":[{"type":"text","text":"<system-reminder>\nr</system-reminder>"},{"type":"text","text":"TYPED"},{"type":"text","text":"\n<environment_details>r"}]}]}`},
		"responses":              {"openai", "/v1/responses", `{"instructions":"i","input":"TYPED"}`},
		"items":                  {"openai", "/v1/responses", `{"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"TYPED"}]},{"type":"function_call_output","call_id":"1","output":"r"}]}`},
		"contents":               {"gemini", "/v1beta/models/m:generateContent", `{"contents":[{"role":"user","parts":[{"text":"TYPED"}]},{"role":"model","parts":[{"text":"a"}]},{"role":"user","parts":[{"functionResponse":{"name":"n","response":{"text":"r"}}}]}]}`},
		"nobody":                 {"openai", "/v1/completions", `{"prompt":"def f():","suffix":"x"}`},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := ByName(c.format)
			if err != nil {
				t.Fatal(err)
			}
			route, _ := f.Route("POST", c.path)
			req, err := route.Request([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			var typed []string
			for _, sp := range req.Spans {
				if req.Typed(sp) {
					typed = append(typed, string(req.Text(sp, nil)))
				}
			}
			typed = slices.DeleteFunc(typed, func(s string) bool { return s == "type" || s == "text" })
			want := []string{"TYPED"}
			if name == "nobody" {
				want = nil
			}
			if !slices.Equal(typed, want) {
				t.Errorf("typed are %q", typed)
			}
		})
	}
}
