// Package wire knows the vendors' formats: where text stands in a request, and where it comes back in an
// answer. It does no HTTP, no detection and no policy.
//
// A [Format] is one vendor's language, one file each, found by [ByName]. Its [Route] for a path reads a body:
//
//   - [Route.Request] lists every string of a request as a [Span], object keys and unknown fields included,
//     except what the format's table exempts, for a stated reason and only where the table says. It refuses
//     what two parsers could read differently: see [Malformed].
//   - [Splice] replaces spans. Every byte outside them stays as it is; without edits the body is the same slice.
//   - [Route.Answer] and [Route.Stream] send the text of an answer through restorers, one for each [Lane] of
//     text, and splice what they change. Every other byte, and the order of events, stays.
//   - [Route.Open] and [Format.Guess] tell by an answer's first bytes what it is, where its label does not, or no table
//     knows the path; [Request.Tools] says by the request what a tool of the answer does with its arguments.
//   - [Route.WithNote] adds to the system's text of a request.
//   - [Multipart] lists the texts and files of form-data.
//   - [Route.Relink] has an answer's addresses lead its caller back to us, where the next answer is restored too.
//   - [Route.Conversation] does the same for a websocket, a message at a time; [Format.Socket] finds its route.
//
// Below it stand two rooms that know no format: jsontext, what JSON's bytes say, and event, a stream's events.
//
// What never changes: thinking that a vendor signs, and its signatures; numbers; the padding of "obfuscation".
// Logprobs are passed through as they are: their tokens show placeholders in pieces, never a value.
//
// To add a format, write its tables ([Field]) beside its fellows, put it into the array below, and give it
// vectors in testdata/wire: a test fails for a format without them. The array is the one list of formats. Settings,
// their schema and the conformance tests are made of it, and docs_test.go names what else has to speak of a new one.
package wire

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Format is one vendor's language.
type Format struct {
	Name   string
	routes []*Route
	// sockets are the endpoints that are websockets. They need a streaming without events of ours.
	sockets []*Route
	// harmless paths carry nothing of the person's. One that ends in a slash covers what is below it.
	harmless []string
	// failure renders an error as the vendor would.
	failure func(status int, code, message string) []byte
	// credentials are the parameters of a query that the vendor's own credential may come in.
	credentials []string
}

// Route is one endpoint that carries text.
type Route struct {
	Format *Format
	// Path is the endpoint's. In it {} stands for a name: text without a slash or a colon. {model} is the
	// model's, and {...} is one name or more with the slashes between them.
	Path string
	// Bodiless is an endpoint whose requests have no body.
	Bodiless bool

	method string // POST if empty
	// also are other paths of the same endpoint.
	also []string
	// queried says that the model stands in the query.
	queried bool
	// joined are the top-level fields, in this order, that are one text.
	joined []string

	// system is where a request has the system's text; nothing if it has none.
	system []systemPlace

	request *table
	answer  *table
	stream  streaming
	// links are addresses in an answer that its caller asks next.
	links *table
}

// formats, in the order errors list them.
var formats = []*Format{
	openai,
	anthropic,
	gemini,
	ollama,
	mistral,
}

func init() {
	for _, f := range formats {
		for _, r := range append(f.routes, f.sockets...) {
			if r.Format == nil {
				r.Format = f
			}
		}
	}
}

// Formats lists the names that configuration may use.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name
	}
	return names
}

// ByName finds a format.
func ByName(name string) (*Format, error) {
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
	}
	return nil, fmt.Errorf("format %q is none of %s", name, strings.Join(Formats(), ", "))
}

// Match says what is known of a method and path.
type Match uint8

// Only a Completion has a Route. What is Unknown may carry anything.
const (
	Unknown Match = iota
	Harmless
	Completion
)

// Route finds what the format knows of a request. The path is the vendor's own and may have a query.
func (f *Format) Route(method, path string) (*Route, Match) {
	path, _, _ = strings.Cut(path, "?")
	for _, r := range f.routes {
		if _, _, ok := r.match(path); ok && method == cmp.Or(r.method, "POST") {
			return r, Completion
		}
	}
	if method == "GET" {
		for _, h := range f.harmless {
			if _, _, ok := match(h, path); ok || strings.HasSuffix(h, "/") && strings.HasPrefix(path, h) {
				return nil, Harmless
			}
		}
	}
	for _, r := range f.routes {
		if _, _, ok := r.near(path); ok && method == cmp.Or(r.method, "POST") {
			return r, Completion
		}
	}
	return nil, Unknown
}

// Model is the name of the model where the path holds it, or the query if that is its place, as the vendor reads it.
func (r *Route) Model(path string) string {
	path, query, _ := strings.Cut(path, "?")
	from, to := r.model(path)
	if r.queried {
		values, _ := url.ParseQuery(query) // of one that is damaged, what can be read
		return values.Get("model")
	}
	if name, err := url.PathUnescape(path[from:to]); err == nil {
		return name
	}
	return path[from:to]
}

// WithModel is the path with another model's name, if it holds one.
func (r *Route) WithModel(path, name string) string {
	plain, _, _ := strings.Cut(path, "?")
	from, to := r.model(plain)
	if from == to {
		return path
	}
	// A colon would end the name.
	return path[:from] + strings.ReplaceAll(url.PathEscape(name), ":", "%3A") + path[to:]
}

// WithoutCredential is a path without what its query says of the vendor's own credential, which is nobody else's
// business and no finding.
func (f *Format) WithoutCredential(path string) string {
	path, query, found := strings.Cut(path, "?")
	if !found {
		return path
	}
	var kept []string
	for parameter := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(parameter, "="); !slices.Contains(f.credentials, name) {
			kept = append(kept, parameter)
		}
	}
	return path + "?" + strings.Join(kept, "&")
}

// at is a route of f at paths of another vendor that speaks its format too, errors included.
func (f *Format) at(r *Route, path string, also ...string) *Route {
	other := *r
	other.Format, other.Path, other.also = f, path, also
	return &other
}

// model tells where in a path of this route the model is named.
func (r *Route) model(path string) (from, to int) {
	from, to, ok := r.match(path)
	if !ok {
		from, to, _ = r.near(path)
	}
	return from, to
}

// match tells whether a path is this route's, and where in it the model is named: nowhere if from is to.
func (r *Route) match(path string) (from, to int, ok bool) {
	if from, to, ok = match(r.Path, path); ok {
		return from, to, true
	}
	for _, also := range r.also {
		if from, to, ok = match(also, path); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

// match tells whether a path is what a pattern describes, and where the model is that it names.
func match(pattern, path string) (from, to int, ok bool) {
	at := 0
	for {
		fixed, rest, variable := strings.Cut(pattern, "{")
		if !variable {
			return from, to, pattern == path[at:]
		}
		if !strings.HasPrefix(path[at:], fixed) {
			return 0, 0, false
		}
		at += len(fixed)
		variableName, after, _ := strings.Cut(rest, "}")
		n := strings.IndexAny(path[at:], "/:")
		if n < 0 {
			n = len(path) - at
		}
		if n == 0 {
			return 0, 0, false
		}
		switch variableName {
		case "...":
			// The fewest names that let the rest match.
			for i := at + n; i < len(path); i++ {
				if path[i] != '/' {
					continue
				}
				if from, to, ok = match(after, path[i:]); ok {
					return i + from, i + to, true
				}
			}
			return 0, 0, false
		case "model":
			from, to = at, at+n
		}
		pattern, at = after, at+n
	}
}

// Error renders an error as the vendor would, so that every client can show it. code is ours, in lower case
// with underscores; formats without a place for it leave it out.
func (f *Format) Error(status int, code, message string) (body []byte, contentType string) {
	return f.failure(status, code, message), "application/json"
}
