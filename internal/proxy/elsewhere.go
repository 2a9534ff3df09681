package proxy

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// A request may go to another provider than the one it was sent to: where policy forbids it there, and a private or
// local one was named to take its place (reroute); or while that one cannot be reached or is overloaded (fallback). It
// is judged and scrubbed for the other like any request, and the answer says where it comes from.

// elsewhereHeader names, in an answer, who gave it instead of whom, and why.
const elsewhereHeader = "X-Scrubjay-Elsewhere"

// forAnybody are the headers that whoever takes a request gets. The others may say who the caller is to the one that it
// was meant for: one vendor's credentials, or a gateway's, are not for another.
var forAnybody = []string{"Accept", "Accept-Encoding", "Anthropic-Beta", "Anthropic-Version", "Content-Type", "Openai-Beta", "User-Agent"}

// goElsewhere makes the exchange one with another provider; false if none takes this one's place.
func (p *Proxy) goElsewhere(x *exchange, to policy.Elsewhere, why string) bool {
	config, ok := p.instead(x, to, why)
	if !ok {
		return false
	}
	note := "instead of " + x.provider + ": " + why
	if x.canary { // it goes to its stand-in whoever's place that takes, and has no use for a key
		config.URL, config.KeyEnv, note = x.config.URL, "", CanaryNote
	}
	x.elsewhere = x.provider + " -> " + to.Provider + "; " + why
	t := *x.target
	t.provider, t.config = to.Provider, config
	if to.Model != "" {
		t.path = t.route.WithModel(t.path, to.Model)
	}
	x.target, x.toModel = &t, to.Model
	x.record.Provider, x.record.Note = to.Provider, note
	x.record.Verdict, x.record.Status = "", 0 // which are of what becomes of it there
	x.record.Classes, x.record.Rules, x.record.Fingerprints, x.record.Attachments, x.kept = nil, nil, nil, nil, nil
	return true
}

// instead is the provider that may take this one's place.
func (p *Proxy) instead(x *exchange, to policy.Elsewhere, why string) (policy.Provider, bool) {
	if to.Provider == "" || x.elsewhere != "" || x.match != wire.Completion {
		return policy.Provider{}, false
	}
	config, ok := p.Settings().Providers[to.Provider]
	return config, ok && config.Format == x.config.Format && (why != "forbidden" && why != "policy" || config.Kind != policy.Public)
}

// forbidden are the codes of refusals after which a request may go elsewhere.
func forbidden(code string) bool { return code == "forbidden_by_policy" || code == attachmentForbidden }

// overloaded tells the statuses of a vendor that another may stand in for.
func overloaded(status int) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, 529:
		return true
	}
	return false
}

// send scrubs a request for its provider and sends it, or for another that takes its place.
func (p *Proxy) send(r *http.Request, x *exchange, body []byte) (*http.Response, *failure) {
	for {
		began, waited := time.Now(), x.waited
		out, fail := p.scrub(r.Context(), x, body)
		x.added += time.Since(began) - (x.waited - waited)
		if fail != nil && forbidden(fail.code) && p.goElsewhere(x, x.config.Reroute, "forbidden") {
			continue
		}
		if fail != nil && fail.recorded != nil { // the settings have changed meanwhile
			fail = fail.recorded()
		}
		if fail != nil && fail.code == elsewhereOnly {
			if p.goElsewhere(x, x.config.Reroute, "policy") {
				continue
			}
			fail = p.notRerouted(x)
		}
		if fail != nil {
			return nil, fail
		}
		if x.toModel != "" && len(out) > 0 {
			req, err := x.read(out)
			if err != nil && !errors.Is(err, wire.ErrTokens) {
				return nil, malformed(err) // it was read a moment ago
			}
			out = req.WithModel(x.toModel)
		}
		res, fail := p.forward(r, x, out)
		if x.texts != nil && fail == nil {
			x.texts.Sent = out
		}
		switch {
		case fail != nil && fail.code == "upstream_unreachable" && p.goElsewhere(x, x.config.Fallback, "unreachable"):
			continue
		case fail == nil && overloaded(res.StatusCode) && p.goElsewhere(x, x.config.Fallback, "overloaded"):
			_ = res.Body.Close() // its answer is not wanted
			continue
		}
		return res, fail
	}
}

// forOther gives a request the credentials of the provider that it goes to instead.
func (x *exchange) forOther(h http.Header, getenv func(string) string) error {
	if x.elsewhere == "" {
		return nil
	}
	for name := range h {
		if !slices.Contains(forAnybody, name) {
			h.Del(name)
		}
	}
	if x.config.KeyEnv == "" {
		return nil
	}
	key := getenv(x.config.KeyEnv)
	if key == "" {
		return errors.New("the variable " + x.config.KeyEnv + " of the daemon's environment, which key_env names, is empty")
	}
	switch x.config.Format {
	case "anthropic":
		h.Set("X-Api-Key", key)
	case "gemini":
		h.Set("X-Goog-Api-Key", key)
	default:
		h.Set("Authorization", "Bearer "+key)
	}
	return nil
}
