package console

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"maragu.dev/gomponents"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
)

//go:embed page
var files embed.FS

// place is an entry of the navigation.
type place struct{ Path, Title string }

var places = []place{{"now", "Now"}, {"exchanges", "Exchanges"}, {"waiting", "Waiting"}, {"policy", "Policy"}, {"ledger", "Ledger"}, {"doctor", "Doctor"}}

// mainPart is what a page has of its own.
type mainPart interface{ main(view) gomponents.Node }

// pages are what can be opened, by the last part of its path.
var pages = map[string]struct {
	title string
	// in is the entry of the navigation that it belongs to.
	in string
	// live says that what is new shows by itself.
	live bool
	data func(c *Console, q url.Values) (mainPart, error)
}{
	"":          {"Now", "now", true, (*Console).now},
	"now":       {"Now", "now", true, (*Console).now},
	"exchanges": {"Exchanges", "exchanges", true, (*Console).exchanges},
	"exchange":  {"One exchange", "exchanges", false, (*Console).exchange},
	"waiting":   {"Waiting for you", "waiting", true, (*Console).waiting},
	"review":    {"A request that waits for you", "waiting", false, (*Console).review},
	"policy": {"Policy", "policy", false, func(c *Console, _ url.Values) (mainPart, error) {
		return policyPage{c.source.Policy(), c.source.Hello().Policy}, nil
	}},
	"ledger": {"Ledger", "ledger", false, func(c *Console, _ url.Values) (mainPart, error) { return c.source.Ledger(), nil }},
	"doctor": {"Doctor", "doctor", false, (*Console).doctor},
}

// assets are served as they are.
var assets = map[string]string{"console.css": "text/css; charset=utf-8", "console.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"}

func (c *Console) get(w http.ResponseWriter, r *http.Request, path string) {
	if kind, ok := assets[path]; ok {
		text, _ := files.ReadFile("page/" + path)
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(text) // whoever asked is gone
		return
	}
	p, ok := pages[path]
	if !ok {
		refuse(w, http.StatusNotFound, "There is no such page: go back, or run scrubjay console.")
		return
	}
	reviews, kept := c.source.Reviews(), c.source.Exchanges()
	v := view{Title: p.title, In: p.in, Waiting: len(reviews), News: news(len(reviews), kept), Poll: "waiting", Form: c.form, Program: c.source.Hello().Program}
	if p.live {
		v.Poll = path
	}
	status := http.StatusOK
	data, err := p.data(c, r.URL.Query())
	if err != nil {
		status, data = http.StatusNotFound, gonePage(err.Error())
	}
	var out bytes.Buffer
	if document(v, data.main(v)).Render(&out) != nil {
		refuse(w, http.StatusInternalServerError, "This page could not be made: scrubjay doctor says more.")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // whoever asked is gone
}

// news is what has changed for whoever does not see it.
func news(waiting int, kept []control.Exchanged) string {
	switch {
	case waiting == 1:
		return "A request waits for you."
	case waiting > 1:
		return fmt.Sprintf("%d requests wait for you.", waiting)
	case len(kept) > 0:
		text, _ := outcome(kept[0])
		return fmt.Sprintf("The latest exchange, to %s at %s: %s.", kept[0].Provider, clock(kept[0].Time, time.Now()), text)
	}
	return ""
}

// row is an exchange in a list.
type row struct {
	control.Exchanged
	Assistant, Found, Outcome string
	Bad                       bool
}

func rowOf(e control.Exchanged) row {
	_, found := counted(e.Classes)
	text, bad := outcome(e)
	return row{e, assistant(e.Assistant), found, text, bad}
}

func rows(kept []control.Exchanged) (all []row) {
	for _, e := range kept {
		all = append(all, rowOf(e))
	}
	return all
}

// fewRows is how many exchanges the first page shows.
const fewRows = 5

type nowPage struct {
	standing
	Hello control.Hello
	Found []count
	Rows  []row
	Kept  bool
}

func (c *Console) now(url.Values) (mainPart, error) {
	h, kept := c.source.Hello(), c.source.Exchanges()
	found, _ := counted(c.source.Found())
	return nowPage{standingOf(h), h, found, rows(kept[:min(fewRows, len(kept))]), c.source.Kept()}, nil
}

type exchangesPage struct {
	Rows []row
	Kept bool
}

func (c *Console) exchanges(url.Values) (mainPart, error) {
	return exchangesPage{rows(c.source.Exchanges()), c.source.Kept()}, nil
}

type exchangePage struct {
	row
	// Said is there only if the person asked for it: all of it may hold values, also what was sent, if policy lets them go.
	Said *saidPage
}

type saidPage struct {
	Typed, Sent, Answered shown
	// How is what is to know of Typed, and Heard what the answer said by itself, if that is known.
	How   string
	Heard shown
}

func (c *Console) exchange(q url.Values) (mainPart, error) {
	e, err := c.source.Exchange(q.Get("id"))
	if err != nil {
		return nil, err
	}
	page := exchangePage{row: rowOf(e.Exchanged)}
	if !q.Has("all") {
		return page, nil
	}
	typed := show(e.Typed, values(e.Sent))
	page.Said = &saidPage{typed, show(e.Sent, placeholders), show(e.Answered, typed.again), "Where it differs from what was sent, it stayed on this machine.", show(heard(e.Heard), typed.again)}
	switch {
	case len(e.Sent) == 0:
		page.Said.How = "Nothing of it was sent."
	case bytes.Equal(e.Sent, e.Typed):
		page.Said.How = "It went as it was."
	case typed.marked():
		page.Said.How = "What is marked stayed on this machine."
	}
	return page, nil
}

type waitingPage struct {
	Reviews []control.Review
	Said    string
}

// said are what a person is told after an answer.
var said = map[string]string{
	"sent":    "The request goes to the provider.",
	"stopped": "The request was stopped: the provider gets nothing of it.",
	"gone":    "Your answer changed nothing: the request was answered already, or has gone.",
}

func (c *Console) waiting(q url.Values) (mainPart, error) {
	return waitingPage{c.source.Reviews(), said[q.Get("said")]}, nil
}

type reviewPage struct {
	control.Review
	Found []string
	Text  shown
}

func (c *Console) review(q url.Values) (mainPart, error) {
	for _, r := range c.source.Reviews() {
		if r.ID == q.Get("id") {
			return reviewPage{r, findings(r.Findings), show(r.Body, placeholders)}, nil
		}
	}
	return nil, errGone
}

var errGone = errors.New("this request does not wait any more: it was answered, or whoever sent it has left")

type policyPage struct {
	Policy
	Standing control.Policy
}

type doctorPage struct {
	Hello   control.Hello
	Signals []audit.Signal
}

func (c *Console) doctor(url.Values) (mainPart, error) {
	return doctorPage{c.source.Hello(), c.source.Signals()}, nil
}

// post takes the person's answer to a request that waits.
func (c *Console) post(w http.ResponseWriter, r *http.Request, path string) {
	if path != "answer" {
		refuse(w, http.StatusNotFound, "Nothing is answered here: go back, or run scrubjay console.")
		return
	}
	say, told := control.SayNo, "stopped"
	switch r.PostFormValue("say") {
	case control.SayOnce:
		say, told = control.SayOnce, "sent"
	case control.SayNo:
	default:
		refuse(w, http.StatusBadRequest, "An answer is Send or Do not send: go back, and answer there.")
		return
	}
	if c.source.Answer(r.PostFormValue("id"), say) != nil {
		told = "gone"
	}
	http.Redirect(w, r, c.room+"waiting?said="+told, http.StatusSeeOther)
}
