package assistants

import (
	"cmp"
	"fmt"
	"path/filepath"
)

var geminiCLI = &Assistant{
	Name: "gemini-cli", Title: "Gemini CLI",
	Uncovered: "a .env file of a project hides this one; a sign-in with Google goes to another service, so use an API key",
	files:     one(Machine.gemini), syntax: &envFile,
	settings: func(m Machine, p Proxy, doc any) ([]setting, error) {
		out, err := addresses(geminiAddress)(m, p, doc)
		return append(out, spare(m, doc)...), err
	},
	astray: func(m Machine, p Proxy, folder string) (wrong []string) {
		if v := dotenv(m, folder, ".gemini")(geminiAddress.variable); v != "" && !p.here(v) {
			wrong = append(wrong, "a .env file names another address in "+geminiAddress.variable+", which counts in this folder")
		}
		if _, _, err := geminiChosen(m, p, folder); err != nil {
			wrong = append(wrong, err.Error())
		}
		return wrong
	},
}

var geminiAddress = address{path: []string{"GOOGLE_GEMINI_BASE_URL"}, provider: "gemini", ask: "/v1beta" + generate, variable: "GOOGLE_GEMINI_BASE_URL", wins: true}

var geminiClouds = []cloud{
	{title: "Google's Vertex", switches: []string{"GOOGLE_GENAI_USE_VERTEXAI"}, variable: "GOOGLE_VERTEX_BASE_URL", usual: func(get func(string) string) string {
		return vertexHost(get("GOOGLE_CLOUD_LOCATION"))
	}},
	{title: "Google's Code Assist", switches: []string{"GOOGLE_GENAI_USE_GCA"}, variable: "CODE_ASSIST_ENDPOINT", usual: func(func(string) string) string {
		return "https://cloudcode-pa.googleapis.com"
	}},
}

// geminiSignIns are how its settings name the clouds.
var geminiSignIns = map[string]string{"vertex-ai": "GOOGLE_GENAI_USE_VERTEXAI", "oauth-personal": "GOOGLE_GENAI_USE_GCA"}

// geminiChosen is where it goes instead of to the Gemini API: what its settings chose once counts more than variables.
func geminiChosen(m Machine, p Proxy, folder string) (cloud, string, error) {
	get := both(m.Getenv, dotenv(m, folder, ".gemini"))
	settings := filepath.Join(m.Home, ".gemini", "settings.json")
	doc := readDoc(&jsonc, settings)
	if way := cmp.Or(said(doc, "security", "auth", "selectedType"), said(doc, "selectedAuthType")); way != "" {
		by := geminiSignIns[way]
		variables := get
		get = func(name string) string {
			for _, c := range geminiClouds {
				if c.switches[0] == name {
					return map[bool]string{true: "true"}[name == by]
				}
			}
			return variables(name)
		}
		c, to, err := chosen(geminiClouds, get, p)
		if err != nil {
			err = fmt.Errorf("%s: %s, and so %w", settings, way, err)
		}
		return c, to, err
	}
	return chosen(geminiClouds, get, p)
}

func geminiFiles(l Launch) func(string) string { return dotenv(l.Machine, l.Folder, ".gemini") }

func startGemini(l Launch, s *Start) error {
	at, to, err := geminiChosen(l.Machine, l.Proxy, l.Folder)
	if to != "" {
		s.Variables[at.variable] = to
	}
	return err
}

// dotenv is the .env file that a program of this family reads: the first on the way up, then the person's.
func dotenv(m Machine, folder, dir string) func(string) string {
	for _, at := range append(reversed(upwards(folder)), m.Home) {
		for _, name := range []string{filepath.Join(at, dir, ".env"), filepath.Join(at, ".env")} {
			if doc := readDoc(&envFile, name); doc != nil {
				return func(name string) string { return said(doc, name) }
			}
		}
	}
	return func(string) string { return "" }
}
