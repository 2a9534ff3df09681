package opa

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

const (
	// fetchLimit is how long one answer may take.
	fetchLimit = 30 * time.Second
	// longPoll is how long a server that can may hold a request until there is news. Most proxies on the way would give up
	// on an answer after half a minute or later.
	longPoll = 25 * time.Second
	// longPolled is the type of the answers of a server that can, by OPA's convention.
	longPolled = "application/vnd.openpolicyagent.bundles"
	// justNow is how young a file may be when it is sent to be told from the one that replaces it.
	justNow = 2 * time.Second
	// freshEvery is how often a poll asks for the file as if this machine had none. An image of a container gives all its
	// files one date, and then a server that makes its tags of date and length has one for all bundles of a length.
	freshEvery = 60
)

// answer is what a server said; raw is nothing if it has nothing new.
type answer struct {
	raw []byte
	version
}

// version is what a server calls the file that it sent.
type version struct{ etag, modified string }

// versionOf reads it from an answer. A file that was written a moment before has none: nginx and others make their tags of
// the second and the length, so that a file that replaces it within the second may have the same. A server that holds
// requests is none of those: it has to know that a file is another.
func versionOf(h http.Header) version {
	v := version{h.Get("ETag"), h.Get("Last-Modified")}
	sent, serr := http.ParseTime(h.Get("Date"))
	written, werr := http.ParseTime(v.modified)
	if !holds(h) && serr == nil && werr == nil && sent.Sub(written) < justNow {
		return version{}
	}
	return v
}

// holds tells whether a server says that it holds requests until there is news.
func holds(h http.Header) bool { return h.Get("Content-Type") == longPolled }

// errNotThere is a server that answers, and has no bundle.
type errNotThere struct{ error }

// fetch asks the server once.
func (s *Source) fetch(ctx context.Context) (answer, error) {
	if strings.HasPrefix(s.Organisation.URL, policy.RegistryScheme) {
		return s.fetchOCI(ctx)
	}
	s.asked++
	has := s.has
	if s.asked%freshEvery == 0 {
		has = version{}
	}
	limit := fetchLimit
	if s.waits {
		limit += longPoll
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Organisation.URL, nil)
	if err != nil {
		return answer{}, errors.New("organisation.url is no address")
	}
	// The file is compressed itself. Without this the transport would take a server's label for it away.
	req.Header.Set("Accept-Encoding", "identity")
	switch {
	case has.etag != "":
		req.Header.Set("If-None-Match", has.etag)
	case has.modified != "":
		req.Header.Set("If-Modified-Since", has.modified)
	}
	if s.waits || has.etag == "" { // without a condition it is answered at once
		req.Header.Set("Prefer", fmt.Sprintf("modes=snapshot;wait=%d", longPoll/time.Second))
	}
	res, err := s.Client.Do(req)
	if err != nil {
		// The address may hold a key to the server.
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return answer{}, fmt.Errorf("its server does not answer: %w", err)
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusNotModified:
		return answer{version: has}, nil
	case http.StatusOK:
	case http.StatusNotFound:
		return answer{}, errNotThere{errors.New("its server answers 404: see whether organisation.url names the bundle file")}
	default:
		return answer{}, fmt.Errorf("its server answers %d: see whether organisation.url names the bundle file", res.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, bundleLimit+1))
	if err != nil {
		return answer{}, fmt.Errorf("its server's answer broke off: %w", err)
	}
	s.waits = holds(res.Header)
	return answer{raw, versionOf(res.Header)}, nil
}
