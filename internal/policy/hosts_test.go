package policy

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestHostMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, host string
		want          bool
	}{
		{"api.vendor.example", "api.vendor.example", true},
		{"api.vendor.example", "x.api.vendor.example", false},
		{"*.vendor.example", "api.vendor.example", true},
		{"*.vendor.example", "a.b.vendor.example", true},
		{"*.vendor.example", "vendor.example", false},
		{"*.vendor.example", ".vendor.example", false},
		{"*.vendor.example", "evilvendor.example", false},
		{"*.vendor.example", "api.vendor.example.evil.example", false},
	} {
		if got := HostMatches(c.pattern, c.host); got != c.want {
			t.Errorf("%s for %s: %v", c.pattern, c.host, got)
		}
	}
}

// TestWhoseHost: a host belongs to the highest layer's provider, and a lower one's can take none of it.
// TestProvidersDiffer: what a lower layer says of a provider is compared whole, or nobody is told that it does not count.
func TestProvidersDiffer(t *testing.T) {
	kinds := map[reflect.Kind]func(reflect.Value){
		reflect.String: func(v reflect.Value) { v.SetString("x") },
		reflect.Int:    func(v reflect.Value) { v.SetInt(1) },
		reflect.Slice:  func(v reflect.Value) { v.Set(reflect.ValueOf([]string{"a.example"})) },
	}
	var differs func(p *Provider, v reflect.Value, name string)
	differs = func(p *Provider, v reflect.Value, name string) {
		for i := range v.NumField() {
			f, name := v.Field(i), name+"."+v.Type().Field(i).Name
			if f.Kind() == reflect.Struct {
				differs(p, f, name)
				continue
			}
			kinds[f.Kind()](f)
			if p.equal(Provider{}) {
				t.Errorf("%s is not compared", name)
			}
			f.SetZero()
		}
	}
	var p Provider
	differs(&p, reflect.ValueOf(&p).Elem(), "Provider")
}

func TestWhoseHost(t *testing.T) {
	mine := func(name string, kind Kind, hosts ...string) *Settings {
		return &Settings{Providers: map[string]Provider{name: {Format: "openai", URL: "https://api.vendor.example", Kind: kind, Hosts: hosts}}}
	}
	for _, c := range []struct {
		name          string
		managed, user *Settings
		host, want    string
		notes         int
	}{
		{name: "a built-in provider", host: "api.individual.githubcopilot.com", want: "copilot"},
		{name: "its other host", host: "copilot-proxy.githubusercontent.com", want: "copilot"},
		{name: "what is beside it", host: "raw.githubusercontent.com"},
		{name: "one of the person's", user: mine("mine", Public, "api.vendor.example"), host: "api.vendor.example", want: "mine"},
		{name: "a built-in one's, taken over", user: mine("mine", Public, "*.githubcopilot.com"), host: "api.githubcopilot.com", want: "mine"},
		{name: "a part of it, taken over", user: mine("mine", Public, "api.githubcopilot.com"), host: "api.githubcopilot.com", want: "mine"},
		{name: "the rest of it", user: mine("mine", Public, "api.githubcopilot.com"), host: "proxy.githubcopilot.com", want: "copilot"},
		{name: "a higher layer's", managed: mine("ours", Public, "*.vendor.example"), user: mine("mine", Private, "*.vendor.example"),
			host: "api.vendor.example", want: "ours", notes: 2},
		{name: "a part of a higher layer's", managed: mine("ours", Public, "*.vendor.example"), user: mine("mine", Private, "api.vendor.example"),
			host: "api.vendor.example", want: "ours", notes: 2},
		{name: "around a higher layer's", managed: mine("ours", Public, "api.vendor.example"), user: mine("mine", Public, "*.vendor.example"),
			host: "api.vendor.example", want: "ours"},
		{name: "none are wanted", user: &Settings{Providers: map[string]Provider{"copilot": {Hosts: []string{}}}}, host: "api.githubcopilot.com"},
	} {
		l := &Layers{Managed: c.managed, User: c.user}
		s := l.Wire()
		if name, ok := s.ProviderOf(c.host); name != c.want || ok != (c.want != "") {
			t.Errorf("%s: %s is %q's, not %q's", c.name, c.host, name, c.want)
		}
		if notes := l.Ignored(); len(notes) != c.notes {
			t.Errorf("%s: notes %q", c.name, notes)
		}
	}
}

func TestHostsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"providers: {copilot: {hosts: ['api.vendor.example', '*.below.vendor.example']}}", ""},
		{"providers: {copilot: {hosts: ['*.com']}}", "a host is a name"},
		{"providers: {copilot: {hosts: ['*']}}", "a host is a name"},
		{"providers: {copilot: {hosts: ['API.vendor.example']}}", "a host is a name"},
		{"providers: {copilot: {hosts: ['api.vendor.example:443']}}", "a host is a name"},
		{"providers: {copilot: {hosts: ['192.0.2.1']}}", "a host is a name"},
		{"providers: {copilot: {hosts: ['a.*.example']}}", "a host is a name"},
		{"providers: {ollama: {hosts: ['api.vendor.example']}}", "hosts are for providers"},
		{"providers: {copilot: {hosts: ['api.vendor.example']}, openai: {hosts: ['api.vendor.example']}}", "lists this host too"},
		{"private_hosts: ['npm.acme.example', '10.1.2.3', '*.corp.acme.example']", ""},
		{"private_hosts: ['everything']", "a private host is"},
		{"origins: ['app://obsidian.md', 'tauri://localhost', 'https://tauri.localhost', 'capacitor-electron://-']", ""},
		{"origins: ['https://page.example']", "an origin is a desktop app's"},
		{"origins: ['http://localhost:3000']", "an origin is a desktop app's"},
		{"origins: ['https://evil.example/x.localhost']", "an origin is a desktop app's"},
		{"origins: ['null']", "an origin is a desktop app's"},
		{"origins: ['*']", "an origin is a desktop app's"},
		{"host_names: ['host.docker.internal']", ""},
		{"host_names: ['host.docker.internal:7425']", "a host name is in small letters"},
		{"host_names: ['*.internal.example']", "a host name is in small letters"},
		{"internal_domains: [acme.example, acme.co.jp]", ""},
		{"internal_domains: ['*.acme.example']", "a domain is in small letters"},
		{"internal_domains: [acme]", "a domain is in small letters"},
		{"ledger_keep_days: 400", ""},
		{"ledger_keep_days: -1", "a number of days"},
		{"websockets: refuse", ""},
		{"websockets: sometimes", "websockets is scrub or refuse"},
	} {
		_, err := LoadSettings(Paths{User: write(t, "config.yaml", c.text+"\n")})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}

func TestTheDoorOfLayers(t *testing.T) {
	l := &Layers{Managed: &Settings{Origins: []string{"app://a"}, HostNames: []string{"a.example"}}, User: &Settings{Origins: []string{"app://b"}, HostNames: []string{"b.example"}}}
	if s := l.Wire(); !slices.Equal(s.Origins, []string{"app://a", "app://b"}) || !slices.Equal(s.HostNames, []string{"a.example", "b.example"}) {
		t.Errorf("%q, %q", s.Origins, s.HostNames)
	}
}

func TestWebsocketsAndPrivateHostsOfLayers(t *testing.T) {
	for _, c := range []struct{ managed, user, want string }{
		{"", "", ""}, {"scrub", "refuse", RefuseWebsockets}, {"refuse", "scrub", RefuseWebsockets}, {"", "scrub", ScrubWebsockets},
	} {
		l := &Layers{Managed: &Settings{Websockets: c.managed, PrivateHosts: []string{"a.example"}}, User: &Settings{Websockets: c.user, PrivateHosts: []string{"b.example"}}}
		s := l.Wire()
		if s.Websockets != c.want || !slices.Equal(s.PrivateHosts, []string{"a.example", "b.example"}) {
			t.Errorf("%+v: %q, %q", c, s.Websockets, s.PrivateHosts)
		}
	}
}
