package daemon

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestAskInAnEditor: an image waits for the answer that comes over the control socket; with nobody there who can ask
// the person, it is refused.
func TestAskInAnEditor(t *testing.T) {
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	r := start(t, fmt.Sprintf("providers: {anthropic: {url: %q}}\n", vendor.URL()))
	token, err := r.state.Token()
	if err != nil {
		t.Fatal(err)
	}
	post := func() (int, string) {
		picture := base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n\x00" + strings.Repeat("x", 3000)))
		req, err := http.NewRequest("POST", "http://"+r.hello.Proxy.Listen+"/t/"+token+"/anthropic/v1/messages", strings.NewReader(
			`{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"`+picture+`"}}]}]}`))
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		req.Header = http.Header{"Content-Type": {"application/json"}, "X-Api-Key": {"k"}, "Anthropic-Version": {"2023-06-01"}}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer res.Body.Close()
		return res.StatusCode, res.Header.Get("X-Scrubjay-Error")
	}
	attach := func(query string) *json.Decoder {
		t.Helper()
		socket, err := r.state.Socket()
		if err != nil {
			t.Fatal(err)
		}
		c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		}}}
		res, err := c.Get("http://daemon/v1/events" + query) // answered when it is attached
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return json.NewDecoder(res.Body)
	}
	attach("") // watches, and cannot ask
	if status, code := post(); status != http.StatusForbidden || code != proxy.AttachmentUnapproved {
		t.Errorf("with nobody there: %d %s", status, code)
	}
	events := attach("?answers=1")
	done := make(chan int)
	go func() { status, _ := post(); done <- status }()
	var e control.Event
	for e.Kind != "ask" {
		if err := events.Decode(&e); err != nil {
			t.Fatal(err)
		}
	}
	f := e.Files[0]
	if e.Provider != "anthropic" || len(e.Files) != 1 || f.Kind != "image" || f.MediaType != "image/png" || f.Size/1000 != 3 || !strings.HasPrefix(f.Fingerprint, "i:") {
		t.Errorf("the question is %+v", e)
	}
	for _, bad := range []control.Answer{{ID: e.ID, Say: "perhaps"}, {ID: "another", Say: control.SayOnce}} {
		if err := r.client.Answer(t.Context(), bad); err == nil {
			t.Errorf("%+v is an answer", bad)
		}
	}
	if err := r.client.Answer(t.Context(), control.Answer{ID: e.ID, Say: control.SayOnce}); err != nil {
		t.Error(err)
	}
	if status := <-done; status != http.StatusOK || len(vendor.Requests()) != 1 {
		t.Errorf("approved, it is %d", status)
	}
	if err := r.client.Answer(t.Context(), control.Answer{ID: e.ID, Say: control.SayNo}); err == nil {
		t.Error("a second answer counts")
	}
	if status, _ := post(); status != http.StatusOK {
		t.Errorf("with the next turn it is %d", status)
	}
}

// TestQuestions: the first answer counts; closing the question in one editor leaves it to the others; it is over when
// all have closed it, or when nobody waits any more.
func TestQuestions(t *testing.T) {
	for name, c := range map[string]struct {
		editors int
		say     []string
		want    proxy.Answer
	}{
		"nobody":          {0, nil, proxy.Nobody},
		"yes":             {1, []string{control.SayOnce}, proxy.Once},
		"for good":        {2, []string{control.SayAlways}, proxy.Always},
		"closed, then no": {2, []string{control.SayClosed, control.SayNo}, proxy.No},
		"closed in both":  {2, []string{control.SayClosed, control.SayClosed}, proxy.Unanswered},
		"nobody waits":    {1, []string{"leave"}, proxy.Unanswered},
	} {
		h := newHub(func(int) {})
		q := questions{hub: h}
		watcher, _ := h.join(false)
		var editors []chan control.Event
		for range c.editors {
			e, _ := h.join(true)
			editors = append(editors, e)
		}
		ctx, leave := context.WithCancel(t.Context())
		got := make(chan proxy.Answer)
		go func() {
			got <- q.ask(ctx, proxy.Question{Provider: "openai", Files: []proxy.File{{Kind: policy.Image, Size: 3}}})
		}()
		id := ""
		for _, e := range editors {
			id = (<-e).ID
		}
		for i, say := range c.say {
			if say == "leave" {
				leave()
				continue
			}
			if _, err := q.take(control.Answer{ID: id, Say: say}); err != nil {
				t.Errorf("%s: answer %d: %v", name, i, err)
			}
		}
		if a := <-got; a != c.want || len(q.open) != 0 || len(watcher) != 0 {
			t.Errorf("%s: %d; %d questions are open, who cannot ask was asked %d", name, a, len(q.open), len(watcher))
		}
		if _, err := q.take(control.Answer{ID: id, Say: control.SayOnce}); err == nil {
			t.Errorf("%s: it can still be answered", name)
		}
		leave()
	}
}

// TestUnapprovedIsTold: whoever watches hears why a request was not sent.
func TestUnapprovedIsTold(t *testing.T) {
	d := &daemon{governance: &Governance{}, hub: newHub(func(int) {}), used: openUsed(filepath.Join(t.TempDir(), "used.json"))}
	d.signals.learn.Do(func() {}) // what is ordinary is not asked about here
	events, _ := d.hub.join(false)
	d.exchanged(proxy.Ended{Record: audit.Record{Provider: "openai", Verdict: "forbid", Note: proxy.AttachmentUnapproved}})
	if e := <-events; !strings.Contains(e.Text, "nobody approved") {
		t.Error(e.Text)
	}
}

// TestHeld: a request waits for a person whether or not an editor is there, is listed with what the vendor would get, and
// closing the question in an editor leaves it to scrubjay review.
func TestHeld(t *testing.T) {
	h := newHub(func(int) {})
	q := questions{hub: h}
	editor, _ := h.join(true)
	got := make(chan proxy.Approval)
	go func() {
		got <- q.hold(t.Context(), proxy.Held{Obligation: policy.Review, Provider: "openai", Model: "m", Findings: []string{"a"}, Body: []byte("body")})
	}()
	e := <-editor
	if e.Kind != "review" || e.Obligation != policy.Review || e.Provider != "openai" || e.Findings != 1 {
		t.Errorf("the editor is told %+v", e)
	}
	if _, err := q.take(control.Answer{ID: e.ID, Say: control.SayClosed}); err != nil {
		t.Error(err)
	}
	waiting, err := q.reviews(control.Reviews{Version: control.Version})
	if err != nil || len(waiting.Reviews) != 1 || waiting.Reviews[0].ID != e.ID || string(waiting.Reviews[0].Body) != "body" {
		t.Errorf("waiting are %+v, %v", waiting, err)
	}
	if _, err := q.take(control.Answer{ID: e.ID, Say: control.SayOnce}); err != nil {
		t.Error(err)
	}
	if a := <-got; a.Answer != proxy.Once || a.By != audit.Account() {
		t.Errorf("the answer is %+v", a)
	}
	if waiting, _ := q.reviews(control.Reviews{}); len(waiting.Reviews) != 0 {
		t.Errorf("waiting are %+v", waiting)
	}
}
