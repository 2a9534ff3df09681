package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
)

// environment is what env --json prints.
type environment struct {
	Listen    string                     `json:"listen"`
	Token     string                     `json:"token"`
	Providers map[string]providerAddress `json:"providers"`
	Variables map[string]string          `json:"variables"`

	// authority is the certificate for intercepted hosts, if the daemon has made one.
	authority string
}

type providerAddress struct {
	BaseURL string `json:"base_url"`
}

// variables are what the vendors' SDKs and assistants read, by the provider they mean, and what they
// expect after the base URL.
var variables = []struct{ name, provider, suffix string }{
	{"ANTHROPIC_API_BASE", "anthropic", ""},
	{"ANTHROPIC_BASE_URL", "anthropic", ""},
	{"GOOGLE_GEMINI_BASE_URL", "gemini", ""},
	{"MISTRAL_API_BASE", "mistral", "/v1"},
	{"OLLAMA_API_BASE", "ollama", ""},
	{"OLLAMA_HOST", "ollama", ""},
	{"OPENAI_API_BASE", "openai", "/v1"},
	{"OPENAI_BASE_URL", "openai", "/v1"},
}

func readEnvironment() (environment, error) {
	s, err := daemon.OpenState("")
	if err != nil {
		return environment{}, err
	}
	token, err := s.Token()
	if err != nil {
		return environment{}, err
	}
	g, err := commandGovernance(s)
	if err != nil {
		return environment{}, err
	}
	e := environment{Listen: s.Listen(), Token: token, Providers: map[string]providerAddress{}, Variables: map[string]string{}}
	for name := range g.Settings().Providers {
		e.Providers[name] = providerAddress{"http://" + e.Listen + "/t/" + token + "/" + name}
	}
	for _, v := range variables {
		if p, ok := e.Providers[v.provider]; ok {
			e.Variables[v.name] = p.BaseURL + v.suffix
		}
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "ca.pem")); err == nil {
		e.authority = filepath.Join(s.Dir, "ca.pem")
	}
	return e, nil
}

// proxy is what assistants are pointed at.
func (e environment) proxy() assistants.Proxy {
	p := assistants.Proxy{Listen: e.Listen, Token: e.Token, Addresses: map[string]string{}, Authority: e.authority}
	for name, provider := range e.Providers {
		p.Addresses[name] = provider.BaseURL
	}
	return p
}

func envCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "env", Short: "Print base URLs and variables for every assistant", Args: cobra.NoArgs,
		Example: "  eval \"$(scrubjay env)\"     point this shell's assistants at the proxy\n  scrubjay env --json",
		RunE: func(c *cobra.Command, _ []string) error {
			e, err := readEnvironment()
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			if asJSON {
				enc := json.NewEncoder(out)
				enc.SetIndent("", "  ")
				return enc.Encode(e)
			}
			for _, name := range slices.Sorted(maps.Keys(e.Variables)) {
				fmt.Fprintf(out, "export %s=%s\n", name, e.Variables[name])
			}
			for _, name := range slices.Sorted(maps.Keys(e.Providers)) {
				fmt.Fprintf(out, "# %-10s %s\n", name, e.Providers[name].BaseURL)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// through is a command and its environment such that its requests go through the proxy: every command is given the
// variables, and those that need more than variables what their assistants' entries say.
func (e environment) through(command []string) (args, env []string) {
	env = os.Environ()
	for _, name := range slices.Sorted(maps.Keys(e.Variables)) {
		env = append(env, name+"="+e.Variables[name])
	}
	program := filepath.Base(command[0])
	program = strings.TrimSuffix(program, filepath.Ext(program))
	arguments, more := assistants.Started(program, e.proxy())
	return slices.Concat(command[:1], arguments, command[1:]), append(env, more...)
}
