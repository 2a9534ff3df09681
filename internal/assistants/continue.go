package assistants

import (
	"errors"
	"fmt"
)

// Continue has an address for each model: those of vendors that are configured get the proxy's, if they have none of
// their own. Gemini's heed none.
var continueDev = &Assistant{
	Name: "continue", Title: "Continue",
	Uncovered: "Gemini models, which Continue sends to Google whatever their apiBase says, unless it is started by scrubjay run; models from Continue's hub and agents of a workspace; models that name an address of their own; models added later, until this is run again",
	files:     one(Machine.continueDev), syntax: &yamlFile,
	settings: func(_ Machine, p Proxy, doc any) ([]setting, error) {
		vendors := map[string]address{
			"anthropic": {provider: "anthropic", tail: "/v1/", ask: "messages"},
			"openai":    {provider: "openai", tail: "/v1/", ask: "chat/completions"},
			"mistral":   {provider: "mistral", tail: "/v1/", ask: "chat/completions"},
			"ollama":    {provider: "ollama", tail: "/", ask: "api/chat"},
		}
		list, _ := lookup(doc, []string{"models"})
		models, _ := list.([]any)
		var out []setting
		names := map[string]bool{}
		for _, m := range models {
			model, _ := m.(map[string]any)
			vendor, known := vendors[fmt.Sprint(model["provider"])]
			base, configured := p.Addresses[vendor.provider]
			if _, own := model["apiBase"]; own || !known || !configured {
				continue
			}
			name := fmt.Sprint(model["name"])
			if model["name"] == nil || names[name] {
				return nil, errors.New("every model in it needs a name that no other has: give it one")
			}
			names[name] = true
			vendor.path = []string{"models", "name=" + name, "apiBase"}
			out = append(out, vendor.setting(base))
		}
		if len(out) == 0 {
			return nil, errors.New("it has no model of a vendor that is configured and no address of its own: add your models first")
		}
		return out, nil
	},
}
