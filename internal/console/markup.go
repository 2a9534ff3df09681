package console

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// The main part of each page.

func (p nowPage) main(v view) g.Node {
	good := "standing bad"
	if p.Protected {
		good = "standing good"
	}
	call := h.P(h.ID("call"), live, hidden)
	if v.Waiting > 0 {
		text := strconv.Itoa(v.Waiting) + " requests wait for you"
		if v.Waiting == 1 {
			text = "A request waits for you"
		}
		call = h.P(h.Class("call"), h.ID("call"), live, h.A(h.Href("waiting"), g.Text(text)))
	}
	listens := g.Group{g.Text("does not listen")}
	if p.Hello.Proxy.Listen != "" {
		listens = g.Group{g.Text("listens on "), h.Code(g.Text(p.Hello.Proxy.Listen))}
	}
	if p.Hello.Proxy.Instead != "" {
		listens = append(listens, g.Text(", not on "+p.Hello.Proxy.Instead))
	}
	found := g.Node(h.P(g.Text("Nothing sensitive yet.")))
	if len(p.Found) > 0 {
		found = h.Dl(h.Class("counts"), g.Map(p.Found, func(c count) g.Node { return g.Group{h.Dt(g.Text(c.Name)), h.Dd(g.Text(strconv.Itoa(c.N)))} }))
	}
	latest := none(p.Kept)
	if len(p.Rows) > 0 {
		latest = g.Group{rowTable(p.Rows), h.P(h.A(h.ID("all-rows"), h.Href("exchanges"), g.Text("All that are kept")))}
	}
	return g.Group{
		h.Section(h.ID("standing"), h.Class(good), h.Aria("labelledby", "standing-title"), live, h.H2(h.ID("standing-title"), g.Text(p.Text)), h.P(g.Text(p.Why)),
			g.Iff(p.Advice != "", func() g.Node { return h.P(g.Text("Run "), h.Code(g.Text(p.Advice))) })),
		call,
		section("here", "On this machine", h.Dl(h.ID("facts"), live,
			h.Dt(g.Text("Proxy")), h.Dd(listens),
			h.Dt(g.Text("Policy")), h.Dd(h.Code(g.Text(p.Hello.Policy.Revision)), g.If(p.Hello.Policy.Organised, g.Text(", your organisation’s"))),
			fact("Assistants that are set up", listed(p.Hello.Assistants, "none")),
			fact("AI vendors and models in use", listed(p.Hello.Used, "none in the last month")),
		)),
		section("found", "Found in today’s requests", h.Div(h.ID("found-list"), live, found)),
		section("latest", "Latest exchanges", h.Div(h.ID("rows"), live, latest)),
	}
}

func listed(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}

func (p exchangesPage) main(view) g.Node {
	rows := none(p.Kept)
	if len(p.Rows) > 0 {
		rows = rowTable(p.Rows)
	}
	return g.Group{
		h.P(g.Text("A request that an assistant sent through Scrubjay and its answer are an exchange. The latest are kept in memory, and gone when the daemon ends.")),
		h.Div(h.ID("rows"), live, rows),
	}
}

func (p exchangePage) main(view) g.Node {
	facts := h.Dl(
		h.Dt(g.Text("Time")), h.Dd(moment(p.Time), g.Textf(", it took %d ms", p.Millis)),
		fact("From", p.Assistant), fact("To", p.Provider+" "+p.Model), fact("Found in it", orNothing(p.Found)), fact("What became of it", p.Outcome, bad(p.Bad)),
	)
	here := "exchange?id=" + url.QueryEscape(p.ID)
	if p.Said == nil {
		return g.Group{facts, h.P(h.A(h.Class("button"), h.Href(here+"&all=1"), g.Text("Show what was typed, sent and answered")), g.Text(" "),
			quiet("It holds your values: see that nobody looks over your shoulder."))}
	}
	answered := textOf(p.Said.Answered)
	if len(p.Said.Heard.Parts) > 0 {
		answered = g.Group{textOf(p.Said.Heard), h.Details(h.Summary(g.Text("All of it, as it came")), answered)}
	}
	return g.Group{facts, h.P(h.A(h.Href(here), g.Text("Hide what was said"))), h.Div(h.Class("sides"),
		section("typed", "Typed", say("As your assistant wrote it. "+p.Said.How, h.Class("quiet")), textOf(p.Said.Typed)),
		section("sent", "Sent", say("As "+p.Provider+" got it. Placeholders are marked.", h.Class("quiet")), textOf(p.Said.Sent)),
		section("answered", "Answered", say("As your assistant got it, with your values back in it.", h.Class("quiet")), answered),
	)}
}

func (p waitingPage) main(view) g.Node {
	waits := g.Node(h.P(g.Text("Nothing waits.")))
	if len(p.Reviews) > 0 {
		waits = h.Ul(h.Class("waits"), g.Map(p.Reviews, func(r control.Review) g.Node {
			asks := "A request to " + r.Provider + " " + r.Model
			if r.Obligation == "attest" {
				asks = "May requests go to " + r.Provider + "?"
			}
			finding := "findings"
			if len(r.Findings) == 1 {
				finding = "finding"
			}
			return h.Li(h.A(h.ID("review-"+r.ID), h.Href("review?id="+url.QueryEscape(r.ID)), g.Text(asks)), g.Text(" "),
				h.Span(h.Class("quiet"), g.Text("since "), moment(r.Since), g.Textf(", %d %s", len(r.Findings), finding)))
		}))
	}
	return g.Group{
		say(p.Said, h.Class("said"), h.Role("status")),
		h.P(g.Text("Where policy wants it, a request is held until you have seen it, for five minutes at most. Your editor asks, too: the first answer counts.")),
		h.Div(h.ID("waits"), live, waits),
	}
}

func (p reviewPage) main(v view) g.Node {
	found := g.Node(h.P(g.Text("Nothing sensitive.")))
	if len(p.Found) > 0 {
		found = h.Ul(items(p.Found))
	}
	return g.Group{
		h.Dl(fact("To", p.Provider+" "+p.Model), h.Dt(g.Text("Waits since")), h.Dd(moment(p.Since)),
			g.Iff(p.Obligation == "attest", func() g.Node { return fact("Your answer", "holds for all requests to "+p.Provider+" for a day") })),
		h.Form(h.Method("post"), h.Action("answer"),
			h.Input(h.Type("hidden"), h.Name("form"), h.Value(v.Form)), h.Input(h.Type("hidden"), h.Name("id"), h.Value(p.ID)),
			h.Button(h.Name("say"), h.Value("once"), g.Text("Send")), g.Text(" "), h.Button(h.Class("other"), h.Name("say"), h.Value("no"), g.Text("Do not send"))),
		section("findings", "What was found", found),
		section("body", "What "+p.Provider+" would get", say("Placeholders stand where values stood.", h.Class("quiet")), textOf(p.Text)),
	}
}

func items(texts []string) g.Node {
	return g.Map(texts, func(t string) g.Node { return h.Li(g.Text(t)) })
}

// withoutPolicy is what becomes of requests while an organisation's policy is missing.
func withoutPolicy(stale string) string {
	switch stale {
	case "":
		return ""
	case "closed":
		return "nothing goes out until there is another"
	case "open":
		return "the program’s own policy holds"
	}
	return "whatever is found gets a placeholder"
}

func (p policyPage) main(view) g.Node {
	s := p.Standing
	from, number := "the program, and this machine’s settings", ""
	if s.Organised {
		from = "your organisation, and this machine’s settings"
	}
	if s.Sequence != 0 {
		number = strconv.FormatInt(s.Sequence, 10)
	}
	settings := g.Node(h.P(g.Text("Nobody has set any: all are as the program has them.")))
	if len(p.Settings) > 0 {
		settings = g.Group{table("", "settings", []string{"Setting", "Value", "Comes from"}, g.Map(p.Settings, func(s Setting) g.Node {
			return h.Tr(rowHead(h.Code(g.Text(s.Name))), h.Td(g.Text(s.Value)), h.Td(g.If(s.Decided, g.Group{h.Strong(g.Text("Set by your organisation")), h.Br()}), g.Text(s.From)))
		})), say("All others are as the program has them.", h.Class("quiet"))}
	}
	return g.Group{
		section("force", "In force", h.Dl(
			codeFact("Revision", s.Revision), fact("From", from), fact("Number", number),
			g.Iff(!s.Since.IsZero(), func() g.Node { return g.Group{h.Dt(g.Text("Since")), h.Dd(moment(s.Since))} }),
			g.Iff(!s.Expires.IsZero(), func() g.Node { return g.Group{h.Dt(g.Text("Expires")), h.Dd(moment(s.Expires))} }),
			fact("Missing or expired", withoutPolicy(s.Stale), bad(true)), fact("Next", s.Waits), fact("Not taken", s.Refused, bad(true)), fact("Cannot be asked", s.Unreachable, bad(true)),
		)),
		section("gets", "Who gets what",
			h.P(g.Text("By class, for what is found with certainty. Exceptions, single rules and places can differ: "), h.Code(g.Text("scrubjay policy explain")), g.Text(" says why.")),
			table("", "who gets what", append([]string{"Class"}, p.Destinations...), g.Map(p.Becomes, func(b Becomes) g.Node {
				return h.Tr(rowHead(g.Text(nameOf(b.Class))), g.Map(b.Verdicts, func(v Verdict) g.Node {
					return h.Td(g.Text(becomes(v.Verdict)), g.Iff(v.Reason != "", func() g.Node { return g.Group{h.Br(), quiet(v.Reason)} }))
				}))
			}))),
		section("settings", "Settings, and where each comes from", settings,
			g.Iff(len(p.Notes) > 0, func() g.Node { return g.Group{h.H3(g.Text("What does not count")), h.Ul(items(p.Notes))} })),
	}
}

func (l Ledger) main(view) g.Node {
	standing, heading := "standing good", "The ledger is whole"
	switch {
	case l.Wrong != "":
		standing, heading = "standing bad", "The ledger was changed, or is damaged"
	case l.Unwritten != "":
		standing, heading = "standing bad", "Records cannot be written"
	}
	checked := g.Node(h.P(g.Textf("%d records, all good. They were checked now, as this page was opened.", l.Records)))
	if l.Wrong != "" {
		checked = g.Group{h.P(g.Textf("%d records are good, then: %s", l.Records, l.Wrong)), h.P(g.Text("Keep all files called ledger in "), h.Code(g.Text(l.Dir)), g.Text(" as evidence."))}
	}
	return g.Group{
		h.Section(h.Class(standing), h.Aria("labelledby", "health"), h.H2(h.ID("health"), g.Text(heading)), checked,
			g.Iff(l.Unwritten != "", func() g.Node { return h.P(g.Text(l.Unwritten + " Until then requests are refused.")) }), say(l.Dropped)),
		section("how", "How to check it yourself", h.P(g.Text("The ledger says what happened, with names and counts and never a value. Every record’s hash covers the one before.")),
			h.Dl(codeFact("Read it", "scrubjay audit show"), codeFact("Verify it", "scrubjay audit verify"), codeFact("Where it lies", l.Dir))),
		section("checkpoint", "Checkpoints",
			h.P(g.Text("Whoever can write all files of the ledger can write another history. A checkpoint, signed and kept elsewhere, gives that away. None is kept on this machine, where it would prove nothing.")),
			h.Dl(codeFact("Make one", "scrubjay audit checkpoint > monday.note"), codeFact("Compare with it", "scrubjay audit verify --checkpoint monday.note"))),
	}
}

func (p doctorPage) main(view) g.Node {
	told := p.Hello
	var wrong g.Group
	add := func(is bool, format string, args ...any) {
		if is {
			wrong = append(wrong, h.Li(h.Class("bad"), g.Text(fmt.Sprintf(format, args...))))
		}
	}
	if t := told.Trouble; t != nil {
		wrong = append(wrong, h.Li(bad(!t.Over), moment(t.Time), g.Text(": "+t.Text), g.If(t.Over, g.Text(" Requests have gone out since."))))
	}
	add(told.Proxy.Error != "", "The proxy does not listen: %s", told.Proxy.Error)
	add(told.Proxy.Instead != "", "The proxy listens elsewhere than on %s. What names that address has to be set up again.", told.Proxy.Instead)
	if told.LeftOut > 0 {
		wrong = append(wrong, h.Li(h.Class("bad"), g.Textf("This machine has more secrets than are looked for: %d forms of some are left out. Name those that matter: ", told.LeftOut), h.Code(g.Text("scrubjay secret add"))))
	}
	add(told.Policy.Refused != "", "The newest policy was not taken: %s", told.Policy.Refused)
	add(told.Policy.Unreachable != "", "Your organisation’s server cannot be asked: %s", told.Policy.Unreachable)
	if wrong == nil {
		wrong = g.Group{h.Li(g.Text("Nothing that the daemon knows of."))}
	}
	signals := g.Node(h.P(g.Text("Nothing this month.")))
	if len(p.Signals) > 0 {
		signals = h.Ul(g.Map(p.Signals, func(s audit.Signal) g.Node {
			return h.Li(moment(s.Time), g.Text(": "+s.Text), h.Br(), h.Code(g.Text(s.Query)))
		}))
	}
	return g.Group{
		section("trouble", "What is wrong", h.Ul(wrong),
			h.P(h.Code(g.Text("scrubjay doctor")), g.Text(" looks at more: files and who can read them, certificates, the way to each provider, and every assistant’s settings."))),
		section("signals", "Out of the ordinary", signals),
	}
}

// gonePage says that what was asked for is not there any more.
type gonePage string

func (p gonePage) main(view) g.Node {
	return g.Group{h.P(g.Text(string(p))), h.P(h.A(h.Href("now"), g.Text("Back to the first page")))}
}
