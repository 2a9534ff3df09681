package proxy

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// target is where a request wants to go.
type target struct {
	provider string
	config   policy.Provider
	format   *wire.Format
	// path is the vendor's own, with its query.
	path string
	// route is nil for what the format has no table for.
	route *wire.Route
	match wire.Match
	// canary says that it goes to a stand-in, whatever the provider's address is.
	canary bool
	// relay is the name of the relay that it came through, if it did.
	relay string
	// inspect handles a request that is about the proxy itself (metrics.go), and for no provider.
	inspect http.Handler
	// socket says that it asks for a websocket.
	socket bool
	// front is our address as the caller has it, with the token if that came in the path, and without the provider.
	front string
	// app is the origin of the desktop app that asks, if it is one that asks like a web page.
	app string
	// intercepted says that the caller believes to speak with the vendor itself.
	intercepted bool
}

// CanaryHeader names a request that goes to a stand-in, and which; CanaryNote is what the ledger says of it.
const (
	CanaryHeader = "X-Scrubjay-Canary"
	CanaryNote   = "canary: it went to doctor's stand-in"
)

// What whoever is turned away is told, at this door and at a relay's.
const (
	answersTo = "answers to 127.0.0.1 and localhost only, and to the names that the setting host_names lists, such as host.docker.internal"
	noBrowser = "web pages may not use this proxy"
	badToken  = "the token is missing or wrong: "
)

// endpoint names the request for the ledger: the path that the table knows, never one that a caller made up.
func (t *target) endpoint(method string) string {
	switch t.match {
	case wire.Completion:
		return t.route.Path
	case wire.Harmless:
		return method + " harmless"
	}
	return method + " unknown"
}

// hostNames are what Host may be: a page that rebinds a name of its own to this machine sends that name.
func hostNames(port int) map[string]bool {
	names := map[string]bool{}
	for _, host := range []string{"127.0.0.1", "::1", "localhost"} {
		names[net.JoinHostPort(host, strconv.Itoa(port))] = true
	}
	return names
}

// enter decides who may come in and finds where the request wants to go. Browsers are refused by what
// they cannot leave out; other accounts of this machine, for which loopback is open, by the token.
func (p *Proxy) enter(r *http.Request) (*target, *failure) {
	settings := p.Settings()
	if !p.hosts[strings.ToLower(r.Host)] && !p.alsoNamed(r.Host, settings.HostNames) {
		return nil, refuse(http.StatusForbidden, "bad_host", "this proxy "+answersTo)
	}
	app := ""
	if fromBrowser(r) {
		if app = r.Header.Get("Origin"); !slices.Contains(settings.Origins, app) {
			return nil, refuse(http.StatusForbidden, "browser", noBrowser+"; a desktop app may, if the setting origins lists what it sends as its Origin, such as app://obsidian.md")
		}
	}
	token, path, front := brought(r)
	if !same(token, p.Token) {
		return nil, refuse(http.StatusUnauthorized, "bad_token", badToken+"scrubjay env prints the base URL that holds it")
	}
	relay := r.Header.Get(relayHeader)
	if relay != "" {
		if !relayNames().MatchString(relay) {
			return nil, refuse(http.StatusBadRequest, "bad_relay", "a relay's name is letters, digits, _ and -")
		}
		front = r.Header.Get(frontHeader)
	} else if h := p.metrics.inspect(r.Method, path); h != nil { // what the proxy itself is doing is this machine's business
		return &target{inspect: h}, nil
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	config, ok := settings.Providers[name]
	if !ok {
		return nil, refuse(http.StatusNotFound, "no_provider", "no provider of this name is configured: scrubjay env lists those that are")
	}
	canary := r.Header.Get(CanaryHeader)
	if canary != "" {
		if config.URL, ok = p.Canary(canary); !ok {
			return nil, refuse(http.StatusNotFound, "no_canary", "no stand-in waits for this canary: scrubjay doctor sends them")
		}
	}
	t, fail := aim(r, name, config, "/"+rest)
	if fail != nil {
		return nil, fail
	}
	t.canary, t.front, t.app, t.relay = canary != "", front, app, relay
	// Who is told an address of ours may write it differently than its vendor's.
	format, _ := wire.ByName(config.Format) // aim knows it, too
	if tidy := format.Tidy(t.path); tidy != t.path {
		t.path = tidy
		t.look(r.Method, format)
	}
	if t.route != nil && versioned(name, config) {
		t.path = t.route.WithVersion(t.path)
	}
	return t, nil
}

// versioned tells whether a provider's paths begin with the version and its url does not end in one. Those who speak
// OpenAI's format may well have none.
func versioned(name string, config policy.Provider) bool {
	u, err := url.Parse(config.URL)
	if err != nil {
		return false
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if len(segment) > 1 && segment[0] == 'v' && segment[1]-'0' <= 9 {
			return false
		}
	}
	return config.Format != "openai" || name == "openai" || u.Host == "api.openai.com"
}

// alsoNamed tells whether a Host is one of the person's other names for this machine, at our port.
func (p *Proxy) alsoNamed(host string, names []string) bool {
	name, port, err := net.SplitHostPort(strings.ToLower(host))
	return err == nil && port == strconv.Itoa(p.Port) && slices.Contains(names, name)
}

// methods are those that vendors have. Others are no request of an assistant's.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// share lets a desktop app that asks like a web page read the answer. It is true if the request only asks whether it may.
func (t *target) share(w http.ResponseWriter, r *http.Request) bool {
	if t.app == "" {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", t.app)
	h.Set("Access-Control-Expose-Headers", "*")
	h.Add("Vary", "Origin")
	asked := r.Header.Get("Access-Control-Request-Method")
	if r.Method != http.MethodOptions || asked == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", asked)
	if names := r.Header.Get("Access-Control-Request-Headers"); names != "" {
		h.Set("Access-Control-Allow-Headers", names)
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

func fromBrowser(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return r.Header.Get("Origin") != "" || site == "cross-site" || site == "same-site"
}

// brought is the token that a request brings, in its path or in a header; the path without it; and our address as the caller has it.
func brought(r *http.Request) (token, path, front string) {
	token, path, front = r.Header.Get("X-Scrubjay-Token"), r.URL.EscapedPath(), "http://"+r.Host
	if rest, ok := strings.CutPrefix(path, "/t/"); ok {
		token, path, _ = strings.Cut(rest, "/")
		path, front = "/"+path, front+"/t/"+token
	}
	return token, path, front
}

func same(token, own string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(own)) == 1
}

// aim finds what is known of the vendor's path that a request wants.
func aim(r *http.Request, name string, config policy.Provider, path string) (*target, *failure) {
	if !slices.Contains(methods, r.Method) {
		return nil, refuse(http.StatusMethodNotAllowed, "bad_method", "no vendor has this method: send GET, POST or another that its documentation names")
	}
	// Only what stands below the provider's address may be reached.
	if plain, err := url.PathUnescape(path); err != nil || leadsElsewhere(plain) {
		return nil, refuse(http.StatusBadRequest, "bad_path", "the path has a segment that leads elsewhere: write it out")
	}
	format, err := wire.ByName(config.Format)
	if err != nil {
		return nil, refuse(http.StatusNotImplemented, "unknown_format", err.Error()+": requests to it are refused, because they could not be scrubbed")
	}
	t := &target{provider: name, config: config, path: path, socket: r.Header.Get("Upgrade") != ""}
	if r.URL.RawQuery != "" {
		t.path += "?" + r.URL.RawQuery
	}
	t.look(r.Method, format)
	return t, nil
}

// look finds the table of the path.
func (t *target) look(method string, format *wire.Format) {
	t.format, t.match = format, wire.Unknown
	if t.socket {
		if t.route = format.Socket(t.path); t.route != nil {
			t.match = wire.Completion
		}
	} else if t.route, t.match = format.Route(method, t.path); t.match == wire.Unknown {
		t.route = format.Opaque()
	}
	if t.route != nil {
		t.format = t.route.Format
	}
}

func leadsElsewhere(path string) bool {
	for segment := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}
