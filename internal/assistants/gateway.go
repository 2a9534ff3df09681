package assistants

import (
	"cmp"
	"maps"
	"net"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// An assistant may have been pointed at an address already: a company's gateway, another vendor, a model of this
// machine. Its credential is meant for that host. So the address is kept: what is put in its place leads, by a provider
// of that url, to the same host; and where no provider has it, nothing is put in its place.

// Gateway is an address that an assistant's requests go to and that no provider has.
type Gateway struct {
	// URL is what a provider's url would have to be, and Format what is spoken there.
	URL, Format string
	// Where is where it is named.
	Where string
	// Local says that it is on this machine.
	Local bool
}

func (g *Gateway) Error() string {
	if g.URL == "" {
		return g.Where + " names an address that cannot be a provider's url: write it with http:// or https://, and without a password or a query"
	}
	return g.Where + " names " + g.URL + " already, and no provider has that url: what is meant for that host is not sent to another"
}

// Provider is a name for a provider of that url.
func (g *Gateway) Provider() string {
	u, _ := url.Parse(g.URL) // it was made of one
	name := strings.ToLower(u.Hostname())
	if g.Local {
		name = "local-" + u.Port()
	}
	return strings.Trim(noName.ReplaceAllString(name+u.Path, "-"), "-.")
}

var noName = regexp.MustCompile(`[^a-z0-9.]+`)

// plainURL is an address as two that mean the same are written alike.
func plainURL(text string) (*url.URL, bool) {
	if !strings.Contains(text, "://") {
		text = "http://" + text // as Ollama's variable may be
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, false
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if isLocal(host) {
		host = "127.0.0.1"
	}
	if port == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		port = ""
	}
	u.Host = host
	if port != "" {
		u.Host = net.JoinHostPort(host, port)
	}
	u.Path, u.RawPath = strings.TrimRight(path.Clean("/"+u.Path), "/"), ""
	return u, true
}

// isLocal also takes the address that a server of this machine may listen on.
func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// below is what stands in an address behind another.
func below(u, base *url.URL) (string, bool) {
	rest, ok := strings.CutPrefix(u.Path, base.Path)
	return rest, ok && u.Scheme == base.Scheme && u.Host == base.Host && (rest == "" || rest[0] == '/')
}

// ours tells whether an address is one of a proxy like this, with whatever token and port, whose it is there, and what
// stands behind that.
func (p Proxy) ours(u *url.URL) (provider, path string, ok bool) {
	own, known := plainURL(p.Listen)
	here := known && own.Host == u.Host // a relay may be reached elsewhere
	if !isLocal(u.Hostname()) && !here {
		return "", "", false
	}
	rest, inPath := strings.CutPrefix(u.Path, "/t/")
	if inPath {
		_, rest, _ = strings.Cut(rest, "/")
	} else if here {
		inPath, rest = true, strings.TrimPrefix(u.Path, "/")
	}
	if at := strings.IndexByte(rest, '/'); at >= 0 {
		return rest[:at], rest[at:], inPath
	}
	return rest, "", inPath
}

// instead is what has to stand where an address stands now: ours, of the provider that leads to the same. If nothing
// stands there it is that of the provider whose the setting is; if there is no such, nothing.
func (p Proxy) instead(now, where string, a address) (string, error) {
	usual := ""
	if base, ok := p.Addresses[a.provider]; ok {
		usual = base + a.tail
	}
	if now == "" {
		return usual, nil
	}
	u, ok := plainURL(now)
	if !ok {
		return "", &Gateway{Where: where}
	}
	if a.provider == "ollama" && u.Port() == "" && u.Scheme == "http" {
		u.Host = net.JoinHostPort(u.Hostname(), "11434") // what Ollama's own programs take
	}
	if name, rest, ok := p.ours(u); ok {
		base, ok := p.Addresses[name]
		if !ok || name == a.provider {
			return usual, nil
		}
		return ended(base+rest, a), nil
	}
	best, found := "", -1
	names := slices.Sorted(maps.Keys(p.Addresses))
	slices.SortStableFunc(names, func(x, y string) int { return -cmp.Compare(is(x, a.provider), is(y, a.provider)) })
	for _, name := range names {
		of, ok := plainURL(p.URLs[name])
		if !ok || p.URLs[name] == "" {
			continue
		}
		if rest, ok := below(u, of); ok && len(of.Path) > found {
			best, found = p.Addresses[name]+rest, len(of.Path)
			if name == a.provider && rest == "" {
				best = strings.TrimRight(usual, "/") // the vendor itself, whether its version was named or not
			}
		}
	}
	if found >= 0 {
		return ended(best, a), nil
	}
	g := &Gateway{Where: where, Format: a.provider, Local: isLocal(u.Hostname())}
	u.Path = strings.TrimSuffix(u.Path, strings.TrimRight(a.tail, "/"))
	g.URL = u.String()
	return "", g
}

// ended is an address that ends as its assistant wants it.
func ended(to string, a address) string {
	if strings.HasSuffix(a.tail, "/") {
		return strings.TrimRight(to, "/") + "/"
	}
	return to
}

func is(x, y string) int {
	if x == y {
		return 1
	}
	return 0
}
