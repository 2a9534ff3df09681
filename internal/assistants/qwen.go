package assistants

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
)

// qwenCode heeds the variables, which its settings can hold; a model that they name with an address of its own goes there
// whatever else is said.
var qwenCode = &Assistant{
	Name: "qwen-code", Title: "Qwen Code",
	Uncovered: "a sign-in with Qwen goes to another service, so use an API key; a .env file of a project counts more than these settings",
	files:     one(Machine.qwen), syntax: &jsonc,
	settings: func(m Machine, p Proxy, doc any) ([]setting, error) {
		if err := qwenAstray(p, doc); err != nil {
			return nil, err
		}
		// This one holds the address where the variable has none.
		if at := []string{"security", "auth", "baseUrl"}; said(doc, "env", "OPENAI_BASE_URL") == "" && said(doc, at...) != "" && m.Getenv("OPENAI_BASE_URL") == "" {
			moved := qwenAddresses[0]
			moved.path = at
			rest, err := addresses(qwenAddresses[1:]...)(m, p, doc)
			if err != nil {
				return nil, err
			}
			first, err := addresses(moved)(m, p, doc)
			return append(append(first, rest...), spare(m, doc, "env")...), err
		}
		out, err := addresses(qwenAddresses...)(m, p, doc)
		return append(out, spare(m, doc, "env")...), err
	},
	astray: func(m Machine, p Proxy, folder string) (wrong []string) {
		for _, a := range qwenAddresses {
			if v := dotenv(m, folder, ".qwen")(a.variable); v != "" && !p.here(v) {
				wrong = append(wrong, "a .env file names another address in "+a.variable+", which counts in this folder")
			}
		}
		for _, name := range systemProxy(m.Getenv) {
			wrong = append(wrong, name+" is set, and Qwen Code sends what is meant for this proxy to that one, whatever NO_PROXY says: start it by scrubjay run -- qwen, which takes it away")
		}
		return wrong
	},
}

var qwenAddresses = []address{
	{path: []string{"env", "OPENAI_BASE_URL"}, provider: "openai", tail: "/v1", ask: chat, variable: "OPENAI_BASE_URL", wins: true},
	{path: []string{"env", "ANTHROPIC_BASE_URL"}, provider: "anthropic", ask: "/v1/messages", variable: "ANTHROPIC_BASE_URL", wins: true},
	{path: []string{"env", "GOOGLE_GEMINI_BASE_URL"}, provider: "gemini", ask: "/v1beta" + generate, variable: "GOOGLE_GEMINI_BASE_URL", wins: true},
}

// qwenAstray says what in its settings goes past the variables.
func qwenAstray(p Proxy, doc any) error {
	if said(doc, "security", "auth", "selectedType") == "qwen-oauth" {
		return errors.New("Qwen Code is signed in with Qwen, which goes to another service, round the proxy: use an API key (security.auth.selectedType)") //nolint:staticcheck // a name
	}
	kinds, _ := lookup(doc, []string{"modelProviders"})
	all, _ := kinds.(map[string]any)
	for kind, list := range all {
		models, _ := list.([]any)
		for _, m := range models {
			if base := said(m, "baseUrl"); base != "" && !p.here(base) {
				return fmt.Errorf("modelProviders.%s names an address of its own for the model %q, which counts instead of any other: take its baseUrl out, or write there what scrubjay env prints for its provider", kind, said(m, "id"))
			}
		}
	}
	return nil
}

// qwenFiles are where it finds variables: .env files first, then its settings.
func qwenFiles(l Launch) func(string) string {
	doc := readDoc(&jsonc, l.qwen())
	return both(dotenv(l.Machine, l.Folder, ".qwen"), func(name string) string {
		if v := said(doc, "env", name); v != "" || name != "OPENAI_BASE_URL" {
			return v
		}
		return said(doc, "security", "auth", "baseUrl")
	})
}

func startQwen(l Launch, s *Start) error {
	for _, name := range []string{l.qwen(), filepath.Join(l.Folder, ".qwen", "settings.json")} {
		if err := qwenAstray(l.Proxy, readDoc(&jsonc, name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, _, has := flag(s.own, "--proxy"); has || said(readDoc(&jsonc, l.qwen()), "proxy") != "" {
		return errors.New("a proxy of its own (--proxy, or proxy in its settings) would see what is meant for this one, unscrubbed: leave it out")
	}
	if kind, _, has := flag(s.own, "--auth-type"); has && kind == "qwen-oauth" {
		return errors.New("--auth-type qwen-oauth goes to another service, round the proxy: use an API key")
	}
	if at, rest, has := flag(s.own, "--openai-base-url", "--openaiBaseUrl"); has {
		to, err := l.instead(at, "--openai-base-url", qwenAddresses[0])
		if err != nil {
			return err
		}
		s.own = slices.Concat([]string{"--openai-base-url", to}, rest)
	}
	return nil
}
