package assistants

import (
	"errors"
	"slices"
)

var zed = &Assistant{
	Name: "zed", Title: "Zed",
	Uncovered: "models and edit predictions that zed.dev hosts; external agents have settings of their own",
	files:     one(Machine.zed), syntax: &jsonc,
	settings: addresses(zedAddresses...),
}

var zedAddresses = []address{
	{path: []string{"language_models", "anthropic", "api_url"}, provider: "anthropic", ask: "/v1/messages"},
	{path: []string{"language_models", "openai", "api_url"}, provider: "openai", tail: "/v1", ask: chat},
	{path: []string{"language_models", "google", "api_url"}, provider: "gemini", ask: "/v1beta" + generate},
	{path: []string{"language_models", "mistral", "api_url"}, provider: "mistral", tail: "/v1", ask: chat},
	{path: []string{"language_models", "ollama", "api_url"}, provider: "ollama", ask: "/api/chat"},
}

// startZed lets it start only if its settings name the proxy: it heeds nothing else.
func startZed(l Launch, _ *Start) error {
	doc := readDoc(&jsonc, zed.file(l.Machine))
	if !slices.ContainsFunc(zedAddresses, func(a address) bool { return l.here(said(doc, a.path...)) }) {
		return errors.New("Zed heeds its settings alone, which do not name the proxy: scrubjay setup zed, and then start it as ever") //nolint:staticcheck // a name
	}
	return nil
}
