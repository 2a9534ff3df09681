package console

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestHeaders: every answer, refusals too, forbids scripts and frames of others, and to keep it.
func TestHeaders(t *testing.T) {
	s := serveWorld(t, busy())
	check := func(what string, res *http.Response, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		csp := res.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !slices.Contains(strings.Split(csp, "; "), part) {
				t.Errorf("%s: %s is missing in %q", what, part, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s: %q", what, csp)
		}
		for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", what, name, got)
			}
		}
		if res.Header.Get("Access-Control-Allow-Origin") != "" || res.Header.Get("Content-Type") == "" {
			t.Errorf("%s: %v", what, res.Header)
		}
	}
	for _, page := range everyPage() {
		res, err := s.browser.Get(s.home + page)
		check(page, res, err)
	}
	res, err := http.Get(s.base)
	check("without a cookie", res, err)
	res, err = s.browser.PostForm(s.home+"answer", nil)
	check("a form without a token", res, err)
}

// TestDoor: nobody comes in without the cookie, by another name of this machine, from another page, or with another method.
func TestDoor(t *testing.T) {
	w := busy()
	s := serveWorld(t, w)
	u, err := url.Parse(s.home)
	if err != nil {
		t.Fatal(err)
	}
	cookies := s.browser.Jar.Cookies(u)
	if len(cookies) != 1 {
		t.Fatalf("the browser has %d cookies for %s", len(cookies), s.home)
	}
	root, _ := url.Parse(s.base + "/")
	if len(s.browser.Jar.Cookies(root)) != 0 {
		t.Error("the cookie is sent beside the page's own path, and so to whoever listens at another port")
	}
	own := s.base
	form := s.console.form
	looked := w.looked
	for name, c := range map[string]struct {
		method, path, host, body string
		header                   map[string]string
		cookie                   string
		want                     int
	}{
		"the person":                {"GET", "", "", "", nil, "good", 200},
		"the person, typed address": {"GET", "", "", "", map[string]string{"Sec-Fetch-Site": "none"}, "good", 200},
		"as localhost":              {"GET", "", "localhost", "", nil, "good", 200},
		"no cookie":                 {"GET", "", "", "", nil, "", 403},
		"a made-up cookie":          {"GET", "", "", "", nil, "bad", 403},
		"a script without":          {"GET", "console.js", "", "", nil, "", 403},
		"another host":              {"GET", "", "evil.example", "", nil, "good", 403},
		"a rebound name":            {"GET", "", "127.0.0.1.evil.example", "", nil, "good", 403},
		"another port":              {"GET", "", "127.0.0.1:1", "", nil, "good", 403},
		"an address of all":         {"GET", "", "0.0.0.0", "", nil, "good", 403},
		"a page elsewhere":          {"GET", "", "", "", map[string]string{"Sec-Fetch-Site": "cross-site"}, "good", 403},
		"a page at another port":    {"GET", "exchanges", "", "", map[string]string{"Sec-Fetch-Site": "same-site"}, "good", 403},
		"an answer":                 {"POST", "answer", "", "form=" + form + "&id=none&say=no", map[string]string{"Origin": own}, "good", 200},
		"an answer, as browsers do": {"POST", "answer", "", "form=" + form + "&id=none&say=no", map[string]string{"Origin": "null", "Sec-Fetch-Site": "same-origin"}, "good", 200},
		"without a token":           {"POST", "answer", "", "id=R1&say=once", map[string]string{"Origin": own}, "good", 403},
		"with another token":        {"POST", "answer", "", "form=x&id=R1&say=once", map[string]string{"Origin": own}, "good", 403},
		"token in the address":      {"POST", "answer?form=" + form, "", "id=R1&say=once", map[string]string{"Origin": own}, "good", 403},
		"from another page":         {"POST", "answer", "", "form=" + form + "&id=R1&say=once", map[string]string{"Origin": "https://evil.example"}, "good", 403},
		"from nowhere":              {"POST", "answer", "", "form=" + form + "&id=R1&say=once", map[string]string{"Origin": "null"}, "good", 403},
		"from a neighbour":          {"POST", "answer", "", "form=" + form + "&id=R1&say=once", map[string]string{"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"}, "good", 403},
		"without the cookie":        {"POST", "answer", "", "form=" + form + "&id=R1&say=once", map[string]string{"Origin": own}, "", 403},
		"by GET":                    {"GET", "answer?form=" + form + "&id=R1&say=once", "", "", nil, "good", 404},
		"no word of ours":           {"POST", "answer", "", "form=" + form + "&id=R1&say=always", map[string]string{"Origin": own}, "good", 400},
		"to another page":           {"POST", "now", "", "form=" + form + "&id=R1&say=once", map[string]string{"Origin": own}, "good", 404},
		"a long form":               {"POST", "answer", "", "id=R1&say=once&x=" + strings.Repeat("x", mostForm) + "&form=" + form, map[string]string{"Origin": own}, "good", 403},
		"another method":            {"DELETE", "exchanges", "", "", nil, "good", 405},
	} {
		req, err := http.NewRequest(c.method, s.home+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.body != "" {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for k, v := range c.header {
			req.Header.Set(k, v)
		}
		if req.Host = req.URL.Host; c.host != "" {
			req.Host = c.host
			if !strings.Contains(c.host, ":") {
				req.Host += ":" + u.Port()
			}
		}
		switch c.cookie {
		case "good":
			req.AddCookie(cookies[0])
		case "bad":
			req.AddCookie(&http.Cookie{Name: cookieName, Value: "x"})
		}
		res, err := (&http.Client{CheckRedirect: func(next *http.Request, _ []*http.Request) error {
			next.AddCookie(cookies[0])
			return nil
		}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != c.want {
			t.Errorf("%s: %s: %.300s", name, res.Status, text)
		}
		if res.StatusCode == http.StatusForbidden && (strings.Contains(string(text), "<") || strings.Count(string(text), "\n") != 1) {
			t.Errorf("%s is refused with %q", name, text)
		}
	}
	if len(w.answered) != 0 {
		t.Errorf("answers that came in: %v", w.answered)
	}
	if w.looked == looked {
		t.Error("the daemon is not told that the person looks")
	}
}

// TestKey: it opens once, for a minute, is not used up by whoever only looks ahead, and the next takes its place.
func TestKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(&world{})
		h := c.Handler(80)
		open := func(method, path, purpose string) int {
			r := httptest.NewRequest(method, path, nil)
			r.Host = "127.0.0.1:80"
			r.Header.Set("Sec-Purpose", purpose)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			for _, cookie := range w.Result().Cookies() {
				if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != c.room || len(cookie.Value) < 20 || cookie.Domain != "" {
					t.Errorf("the cookie is %+v", cookie)
				}
			}
			if (len(w.Result().Cookies()) == 1) != (w.Code == http.StatusSeeOther) {
				t.Errorf("%d with %v", w.Code, w.Result().Cookies())
			}
			return w.Code
		}
		if open("GET", "/?key=", "") != 403 {
			t.Error("it is open before anybody was invited")
		}
		first := c.Invite()
		for _, step := range []struct {
			what, method, path, purpose string
			want                        int
		}{
			{"looking ahead", "GET", first, "prefetch;prerender", 503},
			{"HEAD", "HEAD", first, "", 403},
			{"another", "GET", first + "x", "", 403},
			{"empty", "GET", "/?key=", "", 403},
			{"it", "GET", first, "", 303},
			{"again", "GET", first, "", 403},
		} {
			if got := open(step.method, step.path, step.purpose); got != step.want {
				t.Errorf("%s: %d", step.what, got)
			}
		}
		late := c.Invite()
		<-time.After(keyLives + time.Second) // of the bubble
		if got := open("GET", late, ""); got != 403 {
			t.Errorf("after a minute: %d", got)
		}
		second := c.Invite()
		third := c.Invite()
		if got := open("GET", second, ""); got != 403 {
			t.Errorf("one that another has taken the place of: %d", got)
		}
		if got := open("GET", third, ""); got != 303 {
			t.Errorf("the newest: %d", got)
		}
	})
}
