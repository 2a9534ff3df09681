package assistants

import (
	"errors"
	"fmt"
)

// Codex takes no address from a variable: its settings or its arguments name a provider of their own. Websockets are
// off: they would be scrubbed, too, but Codex has been tried with requests alone.
var codex = &Assistant{
	Name: "codex", Title: "Codex CLI",
	Uncovered: "a sign-in with ChatGPT goes to another service, so set OPENAI_API_KEY; a profile that you choose at a start may name another provider",
	files:     one(Machine.codex), syntax: &tomlFile,
	settings: func(_ Machine, p Proxy, doc any) ([]setting, error) {
		if profile, ok := lookup(doc, []string{"profile"}); ok {
			if provider, ok := lookup(doc, []string{"profiles", fmt.Sprint(profile), "model_provider"}); ok && provider != codexProvider {
				return nil, errors.New("the profile that it names has a model_provider of its own, which counts instead: take it out of the profile")
			}
		}
		base, ok := p.Addresses["openai"]
		if !ok {
			return nil, nil
		}
		out := []setting{{path: []string{"model_provider"}, value: codexProvider}}
		for _, s := range codexSettings(base) {
			s.path = append([]string{"model_providers", codexProvider}, s.path...)
			out = append(out, s)
		}
		return out, nil
	},
	programs: []string{"codex"},
	arguments: func(p Proxy) []string {
		base, ok := p.Addresses["openai"]
		if !ok {
			return nil
		}
		out := []string{"-c", "model_provider=" + codexProvider}
		for _, s := range codexSettings(base) {
			out = append(out, "-c", "model_providers."+codexProvider+"."+s.path[0]+"="+tomlFile.render(s.value))
		}
		return out
	},
}

const codexProvider = "scrubjay"

func codexSettings(base string) []setting {
	return []setting{
		{path: []string{"name"}, value: "OpenAI through Scrubjay"},
		address{path: []string{"base_url"}, tail: "/v1", ask: "/responses"}.setting(base),
		{path: []string{"env_key"}, value: "OPENAI_API_KEY"},
		{path: []string{"wire_api"}, value: "responses"},
		{path: []string{"supports_websockets"}, value: false},
	}
}
