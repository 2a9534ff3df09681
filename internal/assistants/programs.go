package assistants

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// program is a command that run knows: what it heeds, and how it is brought here.
type program struct {
	names []string
	// packages are those that launchers such as npx start it by.
	packages []string
	// heeds are the variables that it takes an address from.
	heeds []string
	// files are where it finds variables that it is not started with.
	files func(Launch) func(string) string
	// start gives it what variables cannot, or says why it would go round the proxy.
	start func(Launch, *Start) error
	// proxied programs are told of the proxy itself, and of its certificate.
	proxied bool
	// deaf programs send everything through the system's proxy, whatever NO_PROXY says.
	deaf bool
	// refused says why it cannot be brought here.
	refused string
}

// programs are all that run knows. Others are given the variables, which SDKs heed.
var programs = []program{
	{names: []string{"claude"}, packages: []string{"@anthropic-ai/claude-code"}, start: startClaude},
	{names: []string{"codex"}, packages: []string{"@openai/codex"}, start: startCodex},
	{names: []string{"gemini"}, packages: []string{"@google/gemini-cli"}, heeds: []string{"GOOGLE_GEMINI_BASE_URL"}, files: geminiFiles, start: startGemini},
	{names: []string{"opencode"}, packages: []string{"opencode-ai"}, start: openCode.start},
	{names: []string{"kilo", "kilocode"}, packages: []string{"@kilocode/cli"}, start: kiloCode.start},
	{names: []string{"qwen"}, packages: []string{"@qwen-code/qwen-code"}, deaf: true, files: qwenFiles, start: startQwen,
		heeds: []string{"OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL"}},
	{names: []string{"cn"}, packages: []string{"@continuedev/cli"}, heeds: []string{"GOOGLE_GEMINI_BASE_URL"}, start: startContinue},
	{names: []string{"aider"}, packages: []string{"aider-chat"}, start: startAider,
		heeds: []string{"OPENAI_API_BASE", "OPENAI_BASE_URL", "ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL", "MISTRAL_API_BASE", "OLLAMA_API_BASE"}},
	{names: []string{"copilot"}, packages: []string{"@github/copilot"}, start: startCopilot, proxied: true},
	{names: []string{"code", "code-insiders", "codium"}, proxied: true},
	{names: []string{"zed", "zeditor"}, start: startZed},
	{names: []string{"cursor", "cursor-agent"}, refused: cursorUnreachable},
}

// Programs are the commands that run knows.
func Programs() (names []string) {
	for _, p := range programs {
		names = append(names, p.names...)
	}
	return names
}

// Launch is what is known where a program is started.
type Launch struct {
	Machine
	Proxy
	// Folder is where it is started.
	Folder string
	// Keep writes a file that only this person can read, which lasts as long as the program.
	Keep func(name string, text []byte) (string, error)
}

// Start is a command, and what it is given so that its requests go through the proxy.
type Start struct {
	Args []string
	// Variables are set for it.
	Variables map[string]string
	// Proxied says that it needs the proxy itself and its certificate besides.
	Proxied bool
	// Notes are for the person, before it starts.
	Notes []string

	handed, own []string
}

// hand gives it arguments, which stand before its own.
func (s *Start) hand(arguments ...string) { s.handed = append(s.handed, arguments...) }

// Start prepares a command.
func (l Launch) Start(command []string) (Start, error) {
	at, prog := known(command)
	s := Start{Variables: map[string]string{}, own: slices.Clone(command[at+1:])}
	get, heeds := l.Getenv, func(string) bool { return true }
	if prog != nil {
		heeds = func(name string) bool { return slices.Contains(prog.heeds, name) }
		if prog.files != nil {
			get = both(l.Getenv, prog.files(l))
		}
	}
	set, kept := l.Variables(get)
	maps.Copy(s.Variables, set)
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		if heeds(name) {
			return s, kept[name]
		}
	}
	s.Variables["NO_PROXY"] = NoProxy(l.Getenv, l.Listen)
	s.Variables["no_proxy"] = s.Variables["NO_PROXY"]
	if prog != nil {
		if prog.refused != "" {
			return s, errors.New(prog.refused)
		}
		if prog.start != nil {
			if err := prog.start(l, &s); err != nil {
				return s, err
			}
		}
		s.Proxied = prog.proxied
		if prog.deaf {
			for _, name := range systemProxy(l.Getenv) {
				s.Variables[name] = ""
				s.Notes = append(s.Notes, name+" is not set for "+prog.names[0]+", which would send what is meant for this proxy, unscrubbed, to that one")
			}
		}
	}
	s.Args = slices.Concat(command[:at+1], s.handed, s.own)
	if prog != nil && len(s.handed) > 0 {
		s.Variables[RunVariable] = prog.names[0] // no variable that it heeds would tell its hooks
	}
	return s, nil
}

// launchers start a program that their first argument names.
var launchers = []string{"npx", "bunx", "pnpx", "uvx", "env"}

// dispatchers do so after a word of their own.
var dispatchers = map[string][]string{"pnpm": {"dlx", "exec"}, "yarn": {"dlx", "exec"}, "npm": {"exec", "x"}, "bun": {"x"}, "pipx": {"run"}}

// known is where in a command its program is named, and what is known of that.
func known(command []string) (int, *program) {
	at := 0
	name := commandName(command[0])
	if words, ok := dispatchers[name]; ok && len(command) > 1 && slices.Contains(words, command[1]) {
		at = 1
	} else if !slices.Contains(launchers, name) {
		return 0, named(name)
	}
	for i := at + 1; i < len(command); i++ {
		switch word := command[i]; {
		case slices.Contains([]string{"-p", "--package", "--from", "-u", "--unset", "-C", "--chdir"}, word):
			i++ // and what it names
		case strings.HasPrefix(word, "-"), name == "env" && strings.Contains(word, "="):
		default:
			if prog := named(commandName(word)); prog != nil {
				return i, prog
			}
			for j := range programs {
				for _, p := range programs[j].packages {
					if word == p || strings.HasPrefix(word, p+"@") {
						return i, &programs[j]
					}
				}
			}
			return 0, nil
		}
	}
	return 0, nil
}

func commandName(command string) string {
	name := filepath.Base(command)
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".exe", ".cmd", ".bat", ".ps1":
		return strings.TrimSuffix(name, filepath.Ext(name))
	}
	return name
}

func named(name string) *program {
	for i := range programs {
		if slices.Contains(programs[i].names, name) {
			return &programs[i]
		}
	}
	return nil
}

// path is a file that an argument names.
func (l Launch) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(l.Folder, name)
}

// here tells whether an address is this proxy's.
func (p Proxy) here(address string) bool {
	u, ok := plainURL(address)
	if !ok {
		return false
	}
	listen, ok := plainURL(p.Listen)
	_, _, ours := p.ours(u)
	return ok && ours && u.Host == listen.Host
}

// flag takes a flag with a value out of arguments: the last one, which counts.
func flag(arguments []string, names ...string) (value string, rest []string, has bool) {
	for i := 0; i < len(arguments); i++ {
		word := arguments[i]
		if word == "--" {
			return value, append(rest, arguments[i:]...), has
		}
		name, attached, joined := strings.Cut(word, "=")
		switch {
		case slices.Contains(names, word) && i+1 < len(arguments):
			i++
			value, has = arguments[i], true
		case joined && slices.Contains(names, name):
			value, has = attached, true
		default:
			rest = append(rest, word)
		}
	}
	return value, rest, has
}

// both asks one and then the other.
func both(first, second func(string) string) func(string) string {
	return func(name string) string {
		if v := first(name); v != "" {
			return v
		}
		return second(name)
	}
}

// said is what a document says at a path, as text.
func said(doc any, path ...string) string {
	if v, ok := lookup(doc, path); ok && v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

func reversed[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// spare keeps a proxy of the system's from seeing what an assistant sends, where its settings hold variables.
func spare(m Machine, doc any, container ...string) (out []setting) {
	if Seen(m.Getenv) == nil {
		return nil
	}
	inFile := func(name string) string { return said(doc, append(slices.Clone(container), name)...) }
	value := NoProxy(both(inFile, m.Getenv))
	for _, name := range noProxyNames {
		out = append(out, setting{path: append(slices.Clone(container), name), value: value,
			fault: "a proxy of the system's would see its requests"})
	}
	return out
}
