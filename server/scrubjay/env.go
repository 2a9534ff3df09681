package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
)

// environment is what env --json prints.
type environment struct {
	Listen    string                     `json:"listen"`
	Token     string                     `json:"token"`
	Providers map[string]providerAddress `json:"providers"`
	Variables map[string]string          `json:"variables"`
	// Proxy is for programs that cannot be pointed at an address. Through a relay there is none.
	Proxy proxyAddress `json:"proxy,omitzero"`

	pointed assistants.Proxy
	state   installation.State
	// kept are the variables that name an address of somebody else's, with the reason.
	kept map[string]error
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
	// Format is the language that it speaks.
	Format string `json:"format"`
}

// readEnvironment is that of this machine's proxy, or of one elsewhere if it is given a relay's address. Where the proxy listens
// nobody is asked if that is known.
func readEnvironment(relay, listen string) (environment, error) {
	s, g, err := ownGovernance()
	if err != nil {
		return environment{}, err
	}
	settings := g.Settings()
	e := environment{Providers: map[string]providerAddress{}, Variables: map[string]string{}}
	if relay != "" {
		elsewhere, token, err := relayAt(relay)
		if err != nil {
			return environment{}, err
		}
		e.pointed = installation.PointedAt(settings, elsewhere, token)
	} else {
		if e.pointed, err = s.Pointed(settings, listen); err != nil {
			return environment{}, err
		}
		e.state = s
		e.Proxy = proxyAddress{"http://scrubjay:" + e.pointed.Token + "@" + e.pointed.Listen, s.Authority(), settings.Hosts()}
	}
	e.Listen, e.Token = e.pointed.Listen, e.pointed.Token
	for name, provider := range settings.Providers {
		e.Providers[name] = providerAddress{e.pointed.Addresses[name], provider.Format}
	}
	e.Variables, e.kept = e.proxy().Variables(os.Getenv)
	// Programs differ in which spelling they read first.
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		e.Variables[name] = assistants.NoProxy(os.Getenv, e.Listen)
	}
	return e, nil
}

// proxy is what assistants are pointed at. There is a certificate once the daemon has made one.
func (e environment) proxy() assistants.Proxy {
	if e.state.Dir != "" { // a relay intercepts nothing
		e.pointed.Authority = e.state.Trusted()
	}
	return e.pointed
}

// shells are how each sets a variable, and writes a remark.
var shells = map[string]struct{ set, remark string }{
	"sh":         {"export %s=%s\n", "# "},
	"powershell": {"$env:%s = '%s'\n", "# "},
	"cmd":        {"set \"%s=%s\"\n", "@rem "},
}

func envCommand() *cobra.Command {
	var asJSON bool
	shell := "sh"
	if runtime.GOOS == "windows" {
		shell = "powershell"
	}
	c := &cobra.Command{
		Use: "env", Short: "Print base URLs and variables for every assistant", Args: cobra.NoArgs,
		Example: "  eval \"$(scrubjay env)\"     point this shell's assistants at the proxy\n" +
			"  scrubjay env --shell powershell | Out-String | Invoke-Expression\n" +
			"  scrubjay env --shell cmd > scrubjay-env.cmd     and then: call scrubjay-env.cmd\n  scrubjay env --json",
		RunE: func(c *cobra.Command, _ []string) error {
			form, ok := shells[shell]
			if !ok {
				return fmt.Errorf("no shell is called %q here: it is one of %s", shell, strings.Join(slices.Sorted(maps.Keys(shells)), ", "))
			}
			e, err := readEnvironment(os.Getenv(relayVariable), "")
			if err != nil {
				return err
			}
			for _, name := range slices.Sorted(maps.Keys(e.kept)) {
				fmt.Fprintf(c.ErrOrStderr(), "scrubjay: %s; it is left as it is, and programs that heed it go round the proxy. %s\n", e.kept[name], gatewayCure(e.kept[name]))
			}
			out := c.OutOrStdout()
			if asJSON {
				enc := json.NewEncoder(out)
				enc.SetIndent("", "  ")
				return enc.Encode(e)
			}
			for _, name := range slices.Sorted(maps.Keys(e.Variables)) {
				fmt.Fprintf(out, form.set, name, quotedFor(shell, e.Variables[name]))
			}
			for _, name := range slices.Sorted(maps.Keys(e.Providers)) {
				fmt.Fprintf(out, "%s%-10s %s\n", form.remark, name, e.Providers[name].BaseURL)
			}
			if e.Proxy.URL == "" {
				return nil // a relay carries no CONNECT
			}
			fmt.Fprintf(out, "%sproxy      HTTPS_PROXY=%s NODE_EXTRA_CA_CERTS=%s\n", form.remark, e.Proxy.URL, e.Proxy.Certificate)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().StringVar(&shell, "shell", shell, "for which shell: sh, powershell or cmd")
	return c
}

// quotedFor writes a value so that a shell reads it as it is; most need nothing.
func quotedFor(shell, value string) string {
	switch {
	case shell == "powershell":
		return strings.ReplaceAll(value, "'", "''")
	case shell == "cmd":
		return strings.ReplaceAll(value, "%", "%%")
	case strings.Trim(value, safeInShell) == "":
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

const safeInShell = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:,@%+="

// gatewayCure says what to do about an address that no provider has.
func gatewayCure(err error) string {
	g, ok := errors.AsType[*assistants.Gateway](err)
	if !ok || g.URL == "" {
		return ""
	}
	kind := "private, or public if it is a vendor's"
	if g.Local {
		kind = "local"
	}
	return fmt.Sprintf("To keep it, name it in config.yaml, with its kind (%s): providers: {%s: {format: %s, url: %q, kind: %s}}; otherwise unset it",
		kind, g.Provider(), cmp.Or(g.Format, "openai"), g.URL, strings.Split(kind, ",")[0])
}
