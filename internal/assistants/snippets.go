package assistants

import "strings"

// fill puts addresses into a text for a person: {openai} and the like, in lines that are left out where there
// is no such provider.
func fill(text string, p Proxy) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		name, _, _ := strings.Cut(after(line, "{{"), "}}")
		base, ok := p.Addresses[name]
		if name != "" && !ok {
			continue
		}
		out.WriteString(strings.ReplaceAll(line, "{{"+name+"}}", base))
	}
	return out.String()
}

func after(s, mark string) string {
	_, rest, _ := strings.Cut(s, mark)
	return rest
}

func clineSteps(p Proxy) string {
	return fill(`Cline keeps its settings in a store of the editor's. In Cline's settings, for the provider you use:
  Anthropic          Use custom base URL   {{anthropic}}
  OpenAI Compatible  Base URL              {{openai}}/v1
  Google Gemini      Use custom base URL   {{gemini}}
  Ollama             Use custom base URL   {{ollama}}
Roo Code and Kilo Code have the same fields.
`, p)
}

func jetbrainsSteps(p Proxy) string {
	return fill(`The IDE keeps its settings and keys in a store of its own. In Settings, Tools, AI Assistant, Providers & API keys:
  OpenAI API         URL   {{openai}}/v1
  OpenAI-compatible  URL   {{mistral}}/v1
  Ollama             URL   {{ollama}}
Then assign these models to the assistant's features under Models Assignment: what is left to JetBrains AI is not scrubbed.
`, p)
}

func codecompanionSteps(p Proxy) string {
	return fill(`Your settings are code. Merge this into require("codecompanion").setup:
  adapters = {
    http = {
      anthropic = function() return require("codecompanion.adapters").extend("anthropic", { url = "{{anthropic}}/v1/messages" }) end,
      openai = function() return require("codecompanion.adapters").extend("openai", { url = "{{openai}}/v1/chat/completions" }) end,
      mistral = function() return require("codecompanion.adapters").extend("mistral", { env = { url = "{{mistral}}" } }) end,
      ollama = function() return require("codecompanion.adapters").extend("ollama", { env = { url = "{{ollama}}" } }) end,
    },
  },
`, p)
}

func avanteSteps(p Proxy) string {
	return fill(`Your settings are code. Merge this into require("avante").setup:
  providers = {
    claude = { endpoint = "{{anthropic}}" },
    openai = { endpoint = "{{openai}}/v1" },
    gemini = { endpoint = "{{gemini}}/v1beta/models" },
    ollama = { endpoint = "{{ollama}}" },
  },
`, p)
}

func minuetSteps(p Proxy) string {
	return fill(`Your settings are code. Merge this into require("minuet").setup:
  provider_options = {
    claude = { end_point = "{{anthropic}}/v1/messages" },
    openai = { end_point = "{{openai}}/v1/chat/completions" },
    gemini = { end_point = "{{gemini}}/v1beta/models" },
    codestral = { end_point = "{{mistral}}/v1/fim/completions" }, -- with a key of api.mistral.ai
  },
`, p)
}
