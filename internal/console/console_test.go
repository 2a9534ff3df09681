package console

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// world is a Source that says what it is told.
type world struct {
	mu       sync.Mutex
	hello    control.Hello
	kept     []control.ExchangeShown
	forgets  bool
	reviews  []control.Review
	answered []string
	policy   Policy
	ledger   Ledger
	looked   int
}

func (w *world) Looked() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looked++
}
func (w *world) Hello() control.Hello { return w.hello }
func (w *world) Kept() bool           { return !w.forgets }
func (w *world) Exchanges() (all []control.Exchanged) {
	for _, k := range w.kept {
		all = append(all, k.Exchanged)
	}
	return all
}
func (w *world) Exchange(id string) (control.ExchangeShown, error) {
	for _, k := range w.kept {
		if k.ID == id {
			return k, nil
		}
	}
	return control.ExchangeShown{}, errors.New("it is not kept any more")
}
func (w *world) Found() map[string]int { return map[string]int{"credential": 2, "pii": 1} }
func (w *world) Reviews() []control.Review {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.reviews)
}
func (w *world) Answer(id, say string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, r := range w.reviews {
		if r.ID == id {
			w.answered = append(w.answered, id+" "+say)
			w.reviews = slices.Delete(w.reviews, i, i+1)
			return nil
		}
	}
	return errors.New("nobody waits for it")
}
func (w *world) Policy() Policy          { return w.policy }
func (w *world) Ledger() Ledger          { return w.ledger }
func (w *world) Signals() []audit.Signal { return []audit.Signal{{Text: "20 requests <b>alike</b>"}} }

// served is a console over real HTTP, and a browser that has opened it.
type served struct {
	t       *testing.T
	console *Console
	base    string // without a slash at the end
	home    string // the first page
	browser *http.Client
}

func serveWorld(t *testing.T, w *world) *served {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	s := &served{t: t, console: New(w), base: "http://" + server.Listener.Addr().String()}
	server.Config.Handler = s.console.Handler(server.Listener.Addr().(*net.TCPAddr).Port)
	server.Start()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.browser = &http.Client{Jar: jar}
	res, err := s.browser.Get(s.base + s.console.Invite())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if s.home = res.Request.URL.String(); res.StatusCode != http.StatusOK || strings.Contains(s.home, "key") {
		t.Fatalf("opened, it is %s at %s", res.Status, s.home)
	}
	return s
}

func (s *served) get(page string) string {
	s.t.Helper()
	res, err := s.browser.Get(s.home + page)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func everyPage() (all []string) {
	for path := range pages {
		all = append(all, path)
	}
	for path := range assets {
		all = append(all, path)
	}
	return append(all, "exchange?id=x1", "exchange?id=x1&all=1", "review?id=R1", "waiting?said=sent", "nowhere")
}

// busy is a world with something in each of its parts, all of it hostile.
func busy() *world { return busyWith(`<script>alert(1)</script>"'><img src=x onerror=alert(1)>`) }

func busyWith(evil string) *world {
	e := control.Exchanged{ID: "x1", Time: time.Now(), Provider: evil, Model: evil, Assistant: strings.ReplaceAll(evil, " ", ""), Status: 200, Verdict: "scrub", Classes: map[string]int{"credential": 1, evil: 1}, Note: evil}
	since := time.Now()
	return &world{
		hello: control.Hello{
			Program: evil, Proxy: control.Proxy{Listen: evil, Instead: evil}, Used: []string{evil}, Assistants: []string{evil}, LeftOut: 3,
			Policy:  control.Policy{Revision: evil, Organised: true, Refused: evil, Unreachable: evil, UnreachableSince: &since, Waits: evil, Sequence: 3, Stale: evil},
			Trouble: &control.Trouble{Text: evil, Time: since},
		},
		kept:    []control.ExchangeShown{{Exchanged: e, Typed: []byte(evil), Sent: []byte(`{"content":"` + evil + `"}`), Answered: []byte(evil), Heard: []control.Heard{{Tool: evil, Key: evil, Text: []byte(evil)}}}},
		reviews: []control.Review{{ID: "R1", Obligation: "review", Provider: evil, Model: evil, Since: since, Findings: []string{evil}, Body: []byte(evil)}},
		policy:  Policy{Destinations: []string{evil}, Becomes: []Becomes{{evil, []Verdict{{evil, evil}}}}, Settings: []Setting{{evil, evil, evil, true}}, Notes: []string{evil}},
		ledger:  Ledger{Records: 3, Wrong: evil, Dropped: evil, Unwritten: evil, Dir: evil},
	}
}

// TestNothingIsMarkup: whatever an assistant, a vendor, a policy or a file says, it is text on the page.
func TestNothingIsMarkup(t *testing.T) {
	s := serveWorld(t, busy())
	for _, page := range everyPage() {
		if strings.HasPrefix(page, "console.") || page == "icon.svg" {
			continue
		}
		text := s.get(page)
		if strings.Contains(text, "<script>") || strings.Contains(text, "<img src=x") || strings.Contains(text, "alert(1)</") {
			t.Errorf("%s holds markup of others:\n%s", page, text)
		}
		if strings.Contains(text, "<no value>") || strings.Contains(text, "could not be made") {
			t.Errorf("%s is not whole:\n%s", page, text)
		}
	}
	if !strings.Contains(s.get("exchange?id=x1&all=1"), "&lt;script&gt;alert(1)") {
		t.Error("what was typed is not shown as it is")
	}
}

var inline = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|javascript:|(?:src|href|action)="(?:https?:)?//`)

// TestPagesNeedNothingElse: no page has a script or style within it, or asks anybody else for anything.
func TestPagesNeedNothingElse(t *testing.T) {
	s := serveWorld(t, busyWith("words"))
	for _, page := range everyPage() {
		if m := inline.FindString(s.get(page)); m != "" {
			t.Errorf("%s has %s", page, m)
		}
	}
}

// TestValuesBehindAClick: neither list nor exchange says what was typed or answered, until the person asks.
func TestValuesBehindAClick(t *testing.T) {
	w := &world{kept: []control.ExchangeShown{{
		Exchanged: control.Exchanged{ID: "x1", Provider: "openai", Status: 200, Verdict: "scrub", Classes: map[string]int{"credential": 1}},
		Typed:     []byte(`{"content":"my word is swordfish, keep it"}`),
		Sent:      []byte(`{"content":"my word is PASSWORD_sy8cab, keep it"}`),
		Answered:  []byte(`{"content":"swordfish it is"}`),
		Heard:     []control.Heard{{Text: []byte("swordfish it is")}},
	}}}
	s := serveWorld(t, w)
	for _, page := range everyPage() {
		if got := strings.Contains(s.get(page), "swordfish"); got != (page == "exchange?id=x1&all=1") {
			t.Errorf("%s: it is shown: %v", page, got)
		}
	}
	if text := s.get("exchange?id=x1"); !strings.Contains(text, "Show what was typed") {
		t.Errorf("one exchange: %s", text)
	}
	// What policy lets go is in what was sent, too.
	w.kept[0].Sent, w.kept[0].Verdict = w.kept[0].Typed, "allow"
	if text := s.get("exchange?id=x1"); strings.Contains(text, "swordfish") {
		t.Errorf("one that went as it was: %s", text)
	}
	for sent, want := range map[string]string{
		"": "Nothing of it was sent.", string(w.kept[0].Typed): "It went as it was.", "something else": "Where it differs",
		`{"content":"my word is ` + placed("PASSWORD_sy8ca") + `, keep it"}`: "What is marked stayed on this machine.",
	} {
		w.kept[0].Sent = []byte(sent)
		if text := s.get("exchange?id=x1&all=1"); !strings.Contains(text, want) {
			t.Errorf("sent as %q: %s", sent, text)
		}
	}
}

// TestAnswer: the form of the page answers a request that waits, once.
func TestAnswer(t *testing.T) {
	for say, want := range map[string]string{"once": said["sent"], "no": said["stopped"]} {
		w := &world{reviews: []control.Review{{ID: "R1", Obligation: "review", Provider: "openai", Body: []byte(`{"a":1}`)}}}
		s := serveWorld(t, w)
		if text := s.get(""); !strings.Contains(text, "A request waits") {
			t.Errorf("the first page does not say so: %s", text)
		}
		text := s.get("review?id=R1")
		token := regexp.MustCompile(`name="form" value="([^"]+)"`).FindStringSubmatch(text)
		if token == nil || !strings.Contains(text, "Do not send") {
			t.Fatal(text)
		}
		post := func() string {
			req, err := http.NewRequest("POST", s.home+"answer", strings.NewReader(url.Values{"form": {token[1]}, "id": {"R1"}, "say": {say}}.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Origin", s.base)
			res, err := s.browser.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			text, _ := io.ReadAll(res.Body)
			return string(text)
		}
		if text := post(); !strings.Contains(text, want) || !strings.Contains(text, "Nothing waits") {
			t.Errorf("%s: %s", say, text)
		}
		if !slices.Equal(w.answered, []string{"R1 " + say}) {
			t.Errorf("answered is %v", w.answered)
		}
		if text := post(); !strings.Contains(text, said["gone"]) || len(w.answered) != 1 {
			t.Errorf("again: %s", text)
		}
		if text := s.get("review?id=R1"); !strings.Contains(text, "does not wait any more") {
			t.Errorf("its page: %s", text)
		}
	}
}

// TestNotKept: where policy keeps nothing of what was said, the page says why there is nothing.
func TestNotKept(t *testing.T) {
	s := serveWorld(t, &world{forgets: true})
	for _, page := range []string{"", "exchanges"} {
		if text := s.get(page); !strings.Contains(text, "forget_exchanges") {
			t.Errorf("%s: %s", page, text)
		}
	}
	if text := s.get("exchange?id=x1"); !strings.Contains(text, "not kept any more") {
		t.Error(text)
	}
}

// TestBounded: a text of any length and depth makes a page of a bounded one.
func TestBounded(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	for name, text := range map[string]string{"long": strings.Repeat("é<", 4<<20), "deep": deep, "JSON": `["` + strings.Repeat("x", 4<<20) + `"]`} {
		w := &world{
			kept:    []control.ExchangeShown{{Exchanged: control.Exchanged{ID: "x1"}, Typed: []byte(text), Sent: []byte(text), Answered: []byte(text), Heard: []control.Heard{{Text: []byte(text)}}}},
			reviews: []control.Review{{ID: "R1", Body: []byte(text)}},
		}
		s := serveWorld(t, w)
		for _, page := range everyPage() {
			got := s.get(page)
			if len(got) > 3*5*mostShown {
				t.Errorf("%s: %s is %d bytes long", name, page, len(got))
			}
			if name == "long" && page == "review?id=R1" && (!strings.Contains(got, "KiB of 12288 are shown") || strings.Contains(got, "\uFFFD")) {
				t.Errorf("%s: %s does not say that it is cut, or is cut within a letter", name, page)
			}
		}
	}
}
