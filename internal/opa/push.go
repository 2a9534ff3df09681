package opa

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// Pushed says what was put there, and who takes it.
type Pushed struct {
	Scope    string
	Keys     []string // the ids of those that signed it
	Sequence int64
	Expires  time.Time
	// Judged is true if this machine's own settings name the organisation, and it would take the bundle.
	Judged bool
}

func (p Pushed) String() string {
	text := fmt.Sprintf("pushed: scope %s, sequence %d, until %s.", p.Scope, p.Sequence, p.Expires.UTC().Format(time.DateOnly))
	if p.Judged {
		return text + " This machine would take it, and so does every machine with the same keys and scope, with its next poll"
	}
	return text + fmt.Sprintf(" This machine's settings name no organisation to judge it by: machines take it whose organisation has this scope and the key %s", strings.Join(p.Keys, " or "))
}

// judge says why no machine would take a bundle. Its key and its scope are this machine's organisation's to judge, if it
// has one, and so is whether the sequence number is new enough.
func judge(ctx context.Context, raw []byte, l *policy.Layers, stateDir string, now time.Time) (Pushed, error) {
	files, err := unpack(raw)
	if err != nil {
		return Pushed{}, err
	}
	m, err := files.manifest()
	if err != nil {
		return Pushed{}, err
	}
	signatures, err := files.signatures()
	if err != nil {
		return Pushed{}, err
	}
	var p Pushed
	var signed claims
	for _, token := range signatures.Signatures {
		c, err := readClaims(token)
		if err != nil {
			return p, err
		}
		if p.Keys != nil && c.content() != signed.content() {
			return p, errors.New("its signatures do not state the same: sign it again")
		}
		signed = c
		p.Keys = append(p.Keys, c.key)
	}
	p.Scope, p.Sequence, p.Expires = signed.Scope, signed.Seq, time.Unix(signed.Exp, 0)
	delete(files, signatureFile)
	hashed, err := files.hashed()
	switch {
	case err != nil:
		return p, err
	case !slices.Equal(hashed, signed.Files) || m.Metadata.Scope != p.Scope || m.Metadata.Seq != p.Sequence || m.Metadata.Exp != signed.Exp:
		return p, errors.New("it was changed after it was signed: sign it again")
	case !now.Before(p.Expires):
		return p, fmt.Errorf("it expired on %s, so that no machine takes it: build it anew", p.Expires.UTC().Format(time.DateTime))
	}
	o := l.Organisation()
	if o == nil {
		return p, nil
	}
	b, err := Verify(raw, *o)
	if err == nil {
		err = b.with(l).accept(ctx, now)
	}
	if err == nil {
		var f floor
		if f, err = (store{filepath.Join(stateDir, "policy")}).floor(); err == nil {
			err = f.admits(b)
		}
	}
	if err != nil {
		return p, fmt.Errorf("it was not pushed, because this machine, which has your organisation's settings, would not take it: %w", err)
	}
	p.Judged = true
	return p, nil
}

// Target is where a bundle is pushed to.
type Target struct {
	// Place is a directory that a web server serves, an https:// address, or oci://registry/repository:tag.
	Place string
	// Token is sent to an https:// address, unless it is empty.
	Token string
	// Client asks the server.
	Client *http.Client
}

// PlaceError says why no bundle can be put into a place, whatever it holds.
type PlaceError string

func (e PlaceError) Error() string { return string(e) }

// Push judges a signed bundle and puts it where machines fetch it from, in one step. An equal one is left as it is; an
// older sequence number than what is served is a mistake.
func Push(ctx context.Context, bundleFile string, to Target, l *policy.Layers, stateDir string, now time.Time) (Pushed, error) {
	raw, err := os.ReadFile(bundleFile)
	if err != nil {
		return Pushed{}, err
	}
	p, err := judge(ctx, raw, l, stateDir, now)
	if err != nil {
		return p, fmt.Errorf("%s: %w", bundleFile, err)
	}
	if !strings.Contains(to.Place, "://") {
		if st, err := os.Stat(to.Place); err != nil || !st.IsDir() {
			return p, PlaceError(to.Place + " is no directory: make it first, or name the one that is served")
		}
		return p, publish(filepath.Join(to.Place, filepath.Base(bundleFile)), raw, p.Sequence)
	}
	return p, to.send(ctx, raw, p.Sequence)
}

// send puts a bundle on another machine.
func (to Target) send(ctx context.Context, raw []byte, sequence int64) error {
	u, err := url.Parse(to.Place)
	oci := strings.HasPrefix(to.Place, policy.RegistryScheme)
	if err != nil || !oci && u.Scheme != "https" && (u.Scheme != "http" || !policy.Loopback(u.Hostname())) {
		return PlaceError("a bundle is put into a directory, at an https:// address, or at oci://registry/repository:tag")
	}
	client := *to.Client
	if to.Token != "" && !oci {
		client.Transport = &bearing{to.Token, u.Host, client.Transport}
	}
	old, err := NewSource(SourceOptions{Organisation: policy.Organisation{URL: to.Place}, Client: &client}).fetch(ctx)
	if _, none := errors.AsType[errNotThere](err); err != nil && !none {
		return fmt.Errorf("what is served now cannot be compared: %w", err)
	}
	if bytes.Equal(old.raw, raw) {
		return nil
	}
	if err := newer(old.raw, sequence); err != nil {
		return err
	}
	if oci {
		return pushOCI(ctx, to.Place, raw, &client)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, to.Place, bytes.NewReader(raw))
	if err != nil {
		return errors.New("the address to push to is none")
	}
	req.Header.Set("Content-Type", "application/gzip")
	res, err := client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok { // the address may hold a key to the server
			err = u.Err
		}
		return fmt.Errorf("the server does not answer: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the server answers %d to PUT: see whether it takes files there, and whether --token-env names what it wants", res.StatusCode)
	}
	return nil
}

// bearing sends a token to one host, and to none that it redirects to.
type bearing struct {
	token, host string
	next        http.RoundTripper
}

func (b *bearing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == b.host {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	if b.next == nil {
		return http.DefaultTransport.RoundTrip(r)
	}
	return b.next.RoundTrip(r)
}

// newer tells whether a sequence number is above that of what is served.
func newer(served []byte, sequence int64) error {
	if before, err := unpack(served); err == nil {
		if n, err := before.manifest(); err == nil && n.Metadata.Seq >= sequence {
			return fmt.Errorf("sequence number %d is served already: build with a number above it", n.Metadata.Seq)
		}
	}
	return nil
}

// publish puts a bundle into a directory. Servers that make their ETag of time and size need a file whose date is a second
// later than that of the one before.
func publish(target string, raw []byte, sequence int64) error {
	old, err := os.ReadFile(target)
	var date time.Time
	if err == nil {
		if bytes.Equal(old, raw) {
			return nil
		}
		if err := newer(old, sequence); err != nil {
			return err
		}
		if st, err := os.Stat(target); err == nil {
			date = st.ModTime().Truncate(time.Second).Add(time.Second)
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := rename.Durable(target, raw, 0o644); err != nil {
		return err
	}
	if date.After(time.Now()) {
		return os.Chtimes(target, date, date)
	}
	return nil
}
