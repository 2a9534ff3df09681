// Package assistants knows how each assistant is pointed at the proxy: which file holds its settings, in which
// syntax, and what has to stand there.
//
//	assistants.go  the table: an assistant an entry; those that need more have a file of their own
//	machine.go     where settings are kept on each system
//	syntax.go      edits by spans; jsonc.go, yaml.go, toml.go and env.go are the syntaxes
//	setup.go       Setup, Undo and Check
//	record.go      what was done, so that it can be taken back
//	file.go        files are replaced whole, and keep their mode and their link
//	programs.go    the commands that run starts, and what each heeds; what they are handed is in their assistants' files
//	variables.go   the variables that point programs here, and those that keep a proxy of the system's away
//	gateway.go     addresses that stand there already, and are kept
//	cloud.go       services that an assistant can be switched to
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
	// Addresses are the base URLs of providers, by name, and URLs those that they lead to.
	Addresses, URLs map[string]string
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

	// astray says what else counts in a folder and keeps its requests from the proxy: settings that are not ours to write.
	astray func(m Machine, p Proxy, folder string) []string

	// steps are what a person does where no file can be written: settings that are code, or kept in a store
	// of the editor's.
	steps func(Proxy) string
	// unreachable says why it cannot be scrubbed, and what to do instead.
	unreachable string
}

// setting is a value at a place of a settings file.
type setting struct {
	path  []string
	value any // a string or a bool
	// address is the URL within the value, if it is one that requests go to; ask is the path below it.
	address, ask string
	// header is what the request must have besides; fault is what it means that the value is not there.
	header map[string]string
	fault  string
	// replaced is what it means that another value stood there.
	replaced string
	// older is the value of former versions, which holds the token and so needs no header; newer is what is better since.
	older, newer string
}

// address is a setting that names a provider's address.
type address struct {
	path     []string
	provider string
	tail     string // what the assistant expects after the base URL
	ask      string // what it adds itself when it asks
	prefix   string // what stands before the URL in the value
	// variable names an address to the assistant, too; wins says that it counts where both do.
	variable string
	wins     bool
}

// addresses are settings made of those whose provider there is, and of those that name one already. Other providers'
// requests would be refused.
func addresses(list ...address) func(Machine, Proxy, any) ([]setting, error) {
	return func(m Machine, p Proxy, doc any) ([]setting, error) {
		var out []setting
		for _, a := range list {
			to, err := a.now(m, p, doc)
			if err != nil {
				return nil, err
			}
			if to != "" {
				out = append(out, a.setting(to))
			}
		}
		return out, nil
	}
}

// now is what has to stand in an address's place.
func (a address) now(m Machine, p Proxy, doc any) (string, error) {
	stands, where := "", strings.TrimSuffix(strings.Join(a.path, "."), "=")
	if v, ok := lookup(doc, a.path); ok {
		stands = strings.TrimPrefix(strings.TrimSpace(fmt.Sprint(v)), a.prefix)
	}
	if v := m.Getenv(a.variable); v != "" && (stands == "" || a.wins) {
		stands, where = v, "the variable "+a.variable
	}
	return p.instead(stands, where, a)
}

func (a address) setting(to string) setting {
	return setting{path: a.path, value: a.prefix + to, address: to, ask: a.ask}
}

const (
	chat     = "/chat/completions"
	generate = "/models/canary:generateContent"
)

// All are the assistants, in the order in which they are listed.
var All = []*Assistant{
	claudeCode,
	codex,
	geminiCLI,
	openCode.assistant(),
	kiloCode.assistant(),
	qwenCode,
	aider,
	continueDev,
	zed,
	copilot,
	copilotCLI,
	{Name: "cline", Title: "Cline", steps: clineSteps, Uncovered: "Cline's own account, and providers other than these"},
	{Name: "jetbrains", Title: "JetBrains AI Assistant", steps: jetbrainsSteps,
		Uncovered: "models of the JetBrains AI subscription, and Junie: their requests are made by JetBrains' servers"},
	{Name: "codecompanion", Title: "codecompanion.nvim", steps: codecompanionSteps, Uncovered: "its adapters for Copilot and for agents"},
	{Name: "avante", Title: "avante.nvim", steps: avanteSteps, Uncovered: "its providers for Copilot and for agents"},
	{Name: "minuet", Title: "minuet-ai.nvim", steps: minuetSteps, Uncovered: "providers other than these"},
	{Name: "cursor", Title: "Cursor",
		unreachable: cursorUnreachable},
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

const cursorUnreachable = "Cursor's requests are made by Cursor's own servers, which cannot reach this machine, whatever its settings say. " +
	"Install Scrubjay's extension there: it underlines what is sensitive and redacts it before you send it. Its hooks can stop the rest (docs/mcp.md)"
