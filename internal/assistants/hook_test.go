package assistants

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestHooks: whose hook it is, what of it goes to a model, and how it is answered.
func TestHooks(t *testing.T) {
	const claude = `"session_id":"s","transcript_path":"/t/a.jsonl","cwd":"/w"`
	for _, c := range []struct {
		event, told     string
		assistant, text string
		stop            string // "2" for the exit code, "note" where nothing can be stopped, else what the answer says
		pass            string // the answer where nothing is in the way
	}{
		{"UserPromptSubmit", `{` + claude + `,"hook_event_name":"UserPromptSubmit","prompt":"a <b>"}`, "claude-code", `{"prompt":"a <b>"}`, "2", ""},
		{"PreToolUse", `{` + claude + `,"tool_name":"Bash","tool_input":{"command":"ls"}}`, "claude-code", `{"tool_input":{"command":"ls"}}`, "2", ""},
		{"PostToolUse", `{` + claude + `,"tool_name":"Bash","tool_input":{"command":"ls"},"tool_response":["x"]}`, "claude-code", `{"tool_response":["x"]}`, "2", ""},
		{"UserPromptSubmit", `{` + claude + `,"turn_id":"1","model":"m","prompt":"a"}`, "codex", `{"prompt":"a"}`, "2", ""},
		{"PreToolUse", `{"generation_id":"g","conversation_id":"c","user_email":"me","tool_input":{"a":1}}`, "cursor", `{"tool_input":{"a":1}}`, "2", ""},
		{"BeforeAgent", `{` + claude + `,"prompt":"a"}`, "gemini-cli", `{"prompt":"a"}`, "2", ""},
		{"BeforeModel", `{` + claude + `,"llm_request":{"messages":[]}}`, "gemini-cli", `{"llm_request":{"messages":[]}}`, "2", ""},
		{"BeforeTool", `{` + claude + `,"tool_input":{}}`, "gemini-cli", `{"tool_input":{}}`, "2", ""},
		{"AfterTool", `{` + claude + `,"tool_input":{},"tool_response":{"llmContent":"x"}}`, "gemini-cli", `{"tool_response":{"llmContent":"x"}}`, "2", ""},
		{"beforeSubmitPrompt", `{"hook_event_name":"beforeSubmitPrompt","prompt":"a","attachments":[]}`, "cursor", `{"prompt":"a"}`, `"continue":false`, `{"continue":true}`},
		{"beforeReadFile", `{"content":"a","file_path":"/w/a"}`, "cursor", `{"content":"a"}`, `"permission":"deny"`, `{"permission":"allow"}`},
		{"beforeTabFileRead", `{"content":"a","file_path":"/w/a"}`, "cursor", `{"content":"a"}`, `"permission":"deny"`, `{"permission":"allow"}`},
		// Allowing it here would take the question from the person.
		{"beforeShellExecution", `{"command":"a","cwd":"/w"}`, "cursor", `{"command":"a"}`, `"permission":"deny"`, `{}`},
		{"beforeMCPExecution", `{"tool_name":"t","tool_input":"{\"a\":1}"}`, "cursor", `{"tool_input":"{\"a\":1}"}`, `"permission":"deny"`, `{}`},
		{"afterFileEdit", `{"file_path":"/w/a","edits":[{"old_string":"a"}]}`, "cursor", `{"edits":[{"old_string":"a"}]}`, "note", ""},
		{"afterShellExecution", `{"command":"a","output":"b"}`, "cursor", `{"output":"b"}`, "note", ""},
		{"afterMCPExecution", `{"tool_input":"a","result_json":"b"}`, "cursor", `{"result_json":"b"}`, "note", ""},
	} {
		h, err := ReadHook(c.event, []byte(c.told))
		var text, want any
		if json.Unmarshal(h.Text, &text) != nil || json.Unmarshal([]byte(c.text), &want) != nil {
			t.Fatalf("%s: %v, %s", c.event, err, h.Text)
		}
		if got, _ := json.Marshal(text); err != nil || h.Assistant() != c.assistant || string(got) != string(must(json.Marshal(want))) {
			t.Errorf("%s of %s, %v: %s", c.event, h.Assistant(), err, h.Text)
		}
		if out, problem, code := h.Answer(""); strings.TrimSpace(out) != c.pass || problem != "" || code != 0 {
			t.Errorf("%s passes with %q, %q, %d", c.event, out, problem, code)
		}
		const why = `a "reason"`
		out, problem, code := h.Answer(why)
		switch c.stop {
		case "2":
			if out != "" || problem != why || code != 2 {
				t.Errorf("%s stops with %q, %q, %d", c.event, out, problem, code)
			}
		case "note":
			if out != "" || problem != why || code != 0 {
				t.Errorf("%s notes %q, %q, %d", c.event, out, problem, code)
			}
		default:
			if !strings.Contains(out, c.stop) || !strings.Contains(out, `"user_message":"a \"reason\""`) || !json.Valid([]byte(out)) || problem != "" || code != 0 {
				t.Errorf("%s stops with %q, %q, %d", c.event, out, problem, code)
			}
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestHookNotUnderstood: what cannot be read is stopped where it can be, and never quoted.
func TestHookNotUnderstood(t *testing.T) {
	for event, told := range map[string]string{
		"UserPromptSubmit":   `{"prompt":"a value`,
		"PreToolUse":         `{"hook_event_name":"UserPromptSubmit","tool_input":"a value"}`,
		"BeforeAgent":        `["a value"]`,
		"PostToolUse":        `{"result":"a value"}`,
		"beforeSubmitPrompt": `a value`,
		"beforeReadFile":     ``,
		"Stop":               `{"prompt":"a value"}`,
	} {
		h, err := ReadHook(event, []byte(told))
		if err == nil || strings.Contains(err.Error(), "a value") {
			t.Fatalf("%s: %v", event, err)
		}
		if out, _, code := h.Answer(err.Error()); code != 2 && !strings.Contains(out, "false") && !strings.Contains(out, "deny") {
			t.Errorf("%s is answered %q, %d", event, out, code)
		}
	}
}

// TestHookScrubbed: whose requests go through the proxy.
func TestHookScrubbed(t *testing.T) {
	p := Proxy{Listen: "127.0.0.1:7425"}
	for _, c := range []struct {
		event, told, variable, value string
		setUp, want                  bool
	}{
		{"UserPromptSubmit", `{"prompt":""}`, "ANTHROPIC_BASE_URL", "http://127.0.0.1:7425/t/x/anthropic", false, true},
		{"UserPromptSubmit", `{"prompt":""}`, "ANTHROPIC_BASE_URL", "http://localhost:7425/anthropic", false, true},
		{"UserPromptSubmit", `{"prompt":""}`, "ANTHROPIC_BASE_URL", "https://api.anthropic.com", true, false},
		{"UserPromptSubmit", `{"prompt":""}`, "ANTHROPIC_BASE_URL", "http://127.0.0.1:74255/", true, false},
		{"UserPromptSubmit", `{"prompt":""}`, "ANTHROPIC_BASE_URL", "http://127.0.0.1:7425@evil.example/", false, false},
		// It is Claude Code that puts its settings into the environment: without the variable they do not hold.
		{"UserPromptSubmit", `{"prompt":""}`, "", "", true, false},
		{"UserPromptSubmit", `{"prompt":"","turn_id":"1"}`, "OPENAI_BASE_URL", "http://127.0.0.1:7425/t/x/openai/v1", false, false},
		{"UserPromptSubmit", `{"prompt":"","turn_id":"1"}`, RunVariable, "codex", false, true},
		{"UserPromptSubmit", `{"prompt":"","turn_id":"1"}`, "", "", true, true},
		{"UserPromptSubmit", `{"prompt":"","generation_id":"1"}`, "ANTHROPIC_BASE_URL", "http://127.0.0.1:7425/", true, false},
		{"BeforeAgent", `{"prompt":""}`, "GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:7425/t/x/gemini", false, true},
		{"BeforeAgent", `{"prompt":""}`, "ANTHROPIC_BASE_URL", "http://127.0.0.1:7425/t/x/gemini", false, false},
		{"beforeSubmitPrompt", `{"prompt":""}`, "ANTHROPIC_BASE_URL", "http://127.0.0.1:7425/", true, false},
	} {
		h, err := ReadHook(c.event, []byte(c.told))
		if err != nil {
			t.Fatal(err)
		}
		getenv := func(name string) string { return map[string]string{c.variable: c.value}[name] }
		if got := h.Scrubbed(getenv, p, c.setUp); got != c.want {
			t.Errorf("%s of %s with %s=%s, set up %v: %v", c.event, h.Assistant(), c.variable, c.value, c.setUp, got)
		}
	}
}
