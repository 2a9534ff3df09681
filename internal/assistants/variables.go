package assistants

import (
	"errors"
	"net"
	"slices"
	"strings"
)

// Variables are what vendors' SDKs and assistants read, by the provider they mean and what they expect after its
// address.
var variables = []struct {
	name string
	address
}{
	{"ANTHROPIC_API_BASE", address{provider: "anthropic"}},
	{"ANTHROPIC_BASE_URL", address{provider: "anthropic"}},
	{"GOOGLE_GEMINI_BASE_URL", address{provider: "gemini"}},
	{"MISTRAL_API_BASE", address{provider: "mistral", tail: "/v1"}},
	{"OLLAMA_API_BASE", address{provider: "ollama"}},
	{"OLLAMA_HOST", address{provider: "ollama"}},
	{"OPENAI_API_BASE", address{provider: "openai", tail: "/v1"}},
	{"OPENAI_BASE_URL", address{provider: "openai", tail: "/v1"}},
}

// Variables are the variables that point programs at the proxy, and what keeps one from it: an address that stands
// there already and that no provider has. get says what stands there.
func (p Proxy) Variables(get func(string) string) (set map[string]string, kept map[string]error) {
	set, kept = map[string]string{}, map[string]error{}
	for _, v := range variables {
		to, err := p.instead(get(v.name), v.name, v.address)
		switch {
		case err != nil:
			kept[v.name] = err
		case to != "":
			set[v.name] = to
		}
	}
	return set, kept
}

// proxyVariables send what is not encrypted, as requests to this proxy are, to another one.
var proxyVariables = []string{"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}

// systemProxy are the variables that name a proxy for programs that ask it for everything.
func systemProxy(get func(string) string) (set []string) {
	for _, name := range append([]string{"https_proxy", "HTTPS_PROXY"}, proxyVariables...) {
		if get(name) != "" {
			set = append(set, name)
		}
	}
	return set
}

// thisMachine is what needs no proxy to be reached.
var thisMachine = []string{"localhost", "127.0.0.1", "::1"}

// noProxyNames are both spellings; programs differ in which they read first.
var noProxyNames = []string{"NO_PROXY", "no_proxy"}

// NoProxy is what NO_PROXY has to say so that no proxy of the system's sees what goes to this one, with all that it says. listen is where
// this one is reached, if that is not on this machine.
func NoProxy(get func(string) string, listen ...string) string {
	var all []string
	for _, name := range noProxyNames {
		for entry := range strings.SplitSeq(get(name), ",") {
			if entry = strings.TrimSpace(entry); entry != "" && !slices.Contains(all, entry) {
				all = append(all, entry)
			}
		}
	}
	if slices.Contains(all, "*") {
		return "*" // some know it only alone
	}
	hosts := slices.Clone(thisMachine)
	for _, address := range listen {
		if host, _, err := net.SplitHostPort(address); err == nil {
			hosts = append(hosts, host)
		}
	}
	for _, host := range hosts {
		if !slices.Contains(all, host) {
			all = append(all, host)
		}
	}
	return strings.Join(all, ",")
}

// Seen says that a proxy of the system's would see what programs send to this one, and how to mend it.
func Seen(get func(string) string) error {
	through := ""
	for _, name := range proxyVariables {
		if get(name) != "" {
			through = name
			break
		}
	}
	if through == "" {
		return nil
	}
	// A program reads one spelling, and the other counts for nothing.
	for _, name := range noProxyNames {
		entries := strings.Split(strings.ReplaceAll(get(name), " ", ""), ",")
		if !slices.Contains(entries, "127.0.0.1") && !slices.Contains(entries, "*") {
			return errors.New(through + " is set and " + name + " does not hold 127.0.0.1: programs that heed them send what is meant for this proxy, unscrubbed and with its token, to that one")
		}
	}
	return nil
}
