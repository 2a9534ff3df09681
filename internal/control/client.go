package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

// Client speaks with the daemon over its socket.
type Client struct {
	http *http.Client
}

// Dial makes a client for the daemon at a socket. It connects at the first call.
func Dial(socket string) *Client {
	return &Client{http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "unix", socket)
		},
		MaxIdleConns: 2, IdleConnTimeout: time.Minute,
	}}}
}

// ErrNoDaemon is wrapped by what fails because nobody answers at the socket.
var ErrNoDaemon = errors.New("scrubjay's daemon does not answer: run scrubjay doctor")

// Hello asks the daemon who it is and what it can do.
func (c *Client) Hello(ctx context.Context) (Hello, error) {
	var h Hello
	err := c.call(ctx, http.MethodGet, "hello", nil, &h)
	if err == nil && h.Version > Version && h.Features == nil {
		err = fmt.Errorf("the daemon speaks version %d of the control messages, this program %d: update the older of the two", h.Version, Version)
	}
	return h, err
}

// Issue asks for file placeholders.
func (c *Client) Issue(ctx context.Context, r Issue) (Issued, error) {
	var out Issued
	r.Version = Version
	if err := c.call(ctx, http.MethodPost, "issue", r, &out); err != nil {
		return out, err
	}
	if len(out.Placeholders) != len(r.Values) {
		return out, errors.New("the daemon answered with another number of placeholders: update the older of the two programs")
	}
	return out, nil
}

// Reveal asks for the values of file placeholders.
func (c *Client) Reveal(ctx context.Context, r Reveal) (Revealed, error) {
	var out Revealed
	r.Version = Version
	return out, c.call(ctx, http.MethodPost, "reveal", r, &out)
}

// Canary asks for an id whose requests go to a stand-in.
func (c *Client) Canary(ctx context.Context, r Canary) (CanaryID, error) {
	var out CanaryID
	r.Version = Version
	err := c.call(ctx, http.MethodPost, "canary", r, &out)
	return out, err
}

// Known tells the daemon where secrets are.
func (c *Client) Known(ctx context.Context, r Known) error {
	r.Version = Version
	return c.call(ctx, http.MethodPost, "known", r, &Knows{})
}

// Marked tells the daemon what the person marked as not sensitive.
func (c *Client) Marked(ctx context.Context, r Marked) error {
	r.Version = Version
	return c.call(ctx, http.MethodPost, "marked", r, &Noted{})
}

// Wrote asks whether an assistant has said some lines of late.
func (c *Client) Wrote(ctx context.Context, r Wrote) (WrittenBy, error) {
	var out WrittenBy
	r.Version = Version
	return out, c.call(ctx, http.MethodPost, "wrote", r, &out)
}

// Attested has it recorded that a person has said yes to an assistant's change.
func (c *Client) Attested(ctx context.Context, r Attested) error {
	r.Version = Version
	return c.call(ctx, http.MethodPost, "attested", r, &Noted{})
}

// Forget has wire placeholders forgotten, or lists those of ordinary words.
func (c *Client) Forget(ctx context.Context, r Forget) (Forgot, error) {
	var out Forgot
	r.Version = Version
	return out, c.call(ctx, http.MethodPost, "forget", r, &out)
}

// Reach has the daemon try the way to providers.
func (c *Client) Reach(ctx context.Context, r Reach) (Reached, error) {
	var out Reached
	r.Version = Version
	return out, c.call(ctx, http.MethodPost, "reach", r, &out)
}

// Reviews are the requests that wait for a person.
func (c *Client) Reviews(ctx context.Context) ([]Review, error) {
	var out Waiting
	err := c.call(ctx, http.MethodPost, "reviews", Reviews{Version: Version}, &out)
	return out.Reviews, err
}

// Exchanges are the latest exchanges whose texts are kept.
func (c *Client) Exchanges(ctx context.Context) ([]Exchanged, error) {
	var out ExchangeList
	err := c.call(ctx, http.MethodPost, "exchanges", Exchanges{Version: Version}, &out)
	return out.Exchanges, err
}

// Exchange is what one of the latest exchanges said.
func (c *Client) Exchange(ctx context.Context, q ExchangeTexts) (out ExchangeShown, err error) {
	err = c.call(ctx, http.MethodPost, "exchange", q, &out)
	return out, err
}

// Console is the address that opens the local page.
func (c *Client) Console(ctx context.Context) (string, error) {
	var out ConsoleAt
	err := c.call(ctx, http.MethodPost, "console", Console{Version: Version}, &out)
	return out.URL, err
}

// Left tells which texts are placeholders of the wire.
func (c *Client) Left(ctx context.Context, r Left) (out LeftBehind, err error) {
	err = c.call(ctx, http.MethodPost, "left", r, &out)
	return out, err
}

// Pause has requests go out unscrubbed for a while.
func (c *Client) Pause(ctx context.Context, p Pause) (out Paused, err error) {
	p.Version = Version
	err = c.call(ctx, http.MethodPost, "pause", p, &out)
	return out, err
}

// Resume ends a pause.
func (c *Client) Resume(ctx context.Context, r Resume) (out Resumed, err error) {
	r.Version = Version
	err = c.call(ctx, http.MethodPost, "resume", r, &out)
	return out, err
}

// Accept brings a second person's approval of a request.
func (c *Client) Accept(ctx context.Context, r Accept) (Accepted, error) {
	var out Accepted
	r.Version = Version
	return out, c.call(ctx, http.MethodPost, "accept", r, &out)
}

// Stop ends the daemon.
func (c *Client) Stop(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "stop", Stop{Version: Version}, &Stopped{})
}

// Secrets adds, removes or lists the secrets that the person named.
func (c *Client) Secrets(ctx context.Context, r Secrets) (SecretNames, error) {
	var out SecretNames
	r.Version = Version
	return out, c.call(ctx, http.MethodPost, "secrets", r, &out)
}

// Scrub asks for placeholders in a message of an MCP server.
func (c *Client) Scrub(ctx context.Context, r Scrub) (Scrubbed, error) {
	var out Scrubbed
	r.Version = Version
	err := c.call(ctx, http.MethodPost, "scrub", r, &out)
	if err == nil && (out.Document == nil) == (out.Why == "") {
		err = errNoOutcome
	}
	return out, err
}

// Restore asks for values in a request to an MCP server.
func (c *Client) Restore(ctx context.Context, r Restore) (Restored, error) {
	var out Restored
	r.Version = Version
	err := c.call(ctx, http.MethodPost, "restore", r, &out)
	if err == nil && out.Document == nil {
		err = errNoOutcome
	}
	return out, err
}

// Judge asks what is sensitive in what a hook is told.
func (c *Client) Judge(ctx context.Context, r Judge) (Judged, error) {
	var out Judged
	r.Version = Version
	err := c.call(ctx, http.MethodPost, "judge", r, &out)
	if err == nil && out.Verdict == "" {
		err = errNoOutcome
	}
	return out, err
}

var errNoOutcome = errors.New("the daemon answered without saying what may go on: update the older of the two programs")

// Answer is the person's answer to a question.
func (c *Client) Answer(ctx context.Context, a Answer) error {
	a.Version = Version
	return c.call(ctx, http.MethodPost, "answer", a, &Taken{})
}

// Events calls f for each event but questions until ctx ends or the daemon goes away.
func (c *Client) Events(ctx context.Context, f func(Event)) error {
	return c.events(ctx, "events", func() {}, f)
}

// Attend calls f for each event, questions included, until ctx ends or the daemon goes away. The first is of kind
// Attached.
func (c *Client) Attend(ctx context.Context, f func(Event)) error {
	return c.events(ctx, "events?answers=1", func() { f(Event{Kind: Attached}) }, f)
}

func (c *Client) events(ctx context.Context, name string, attached func(), f func(Event)) error {
	res, err := c.send(ctx, http.MethodGet, name, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	attached()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("an event that is no JSON: %w", err)
		}
		if e.Kind != "" {
			f(e)
		}
	}
	if err := lines.Err(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", ErrNoDaemon, err)
	}
	return ctx.Err()
}

func (c *Client) call(ctx context.Context, method, name string, in, out any) error {
	res, err := c.send(ctx, method, name, in)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<20)).Decode(out); err != nil {
		return fmt.Errorf("the daemon's answer to %s is not understood: %w", name, err)
	}
	return nil
}

func (c *Client) send(ctx context.Context, method, name string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://daemon/v1/"+name, body)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w (%w)", ErrNoDaemon, errors.Unwrap(err))
	}
	switch res.StatusCode {
	case http.StatusOK:
		return res, nil
	case http.StatusNotFound:
		_ = res.Body.Close()
		return nil, fmt.Errorf("the running daemon is older and does not know %s: restart it (scrubjay doctor says how)", name)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	return nil, errors.New(string(bytes.TrimSpace(text)))
}

// Missing lists the features of this version that a daemon lacks.
func (h Hello) Missing() []string {
	return slices.DeleteFunc(slices.Clone(Features), func(f string) bool { return slices.Contains(h.Features, f) })
}
