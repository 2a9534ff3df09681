package assistants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

var claudeCode = &Assistant{
	Name: "claude-code", Title: "Claude Code",
	Uncovered: "settings of a project or of an administrator may name another address: doctor looks into those of the folder it is started in",
	files:     one(Machine.claude), syntax: &jsonc,
	settings: func(m Machine, p Proxy, doc any) ([]setting, error) {
		out, err := addresses(claudeAddress)(m, p, doc)
		if err != nil {
			return nil, err
		}
		inFile := func(name string) string { return said(doc, "env", name) }
		at, to, err := chosen(claudeClouds, both(inFile, m.Getenv), p)
		if err != nil {
			return nil, err
		}
		if to != "" {
			out = append(out, setting{path: []string{"env", at.variable}, value: to})
		}
		return append(out, spare(m, doc, "env")...), nil
	},
	astray: func(m Machine, p Proxy, folder string) []string {
		var wrong []string
		files := claudeFiles(m, folder)
		for _, f := range append(files, claudeManaged(m)...) {
			if f.name == m.claude() {
				continue // what Check reads
			}
			for _, name := range append(claudeVariables(), claudeAddress.variable) {
				if v := f.env(name); v != "" && !p.here(v) {
					wrong = append(wrong, f.name+" names another address in env."+name+", which counts in this folder")
				}
			}
			for _, c := range claudeClouds {
				if name, on := c.on(f.env); on {
					wrong = append(wrong, f.name+" sets "+name+", which sends Claude Code to "+c.title)
				}
			}
		}
		return wrong
	},
}

var claudeAddress = address{path: []string{"env", "ANTHROPIC_BASE_URL"}, provider: "anthropic", ask: "/v1/messages", variable: "ANTHROPIC_BASE_URL"}

// claudeClouds are where Claude Code goes instead of to Anthropic.
var claudeClouds = []cloud{
	{title: "Amazon Bedrock, whose requests are signed over their body", switches: []string{"CLAUDE_CODE_USE_BEDROCK"}, variable: "ANTHROPIC_BEDROCK_BASE_URL", signed: true},
	{title: "Google's Vertex", switches: []string{"CLAUDE_CODE_USE_VERTEX"}, variable: "ANTHROPIC_VERTEX_BASE_URL", usual: func(get func(string) string) string {
		return vertexHost(get("CLOUD_ML_REGION")) + "/v1"
	}},
	{title: "Microsoft's Foundry", switches: []string{"CLAUDE_CODE_USE_FOUNDRY"}, variable: "ANTHROPIC_FOUNDRY_BASE_URL", usual: func(get func(string) string) string {
		if name := get("ANTHROPIC_FOUNDRY_RESOURCE"); name != "" {
			return "https://" + name + ".services.ai.azure.com/anthropic"
		}
		return ""
	}},
}

func claudeVariables() (names []string) {
	for _, c := range claudeClouds {
		names = append(names, c.variable)
	}
	return names
}

// claudeSettings is one of its settings files, and what it says.
type claudeSettings struct {
	name string
	doc  any
}

func (s claudeSettings) env(name string) string { return said(s.doc, "env", name) }

// claudeFiles are the settings that count in a folder, the person's first: what comes later counts more.
func claudeFiles(m Machine, folder string) []claudeSettings {
	names := []string{m.claude()}
	for _, dir := range upwards(folder) {
		names = append(names, filepath.Join(dir, ".claude", "settings.json"), filepath.Join(dir, ".claude", "settings.local.json"))
	}
	return readClaude(names)
}

// claudeManaged are an administrator's, which count more than what Claude Code is started with.
func claudeManaged(m Machine) []claudeSettings {
	dir := m.system("ClaudeCode", "claude-code")
	more, _ := filepath.Glob(filepath.Join(dir, "managed-settings.d", "*.json")) // the pattern is a good one
	return readClaude(append([]string{filepath.Join(dir, "managed-settings.json")}, more...))
}

func readClaude(names []string) (all []claudeSettings) {
	seen := map[string]bool{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		doc, derr := jsonc.decode(bytes.TrimPrefix(text, bom))
		if err == nil && derr == nil && !seen[name] {
			all = append(all, claudeSettings{name, doc})
		}
		seen[name] = true
	}
	return all
}

// startClaude hands it settings of its own where some file's would count instead of the variables.
func startClaude(l Launch, s *Start) error {
	files := claudeFiles(l.Machine, l.Folder)
	var own any
	given, rest, has := flag(s.own, "--settings")
	if has {
		text := []byte(given)
		if !strings.HasPrefix(strings.TrimSpace(given), "{") {
			var err error
			if text, err = os.ReadFile(l.path(given)); err != nil {
				return err
			}
		}
		var err error
		if own, err = jsonc.decode(text); err != nil {
			return fmt.Errorf("--settings: %w", err)
		}
		files = append(files, claudeSettings{"--settings", own})
	}
	managed := claudeManaged(l.Machine)
	inFiles := func(name string) string {
		for _, f := range append(managed, reversed(files)...) {
			if v := f.env(name); v != "" {
				return v
			}
		}
		return ""
	}
	get := both(inFiles, l.Getenv)
	wanted := map[string]string{}
	to, err := l.instead(get("ANTHROPIC_BASE_URL"), "ANTHROPIC_BASE_URL", claudeAddress)
	if err != nil {
		return err
	}
	if to != "" {
		wanted["ANTHROPIC_BASE_URL"] = to
	}
	at, to, err := chosen(claudeClouds, get, l.Proxy)
	if err != nil {
		return err
	}
	if to != "" {
		wanted[at.variable] = to
	}
	hand := map[string]any{}
	for name, to := range wanted {
		s.Variables[name] = to
		for _, f := range managed {
			if v := f.env(name); v != "" && v != to {
				return fmt.Errorf("an administrator's settings, %s, name another address in env.%s, and nothing that Claude Code is started with counts more: ask for that to be changed", f.name, name)
			}
		}
		if v := inFiles(name); v != "" && v != to {
			hand[name] = to
		}
	}
	if len(hand) == 0 {
		return nil
	}
	all := map[string]any{}
	if m, ok := own.(map[string]any); ok {
		all = m
	}
	if env, ok := all["env"].(map[string]any); ok {
		for name, v := range env {
			if _, ours := hand[name]; !ours {
				hand[name] = v
			}
		}
	}
	all["env"] = hand
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	file, err := l.Keep("claude-settings.json", text)
	if err != nil {
		return err
	}
	s.own = rest
	s.hand("--settings", file)
	return nil
}
