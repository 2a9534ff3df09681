package assistants

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

func getenv(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// TestNoProxy: what stands there stays, this machine is added once, and no proxy sees us any more.
func TestNoProxy(t *testing.T) {
	for _, c := range []struct{ upper, lower, want string }{
		{"", "", "localhost,127.0.0.1,::1"},
		{"internal.example", "", "internal.example,localhost,127.0.0.1,::1"},
		{"", ".corp, 10.0.0.0/8 ", ".corp,10.0.0.0/8,localhost,127.0.0.1,::1"},
		{"a,localhost", "b,127.0.0.1", "a,localhost,b,127.0.0.1,::1"},
		{"localhost,127.0.0.1,::1", "localhost,127.0.0.1,::1", "localhost,127.0.0.1,::1"},
		{"*", "a", "*"},
	} {
		if got := NoProxy(getenv("NO_PROXY", c.upper, "no_proxy", c.lower)); got != c.want {
			t.Errorf("%q and %q: %s", c.upper, c.lower, got)
		}
	}
	if got := NoProxy(getenv(), "172.17.0.1:7426"); got != "localhost,127.0.0.1,::1,172.17.0.1" {
		t.Errorf("with a relay that is reached elsewhere: %s", got)
	}
	for _, name := range proxyVariables {
		for _, no := range []string{"", "internal.example", "localhost", "127.0.0.11"} {
			env := getenv(name, "http://proxy.acme.example:3128", "NO_PROXY", no)
			if err := Seen(env); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s with NO_PROXY=%s: %v", name, no, err)
			}
			if err := Seen(getenv(name, "x", "NO_PROXY", NoProxy(env), "no_proxy", NoProxy(env))); err != nil {
				t.Errorf("mended, still %v", err)
			}
			// Each program reads one spelling.
			if err := Seen(getenv(name, "x", "no_proxy", NoProxy(env))); err == nil {
				t.Error("one spelling alone is taken for both")
			}
		}
	}
	if err := Seen(getenv("HTTPS_PROXY", "http://proxy.acme.example:3128")); err != nil {
		t.Errorf("a proxy for what is encrypted alone: %v", err)
	}
}

// TestARelaysOwnAddress: what points at a relay already is replaced by the relay's address of today, though it is on no loopback.
func TestARelaysOwnAddress(t *testing.T) {
	p := Proxy{Listen: "172.17.0.1:7426", Token: "new", Addresses: map[string]string{"openai": "http://172.17.0.1:7426/t/new/openai"}}
	set, kept := p.Variables(getenv("OPENAI_BASE_URL", "http://172.17.0.1:7426/t/old/openai/v1", "OPENAI_API_BASE", "http://172.17.0.9:7426/t/old/openai/v1"))
	if set["OPENAI_BASE_URL"] != "http://172.17.0.1:7426/t/new/openai/v1" || kept["OPENAI_API_BASE"] == nil {
		t.Errorf("%v, and kept %v", set, kept)
	}
}

// TestInstead: the address that stands somewhere is kept, by the provider that has it, and replaced by no other's.
func TestInstead(t *testing.T) {
	p := proxyWith("TOKEN")
	const front = "http://127.0.0.1:7425/t/TOKEN/"
	anthropic, openai, ollama := address{provider: "anthropic"}, address{provider: "openai", tail: "/v1"}, address{provider: "ollama"}
	for _, c := range []struct {
		a         address
		now, want string
	}{
		{anthropic, "", front + "anthropic"},
		{anthropic, "https://api.anthropic.com", front + "anthropic"},
		{anthropic, "https://API.anthropic.com:443/", front + "anthropic"},
		{anthropic, "https://gateway.acme.example", front + "acme"},
		{anthropic, "https://gateway.acme.example/team/", front + "acme/team"},
		{openai, "https://api.openai.com/v1/", front + "openai/v1"},
		{openai, "https://gateway.acme.example/openai/v1", front + "acme-openai/v1"},
		{openai, "http://localhost:11434/v1", front + "ollama/v1"},
		{ollama, "0.0.0.0", front + "ollama"},
		{ollama, "127.0.0.1:11434", front + "ollama"},
		{openai, "http://127.0.0.1:9999/t/OLD/openai/v1", front + "openai/v1"},
		{openai, "http://localhost:7425/t/TOKEN/acme/v1", front + "acme/v1"},
		{openai, "http://127.0.0.1:7425/acme/v1", front + "acme/v1"},
		{openai, "http://127.0.0.1:7425/acme", front + "acme"},
		{address{provider: "anthropic", tail: "/v1"}, front + "anthropic", front + "anthropic/v1"},
		{openai, "http://127.0.0.1:9999/t/OLD/gone/v1", front + "openai/v1"},
		{address{provider: "openai", tail: "/v1/"}, "https://api.openai.com/v1/", front + "openai/v1/"},
	} {
		if got, err := p.instead(c.now, "X", c.a); err != nil || got != c.want {
			t.Errorf("%s of %q: %s, %v, want %s", c.a.provider, c.now, got, err, c.want)
		}
	}
	for _, c := range []struct {
		a              address
		now, url, name string
		local          bool
	}{
		{anthropic, "https://llm.acme.example/anthropic", "https://llm.acme.example/anthropic", "llm.acme.example-anthropic", false},
		{openai, "https://llm.acme.example/v1/", "https://llm.acme.example", "llm.acme.example", false},
		{openai, "https://gateway.acme.example.evil.example/v1", "https://gateway.acme.example.evil.example", "gateway.acme.example.evil.example", false},
		{openai, "http://gateway.acme.example/openai/v1", "http://gateway.acme.example/openai", "gateway.acme.example-openai", false},
		{openai, "http://localhost:1234/v1", "http://127.0.0.1:1234", "local-1234", true},
		{ollama, "gpu.acme.example", "http://gpu.acme.example:11434", "gpu.acme.example", false},
		{openai, "https://maria:x@llm.acme.example/v1", "", "", false},
		{openai, "https://llm.acme.example/v1?key=x", "", "", false},
		{openai, "ftp://llm.acme.example", "", "", false},
		{openai, "://", "", "", false},
	} {
		_, err := p.instead(c.now, "X", c.a)
		g, ok := errors.AsType[*Gateway](err)
		if !ok || g.URL != c.url || g.Local != c.local || c.url != "" && (g.Provider() != c.name || g.Format != c.a.provider) {
			t.Errorf("%q: %+v, %v", c.now, g, err)
		}
		if ok && (strings.Contains(g.Error(), "maria") || strings.Contains(g.Error(), "key=")) {
			t.Errorf("it tells a credential: %v", g)
		}
	}
}

// TestVariables: each has its address, and one that stands for another host is left alone.
func TestVariables(t *testing.T) {
	p := proxyWith("TOKEN")
	set, kept := p.Variables(getenv("OPENAI_BASE_URL", "https://llm.acme.example/v1", "ANTHROPIC_BASE_URL", "https://gateway.acme.example"))
	if len(kept) != 1 || kept["OPENAI_BASE_URL"] == nil || len(set) != len(variables)-1 {
		t.Errorf("kept %v of %v", kept, slices.Sorted(maps.Keys(set)))
	}
	if set["ANTHROPIC_BASE_URL"] != "http://127.0.0.1:7425/t/TOKEN/acme" || set["OPENAI_API_BASE"] != "http://127.0.0.1:7425/t/TOKEN/openai/v1" {
		t.Errorf("%v", set)
	}
}
