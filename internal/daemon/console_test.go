package daemon

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// looking is a browser that has opened the console of a daemon.
type looking struct {
	t       *testing.T
	browser *http.Client
	home    string
}

func (r *running) look() *looking {
	r.t.Helper()
	at, err := r.client.Console(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	l := &looking{r.t, &http.Client{Jar: jar}, ""}
	res, err := l.browser.Get(at)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	if l.home = res.Request.URL.String(); res.StatusCode != http.StatusOK {
		r.t.Fatalf("opened, it is %s", res.Status)
	}
	return l
}

func (l *looking) get(page string) string {
	l.t.Helper()
	res, err := l.browser.Get(l.home + page)
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		l.t.Fatalf("%s: %s, %v", page, res.Status, err)
	}
	return string(text)
}

func (l *looking) has(page string, all ...string) {
	l.t.Helper()
	text := l.get(page)
	for _, want := range all {
		if !strings.Contains(text, want) {
			l.t.Errorf("%s lacks %q:\n%s", page, want, text)
		}
	}
}

// chat sends a text through the proxy, and tells how it went.
func (r *running) chat(text string) <-chan int {
	token, err := r.state.Token()
	if err != nil {
		r.t.Fatal(err)
	}
	went := make(chan int, 1)
	go func() {
		req, err := http.NewRequest("POST", "http://"+r.hello.Proxy.Listen+"/t/"+token+"/openai/v1/chat/completions",
			strings.NewReader(`{"model":"m","messages":[{"role":"user","content":"`+text+`"}]}`))
		if err != nil {
			r.t.Error(err)
		}
		req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer k"}, "User-Agent": {"tester/1.0"}}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			r.t.Error(err)
			went <- 0
			return
		}
		_, _ = io.ReadAll(res.Body)
		res.Body.Close()
		went <- res.StatusCode
	}()
	return went
}

// obliged is a daemon whose organisation wants a person to see every request with a credential.
func obliged(t *testing.T, vendor *standin.Server, change ...func(*Options)) *running {
	t.Helper()
	s := newSigner(t)
	raw := s.bundleOf(t, 1, map[string]string{"scrubjay/org/review.rego": "package scrubjay.org\n\nimport rego.v1\n\nobligation contains \"review\" if some s in input.subjects\n"})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(raw) }))
	t.Cleanup(server.Close)
	r := start(t, fmt.Sprintf("providers: {openai: {url: %q}}\nledger_keep_days: 90\norganisation:\n  url: %s/acme.tar.gz\n  scope: acme\n  keys:\n    - |\n      %s\n",
		vendor.URL(), server.URL, strings.ReplaceAll(strings.TrimSpace(string(s.public)), "\n", "\n      ")), change...)
	for { // until the first bundle is in force
		if h, err := r.client.Hello(t.Context()); err != nil {
			t.Fatal(err)
		} else if h.Policy.Sequence == 1 {
			return r
		} else if h.Policy.Refused+h.Policy.Unreachable != "" {
			t.Fatal(h.Policy)
		}
	}
}

// TestConsole: what a request was and what became of it shows on the page; one that is held goes when the form of the page says so,
// and does not when it says no. No log holds a value, a key or a cookie.
func TestConsole(t *testing.T) {
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	var log bytes.Buffer
	lines := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(zapcore.AddSync(&log)), zap.DebugLevel))
	r := obliged(t, vendor, func(o *Options) { o.Log = lines })
	l := r.look()
	l.has("", "Not protected: no assistant uses Scrubjay yet", "None yet")

	if status := <-r.chat("hello"); status != http.StatusOK {
		t.Fatalf("a request without anything: %d", status)
	}
	l.has("", "Protected", "tester 1.0", "openai", "Went as it was: nothing sensitive")

	secret := strings.Join([]string{"AK", "IAQ3EGRZ5TPLW7MNX2"}, "")
	asked := make(chan string, 8)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	go func() {
		_ = r.client.Attend(ctx, func(e control.Event) {
			if e.Kind == "review" || e.Kind == control.Attached {
				asked <- e.ID
			}
		})
	}()
	<-asked                                                        // attached
	for _, say := range []string{control.SayNo, control.SayOnce} { // what is approved once is not asked about again
		want := map[string]int{control.SayNo: http.StatusForbidden, control.SayOnce: http.StatusOK}[say]
		before := len(vendor.Requests())
		went := r.chat("use " + secret + " in the " + say + " bucket")
		id := <-asked
		l.has("waiting", "review?id="+id, "1 finding")
		page := l.get("review?id=" + id)
		if strings.Contains(page, secret) || !strings.Contains(page, `<mark class="placeholder">`) || len(vendor.Requests()) != before {
			t.Errorf("the vendor has %d requests more, and the page is %s", len(vendor.Requests())-before, page)
		}
		token := regexp.MustCompile(`name="form" value="([^"]+)"`).FindStringSubmatch(page)
		req, err := http.NewRequest("POST", l.home+"answer", strings.NewReader(url.Values{"form": {token[1]}, "id": {id}, "say": {say}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := l.browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := <-went; got != want || (len(vendor.Requests()) > before) != (want == http.StatusOK) {
			t.Errorf("%s: the request came back with %d, and the vendor has %d more", say, got, len(vendor.Requests())-before)
		}
	}
	l.has("exchanges", "1 credential", "Went with placeholders", "The request stopped: nobody approved it")
	id := regexp.MustCompile(`exchange\?id=(x\d+)`).FindAllStringSubmatch(l.get("exchanges"), -1)
	shown := false
	for _, m := range id {
		if strings.Contains(l.get("exchange?id="+m[1]), secret) {
			t.Errorf("%s shows a value before anybody asked for it", m[1])
		}
		shown = shown || strings.Contains(l.get("exchange?id="+m[1]+"&all=1"), `<mark class="value">`+secret+"</mark>")
	}
	if !shown {
		t.Error("what was typed is shown nowhere, or its value is not marked")
	}
	l.has("", "<dt>Credentials</dt><dd>2</dd>")
	l.has("policy", "Credentials", "gets a placeholder", "<code>ledger_keep_days</code></th><td>90</td><td>user settings", "your organisation")
	l.has("ledger", "The ledger is whole", "scrubjay audit verify", "records, all good")
	l.has("doctor", "Nothing that the daemon knows of", "scrubjay doctor")
	r.stop()
	for _, word := range []string{secret, "key=", strings.Trim(l.home[strings.LastIndex(strings.TrimSuffix(l.home, "/"), "/"):], "/")} {
		if strings.Contains(log.String(), word) {
			t.Errorf("the log holds %s", word)
		}
	}
	if _, err := l.browser.Get(l.home); err == nil {
		t.Error("the page outlives the daemon")
	}
}

// TestConsoleForgets: what policy does not want kept is not shown, from the moment on that it says so.
func TestConsoleForgets(t *testing.T) {
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	r := start(t, fmt.Sprintf("providers: {openai: {url: %q}}\nforget_exchanges: true\n", vendor.URL()))
	l := r.look()
	if status := <-r.chat("hello"); status != http.StatusOK {
		t.Fatal(status)
	}
	l.has("exchanges", "forget_exchanges")
	if strings.Contains(l.get("exchanges"), "tester") {
		t.Error("an exchange is shown")
	}
}

// TestConsoleIsNotThereUnasked: a daemon that nobody asked for it listens nowhere else, and one that ends opens none.
func TestConsoleIsNotThereUnasked(t *testing.T) {
	r := start(t, "")
	if h, err := r.client.Hello(t.Context()); err != nil || len(h.Missing()) > 0 {
		t.Errorf("%v, it lacks %v", err, h.Missing())
	}
	var p page
	p.close()
	if at, err := p.open(control.Console{}); err == nil {
		t.Errorf("a daemon that ends opens %s", at.URL)
	}
	if at, err := p.open(control.Console{Version: control.Version + 1}); err == nil {
		t.Errorf("a newer message opens %s", at.URL)
	}
}

// TestLooked: a daemon that an editor started lives ten minutes longer than somebody has looked at its page.
func TestLooked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{})
		d := &daemon{Options: Options{ForEditor: true}, end: func() { close(ended) }}
		over := func() bool {
			synctest.Wait()
			select {
			case <-ended:
				return true
			default:
				return false
			}
		}
		d.attached(0)
		for range 3 {
			<-time.After(linger - time.Minute)
			shown{d}.Looked()
		}
		if over() {
			t.Error("it ended while somebody looked")
		}
		if <-time.After(linger + time.Second); !over() {
			t.Error("it lives on with nobody there")
		}
	})
}

// TestTally: today is what the ledger has of before the daemon began, and what was counted since; another day begins with nothing.
func TestTally(t *testing.T) {
	now := time.Date(2026, 3, 2, 15, 0, 0, 0, time.Local)
	ago := func(d time.Duration, kind string, n int) audit.Record {
		return audit.Record{Kind: kind, Time: audit.Stamp{Time: now.Add(-d)}, Classes: map[string]int{"pii": n}}
	}
	reads := 0
	each := func(f func(audit.Record) error) error {
		reads++
		for _, r := range []audit.Record{
			ago(26*time.Hour, "exchange", 100), ago(25*time.Hour, "start", 0), ago(4*time.Hour, "exchange", 1), ago(3*time.Hour, "hook", 50),
			ago(2*time.Hour, "start", 0), ago(2*time.Hour, "exchange", 2), ago(time.Hour, "start", 0), ago(time.Minute, "exchange", 4),
		} {
			_ = f(r)
		}
		return nil
	}
	var d tally
	d.add(now, map[string]int{"pii": 4})
	if got := d.today(now, each); got["pii"] != 7 {
		t.Errorf("today: %v", got)
	}
	d.add(now, map[string]int{"pii": 1})
	if got := d.today(now, each); got["pii"] != 8 || reads != 1 {
		t.Errorf("again: %v, after %d readings", got, reads)
	}
	if got := d.today(now.AddDate(0, 0, 1), each); len(got) != 0 || reads != 1 {
		t.Errorf("tomorrow: %v", got)
	}
	var late tally
	late.add(now.AddDate(0, 0, -1), map[string]int{"pii": 9})
	if got := late.today(now, each); len(got) != 0 {
		t.Errorf("a daemon of yesterday: %v", got)
	}
}
