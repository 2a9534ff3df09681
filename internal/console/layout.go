package console

import (
	"net/url"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// Pages are put together by functions and not by html/template: it calls methods by their names, so that the linker would have to keep every
// method of every type, a tenth of the program. Text and attributes are escaped where they are written.

// view is what the layout is told.
type view struct {
	Title, In string
	// Waiting is how many requests wait, News the one sentence that somebody who cannot see is told when it changes.
	Waiting int
	News    string
	// Poll is the page that is read again each second, to show what is new.
	Poll, Form string
	Program    string
}

// document is a whole page around its main part.
func document(v view, main g.Node) g.Node {
	title := v.Title + " – Scrubjay"
	if v.Waiting > 0 {
		title = "(" + strconv.Itoa(v.Waiting) + ") " + title
	}
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")), h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")), h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.TitleEl(g.Text(title)),
			h.Link(h.Rel("icon"), h.Href("icon.svg"), h.Type("image/svg+xml")), h.Link(h.Rel("stylesheet"), h.Href("console.css")), h.Script(h.Src("console.js"), h.Defer()),
		),
		h.Body(h.Data("poll", v.Poll),
			h.A(h.Class("skip"), h.Href("#main"), g.Text("Skip to the content")),
			h.Header(
				h.P(h.Class("brand"), h.Img(h.Src("icon.svg"), h.Alt(""), h.Width("22"), h.Height("22")), g.Text(" Scrubjay")),
				h.Nav(h.Aria("label", "Pages"), h.Ul(g.Map(places, func(p place) g.Node {
					return h.Li(h.A(h.Href(p.Path), g.If(p.Path == v.In, h.Aria("current", "page")), g.Text(p.Title), g.If(p.Path == "waiting", waits(v.Waiting))))
				}))),
			),
			h.Main(h.ID("main"), h.TabIndex("-1"),
				h.P(h.ID("ended"), h.Class("standing bad"), h.Role("alert"), hidden,
					g.Text("The daemon does not answer any more, so that what stands here may be over. Run "), h.Code(g.Text("scrubjay console")), g.Text(" to open this page anew.")),
				h.H1(g.Text(v.Title)), main,
			),
			h.Footer(h.P(g.Textf("Scrubjay %s, from the daemon on this machine, for you alone.", v.Program)), h.P(h.ID("news"), h.Class("unseen"), h.Role("status"), h.Data("news", v.News))),
		),
	))
}

// hidden is not shown, and live is what is read again by itself.
var hidden, live = g.Attr("hidden"), g.Attr("data-live")

// waits is how many requests wait, behind the name of their page.
func waits(waiting int) g.Node {
	return g.Group{g.Text(" "), h.Span(h.ID("count"), live, g.Iff(waiting > 0, func() g.Node { return h.Span(h.Class("count"), g.Text(strconv.Itoa(waiting))) }))}
}

// say is a sentence if there is one to say.
func say(text string, attributes ...g.Node) g.Node {
	if text == "" {
		return nil
	}
	return h.P(g.Group(attributes), g.Text(text))
}

// moment is a time as the person reads it, and as a program does.
func moment(t time.Time) g.Node {
	return h.Time(h.DateTime(t.UTC().Format(time.RFC3339)), g.Text(clock(t, time.Now())))
}

// table is one that scrolls by itself, also by keys.
func table(id, label string, heads []string, rows g.Node) g.Node {
	return h.Div(g.If(id != "", h.ID(id)), h.Class("scroll"), h.Role("group"), h.Aria("label", "Table: "+label), h.TabIndex("0"),
		h.Table(h.THead(h.Tr(g.Map(heads, func(head string) g.Node { return h.Th(h.Scope("col"), g.Text(head)) }))), h.TBody(rows)))
}

func rowHead(children ...g.Node) g.Node { return h.Th(h.Scope("row"), g.Group(children)) }

// fact is a line of a list of them; without a value it is left out.
func fact(name, value string, attributes ...g.Node) g.Node {
	if value == "" {
		return nil
	}
	return g.Group{h.Dt(g.Text(name)), h.Dd(g.Group(attributes), g.Text(value))}
}

func codeFact(name, code string) g.Node {
	return g.Group{h.Dt(g.Text(name)), h.Dd(h.Code(g.Text(code)))}
}

// section has a heading, by which it is known.
func section(id, heading string, children ...g.Node) g.Node {
	return h.Section(h.Aria("labelledby", id), h.H2(h.ID(id), g.Text(heading)), g.Group(children))
}

func bad(is bool) g.Node { return g.If(is, h.Class("bad")) }

func quiet(text string) g.Node { return h.Span(h.Class("quiet"), g.Text(text)) }

// rowTable lists exchanges.
func rowTable(rows []row) g.Node {
	return table("rows-table", "exchanges, the newest first", []string{"Time", "What became of it", "Found in it", "From", "To"}, g.Map(rows, func(r row) g.Node {
		return h.Tr(rowHead(h.A(h.ID("open-"+r.ID), h.Href("exchange?id="+url.QueryEscape(r.ID)), moment(r.Time))), h.Td(bad(r.Bad), g.Text(r.Outcome)), h.Td(g.Text(orNothing(r.Found))), h.Td(g.Text(r.Assistant)),
			h.Td(g.Text(r.Provider), g.Iff(r.Model != "", func() g.Node { return g.Group{g.Text(" "), quiet(r.Model)} })))
	}))
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// none says why there are no exchanges.
func none(kept bool) g.Node {
	if kept {
		return h.P(g.Text("None yet. What goes through Scrubjay from now on shows here by itself."))
	}
	return h.P(g.Text("None is kept: the setting "), h.Code(g.Text("forget_exchanges")), g.Text(" says so. The "), h.A(h.Href("ledger"), g.Text("ledger")),
		g.Text(" has the records, without a word of what was said."))
}

// textOf is a text, with what is marked in it.
func textOf(s shown) g.Node {
	if len(s.Parts) == 0 {
		return g.Group{say(s.Cut, h.Class("quiet")), h.P(g.Text("Nothing."))}
	}
	return g.Group{say(s.Cut, h.Class("quiet")), h.Pre(h.TabIndex("0"), g.Map(s.Parts, func(p part) g.Node {
		if p.Mark == "" {
			return g.Text(p.Text)
		}
		return h.Mark(h.Class(p.Mark), g.Text(p.Text))
	}))}
}
