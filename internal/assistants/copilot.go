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
		return []setting{{path: []string{"http.proxy"}, value: p.connect()}}, nil
	},
	programs: []string{"code", "code-insiders", "codium", "copilot"}, proxied: true,
}
