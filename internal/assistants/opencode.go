package assistants

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// opencode and Kilo, which is made of it, heed their settings alone, and take some from a variable that counts more than
// every file of theirs.
type openFamily struct {
	name, title string
	// variable holds settings, and config names a file of them.
	variable, config string
	files            func(Machine) []string
	// inFolder are the names that settings of a folder have.
	inFolder []string
	// signIn is where it keeps who is signed in.
	signIn func(Machine) string
}

var openCode = openFamily{
	name: "opencode", title: "opencode", variable: "OPENCODE_CONFIG_CONTENT", config: "OPENCODE_CONFIG", files: Machine.opencode,
	inFolder: []string{"opencode.json", "opencode.jsonc", filepath.Join(".opencode", "opencode.json"), filepath.Join(".opencode", "opencode.jsonc")},
	signIn: func(m Machine) string {
		return filepath.Join(m.or("XDG_DATA_HOME", ".local", "share"), "opencode", "auth.json")
	},
}

var kiloCode = openFamily{
	name: "kilo", title: "Kilo", variable: "KILO_CONFIG_CONTENT", config: "KILO_CONFIG", files: Machine.kilo,
	inFolder: []string{"opencode.json", "opencode.jsonc", "kilo.json", "kilo.jsonc",
		filepath.Join(".opencode", "opencode.json"), filepath.Join(".opencode", "opencode.jsonc"), filepath.Join(".kilo", "kilo.json"), filepath.Join(".kilo", "kilo.jsonc")},
	signIn: func(m Machine) string {
		return filepath.Join(m.or("XDG_DATA_HOME", ".local", "share"), "kilo", "auth.json")
	},
}

// openProviders are what they call the vendors, and where each is asked.
var openProviders = []struct {
	name string
	address
}{
	{"anthropic", address{provider: "anthropic", tail: "/v1", ask: "/messages", variable: "ANTHROPIC_BASE_URL"}},
	{"openai", address{provider: "openai", tail: "/v1", ask: "/responses", variable: "OPENAI_BASE_URL"}},
	{"google", address{provider: "gemini", tail: "/v1beta", ask: generate}},
	{"mistral", address{provider: "mistral", tail: "/v1", ask: chat}},
}

func openPath(name string) []string { return []string{"provider", name, "options", "baseURL"} }

func (f openFamily) assistant() *Assistant {
	var list []address
	for _, v := range openProviders {
		v.path = openPath(v.name)
		list = append(list, v.address)
	}
	return &Assistant{
		Name: f.name, Title: f.title,
		Uncovered: "models of " + f.title + "'s own account, a sign-in with ChatGPT, and providers other than these; a " + f.inFolder[len(f.inFolder)-2] + " of a project may name other addresses. scrubjay run leaves all of those out",
		files:     f.files, syntax: &jsonc, settings: addresses(list...),
		astray: func(m Machine, p Proxy, folder string) (wrong []string) {
			for _, dir := range upwards(folder) {
				for _, name := range f.inFolder {
					name = filepath.Join(dir, name)
					for _, v := range openProviders {
						if to := said(readDoc(&jsonc, name), openPath(v.name)...); to != "" && !p.here(to) {
							wrong = append(wrong, name+" names another address in "+strings.Join(openPath(v.name), ".")+", which counts in this folder")
						}
					}
				}
			}
			return wrong
		},
	}
}

// start hands it the addresses, and has it offer no providers but those that have one: the others' requests would go
// past the proxy, and it could not be told from outside.
func (f openFamily) start(l Launch, s *Start) error {
	var own any
	if text := l.Getenv(f.variable); text != "" {
		var err error
		if own, err = jsonc.decode([]byte(text)); err != nil {
			return fmt.Errorf("%s: %w", f.variable, err)
		}
	}
	docs := []any{own} // what counts more stands first
	for _, dir := range reversed(upwards(l.Folder)) {
		for _, name := range f.inFolder {
			docs = append(docs, readDoc(&jsonc, filepath.Join(dir, name)))
		}
	}
	docs = append(docs, readDoc(&jsonc, l.Getenv(f.config)))
	for _, name := range f.files(l.Machine) {
		docs = append(docs, readDoc(&jsonc, name))
	}
	stands := func(name string) string {
		for _, doc := range docs {
			if v := said(doc, openPath(name)...); v != "" {
				return v
			}
		}
		return ""
	}
	ways := map[string]address{}
	for _, v := range openProviders {
		ways[v.name] = v.address
	}
	for _, doc := range docs { // a gateway of one's own is a provider of one's own
		list, _ := lookup(doc, []string{"provider"})
		names, _ := list.(map[string]any)
		for name := range names {
			if _, ok := ways[name]; !ok && stands(name) != "" {
				ways[name] = address{tail: "/v1"}
			}
		}
	}
	signedIn := readDoc(&jsonc, f.signIn(l.Machine))
	offered, left := []string{}, []string{}
	hand := map[string]any{}
	if m, ok := own.(map[string]any); ok {
		hand = m
	}
	for _, name := range slices.Sorted(maps.Keys(ways)) {
		now, where := stands(name), strings.Join(openPath(name), ".")
		if v := ways[name].variable; now == "" && v != "" {
			now, where = l.Getenv(v), v
		}
		to, err := l.instead(now, where, ways[name])
		switch {
		case said(signedIn, name, "type") == "oauth":
			left = append(left, name+" (signed in, which goes to another service: use an API key)")
			continue
		case err != nil && ways[name].provider == "":
			left = append(left, name+" ("+err.Error()+")")
			continue
		case err != nil:
			return err
		case to == "":
			continue
		}
		offered = append(offered, name)
		hand, _ = assign(hand, openPath(name), to).(map[string]any)
	}
	if len(offered) == 0 {
		return errors.New("none of its providers is configured, so that its requests would go round the proxy: scrubjay env lists those that are")
	}
	if list, ok := hand["enabled_providers"].([]any); ok { // fewer are the person's wish
		offered = slices.DeleteFunc(offered, func(name string) bool { return !slices.Contains(list, any(name)) })
	}
	hand["enabled_providers"] = offered
	text, err := json.Marshal(hand)
	if err != nil {
		return err
	}
	s.Variables[f.variable] = string(text)
	s.Notes = append(s.Notes, f.title+" offers the models of "+strings.Join(offered, ", ")+" and no others: those would go round the proxy")
	for _, why := range left {
		s.Notes = append(s.Notes, "left out: "+why)
	}
	return nil
}
