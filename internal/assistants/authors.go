package assistants

import (
	"slices"
	"strings"
)

// Assistants that commit say so: in the environment of what they run, and in the commits that they write.

// inShell are the variables that assistants set in what they run.
var inShell = []struct{ variable, assistant string }{
	{"CLAUDECODE", "claude-code"},
	{"GEMINI_CLI", "gemini-cli"},
	{"CODEX_SANDBOX", "codex"},
	{"CODEX_SANDBOX_NETWORK_DISABLED", "codex"},
	{"CURSOR_AGENT", "cursor"},
	{"OPENCODE", "opencode"},
	{"CLINE_ACTIVE", "cline"},
	{"GOOSE_TERMINAL", "goose"},
}

// Running names the assistant that runs this program, if one does and says so.
func Running(getenv func(string) string) string {
	for _, s := range inShell {
		if getenv(s.variable) != "" {
			return s.assistant
		}
	}
	return ""
}

// signatures are what assistants call themselves as authors, in the address or the name.
var signatures = []struct{ has, assistant string }{
	{"noreply@anthropic.com", "claude-code"},
	{"claude[bot]", "claude-code"},
	{"+copilot@users.noreply.github.com", "copilot"},
	{"copilot-swe-agent[bot]", "copilot"},
	{"cursoragent@cursor.com", "cursor"},
	{"noreply@openai.com", "codex"},
	{"codex@openai.com", "codex"},
	{"gemini-code-assist[bot]", "gemini-cli"},
	{"google-labs-jules[bot]", "jules"},
	{"noreply@opencode.ai", "opencode"},
	{"aider.chat", "aider"},
	{"(aider)", "aider"},
	{"devin-ai-integration[bot]", "devin"},
	{"amp@ampcode.com", "amp"},
}

// saidBy are the trailers by which people say that an assistant had a part in a change, whoever it was.
var saidBy = []string{"assisted-by", "generated-by"}

// Author names the assistant that a commit's people or trailers name, if they do.
func Author(people []string, trailers []string) string {
	for _, t := range trailers {
		name, value, _ := strings.Cut(t, ":")
		switch name = strings.ToLower(strings.TrimSpace(name)); {
		case name == "co-authored-by":
			people = append(people, value)
		case slices.Contains(saidBy, name) && strings.TrimSpace(value) != "":
			if known := signed(value); known != "" {
				return known
			}
			return strings.TrimSpace(value)
		}
	}
	for _, p := range people {
		if known := signed(p); known != "" {
			return known
		}
	}
	return ""
}

func signed(person string) string {
	person = strings.ToLower(person)
	for _, s := range signatures {
		if strings.Contains(person, s.has) {
			return s.assistant
		}
	}
	return ""
}
