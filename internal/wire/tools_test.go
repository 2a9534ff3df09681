package wire

import (
	"fmt"
	"strings"
	"testing"
)

// declaredIn are the ways in which formats have a tool's name and what it takes.
var declaredIn = []struct{ format, path, body string }{
	{"openai", "/v1/chat/completions", `{"tools":[{"type":"function","function":{"name":%q,"description":"d","parameters":%s}}]}`},
	{"openai", "/v1/chat/completions", `{"functions":[{"parameters":%[2]s,"name":%[1]q}]}`},
	{"openai", "/v1/responses", `{"tools":[{"type":"function","name":%q,"parameters":%s,"strict":true}]}`},
	{"openai", "/v1/responses", `{"input":[{"type":"additional_tools","tools":[{"type":"function","name":%q,"parameters":%s}]}]}`},
	{"anthropic", "/v1/messages", `{"tools":[{"type":"web_search_20250305","name":"web_search"},{"name":%q,"input_schema":%s}]}`},
	{"gemini", "/v1beta/models/m:generateContent", `{"tools":[{"functionDeclarations":[{"name":%q,"parameters":%s}]}]}`},
	{"gemini", "/v1beta/models/m:generateContent", `{"tools":[{"function_declarations":[{"name":%q,"parametersJsonSchema":%s}]}]}`},
	{"gemini", "/v1internal:generateContent", `{"model":"m","request":{"tools":[{"functionDeclarations":[{"name":%q,"parameters":%s}]}]}}`},
	{"ollama", "/api/chat", `{"tools":[{"type":"function","function":{"name":%q,"parameters":%s}}]}`},
	{"mistral", "/v1/chat/completions", `{"tools":[{"type":"function","function":{"name":%q,"parameters":%s}}]}`},
}

// taking is the schema of a tool with arguments, each a string but where the name says otherwise: N:integer, N:enum.
func taking(arguments string) string {
	var all []string
	for a := range strings.FieldsSeq(arguments) {
		name, of, _ := strings.Cut(a, ":")
		schema := `{"type":"string"}`
		switch of {
		case "enum":
			schema = `{"type":"string","enum":["view","create"]}`
		case "integer":
			schema = `{"type":"integer"}`
		case "list":
			schema = `{"type":"array","items":{"type":"object","properties":{"path":{"type":"string"},"newText":{"type":"string"}}}}`
		}
		all = append(all, fmt.Sprintf("%q:%s", name, schema))
	}
	return `{"type":"object","properties":{` + strings.Join(all, ",") + `},"required":[]}`
}

// TestDeclaredTools: what a tool takes says what it is, whatever it is called and however the format declares it; what
// runs, asks the network or is a server's stays that.
func TestDeclaredTools(t *testing.T) {
	for _, c := range []struct {
		name, takes, key string
		want             ToolKind
	}{
		{"frobnicate", "path content", "content", ToolEdit},
		{"frobnicate", "target_file code_edit instructions", "code_edit", ToolEdit},
		{"frobnicate", "TargetFile CodeContent", "CodeContent", ToolEdit},
		{"frobnicate", "absolutePath newString oldString", "newString", ToolEdit},
		{"frobnicate", "edits:list", "edits.newText", ToolEdit},
		{"frobnicate", "command:enum path file_text insert_line:integer", "file_text", ToolEdit},
		{"frobnicate", "path", "path", ToolOther},
		{"frobnicate", "path offset:integer lines:integer", "path", ToolOther},
		{"frobnicate", "text", "text", ToolOther},
		{"frobnicate", "path content command", "content", ToolOther},
		{"frobnicate", "path content command", "command", ToolCommand},
		{"frobnicate", "path content url", "content", ToolOther},
		{"frobnicate", "path content owner repo", "content", ToolOther},
		{"publish_page", "path content", "content", ToolOther},
		{"upload_file", "path content", "content", ToolNetwork},
		{"run_shell", "path content", "content", ToolCommand},
		{"mcp__files__write", "path content", "content", ToolMCP},
		{"write_file", "path content", "content", ToolEdit},
		{"write_file", "path content owner repo branch", "content", ToolOther},
		{"write_file", "path content owner url", "url", ToolNetwork},
		{"ask_question", "question", "question", ToolShow},
		{"ask_question", "question repoName", "question", ToolOther},
		{"bash", "path content", "content", ToolCommand},
	} {
		for _, d := range declaredIn {
			f, err := ByName(d.format)
			if err != nil {
				t.Fatal(err)
			}
			r, _ := f.Route("POST", d.path)
			body := fmt.Sprintf(d.body, c.name, taking(c.takes))
			q, err := r.Request([]byte(body))
			if err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			lane := Lane{Key: c.key, Tool: Tool{c.name, KindOf(c.name, c.key)}}
			if got := q.Tools.Kind(lane); !q.Tools.Any() || got != c.want {
				t.Errorf("%s %s: %s of %s(%s) is %s, want %s", d.format, d.path, c.key, c.name, c.takes, got, c.want)
			}
			other := Lane{Key: c.key, Tool: Tool{"another", ToolOther}}
			if got := q.Tools.Kind(other); got != ToolOther {
				t.Errorf("a tool that is not declared is %s", got)
			}
		}
	}
}

// TestToolsOfAServer: a namespace is a server's, and of two tools with one name the one counts of which less is known.
func TestToolsOfAServer(t *testing.T) {
	edit, server := `{"type":"function","name":"write_file","parameters":`+taking("path content")+`}`, `{"type":"namespace","name":"mcp__files","tools":[{"type":"function","name":"write_file","parameters":`+taking("path content")+`}]}`
	remote := `{"type":"function","name":"write_file","parameters":` + taking("path content repo") + `}`
	for tools, want := range map[string]ToolKind{
		edit: ToolEdit, server: ToolMCP, edit + "," + server: ToolMCP, server + "," + edit: ToolMCP, edit + "," + remote: ToolOther,
		`7`: ToolEdit, `{"name":7,"parameters":[[1]]}`: ToolEdit, `null`: ToolEdit,
	} {
		q, err := openaiResponses.Request([]byte(`{"tools":[` + tools + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Tools.Kind(Lane{Key: "content", Tool: Tool{"write_file", ToolEdit}}); got != want {
			t.Errorf("%s: %s, want %s", tools, got, want)
		}
	}
	if got := (*Tools)(nil).Kind(Lane{Tool: Tool{"write_file", ToolEdit}}); got != ToolEdit {
		t.Errorf("without a request it is %s", got)
	}
}
