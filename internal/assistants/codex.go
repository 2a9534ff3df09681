package assistants

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Codex takes no address from a variable: its settings or its arguments name a provider of their own. The token goes as
// a header, because Codex shows the address in its errors. Websockets are off: they would be scrubbed, too, but Codex has
// been tried with requests alone. A provider that is chosen already keeps all that it says of its credentials; only its
// address becomes ours.
var codex = &Assistant{
	Name: "codex", Title: "Codex CLI",
	Uncovered: "a sign-in with ChatGPT goes to another service, so set OPENAI_API_KEY; a profile or a -c model_provider=... that you choose at a start may name another provider, which scrubjay run refuses",
	files:     one(Machine.codex), syntax: &tomlFile,
	settings: func(_ Machine, p Proxy, doc any) ([]setting, error) {
		if profile := said(doc, "profile"); profile != "" {
			if provider := said(doc, "profiles", profile, "model_provider"); provider != "" && provider != codexProvider {
				return nil, errors.New("the profile that it names has a model_provider of its own, which counts instead: take it out of the profile")
			}
		}
		c, err := codexThrough(p, doc)
		if err != nil || c.to == "" {
			return nil, err
		}
		var out []setting
		if c.provider == codexProvider {
			out = append(out, setting{path: []string{"model_provider"}, value: codexProvider})
		}
		table := []string{"model_providers", c.provider}
		for _, s := range c.settings() {
			s.path = slices.Concat(table, s.path)
			out = append(out, s)
		}
		// A table within the table stands last.
		return append(out, setting{path: slices.Concat(table, []string{"http_headers", tokenHeader}), value: p.Token}), nil
	},
	astray: func(m Machine, p Proxy, folder string) (wrong []string) {
		for _, dir := range upwards(folder) {
			name := filepath.Join(dir, ".codex", "config.toml")
			if name == m.codex() {
				continue
			}
			if doc := readDoc(&tomlFile, name); said(doc, "model_provider") != "" && said(doc, "model_provider") != codexProvider {
				wrong = append(wrong, name+" names another model_provider, which counts in this folder")
			}
		}
		return wrong
	},
}

const (
	codexProvider = "scrubjay"
	// tokenHeader opens the proxy's door where the address does not hold the token.
	tokenHeader = "X-Scrubjay-Token"
	// tokenVariable holds the token for what run starts and that is told to send it as a header: in arguments other
	// accounts could read it.
	tokenVariable = "SCRUBJAY_TOKEN"
)

// codexWay is the provider that Codex is to use, and the address that it gets.
type codexWay struct {
	provider, to string
	token        string
	withToken    string // the same address as former versions wrote it
}

func codexThrough(p Proxy, doc any) (codexWay, error) {
	provider := said(doc, "model_provider")
	way := codexWay{provider: codexProvider, token: p.Token}
	usual := address{provider: "openai", tail: "/v1"}
	stands, where := "", ""
	switch table := []string{"model_providers", provider}; {
	case provider == "" || provider == "openai":
		stands, where = said(doc, "openai_base_url"), "openai_base_url"
	case provider == codexProvider:
	case said(doc, append(table, "base_url")...) == "":
		return way, fmt.Errorf("it names the model_provider %s, which has no address of its own that could be kept: take model_provider out to use OpenAI, or give %s a base_url", provider, provider)
	default:
		way.provider = provider
		stands, where = said(doc, append(table, "base_url")...), strings.Join(append(table, "base_url"), ".")
	}
	to, err := p.instead(stands, where, usual)
	way.to, way.withToken = p.bare(to), to
	return way, err
}

// bare is one of our addresses without the token, which goes as a header then.
func (p Proxy) bare(address string) string {
	return strings.Replace(address, "/t/"+p.Token+"/", "/", 1)
}

func (c codexWay) settings() []setting {
	base := address{path: []string{"base_url"}, ask: "/responses"}.setting(c.to)
	base.header = map[string]string{tokenHeader: c.token}
	base.older, base.newer = c.withToken, "its address holds the token, which Codex shows in its errors"
	sockets := setting{path: []string{"supports_websockets"}, value: false}
	if c.provider != codexProvider {
		return []setting{base, sockets}
	}
	return []setting{
		{path: []string{"name"}, value: "OpenAI through Scrubjay"},
		base,
		{path: []string{"env_key"}, value: "OPENAI_API_KEY"},
		{path: []string{"wire_api"}, value: "responses"},
		sockets,
	}
}

// startCodex hands it a provider, and lets nothing stand behind that which names another.
func startCodex(l Launch, s *Start) error {
	for i, word := range s.own {
		value := ""
		switch {
		case word == "--":
			return l.codexWay(s)
		case (word == "-c" || word == "--config") && i+1 < len(s.own):
			value = s.own[i+1]
		case strings.HasPrefix(word, "-c"):
			value = strings.TrimPrefix(word[2:], "=")
		case strings.HasPrefix(word, "--config="):
			value = word[len("--config="):]
		case word == "--oss", strings.HasPrefix(word, "--local-provider"):
			return fmt.Errorf("%s has Codex use a model of this machine past the proxy: leave it out, or start Codex without scrubjay run", word)
		}
		key, to, _ := strings.Cut(value, "=")
		if key = strings.TrimSpace(key); key == "model_provider" || key == "openai_base_url" || key == "model_providers" || strings.HasPrefix(key, "model_providers.") || strings.HasPrefix(key, "profile") {
			if key == "model_provider" && strings.Trim(to, ` "'`) == codexProvider {
				continue
			}
			return fmt.Errorf("-c %s=... would count instead of what scrubjay run hands Codex, and its requests would go round the proxy: leave it out, "+
				"or write it into config.toml, where the address is kept and led through the proxy", key)
		}
	}
	return l.codexWay(s)
}

func (l Launch) codexWay(s *Start) error {
	file := l.codex()
	doc, err := decodeFile(&tomlFile, file)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if provider := said(doc, "model_provider"); provider != "" && l.here(said(doc, "model_providers", provider, "base_url")) {
		// Set up already. The port may be another today.
		if provider == codexProvider {
			doc = nil
		}
	}
	c, err := codexThrough(l.Proxy, doc)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if c.to == "" {
		return nil
	}
	s.hand("-c", "model_provider="+c.provider)
	table := "model_providers." + c.provider + "."
	for _, set := range c.settings() {
		s.hand("-c", table+set.path[0]+"="+tomlFile.render(set.value))
	}
	s.hand("-c", table+"env_http_headers."+tokenHeader+"="+tomlText(tokenVariable))
	s.Variables[tokenVariable] = l.Token
	return nil
}

// decodeFile is what a settings file says; nothing if there is none.
func decodeFile(syntax *syntax, name string) (any, error) {
	text, _, err := read(name)
	if err != nil {
		return nil, err
	}
	return syntax.decode(bytes.TrimPrefix(text, bom))
}

// readDoc is the same of a file that is not ours to mend.
func readDoc(syntax *syntax, name string) any {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	doc, err := syntax.decode(bytes.TrimPrefix(text, bom))
	if err != nil {
		return nil
	}
	return doc
}
