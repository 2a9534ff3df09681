package assistants

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

var aider = &Assistant{
	Name: "aider", Title: "aider",
	Uncovered: "Gemini and other providers' models; an .aider.conf.yml of a repository may name other addresses",
	files:     one(Machine.aider), syntax: &yamlFile,
	settings: addresses(aiderAddresses...),
	astray: func(m Machine, p Proxy, folder string) (wrong []string) {
		for _, dir := range upwards(folder) {
			name := filepath.Join(dir, ".aider.conf.yml")
			for _, a := range aiderAddresses {
				if v := strings.TrimPrefix(said(readDoc(&yamlFile, name), a.path...), a.prefix); v != "" && name != m.aider() && !p.here(v) {
					wrong = append(wrong, name+" names another address in "+strings.Join(a.path, "."))
				}
			}
		}
		return wrong
	},
}

var aiderAddresses = []address{
	{path: []string{"openai-api-base"}, provider: "openai", tail: "/v1", ask: chat, variable: "OPENAI_API_BASE"},
	{path: []string{"set-env", "ANTHROPIC_API_BASE="}, prefix: "ANTHROPIC_API_BASE=", provider: "anthropic", ask: "/v1/messages", variable: "ANTHROPIC_API_BASE"},
	{path: []string{"set-env", "MISTRAL_API_BASE="}, prefix: "MISTRAL_API_BASE=", provider: "mistral", tail: "/v1", ask: chat, variable: "MISTRAL_API_BASE"},
	{path: []string{"set-env", "OLLAMA_API_BASE="}, prefix: "OLLAMA_API_BASE=", provider: "ollama", ask: "/api/chat", variable: "OLLAMA_API_BASE"},
}

// startAider hands it a configuration of its own where a file's would count instead of the variables.
func startAider(l Launch, s *Start) error {
	var files []string
	for _, dir := range append([]string{l.Home}, upwards(l.Folder)...) {
		files = append(files, filepath.Join(dir, ".aider.conf.yml"))
	}
	if given, _, has := flag(s.own, "--config", "-c"); has {
		files = append(files, l.path(given))
	}
	if at, rest, has := flag(s.own, "--openai-api-base"); has {
		to, err := l.instead(at, "--openai-api-base", aiderAddresses[0])
		if err != nil {
			return err
		}
		s.own = rest
		s.hand("--openai-api-base", to)
	}
	for _, name := range files {
		if _, err := os.Stat(name); err != nil {
			continue
		}
		doc, err := decodeFile(&yamlFile, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for i, a := range aiderAddresses {
			stands := strings.TrimPrefix(said(doc, a.path...), a.prefix)
			if stands == "" {
				continue
			}
			to, err := l.instead(stands, name, a)
			switch {
			case err != nil:
				return err
			case to == stands:
			case i == 0 && len(s.handed) == 0:
				s.hand("--openai-api-base", to)
			case i > 0:
				return fmt.Errorf("%s names an address in %s that counts instead of the proxy's: take it out, or run scrubjay setup aider, which keeps it", name, strings.Join(a.path, "."))
			}
		}
	}
	if model, _, has := flag(s.own, "--model"); has && strings.HasPrefix(model, "gemini") {
		return fmt.Errorf("aider heeds no address for %s, whose requests would go round the proxy: name a model of another vendor", model)
	}
	return nil
}
