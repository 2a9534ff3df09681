package policy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// hostPattern is a name, or *. and a name for all that is below it. One label alone is nobody's domain.
var hostPattern = text.Expression(`^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$`)

// HostMatches tells whether a host, in small letters, is one that a pattern stands for.
func HostMatches(pattern, host string) bool {
	if below, ok := strings.CutPrefix(pattern, "*"); ok {
		return len(host) > len(below) && strings.HasSuffix(host, below)
	}
	return pattern == host
}

// covers tells whether a pattern stands for all that another does.
func covers(pattern, other string) bool {
	return pattern == other || HostMatches(pattern, strings.TrimPrefix(other, "*."))
}

// Hosts are the patterns of hosts whose connections are intercepted, in order.
func (s *Settings) Hosts() []string {
	var all []string
	for _, p := range s.Providers {
		all = append(all, p.Hosts...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ProviderOf is the provider that lists a host. Where several patterns stand for it, the longest counts.
func (s *Settings) ProviderOf(host string) (name string, ok bool) {
	longest := ""
	for n, p := range s.Providers {
		for _, pattern := range p.Hosts {
			if HostMatches(pattern, host) && (len(pattern) > len(longest) || len(pattern) == len(longest) && pattern > longest) {
				longest, name, ok = pattern, n, true
			}
		}
	}
	return name, ok
}

// unlisted takes the hosts out of a provider that stand for another's of a higher layer.
func (p *Provider) unlisted(by []string) (dropped bool) {
	kept := slices.DeleteFunc(slices.Clone(p.Hosts), func(host string) bool {
		return slices.ContainsFunc(by, func(pattern string) bool { return covers(pattern, host) })
	})
	dropped = len(kept) < len(p.Hosts)
	p.Hosts = kept
	return dropped
}

func (p Provider) equal(q Provider) bool {
	return p.Format == q.Format && p.URL == q.URL && p.Kind == q.Kind && slices.Equal(p.Hosts, q.Hosts) &&
		p.KeyEnv == q.KeyEnv && p.Reroute == q.Reroute && p.Fallback == q.Fallback && p.Limits == q.Limits
}

// hosts checks the hosts of the providers of one file.
func (v *validation) hosts(names []string, providers map[string]Provider) {
	owner := map[string]string{}
	for _, name := range names {
		p := providers[name]
		if len(p.Hosts) > 0 && p.over(builtinProviders[name]).Kind == Local {
			v.at("hosts are for providers that are reached over the network: use kind public or private", "providers", name, "hosts")
		}
		for i, host := range p.Hosts {
			switch {
			case !hostPattern().MatchString(host) || len(host) > 253:
				v.at("a host is a name in small letters such as api.vendor.example, or *.vendor.example for all below it", "providers", name, "hosts", i)
			case owner[host] != "":
				v.at(fmt.Sprintf("provider %s lists this host too: one of them can have it", owner[host]), "providers", name, "hosts", i)
			}
			owner[host] = name
		}
	}
}

// privateHosts checks the hosts that tunnels may reach at private addresses.
func (v *validation) privateHosts(hosts []string) {
	for i, host := range hosts {
		if _, err := netip.ParseAddr(host); err != nil && !hostPattern().MatchString(host) {
			v.at("a private host is a name in small letters, *. and a name for all below it, or an address", "private_hosts", i)
		}
	}
}

// originPattern is what a desktop app sends as its Origin. A web page's is of http or https, which some apps have with a
// name of their own below localhost.
var originPattern = text.Expression(`^(https?://[a-z0-9-]+\.localhost|[a-z][a-z0-9+.-]*://[a-zA-Z0-9._-]+)$`)

// atDoor checks whom else the proxy lets in.
func (v *validation) atDoor(s Settings) {
	for i, origin := range s.Origins {
		web := (strings.HasPrefix(origin, "http:") || strings.HasPrefix(origin, "https:")) && !strings.HasSuffix(origin, ".localhost")
		if web || !originPattern().MatchString(origin) {
			v.at("an origin is a desktop app's, such as app://obsidian.md; a web page's cannot be listed", "origins", i)
		}
	}
	for i, domain := range s.InternalDomains {
		if !hostPattern().MatchString(domain) || strings.HasPrefix(domain, "*") || !strings.Contains(domain, ".") {
			v.at("a domain is in small letters, such as acme.example", "internal_domains", i)
		}
	}
	for i, host := range s.HostNames {
		if !hostPattern().MatchString(host) || strings.HasPrefix(host, "*") {
			v.at("a host name is in small letters and without a port, such as host.docker.internal", "host_names", i)
		}
	}
}
