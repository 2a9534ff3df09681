package main

import (
	"cmp"
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
	// Proxy is for programs that cannot be pointed at an address.
	Proxy proxyAddress `json:"proxy"`
}

// proxyAddress is what such a program is told: the proxy, and the certificate to trust when it answers in the name
// of one of the hosts.
type proxyAddress struct {
	URL         string   `json:"url"`
	Certificate string   `json:"certificate"`
	Hosts       []string `json:"hosts"`
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
	settings := g.Settings()
	e.Proxy = proxyAddress{"http://scrubjay:" + token + "@" + e.Listen, s.Authority(), settings.Hosts()}
	for name := range settings.Providers {
		e.Providers[name] = providerAddress{"http://" + e.Listen + "/t/" + token + "/" + name}
	}
	for _, v := range variables {
		if p, ok := e.Providers[v.provider]; ok {
			e.Variables[v.name] = p.BaseURL + v.suffix
		}
	}
	return e, nil
}

// proxy is what assistants are pointed at.
func (e environment) proxy() assistants.Proxy {
	p := assistants.Proxy{Listen: e.Listen, Token: e.Token, Addresses: map[string]string{}}
	// There is a certificate once the daemon has made one.
	if _, err := os.Stat(e.Proxy.Certificate); err == nil {
		p.Authority = e.Proxy.Certificate
	}
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
			fmt.Fprintf(out, "# proxy      HTTPS_PROXY=%s NODE_EXTRA_CA_CERTS=%s\n", e.Proxy.URL, e.Proxy.Certificate)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// through is a command and its environment such that its requests go through the proxy: every command is given the
// variables, and those that need more what their assistants' entries say.
func (e environment) through(command []string) (args, env []string, err error) {
	env = os.Environ()
	set := func(name, value string) { env = append(env, name+"="+value) }
	for _, name := range slices.Sorted(maps.Keys(e.Variables)) {
		set(name, e.Variables[name])
	}
	program := filepath.Base(command[0])
	program = strings.TrimSuffix(program, filepath.Ext(program))
	arguments, proxied := assistants.Started(program, e.proxy())
	args = slices.Concat(command[:1], arguments, command[1:])
	if len(arguments) > 0 {
		set(assistants.RunVariable, program) // no variable that it heeds would tell its hooks
	}
	if !proxied {
		return args, env, nil
	}
	if other := os.Getenv("NODE_EXTRA_CA_CERTS"); other != "" && other != e.Proxy.Certificate {
		return nil, nil, fmt.Errorf("NODE_EXTRA_CA_CERTS names another file already, and can name only one: put its certificates and those of %s into one file, and set the variables of docs/connect.md yourself", e.Proxy.Certificate)
	}
	set("NODE_EXTRA_CA_CERTS", e.Proxy.Certificate)
	// Programs differ in which spelling they read first.
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		set(name, e.Proxy.URL)
	}
	// What is on this machine needs no proxy, and this one refuses it.
	local := "localhost,127.0.0.1,::1"
	if other := cmp.Or(os.Getenv("NO_PROXY"), os.Getenv("no_proxy")); other != "" {
		local = other + "," + local
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		set(name, local)
	}
	return args, env, nil
}
