package console

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Console is the page of one daemon. Its address, cookie and forms' token are made with it, and end with it.
type Console struct {
	source Source
	// room is the first part of every path. A browser sends a cookie to every port of a host, so that another program that
	// listens on this machine would be told ours; below a path that it cannot guess, it is not.
	room   string
	cookie string
	form   string // what a form of ours brings along

	mu    sync.Mutex
	key   string
	until time.Time
}

const (
	cookieName = "scrubjay"
	// keyLives is how long a key opens the door, if nobody has used it.
	keyLives = time.Minute
	// mostForm is the longest form that is read.
	mostForm = 4 << 10
)

// New makes the page of a source.
func New(source Source) *Console {
	return &Console{source: source, room: "/" + rand.Text() + "/", cookie: rand.Text(), form: rand.Text()}
}

// Invite makes a key, and answers with the path and query that it opens. It takes the place of one that nobody has used.
func (c *Console) Invite() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.key, c.until = rand.Text(), time.Now().Add(keyLives)
	return "/?key=" + c.key
}

// admit tells whether a key opens the door, which it does once.
func (c *Console) admit(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.key == "" || time.Now().After(c.until) || !same(key, c.key) {
		return false
	}
	c.key = ""
	return true
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// headers are those of every answer: nothing from elsewhere, nothing inline, nobody around it, nothing kept.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
		"frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Cache-Control":                "no-store",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
}

// refuse says to a person what to do, and to anybody else nothing.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}

const shut = "This page is for the person of this machine: run scrubjay console, which opens it."

// Handler is the page at a port of this machine.
func (c *Console) Handler(port int) http.Handler {
	hosts := map[string]bool{}
	for _, name := range []string{"127.0.0.1", "localhost"} {
		hosts[net.JoinHostPort(name, fmt.Sprint(port))] = true
	}
	foreign := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		// A page that rebinds a name of its own to this machine sends that name; one at another port is of the same site.
		if site := r.Header.Get("Sec-Fetch-Site"); !hosts[r.Host] || site != "" && site != "none" && site != "same-origin" {
			refuse(w, http.StatusForbidden, shut)
			return
		}
		if r.URL.Path == "/" && r.Method == http.MethodGet && r.URL.Query().Has("key") {
			c.enter(w, r)
			return
		}
		path, ours := strings.CutPrefix(r.URL.Path, c.room)
		holder, err := r.Cookie(cookieName)
		if !ours || err != nil || !same(holder.Value, c.cookie) {
			refuse(w, http.StatusForbidden, shut)
			return
		}
		c.source.Looked()
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			c.get(w, r, path)
		case http.MethodPost:
			r.Body = http.MaxBytesReader(w, r.Body, mostForm)
			if foreign.Check(r) != nil || !same(r.PostFormValue("form"), c.form) {
				refuse(w, http.StatusForbidden, "This form is not of this page, or of an earlier one: open the page anew, and answer there.")
				return
			}
			c.post(w, r, path)
		default:
			w.Header().Set("Allow", "GET, POST")
			refuse(w, http.StatusMethodNotAllowed, "This page is read with GET, and answered with POST.")
		}
	})
}

// enter takes a key, and gives whoever has it the cookie.
func (c *Console) enter(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") {
		refuse(w, http.StatusServiceUnavailable, "This address works once, and not before it is opened.")
		return
	}
	if !c.admit(r.URL.Query().Get("key")) {
		refuse(w, http.StatusForbidden, "This address works once, and for a minute: run scrubjay console again for another.")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: c.cookie, Path: c.room, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, c.room, http.StatusSeeOther)
}
