package wire

import (
	"strings"
	"testing"
)

func TestByName(t *testing.T) {
	for _, name := range Formats() {
		if f, err := ByName(name); err != nil || f.Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ByName("opnai"); err == nil || !strings.Contains(err.Error(), strings.Join(Formats(), ", ")) {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestRoute(t *testing.T) {
	for _, test := range []struct {
		format, method, path string
		want                 Match
	}{
		{"openai", "POST", "/v1/chat/completions", Completion},
		{"openai", "POST", "/v1/chat/completions?x=1", Completion},
		{"openai", "GET", "/v1/chat/completions", Unknown},
		{"openai", "POST", "/v1/chat/completions/", Completion},
		{"openai", "POST", "/v1//chat/completions", Completion},
		{"openai", "GET", "/v1/models", Harmless},
		{"openai", "GET", "/v1/models/gpt-5", Harmless},
		{"openai", "POST", "/v1/models", Unknown},
		{"openai", "POST", "/v1/audio/speech", Unknown},
		{"openai", "POST", "/v1/messages", Completion},
		{"openai", "POST", "/chat/completions", Completion},
		{"openai", "POST", "/openai/v1/chat/completions", Completion},
		{"openai", "POST", "/openai/deployments/gpt-5/chat/completions?api-version=2024-10-21", Completion},
		{"openai", "POST", "/openai/deployments/a/b/chat/completions", Completion},
		{"openai", "POST", "/openai/deployments/gpt-5/embeddings", Completion},
		{"openai", "POST", "/v1/engines/copilot-codex/completions", Completion},
		{"openai", "POST", "/v1/completions", Completion},
		{"openai", "POST", "/beta/completions", Completion},
		{"openai", "POST", "/embeddings", Completion},
		{"openai", "POST", "/infill", Completion},
		{"openai", "POST", "/v1/responses", Completion},
		{"openai", "POST", "/openai/responses?api-version=preview", Completion},
		{"openai", "POST", "/responses/compact", Completion},
		{"openai", "GET", "/v1/responses", Unknown},
		{"openai", "GET", "/v1/responses/resp_1?stream=true", Completion},
		{"openai", "POST", "/v1/responses/resp_1", Unknown},
		{"openai", "DELETE", "/v1/responses/resp_1", Unknown},
		{"openai", "GET", "/v1/responses/resp_1/input_items?limit=2", Completion},
		{"openai", "POST", "/v1/responses/resp_1/cancel", Completion},
		{"openai", "GET", "/models", Harmless},
		{"mistral", "POST", "/v1/fim/completions", Completion},
		{"mistral", "POST", "/v1/agents/completions", Completion},
		{"mistral", "POST", "/v1/completions", Unknown},
		{"anthropic", "POST", "/v1/messages", Completion},
		{"anthropic", "POST", "/v1/messages?beta=true", Completion},
		{"anthropic", "POST", "/v1/messages/count_tokens?beta=true", Completion},
		{"anthropic", "POST", "/v1/messages/batches", Completion},
		{"anthropic", "GET", "/v1/messages/batches?limit=2", Completion},
		{"anthropic", "GET", "/v1/messages/batches/msgbatch_1", Completion},
		{"anthropic", "GET", "/v1/messages/batches/msgbatch_1/results", Completion},
		{"anthropic", "POST", "/v1/messages/batches/msgbatch_1/cancel", Unknown},
		{"gemini", "POST", "/v1beta/models/gemini-3-pro:generateContent?key=k", Completion},
		{"gemini", "POST", "/v1/models/gemini-3-pro:streamGenerateContent?alt=sse", Completion},
		{"gemini", "POST", "/v1alpha/tunedModels/t:countTokens", Completion},
		{"gemini", "POST", "/v1/projects/p/locations/l/publishers/google/models/m:generateContent", Completion},
		{"gemini", "POST", "/v1beta1/projects/p/locations/l/endpoints/openapi/chat/completions", Completion},
		{"gemini", "POST", "/v1internal:streamGenerateContent?alt=sse", Completion},
		{"gemini", "POST", "/v1beta/models/m:predict", Unknown},
		{"gemini", "POST", "/v1beta/models/m%3AgenerateContent", Unknown},
		{"gemini", "GET", "/v1beta/models/m:generateContent", Harmless},
		{"gemini", "GET", "/v1beta/models?pageSize=9", Harmless},
		{"gemini", "GET", "/v1beta/files", Unknown},
		{"ollama", "POST", "/api/chat", Completion},
		{"ollama", "POST", "/v1/messages", Completion},
		{"ollama", "GET", "/api/tags", Harmless},
		{"ollama", "GET", "/", Unknown},
		{"ollama", "GET", "/api/chat", Unknown},
		{"ollama", "POST", "/api/pull", Unknown},
		{"anthropic", "GET", "/v1/models?limit=2", Harmless},
	} {
		f, err := ByName(test.format)
		if err != nil {
			t.Fatal(err)
		}
		r, match := f.Route(test.method, test.path)
		if match != test.want || (r != nil) != (match == Completion) {
			t.Errorf("%s %s %s is %d with route %v, want %d", test.format, test.method, test.path, match, r, test.want)
		}
	}
}

// Azure's and Copilot's bodies need not name the model that their paths name.
func TestModelInThePath(t *testing.T) {
	for path, want := range map[string]string{
		"/openai/deployments/gpt-5/chat/completions?api-version=1": "gpt-5",
		"/openai/deployments/gpt-5/completions":                    "gpt-5",
		"/openai/deployments/embed/embeddings":                     "embed",
		"/v1/engines/copilot-codex/completions":                    "copilot-codex",
		"/v1/engines/copilot%2Dcode%78/completions":                "copilot-codex",
		"/v1/engines/a%2zb/completions":                            "a%2zb",
		"/v1/responses/compact":                                    "",
	} {
		if r, _ := openai.Route("POST", path); r.Model(path) != want {
			t.Errorf("%s names %q, want %q", path, r.Model(path), want)
		}
	}
	if name := openaiRealtime.Model("/v1/realtime?intent=x&model=gpt%2Drealtime"); name != "gpt-realtime" {
		t.Errorf("a conversation's model is %q", name)
	}
}

// TestAnotherModelInThePath: the name takes the place of the one that is there, whatever it holds, and nothing else
// changes; a path without a model stays.
func TestAnotherModelInThePath(t *testing.T) {
	for _, c := range []struct{ format, path, name, want string }{
		{"openai", "/openai/deployments/gpt-5/chat/completions?api-version=1", "qwen", "/openai/deployments/qwen/chat/completions?api-version=1"},
		{"openai", "/v1/engines/copilot-codex/completions", "a/b c", "/v1/engines/a%2Fb%20c/completions"},
		{"openai", "/v1/chat/completions?model=gpt-5", "qwen", "/v1/chat/completions?model=gpt-5"},
		{"gemini", "/v1beta/models/gemini-3:streamGenerateContent?alt=sse", "gemma", "/v1beta/models/gemma:streamGenerateContent?alt=sse"},
		{"gemini", "/v1/projects/gemini-3/locations/l/publishers/google/models/gemini-3:generateContent", "gemma:2b", "/v1/projects/gemini-3/locations/l/publishers/google/models/gemma%3A2b:generateContent"},
		{"gemini", "/v1internal:generateContent", "gemma", "/v1internal:generateContent"},
	} {
		f, err := ByName(c.format)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := f.Route("POST", c.path)
		got := r.WithModel(c.path, c.name)
		if got != c.want {
			t.Errorf("%s with %s is %s, want %s", c.path, c.name, got, c.want)
		}
		if again, _ := f.Route("POST", got); again != r {
			t.Errorf("%s is no longer the same route", got)
		}
	}
}

// TestRelink: addresses at the vendor lead elsewhere, however they are written; every other byte stays.
func TestRelink(t *testing.T) {
	const vendor, ours = "https://api.vendor.example", `http://127.0.0.1:7425/t/"/anthropic`
	retrieve, _ := anthropic.Route("GET", "/v1/messages/batches/b_1")
	list, _ := anthropic.Route("GET", "/v1/messages/batches?limit=2")
	create, _ := anthropic.Route("POST", "/v1/messages/batches")
	messages, _ := anthropic.Route("POST", "/v1/messages")
	for _, c := range []struct {
		r          *Route
		body, want string
	}{
		{retrieve, `{"id":"b_1", "results_url" : "https://api.vendor.example/v1/b?x=\u0026" }`, `{"id":"b_1", "results_url" : "http://127.0.0.1:7425/t/\"/anthropic/v1/b?x=&" }`},
		{create, `{"results_url":"https:\/\/api.vendor.example\/v1\/b"}`, `{"results_url":"http://127.0.0.1:7425/t/\"/anthropic/v1/b"}`},
		{list, `{"data":[{"results_url":null},{"results_url":"https://api.vendor.example/a"}],"results_url":"https://api.vendor.example/b"}`,
			`{"data":[{"results_url":null},{"results_url":"http://127.0.0.1:7425/t/\"/anthropic/a"}],"results_url":"https://api.vendor.example/b"}`},
		{retrieve, `{"results_url":"https://api.vendor.example.evil/a","x":{"results_url":"https://api.vendor.example/a"}}`, ""},
		{retrieve, `{"results_url":"https://other.example/?u=https://api.vendor.example/a"}`, ""},
		{retrieve, `{"results_url":"https://api.vendor.example/a"`, ""},
		{retrieve, `<html>`, ""},
		{messages, `{"results_url":"https://api.vendor.example/a"}`, ""},
	} {
		if c.want == "" {
			c.want = c.body
		}
		if got := c.r.Relink([]byte(c.body), vendor, ours); string(got) != c.want {
			t.Errorf("%s\n is %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestErrorsAreTheVendorsOwn(t *testing.T) {
	for _, test := range []struct {
		format string
		status int
		want   string
	}{
		{"openai", 403, `{"error":{"message":"say \"why\"","type":"invalid_request_error","param":null,"code":"policy"}}`},
		{"openai", 502, `{"error":{"message":"say \"why\"","type":"server_error","param":null,"code":"policy"}}`},
		{"mistral", 400, `{"object":"error","message":"say \"why\"","type":"invalid_request_error","param":null,"code":"policy"}`},
		{"mistral", 502, `{"object":"error","message":"say \"why\"","type":"internal_server_error","param":null,"code":"policy"}`},
		{"anthropic", 403, `{"type":"error","error":{"type":"permission_error","message":"say \"why\""}}`},
		{"anthropic", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"say \"why\""}}`},
		{"gemini", 403, `{"error":{"code":403,"message":"say \"why\"","status":"PERMISSION_DENIED"}}`},
		{"gemini", 413, `{"error":{"code":413,"message":"say \"why\"","status":"INVALID_ARGUMENT"}}`},
		{"gemini", 502, `{"error":{"code":502,"message":"say \"why\"","status":"UNAVAILABLE"}}`},
		{"ollama", 403, `{"error":"say \"why\""}`},
		{"anthropic", 418, `{"type":"error","error":{"type":"invalid_request_error","message":"say \"why\""}}`},
		{"anthropic", 502, `{"type":"error","error":{"type":"api_error","message":"say \"why\""}}`},
	} {
		f, err := ByName(test.format)
		if err != nil {
			t.Fatal(err)
		}
		if body, kind := f.Error(test.status, "policy", `say "why"`); string(body) != test.want || kind != "application/json" {
			t.Errorf("%s %d: %s %s", test.format, test.status, kind, body)
		}
	}
}

func TestRequestNamesModelAndStream(t *testing.T) {
	q, err := chatRoute(t).Request([]byte(`{"messages":[{"model":"no","stream":true}],"model":"gpt\u002d5","stream":false}`))
	if err != nil || q.Model != "gpt-5" || q.Stream {
		t.Errorf("%+v %v", q, err)
	}
}

// A path names where a span stands and never shows a name that could be somebody's or a secret.
func TestPath(t *testing.T) {
	body := `{"a":1,"messages":[{"role":"user"},{"x":[],"content":[{},{"text":"1"}]},
		{"tool_calls":[{"function":{"arguments":"{\"path\":\"\",\"edits\":[{},{\"new_text\":\"2\",\"k\\u0033y\":[\"3\"]}]}"}}]}],
		"metadata":{"ann@corp.example":{"to":"4"}, "say \"}\"":"5"}}`
	q, err := chatRoute(t).Request([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, sp := range q.Spans {
		got[string(q.Text(sp, nil))] = q.Path(sp)
	}
	for text, want := range map[string]string{
		"user":             "messages[0].role",
		"1":                "messages[1].content[1].text",
		"2":                "messages[2].tool_calls[0].function.arguments.edits[1].new_text",
		"3":                "messages[2].tool_calls[0].function.arguments.edits[1].*[0]",
		"4":                "metadata.*.to",
		"5":                "metadata.*",
		"ann@corp.example": "metadata",
		"metadata":         "",
	} {
		if got[text] != want {
			t.Errorf("the path of %q is %q, want %q", text, got[text], want)
		}
	}
}

func TestKindOf(t *testing.T) {
	for _, test := range []struct {
		want  ToolKind
		names string
	}{
		{ToolCommand, `Bash bash BASH run_terminal_cmd runTerminalCommand execute_command local_shell exec_command
			container.exec computer mcp__box__bash mcp__x__run_command my_shell_tool deployCommand exec_sql powershell`},
		{ToolNetwork, `WebFetch web_search fetch browser_navigate browser.open http_request openUrl curl
			mcp__net__fetch create_pull_request get_https search_web`},
		{ToolEdit, `Edit MultiEdit Write write_file str_replace_editor str_replace_based_edit_tool apply_patch
			replace_in_file create_file NotebookEdit write_to_file editor string_replace diff_edit write_new_file
			update_file append_to_file file_write fs_write hashline_edit`},
		{ToolShow, `attempt_completion ask_question AskUserQuestion ask_followup_question todowrite TodoWrite todo_write update_plan`},
		{ToolOther, `Read Grep frobnicate editor_of_things _x`},
		{ToolMCP, `mcp__files__write_file files__write_file mcp_files_write use_mcp_tool mcp__x__Edit`},
	} {
		for name := range strings.FieldsSeq(test.names) {
			if got := KindOf(name, ""); got != test.want {
				t.Errorf("%s is %s, want %s", name, got, test.want)
			}
		}
	}
	for _, test := range []struct {
		name, key string
		want      ToolKind
	}{
		{"frobnicate", "command", ToolCommand},
		{"frobnicate", "action.script", ToolCommand},
		{"frobnicate", "shellCommand", ToolCommand},
		{"frobnicate", "options.url", ToolNetwork},
		{"frobnicate", "baseUrl.part", ToolNetwork},
		{"frobnicate", "host", ToolNetwork},
		{"frobnicate", "text", ToolOther},
		{"frobnicate", "curly", ToolOther},
		{"str_replace_editor", "command", ToolEdit},
		{"Bash", "description", ToolCommand},
		{"attempt_completion", "result", ToolShow},
		{"attempt_completion", "command", ToolCommand},
	} {
		if got := KindOf(test.name, test.key); got != test.want {
			t.Errorf("%s of %s is %s, want %s", test.key, test.name, got, test.want)
		}
	}
}

// Where no table is, nothing is exempt and nothing comes back.
func TestOpaque(t *testing.T) {
	r := anthropic.Opaque()
	q, err := r.Request([]byte(`{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"KEY"}]}]}`))
	if err != nil || len(q.Spans) != 8 {
		t.Errorf("%d spans, want 8: %v", len(q.Spans), err)
	}
	answer := `{"content":[{"type":"text","text":"KEY_7h2wvd"}]}`
	if got, err := r.Answer([]byte(answer), restoreEdits(testValues)); err != nil || string(got) != answer {
		t.Errorf("%s %v", got, err)
	}
	stream := "event: content_block_delta\ndata: {\"delta\":{\"text\":\"KEY_7h2wvd\"}}\n\n"
	if got := restream(t, r, restoreEdits(testValues), []byte(stream)); string(got) != stream {
		t.Errorf("%s", got)
	}
}
