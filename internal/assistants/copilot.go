package assistants

import "errors"

// Copilot has no address to set: VS Code sends everything through the proxy by CONNECT, which opens what goes to
// Copilot's hosts and nothing else. For that VS Code has to trust this machine's own authority.
var copilot = &Assistant{
	Name: "copilot", Title: "GitHub Copilot in VS Code",
	Uncovered: "VS Code trusts the authority only if it is started with it: scrubjay run -- code, while no other window is open",
	files:     one(Machine.code), syntax: &jsonc,
	settings: func(_ Machine, p Proxy, _ any) ([]setting, error) {
		if p.Authority == "" {
			return nil, errors.New("the proxy has no authority for Copilot's hosts: start the daemon once with scrubjay serve, which makes it if it can; " +
				"until then use Copilot Chat with a model of your own (Chat: Manage Language Models, Custom Endpoint) and the address that scrubjay env prints")
		}
		return []setting{{path: []string{"http.proxy"}, value: p.connect(), replaced: proxyReplaced}}, nil
	},
}

const proxyReplaced = "if requests must leave by that one, start scrubjay serve with HTTPS_PROXY set to it; undo puts it back"

// copilotCLI goes the same way. With a model of one's own it asks the address that a variable names, which no file holds.
var copilotCLI = &Assistant{
	Name: "copilot-cli", Title: "GitHub Copilot CLI",
	Uncovered: "it trusts the authority only if it is started by scrubjay run -- copilot, which also brings a model of your own here (COPILOT_PROVIDER_BASE_URL); " +
		"a variable HTTPS_PROXY counts more than its settings",
	files: one(Machine.copilotCLI), syntax: &jsonc,
	settings: func(m Machine, p Proxy, doc any) ([]setting, error) {
		if p.Authority == "" {
			return nil, errors.New("the proxy has no authority for Copilot's hosts: start the daemon once with scrubjay serve, which makes it if it can")
		}
		return []setting{{path: []string{"proxyUrl"}, value: p.connect(), replaced: proxyReplaced}}, nil
	},
	astray: func(m Machine, p Proxy, _ string) (wrong []string) {
		if v := m.Getenv(copilotVariable); v != "" && !p.here(v) {
			wrong = append(wrong, "the variable "+copilotVariable+" names another address, which it asks past the proxy unless scrubjay run starts it")
		}
		return wrong
	},
}

const copilotVariable = "COPILOT_PROVIDER_BASE_URL"

// startCopilot keeps the address of a model of one's own, which would be no host that is intercepted.
func startCopilot(l Launch, s *Start) error {
	stands := l.Getenv(copilotVariable)
	if stands == "" {
		return nil
	}
	of := address{provider: "openai", tail: "/v1"}
	if l.Getenv("COPILOT_PROVIDER_TYPE") == "anthropic" {
		of = address{provider: "anthropic"}
	}
	to, err := l.instead(stands, copilotVariable, of)
	if to != "" {
		s.Variables[copilotVariable] = to
	}
	return err
}
