package assistants

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Continue has an address for each model: those of vendors that are configured get the proxy's, unless they have one of
// their own that no provider leads to. Gemini's heed none.
var continueDev = &Assistant{
	Name: "continue", Title: "Continue",
	Uncovered: "Gemini models, which Continue sends to Google whatever their apiBase says, unless it is started by scrubjay run; models from Continue's hub and agents of a workspace; models that name an address that no provider of the settings has; models added later, until this is run again",
	files:     one(Machine.continueDev), syntax: &yamlFile,
	settings: func(_ Machine, p Proxy, doc any) ([]setting, error) {
		list, _ := lookup(doc, []string{"models"})
		models, _ := list.([]any)
		var out []setting
		names := map[string]bool{}
		for _, m := range models {
			model, _ := m.(map[string]any)
			vendor, known := continueVendors[fmt.Sprint(model["provider"])]
			base, configured := p.Addresses[vendor.provider]
			if !known || !configured || vendor.provider == "gemini" {
				continue
			}
			to := base + vendor.tail
			if own := said(m, "apiBase"); own != "" {
				if instead, err := p.instead(own, "apiBase", vendor); err == nil && instead != "" {
					to = strings.TrimRight(instead, "/") + "/"
				} else {
					continue
				}
			}
			name := fmt.Sprint(model["name"])
			if model["name"] == nil || names[name] {
				return nil, errors.New("every model in it needs a name that no other has: give it one")
			}
			names[name] = true
			vendor.path = []string{"models", "name=" + name, "apiBase"}
			out = append(out, vendor.setting(to))
		}
		if len(out) == 0 {
			return nil, errors.New("it has no model of a vendor that is configured and no address of its own: add your models first")
		}
		return out, nil
	},
}

// continueVendors are where each vendor's models are asked. Gemini's take the address from a variable alone.
var continueVendors = map[string]address{
	"anthropic": {provider: "anthropic", tail: "/v1/", ask: "messages"},
	"openai":    {provider: "openai", tail: "/v1/", ask: "chat/completions"},
	"mistral":   {provider: "mistral", tail: "/v1/", ask: "chat/completions"},
	"ollama":    {provider: "ollama", tail: "/", ask: "api/chat"},
	"gemini":    {provider: "gemini", tail: "/v1beta/"},
}

// startContinue hands it a copy of its configuration in which every model has our address. Models that cannot have one
// are left out, because they would go round the proxy.
func startContinue(l Launch, s *Start) error {
	for _, hub := range []string{"--model", "--agent"} {
		if _, _, has := flag(s.own, hub); has {
			return fmt.Errorf("%s brings models of Continue's hub, which would go round the proxy: name the model in config.yaml", hub)
		}
	}
	given, rest, has := flag(s.own, "--config")
	file := l.continueDev()
	if has {
		file = l.path(given)
	}
	text, exists, err := read(file)
	switch {
	case err != nil:
		return err
	case !exists && has:
		return fmt.Errorf("--config %s is no file, and a configuration of Continue's hub would go round the proxy: name a file", given)
	case !exists:
		return fmt.Errorf("Continue has no %s, and would go round the proxy with models of its own: write your models there", file) //nolint:staticcheck // a name
	}
	decoded, err := yamlFile.decode(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	doc, _ := decoded.(map[string]any)
	models, _ := doc["models"].([]any)
	var through []any
	for _, m := range models {
		model, _ := m.(map[string]any)
		name := said(m, "name")
		vendor, vendorKnown := continueVendors[said(m, "provider")]
		if !vendorKnown {
			vendor = address{tail: "/v1/"}
		}
		to, err := l.instead(said(m, "apiBase"), "apiBase of "+name, vendor)
		switch {
		case model == nil || model["uses"] != nil:
			s.Notes = append(s.Notes, "left out: a model of Continue's hub, which would go round the proxy")
			continue
		case err != nil || to == "":
			why := "no provider is configured for " + said(m, "provider")
			if err != nil {
				why = err.Error()
			}
			s.Notes = append(s.Notes, fmt.Sprintf("left out, because it would go round the proxy: model %s (%s)", name, why))
			continue
		case vendor.provider == "gemini":
			if s.Variables["GOOGLE_GEMINI_BASE_URL"] != strings.TrimSuffix(to, "/v1beta/") {
				s.Notes = append(s.Notes, "left out: model "+name+", because Continue asks Gemini at one address alone")
				continue
			}
		}
		if !strings.HasSuffix(to, "/") {
			to += "/"
		}
		model["apiBase"] = to
		through = append(through, model)
	}
	if len(through) == 0 {
		return fmt.Errorf("%s has no model that could go through the proxy: %s", file, strings.Join(append(s.Notes, "add your models there"), "; "))
	}
	doc["models"] = through
	if text, err = yaml.Marshal(doc); err != nil {
		return err
	}
	if file, err = l.Keep("continue.yaml", text); err != nil {
		return err
	}
	s.own = rest
	s.hand("--config", file)
	return nil
}
