package proxy

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestWhomTheSettingsLetIn: a desktop app by its origin, whose answers it may read, and another name of this machine; each
// refusal names its setting, and neither opens the door to anybody else.
func TestWhomTheSettingsLetIn(t *testing.T) {
	for _, c := range []struct {
		settings            policy.Settings
		origin, host, named string
	}{
		{policy.Settings{}, "app://obsidian.md", "", "origins"},
		{policy.Settings{Origins: []string{"app://obsidian.md"}}, "app://obsidian.md", "", ""},
		{policy.Settings{Origins: []string{"app://obsidian.md"}}, "app://other.md", "", "origins"},
		{policy.Settings{Origins: []string{"app://obsidian.md"}}, "https://page.example", "", "origins"},
		{policy.Settings{}, "", "host.docker.internal:%", "host_names"},
		{policy.Settings{HostNames: []string{"host.docker.internal"}}, "", "Host.Docker.internal:%", ""},
		{policy.Settings{HostNames: []string{"host.docker.internal"}}, "", "host.docker.internal:1", "host_names"},
		{policy.Settings{HostNames: []string{"host.docker.internal"}}, "", "host.docker.internal", "host_names"},
		{policy.Settings{HostNames: []string{"host.docker.internal"}}, "", "evil.example:%", "host_names"},
	} {
		b := newBenchWith(t, standin.Options{}, func(config *Config) {
			providers := config.Settings().Providers
			config.Settings = func() policy.Settings {
				s := c.settings
				s.Providers = providers
				return s
			}
		})
		ask := func(method string, header ...string) (*http.Response, string) {
			t.Helper()
			req, err := http.NewRequest(method, b.url+"/openai/v1/models", nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.host != "" {
				req.Host = strings.ReplaceAll(c.host, "%", req.URL.Port())
			}
			req.Header.Set("Authorization", "Bearer k")
			if c.origin != "" {
				req.Header.Set("Origin", c.origin)
				req.Header.Set("Sec-Fetch-Site", "cross-site")
			}
			for i := 0; i < len(header); i += 2 {
				req.Header.Set(header[i], header[i+1])
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			text, _ := io.ReadAll(res.Body)
			return res, string(text)
		}
		res, text := ask(http.MethodGet)
		shared := res.Header.Get("Access-Control-Allow-Origin")
		if c.named != "" {
			if res.StatusCode != http.StatusForbidden || !strings.Contains(text, "the setting "+c.named) && !strings.Contains(text, "the names that the setting "+c.named) || shared != "" {
				t.Errorf("%+v: %d %q %s", c, res.StatusCode, shared, text)
			}
			continue
		}
		if res.StatusCode != http.StatusOK || shared != c.origin {
			t.Errorf("%+v: %d %q %s", c, res.StatusCode, shared, text)
		}
		if c.origin == "" {
			continue
		}
		before := len(b.vendor.Requests())
		res, _ = ask(http.MethodOptions, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,x-new")
		if h := res.Header; res.StatusCode != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != c.origin || h.Get("Access-Control-Allow-Methods") != "POST" || h.Get("Access-Control-Allow-Headers") != "authorization,x-new" {
			t.Errorf("asked whether it may: %d %v", res.StatusCode, h)
		}
		if len(b.vendor.Requests()) != before {
			t.Error("the vendor was asked whether an app of this machine may")
		}
	}
}

// TestMethods: what no vendor has is not sent on.
func TestMethods(t *testing.T) {
	b := newBench(t, standin.Options{})
	for method, refused := range map[string]bool{"TRACE": true, "FROBNICATE": true, "PROPFIND": true, "get": true, "GET": false, "HEAD": false, "DELETE": false, "OPTIONS": false} {
		before := len(b.vendor.Requests())
		req, err := http.NewRequest(method, b.url+"/openai/v1/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("X-Scrubjay-Error") == "bad_method" && res.StatusCode == http.StatusMethodNotAllowed; got != refused || (len(b.vendor.Requests()) == before) != refused {
			t.Errorf("%s: %d %s", method, res.StatusCode, res.Header.Get("X-Scrubjay-Error"))
		}
	}
}
