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

// dialects, those that are known by a member before those that are not. An event is of the first that it fits.
var dialects = []dialect{
	{name: "codex", member: "turn_id", events: byExitCode, started: "codex"},
	// Cursor runs the hooks that are set for Claude Code, too.
	{name: "cursor", member: "generation_id", events: byExitCode},
	{name: "claude-code", events: byExitCode, variable: "ANTHROPIC_BASE_URL"},
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
}

// Hook is what a hook is told.
type Hook struct {
	Event string
	// Text is JSON of what goes to a model, or comes from one.
	Text []byte

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
	if len(texts) == 0 {
		return h, fmt.Errorf("%s told its hook nothing of %s: this version of it speaks otherwise", h.dialect.name, strings.Join(h.event.texts, ", "))
	}
	// A raw value is compacted, and otherwise stays as it is.
	var err error
	h.Text, err = json.Marshal(texts)
	return h, err
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
	}
	if stop {
		return "", why, 2
	}
	return "", "", 0
}
