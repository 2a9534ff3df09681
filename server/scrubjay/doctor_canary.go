package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// canaryTrial sends a made-up secret as an assistant would, through the address that its settings name, to a
// stand-in vendor in this process.
type canaryTrial struct {
	vendor    *standin.Server
	id, value string
	providers map[string]policy.Provider
	token     string
	show      bool // the person wants to see the requests
}

// assistants proves each assistant that is set up. hello is of the daemon, or empty if there is none.
func (d *doctor) assistants(ctx context.Context, client *control.Client, hello control.Hello, providers map[string]policy.Provider) {
	s, err := newSettler()
	if err != nil {
		d.check("", err, "")
		return
	}
	folder, err := os.Getwd()
	if err != nil {
		d.check("", err, "")
	}
	serve := "scrubjay serve"
	if hello.PID != 0 {
		serve = "mend the proxy, as said above"
	}
	var trial *canaryTrial
	for _, a := range assistants.All {
		st, err := a.Check(s.machine, s.store, s.proxy, folder)
		if err == nil && !st.SetUp {
			continue
		}
		cure := "scrubjay setup " + a.Name
		if err != nil {
			d.check("", err, cure)
			continue
		}
		for _, wrong := range st.Wrong {
			d.check("", errors.New(a.Title+": "+wrong), cure+", or --undo it")
		}
		if st.Older != "" {
			d.Note(a.Title + " was set up by an older version, and works: " + st.Older + ". " + cure + " writes it anew")
		}
		if st.Exposed {
			d.check("", fmt.Errorf("%s: other accounts of this machine can read %s, which holds the token", a.Title, st.File), "chmod 600 "+st.File)
		}
		if hello.Proxy.Listen == "" {
			d.check("", errors.New(a.Title+" is set up and no proxy runs, so it reaches no vendor"), serve+", or "+cure+" --undo")
			continue
		}
		if len(st.Asks) == 0 {
			if len(st.Wrong) == 0 {
				d.Good(a.Title + ": its settings name the proxy")
			}
			continue
		}
		if !slices.Contains(hello.Features, "canary") {
			d.Note(a.Title + ": its settings name the proxy; the daemon is too old to prove more")
			continue
		}
		if trial == nil {
			if trial, err = newTrial(ctx, client, s.proxy.Token, providers, d.show); !d.check("a stand-in vendor waits for made-up secrets", err, "") {
				return
			}
			defer func() { _ = trial.vendor.Close() }() // it has served
		}
		for _, ask := range st.Asks {
			said, got, err := trial.ask(ctx, ask)
			if err != nil {
				err = fmt.Errorf("%s: %w", a.Title, err)
			}
			d.check(a.Title+": "+said, err, "scrubjay policy explain and scrubjay audit show say more; do not use it until this is well")
			if d.show {
				_, path := trial.provider(ask)
				d.shown(trial.prompt(), "POST /"+path, got)
			}
		}
	}
}

func newTrial(ctx context.Context, client *control.Client, token string, providers map[string]policy.Provider, show bool) (*canaryTrial, error) {
	t := &canaryTrial{vendor: standin.New(standin.Options{}), value: assistants.Canary(token), token: token, providers: providers, show: show}
	if err := t.vendor.Start(); err != nil {
		return nil, err
	}
	id, err := client.Canary(ctx, control.Canary{URL: t.vendor.URL()})
	if err != nil {
		return nil, errors.Join(err, t.vendor.Close())
	}
	t.id = id.ID
	return t, nil
}

// provider is whose address a request has, and the path there.
func (t *canaryTrial) provider(ask assistants.Ask) (name, path string) {
	_, rest, _ := strings.Cut(ask.URL, "://")
	_, rest, _ = strings.Cut(rest, "/")
	rest = strings.TrimPrefix(rest, "t/"+t.token+"/")
	name, path, _ = strings.Cut(rest, "/")
	return name, path
}

// prompt is what is sent. Where it is shown it has besides what people type who try it out, and what everybody knows to be nobody's;
// else the vault learns one value and no more.
func (t *canaryTrial) prompt() string {
	prompt := "my key is " + t.value
	if t.show {
		prompt += ", my card 4111 1111 1111 1111, my address jane@example.com"
	}
	return prompt
}

// shown shows what was typed, and the request that the vendor got.
func (d *doctor) shown(typed, request string, got []standin.Recorded) {
	d.Note("    typed:")
	d.Note("      " + typed)
	if len(got) == 0 {
		d.Note("    the vendor got nothing")
		return
	}
	d.Note("    the vendor got:")
	d.Note("      " + request)
	body := bytes.Buffer{}
	if json.Indent(&body, got[0].Body, "", "  ") != nil {
		body.Write(got[0].Body)
	}
	for line := range strings.Lines(body.String()) {
		d.Note("      " + strings.TrimRight(line, "\n"))
	}
}

// ask answers with what was proved, and with what the vendor got. Its errors name no address, since the token is in it.
func (t *canaryTrial) ask(ctx context.Context, ask assistants.Ask) (said string, got []standin.Recorded, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	provider, path := t.provider(ask)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, ask.URL, strings.NewReader(ask.Body(t.prompt())))
	if err != nil {
		return "", nil, errors.New("its address is none")
	}
	for _, name := range []string{"Authorization", "X-Api-Key", "X-Goog-Api-Key"} {
		req.Header.Set(name, "made-up")
	}
	if strings.HasSuffix(path, "messages") {
		req.Header.Set("Anthropic-Version", "2023-06-01")
	}
	for name, value := range ask.Header {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(proxy.CanaryHeader, t.id)
	before := len(t.vendor.Requests())
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return "", nil, errors.New("nobody answers at the address in its settings")
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if _, to, ok := strings.Cut(res.Header.Get("X-Scrubjay-Elsewhere"), " -> "); ok {
		provider, _, _ = strings.Cut(to, ";")
	}
	refused := res.Header.Get("X-Scrubjay-Error")
	got = t.vendor.Requests()[before:]
	switch {
	case len(got) == 0 && refused == "forbidden_by_policy":
		return "policy forbids a made-up secret to " + provider + ", and it was not sent", got, nil
	case len(got) == 0:
		return "", got, fmt.Errorf("the proxy refuses its requests to %s: %s %s", provider, res.Status, refused)
	case !bytes.Contains(got[0].Body, []byte(t.value)) && len(redact.Find(got[0].Body)) == 0:
		return "", got, fmt.Errorf("a made-up secret to %s vanished", provider)
	case !bytes.Contains(got[0].Body, []byte(t.value)) && res.StatusCode == http.StatusOK && !bytes.Contains(answer, []byte(t.value)):
		return "", got, fmt.Errorf("a made-up secret to %s was scrubbed, and did not come back in the answer", provider)
	case !bytes.Contains(got[0].Body, []byte(t.value)):
		return "a made-up secret to " + provider + " was scrubbed", got, nil
	case t.providers[provider].Kind != policy.Public:
		return "a made-up secret to " + provider + " was sent: policy allows it, since the model is " + string(t.providers[provider].Kind), got, nil
	}
	return "", got, fmt.Errorf("a made-up secret to %s was sent as it is", provider)
}
