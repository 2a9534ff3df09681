package assistants

import (
	"errors"
	"fmt"
)

var claudeCode = &Assistant{
	Name: "claude-code", Title: "Claude Code",
	Uncovered: "settings of a project or of an administrator may name another address",
	files:     one(Machine.claude), syntax: &jsonc,
	settings: func(m Machine, p Proxy, doc any) ([]setting, error) {
		// With these it talks to a cloud whose requests are signed over their body, and ignores the address.
		for _, name := range []string{"CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"} {
			inFile, _ := lookup(doc, []string{"env", name})
			if on(m.Getenv(name)) || inFile != nil && on(fmt.Sprint(inFile)) {
				return nil, errors.New("Claude Code is told by " + name + " to use another cloud, whose requests cannot be scrubbed: " +
					"unset it to use Anthropic's own API, and then run this again")
			}
		}
		return addresses(address{path: []string{"env", "ANTHROPIC_BASE_URL"}, provider: "anthropic", ask: "/v1/messages"})(m, p, doc)
	},
}

// on is what Claude Code takes for yes.
func on(value string) bool { return value != "" && value != "0" && value != "false" }
