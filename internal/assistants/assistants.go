// Package assistants knows how each assistant is pointed at the proxy: which file holds its settings, in which
// syntax, and what has to stand there.
//
//	assistants.go  the table: an assistant an entry; those that need more have a file of their own
//	machine.go     where settings are kept on each system
//	syntax.go      edits by spans; jsonc.go, yaml.go, toml.go and env.go are the syntaxes
//	setup.go       Setup, Undo and Check
//	record.go      what was done, so that it can be taken back
//	file.go        files are replaced whole, and keep their mode and their link
//	hook.go        what their hooks are told, and how those answer
//	canary.go      a made-up request as an assistant would send it, for doctor
//
// What holds: only our own values are written; every other byte, comment and order stays, and what is about to be
// written is parsed first and compared with what was meant. A file that cannot be understood is not touched. Undo
// is byte for byte if nobody changed the file since; otherwise our values alone are taken out, and what stood there
// before is put back. The record holds the former file, which may hold keys: it lies in the state directory, 0600,
// until it is taken back.
package assistants

import (
	"fmt"
	"slices"
	"strings"
)

// Proxy is where assistants are pointed.
type Proxy struct {
	// Listen is host and port.
	Listen string
	Token  string
	// Addresses are the base URLs of providers, by name.
	Addresses map[string]string
	// Authority is the certificate of the authority that vouches for intercepted hosts, or nothing if there is none.
	Authority string
}

// connect is the address as a proxy for CONNECT.
func (p Proxy) connect() string { return "http://" + p.Token + "@" + p.Listen }

// Assistant is one program that sends text to a model.
type Assistant struct {
	// Name is what the command line calls it, Title what its makers do.
	Name, Title string
	// Uncovered says what of it does not go through the proxy even so.
	Uncovered string

	// files are where its settings may be; the first that exists is taken, else the first.
	files  func(Machine) []string
	syntax *syntax
	// settings are what has to stand there. They are told what the file holds now.
	settings func(m Machine, p Proxy, doc any) ([]setting, error)

	// steps are what a person does where no file can be written: settings that are code, or kept in a store
	// of the editor's.
	steps func(Proxy) string
	// unreachable says why it cannot be scrubbed, and what to do instead.
	unreachable string

	// programs are commands that run starts it by; arguments are what they need besides the variables that every
	// command is given. Those that are proxied need to be told of the proxy itself, and of its certificate.
	programs  []string
	arguments func(Proxy) []string
	proxied   bool
}

// setting is a value at a place of a settings file.
type setting struct {
	path  []string
	value any // a string or a bool
	// address is the URL within the value, if it is one that requests go to; ask is the path below it.
	address, ask string
}

// address is a setting that names a provider's address.
type address struct {
	path     []string
	provider string
	tail     string // what the assistant expects after the base URL
	ask      string // what it adds itself when it asks
	prefix   string // what stands before the URL in the value
}

// addresses are settings made of those whose provider there is. Other providers' requests would be refused.
func addresses(list ...address) func(Machine, Proxy, any) ([]setting, error) {
	return func(_ Machine, p Proxy, _ any) ([]setting, error) {
		var out []setting
		for _, a := range list {
			if base, ok := p.Addresses[a.provider]; ok {
				out = append(out, a.setting(base))
			}
		}
		return out, nil
	}
}

func (a address) setting(base string) setting {
	return setting{path: a.path, value: a.prefix + base + a.tail, address: base + a.tail, ask: a.ask}
}

const (
	chat     = "/chat/completions"
	generate = "/models/canary:generateContent"
)

// All are the assistants, in the order in which they are listed.
var All = []*Assistant{
	claudeCode,
	codex,
	{
		Name: "gemini-cli", Title: "Gemini CLI",
		Uncovered: "a .env file of a project hides this one; a sign-in with Google goes to another service, so use an API key",
		files:     one(Machine.gemini), syntax: &envFile,
		settings: addresses(address{path: []string{"GOOGLE_GEMINI_BASE_URL"}, provider: "gemini", ask: "/v1beta" + generate}),
	},
	{
		Name: "opencode", Title: "opencode",
		Uncovered: "opencode's own models (Zen, Go), and providers other than these; an opencode.json of a project may name other addresses",
		files:     Machine.opencode, syntax: &jsonc,
		settings: addresses(
			address{path: []string{"provider", "anthropic", "options", "baseURL"}, provider: "anthropic", tail: "/v1", ask: "/messages"},
			address{path: []string{"provider", "openai", "options", "baseURL"}, provider: "openai", tail: "/v1", ask: "/responses"},
			address{path: []string{"provider", "google", "options", "baseURL"}, provider: "gemini", tail: "/v1beta", ask: generate},
			address{path: []string{"provider", "mistral", "options", "baseURL"}, provider: "mistral", tail: "/v1", ask: chat},
		),
	},
	{
		Name: "aider", Title: "aider",
		Uncovered: "Gemini and other providers' models; an .aider.conf.yml of a repository may name other addresses",
		files:     one(Machine.aider), syntax: &yamlFile,
		settings: addresses(
			address{path: []string{"openai-api-base"}, provider: "openai", tail: "/v1", ask: chat},
			address{path: []string{"set-env", "ANTHROPIC_API_BASE="}, prefix: "ANTHROPIC_API_BASE=", provider: "anthropic", ask: "/v1/messages"},
			address{path: []string{"set-env", "MISTRAL_API_BASE="}, prefix: "MISTRAL_API_BASE=", provider: "mistral", tail: "/v1", ask: chat},
			address{path: []string{"set-env", "OLLAMA_API_BASE="}, prefix: "OLLAMA_API_BASE=", provider: "ollama", ask: "/api/chat"},
		),
	},
	continueDev,
	{
		Name: "zed", Title: "Zed",
		Uncovered: "models and edit predictions that zed.dev hosts; external agents have settings of their own",
		files:     one(Machine.zed), syntax: &jsonc,
		settings: addresses(
			address{path: []string{"language_models", "anthropic", "api_url"}, provider: "anthropic", ask: "/v1/messages"},
			address{path: []string{"language_models", "openai", "api_url"}, provider: "openai", tail: "/v1", ask: chat},
			address{path: []string{"language_models", "google", "api_url"}, provider: "gemini", ask: "/v1beta" + generate},
			address{path: []string{"language_models", "mistral", "api_url"}, provider: "mistral", tail: "/v1", ask: chat},
			address{path: []string{"language_models", "ollama", "api_url"}, provider: "ollama", ask: "/api/chat"},
		),
	},
	copilot,
	{Name: "cline", Title: "Cline", steps: clineSteps, Uncovered: "Cline's own account, and providers other than these"},
	{Name: "jetbrains", Title: "JetBrains AI Assistant", steps: jetbrainsSteps,
		Uncovered: "models of the JetBrains AI subscription, and Junie: their requests are made by JetBrains' servers"},
	{Name: "codecompanion", Title: "codecompanion.nvim", steps: codecompanionSteps, Uncovered: "its adapters for Copilot and for agents"},
	{Name: "avante", Title: "avante.nvim", steps: avanteSteps, Uncovered: "its providers for Copilot and for agents"},
	{Name: "minuet", Title: "minuet-ai.nvim", steps: minuetSteps, Uncovered: "providers other than these"},
	{Name: "cursor", Title: "Cursor",
		unreachable: "Cursor's requests are made by Cursor's own servers, which cannot reach this machine, whatever its settings say. " +
			"Install Scrubjay's extension there: it underlines what is sensitive and redacts it before you send it. Its hooks can stop the rest (docs/mcp.md)"},
	{Name: "copilot-jetbrains", Title: "GitHub Copilot in JetBrains IDEs",
		unreachable: "its language server does not send its requests through a proxy that it is given. " +
			"Use an assistant with an address of its own (scrubjay setup jetbrains), or Copilot in VS Code (scrubjay setup copilot)"},
}

// Named finds an assistant.
func Named(name string) (*Assistant, error) {
	i := slices.IndexFunc(All, func(a *Assistant) bool { return a.Name == name })
	if i < 0 {
		var names []string
		for _, a := range All {
			names = append(names, a.Name)
		}
		return nil, fmt.Errorf("no assistant is called %q: it is one of %s; docs/assistants.md says how others are pointed at the proxy", name, strings.Join(names, ", "))
	}
	return All[i], nil
}

// Started is what a command needs besides the variables that every command is given: arguments before its own, and
// whether it has to be told of the proxy itself. Most need nothing.
func Started(program string, p Proxy) (arguments []string, proxied bool) {
	for _, a := range All {
		if !slices.Contains(a.programs, program) {
			continue
		}
		if a.arguments != nil {
			arguments = append(arguments, a.arguments(p)...)
		}
		proxied = proxied || a.proxied
	}
	return arguments, proxied
}
