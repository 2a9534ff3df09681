package assistants

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A hook is a program that an assistant runs before or after something it does. It is told of that as JSON, and may stop
// it. This file is how assistants tell, and how they want to be answered; whether to stop them is for others to say.
// The protocols are those that their makers describe.

// dialect is how an assistant speaks with its hooks.
type dialect struct {
	// name is the assistant's; member is one that only its JSON has, where another's events have the same names.
	name, member string
	events       []event
	// variable holds the address that the assistant sends its requests to. Without one no variable tells.
	variable string
	// started is what RunVariable says where the assistant was given the address by arguments.
	started string
}

// event is a thing that a hook is told of.
type event struct {
	name string
	// texts are the members that go to a model, or come from one.
	texts []string
	// answer says it, to standard output or by the exit code.
	answer answer
}

type answer uint8

const (
	byCode  answer = iota // exit code 2, and why on standard error
	rewrite               // the same, or what the model is to read instead
	decide                // {"permissionDecision": "deny"}, or nothing
	goOn                  // {"continue": false}
	permit                // {"permission": "deny"}, or "allow"
	deny                  // {"permission": "deny"}, or nothing, so that the person is asked as ever
	tooLate               // it has happened, and nobody reads the answer
)

// RunVariable is set, to the program's name, by scrubjay run for what heeds arguments alone.
const RunVariable = "SCRUBJAY_RUN"

var byExitCode = []event{
	{"UserPromptSubmit", []string{"prompt"}, byCode},
	{"PreToolUse", []string{"tool_input"}, byCode},
	{"PostToolUse", []string{"tool_response"}, byCode},
}

// claudeEvents are Claude Code's. What a tool said can be rewritten; that one failed cannot be kept from the model.
var claudeEvents = []event{
	{"UserPromptSubmit", []string{"prompt"}, byCode},
	{"UserPromptExpansion", []string{"prompt", "command_args"}, byCode},
	{"PreToolUse", []string{"tool_input"}, byCode},
	{"PostToolUse", []string{"tool_response"}, rewrite},
	{"PostToolUseFailure", []string{"error"}, tooLate},
}

// dialects, those that are known by a member before those that are not. An event is of the first that it fits.
var dialects = []dialect{
	{name: "codex", member: "turn_id", events: byExitCode, started: "codex"},
	// Cursor runs the hooks that are set for Claude Code, too.
	{name: "cursor", member: "generation_id", events: byExitCode},
	{name: "claude-code", events: claudeEvents, variable: "ANTHROPIC_BASE_URL"},
	{name: "gemini-cli", variable: "GOOGLE_GEMINI_BASE_URL", events: []event{
		{"BeforeAgent", []string{"prompt"}, byCode},
		{"BeforeModel", []string{"llm_request"}, byCode},
		{"BeforeTool", []string{"tool_input"}, byCode},
		{"AfterTool", []string{"tool_response"}, byCode},
	}},
	{name: "cursor", events: []event{
		{"beforeSubmitPrompt", []string{"prompt"}, goOn},
		{"beforeReadFile", []string{"content"}, permit},
		{"beforeTabFileRead", []string{"content"}, permit},
		{"beforeShellExecution", []string{"command"}, deny},
		{"beforeMCPExecution", []string{"tool_input"}, deny},
		{"afterFileEdit", []string{"edits"}, tooLate},
		{"afterShellExecution", []string{"output"}, tooLate},
		{"afterMCPExecution", []string{"result_json"}, tooLate},
	}},
	// GitHub Copilot CLI. What a person has typed, and what a tool has said, it does not let a hook stop.
	{name: "copilot-cli", events: []event{
		{"userPromptSubmitted", []string{"prompt"}, tooLate},
		{"preToolUse", []string{"toolArgs"}, decide},
		{"postToolUse", []string{"toolResult"}, tooLate},
	}},
}

// Hook is what a hook is told.
type Hook struct {
	Event string
	// Text is JSON of what goes to a model, or comes from one.
	Text []byte
	// Files are those whose contents go to a model, too: what a tool is to read, or a person has attached.
	Files []string

	dialect dialect
	event   event
}

// ReadHook reads what a hook that is set for an event is told. Its error is for [Hook.Answer], too: where the event can
// be stopped, it is.
func ReadHook(name string, told []byte) (Hook, error) {
	var members map[string]json.RawMessage
	unread := json.Unmarshal(told, &members)
	h := Hook{Event: name}
	for _, d := range dialects {
		i := slices.IndexFunc(d.events, func(e event) bool { return e.name == name })
		if _, has := members[d.member]; i >= 0 && (has || d.member == "") {
			h.dialect, h.event = d, d.events[i]
			break
		}
	}
	if h.dialect.name == "" {
		return h, fmt.Errorf("no assistant's hook that could be judged is called %q: it is one of %s", name, strings.Join(Events(), ", "))
	}
	if unread != nil {
		return h, fmt.Errorf("what %s told its hook is no JSON object", h.dialect.name)
	}
	var says string
	if raw, ok := members["hook_event_name"]; ok && (json.Unmarshal(raw, &says) != nil || says != name) {
		return h, fmt.Errorf("the hook is set for %s, and was told of another event: name the same in the settings of %s", name, h.dialect.name)
	}
	texts := map[string]json.RawMessage{}
	for _, m := range h.event.texts {
		if raw, ok := members[m]; ok {
			texts[m] = raw
		}
	}
	if h.event.answer != rewrite && h.event.answer != tooLate { // after a tool has read, what it said is what goes to a model
		h.Files = filesOf(members)
	}
	if len(texts) == 0 {
		return h, fmt.Errorf("%s told its hook nothing of %s: this version of it speaks otherwise", h.dialect.name, strings.Join(h.event.texts, ", "))
	}
	// A raw value is compacted, and otherwise stays as it is.
	var err error
	h.Text, err = json.Marshal(texts)
	return h, err
}

// readers are the tools that hand a file to a model, as assistants call them.
var readers = []string{"Read", "NotebookRead", "read_file", "view", "read"}

// filesOf are the files that a hook is told of by their paths alone.
func filesOf(members map[string]json.RawMessage) (files []string) {
	text := func(raw json.RawMessage, into any) bool { return json.Unmarshal(raw, into) == nil }
	add := func(paths ...string) {
		for _, p := range paths {
			if p != "" && !slices.Contains(files, p) {
				files = append(files, p)
			}
		}
	}
	var tool struct{ A, B string }
	_, _ = text(members["tool_name"], &tool.A), text(members["toolName"], &tool.B) // at most one is there
	if slices.Contains(readers, tool.A+tool.B) {
		var in struct {
			FilePath     string `json:"file_path"`
			NotebookPath string `json:"notebook_path"`
			AbsolutePath string `json:"absolute_path"`
			Path         string `json:"path"`
		}
		args := members["tool_input"]
		var within string
		if text(members["toolArgs"], &within) { // JSON in a string
			args = json.RawMessage(within)
		} else if members["toolArgs"] != nil {
			args = members["toolArgs"]
		}
		if text(args, &in) {
			add(in.FilePath, in.NotebookPath, in.AbsolutePath, in.Path)
		}
	}
	var attached []struct {
		FilePath string `json:"file_path"`
	}
	if text(members["attachments"], &attached) {
		for _, a := range attached {
			add(a.FilePath)
		}
	}
	return files
}

// With is what a hook is told, and the contents of one of its files.
func (h Hook) With(contents []byte) (Hook, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(h.Text, &members); err != nil {
		return h, err
	}
	text, err := json.Marshal(string(contents))
	if err != nil {
		return h, err
	}
	name := "file"
	for n := 2; members[name] != nil; n++ {
		name = fmt.Sprint("file", n)
	}
	members[name] = text
	h.Text, err = json.Marshal(members)
	return h, err
}

// Rewrites tells whether the assistant takes another text in the place of what its hook is told.
func (h Hook) Rewrites() bool { return h.event.answer == rewrite }

// Rewrite is how to have the model read a document instead of what the hook was told. It is false if the assistant would
// not take it: it wants values of the same kinds in the same places, and otherwise goes on with what it has.
func (h Hook) Rewrite(document []byte) (out string, ok bool) {
	var was, is map[string]any
	if json.Unmarshal(h.Text, &was) != nil || json.Unmarshal(document, &is) != nil || !sameKinds(was, is) {
		return "", false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(document, &members) != nil {
		return "", false
	}
	text, err := json.Marshal(map[string]any{"hookSpecificOutput": map[string]any{"hookEventName": h.Event, "updatedToolOutput": members[h.event.texts[0]]}})
	return string(text) + "\n", err == nil
}

// sameKinds tells whether two documents have values of the same kinds in the same places.
func sameKinds(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name := range a {
			if other, ok := b[name]; !ok || !sameKinds(a[name], other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameKinds(a[i], b[i]) {
				return false
			}
		}
		return true
	case string:
		_, ok := b.(string)
		return ok
	}
	return a == b
}

// Events are the names that hooks can be set for.
func Events() []string {
	var names []string
	for _, d := range dialects {
		for _, e := range d.events {
			if !slices.Contains(names, e.name) {
				names = append(names, e.name)
			}
		}
	}
	return names
}

// Assistant is whose hook it is.
func (h Hook) Assistant() string { return h.dialect.name }

// Scrubbed tells whether the assistant's requests go through the proxy, as far as a hook can see: by the variable that
// holds their address, by how it was started, or by its settings, if setUp says so.
func (h Hook) Scrubbed(getenv func(string) string, p Proxy, setUp bool) bool {
	d := h.dialect
	if d.started != "" {
		return setUp || getenv(RunVariable) == d.started
	}
	if d.variable == "" {
		return false
	}
	u, err := url.Parse(getenv(d.variable))
	if err != nil || u.Host == "" {
		return false
	}
	_, port, _ := strings.Cut(p.Listen, ":")
	return u.Host == p.Listen || u.Host == "localhost:"+port
}

// Answer is how to tell the assistant that nothing is in the way, or why it has to stop. What cannot be stopped any more
// is only told.
func (h Hook) Answer(why string) (out, problem string, code int) {
	stop := why != ""
	say := func(members map[string]any) string {
		if stop {
			// The names of older versions, and of newer ones.
			for _, name := range []string{"user_message", "userMessage"} {
				members[name] = why
			}
		}
		text, _ := json.Marshal(members) // of strings and a bool
		return string(text) + "\n"
	}
	switch h.event.answer {
	case goOn:
		return say(map[string]any{"continue": !stop}), "", 0
	case permit, deny:
		switch {
		case stop:
			return say(map[string]any{"permission": "deny", "agent_message": why, "agentMessage": why}), "", 0
		case h.event.answer == permit:
			return say(map[string]any{"permission": "allow"}), "", 0
		}
		return say(map[string]any{}), "", 0
	case tooLate:
		return "", why, 0
	case decide:
		if !stop {
			return "", "", 0
		}
		text, _ := json.Marshal(map[string]any{"permissionDecision": "deny", "permissionDecisionReason": why}) // of strings
		return string(text) + "\n", "", 0
	}
	if stop {
		return "", why, 2
	}
	return "", "", 0
}
