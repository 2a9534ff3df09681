package proxy

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestWhereValuesComeBack: in prose also bent, exactly in an edit, within the patch of a program; not in a command, a
// URL, or a tool of an MCP server. What is withheld is counted. % is what the model was given for the value.
func TestWhereValuesComeBack(t *testing.T) {
	key := awsKey()
	for _, c := range []struct {
		name  string
		reply standin.Reply
		takes string // the arguments that the request says the tool takes
		want  string // in what comes back
		no    int    // how many are withheld
	}{
		{"prose", standin.Reply{Text: "it is %, or {lower}, or {spaced}"}, "", "it is " + key + ", or " + key + ", or " + key, 0},
		{"an edit", call("write_file", map[string]string{"path": "a", "content": "k=% {lower}"}), "", `k=` + key + ` {lower}`, 0},
		{"an edit of a pattern", call("write_file", map[string]string{"path": "a", "content": "k={escaped}"}), "", `k=` + key, 0},
		{"a command", call("bash", map[string]string{"command": "curl -H %"}), "", `curl -H %`, 1},
		{"a URL of a tool that may edit", call("write_file", map[string]string{"content": "https://a.example/?k=%"}), "", "k=" + key, 0},
		{"a URL of an unknown tool", call("frobnicate", map[string]string{"text": "see https://a.example/?k=% and %"}), "", "k=% and " + key, 1},
		{"an argument that says URL", call("frobnicate", map[string]string{"url": "%"}), "", `:\"%`, 1},
		{"a URL of a tool that takes a path and a content", call("frobnicate", map[string]string{"path": "a", "content": "postgres://u:%@h/d"}), "path content", "postgres://u:" + key + "@h/d", 0},
		{"a URL of a tool that takes a repository, too", call("frobnicate", map[string]string{"path": "a", "content": "postgres://u:%@h/d"}), "path content repository", "postgres://u:%@h/d", 1},
		{"a URL of an edit's name that takes a repository", call("write_file", map[string]string{"path": "a", "content": "postgres://u:%@h/d"}), "path content repository", "postgres://u:%@h/d", 1},
		{"a command of a tool that takes a path and a content", call("frobnicate", map[string]string{"command": "curl %"}), "path content command", "curl %", 1},
		{"what the person is told", call("attempt_completion", map[string]string{"result": "postgres://u:%@h/d or {lower}"}), "", "postgres://u:" + key + "@h/d or " + key, 0},
		{"a command to show what is done", call("attempt_completion", map[string]string{"command": "curl %"}), "", "curl %", 1},
		{"an MCP tool", call("mcp__files__write", map[string]string{"content": "%"}), "", `:\"%`, 1},
	} {
		var token string
		b := newBench(t, standin.Options{Split: standin.EveryByte(), Reply: func(r standin.Request) standin.Reply {
			s := redact.Find([]byte(r.Text))
			if len(s) != 1 {
				return standin.Reply{Status: http.StatusTeapot, Text: "no placeholder"}
			}
			token = r.Text[s[0].Start:s[0].End]
			bend := strings.NewReplacer("%", token, "{lower}", strings.ToLower(token), "{escaped}", strings.ReplaceAll(token, "_", `\\_`), "{spaced}", strings.ReplaceAll(token, "_", " "))
			reply := standin.Reply{Text: bend.Replace(c.reply.Text)}
			for _, call := range c.reply.ToolCalls {
				call.Arguments = bend.Replace(call.Arguments)
				reply.ToolCalls = append(reply.ToolCalls, call)
			}
			return reply
		}})
		var tools []any
		for _, call := range c.reply.ToolCalls {
			arguments := map[string]any{}
			for name := range strings.FieldsSeq(c.takes) {
				arguments[name] = map[string]string{"type": "string"}
			}
			tools = append(tools, map[string]any{"type": "function", "function": map[string]any{"name": call.Name, "parameters": map[string]any{"properties": arguments}}})
		}
		for _, stream := range []bool{false, true} {
			body, _ := json.Marshal(map[string]any{"model": "m", "stream": stream, "tools": tools, "messages": []any{map[string]any{"role": "user", "content": "the key is " + key}}})
			status, text, _ := b.post(chat, string(body))
			got := text
			if stream {
				prose, arguments := streamed(t, text)
				got = prose + arguments
			}
			want := strings.NewReplacer("%", token, "{lower}", strings.ToLower(token)).Replace(c.want)
			if stream {
				want = strings.ReplaceAll(want, `\"`, `"`)
			}
			if status != http.StatusOK || !strings.Contains(got, want) {
				t.Errorf("%s, streamed %v: status %d, want %s in\n%s", c.name, stream, status, want, got)
			}
		}
		b.stop()
		err := audit.Show(b.dir, func(r audit.Record) error {
			if r.Kind == "exchange" && r.Withheld != c.no {
				t.Errorf("%s: %d are withheld, want %d", c.name, r.Withheld, c.no)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func call(tool string, arguments map[string]string) standin.Reply {
	args, _ := json.Marshal(arguments)
	return standin.Reply{ToolCalls: []standin.ToolCall{{Name: tool, Arguments: string(args)}}}
}

// streamed puts a chat's stream together: its text and the arguments of its calls.
func streamed(t *testing.T, stream string) (prose, arguments string) {
	t.Helper()
	for line := range strings.Lines(stream) {
		data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: ")
		if !ok || data == "[DONE]" {
			continue
		}
		var chunk struct {
			Choices []struct {
				Delta struct {
					Content   string
					ToolCalls []struct{ Function struct{ Arguments string } } `json:"tool_calls"`
				}
			}
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			t.Fatal(err)
		}
		for _, c := range chunk.Choices {
			prose += c.Delta.Content
			for _, call := range c.Delta.ToolCalls {
				arguments += call.Function.Arguments
			}
		}
	}
	return prose, arguments
}
