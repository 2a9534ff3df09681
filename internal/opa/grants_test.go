package opa

import (
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// grantData is a bundle's data, in which pii is forbidden.
func grantData(more string) map[string]string {
	return map[string]string{"scrubjay/org/data.yaml": "verdicts: {pii: {public: forbid}}\n" + more}
}

// inForce puts a bundle of files in force for a user of a machine.
func inForce(t testing.TB, who policy.Who, managed *policy.Settings, clock func() time.Time, files map[string]string) *Engine {
	t.Helper()
	o := acme(policy.StaleScrub)
	layers := organised(o)
	layers.Managed = managed
	e, err := NewEngine(Options{Layers: layers, Who: who, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	raw := signed(t, files, 1, today.AddDate(1, 0, 0))
	b, err := Verify(raw, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(b); err != nil {
		t.Fatal(err)
	}
	return e
}

// TestThreeTeams: one bundle serves several teams: the machine's groups and the organisation's lists say who is meant.
func TestThreeTeams(t *testing.T) {
	files := grantData(`groups: {finance: [carla]}
exceptions:
  - {verdict: scrub, class: pii, group: support, until: "2027-12-31", approver: ben, reason: tickets}
  - {verdict: allow, class: pii, group: finance, provider: openai, until: "2027-12-31", approver: ben, reason: invoices}
`)
	clock := func() time.Time { return today }
	for _, c := range []struct {
		who     policy.Who
		managed *policy.Settings
		want    policy.Verdict
	}{
		{policy.Who{User: "anna"}, nil, policy.Forbid},
		{policy.Who{User: "anna"}, &policy.Settings{Groups: []string{"support"}}, policy.Scrub},
		{policy.Who{User: "carla"}, nil, policy.Allow},
		{policy.Who{User: "carla"}, &policy.Settings{Groups: []string{"support"}}, policy.Allow},
	} {
		d := decide(t, inForce(t, c.who, c.managed, clock, files), outgoing(policy.Public, subject(detect.PII)))
		if d.Rulings[0].Verdict != c.want || (c.want != policy.Forbid) != strings.HasPrefix(d.Rulings[0].Authorisation, "approved by ben until 2027-12-31: ") {
			t.Errorf("%+v: %+v", c.who, d.Rulings[0])
		}
	}
}

// TestVerdictsOfTeams: Rego sees the groups of whoever asks, the bundle's own too.
func TestVerdictsOfTeams(t *testing.T) {
	files := grantData("groups: {finance: [carla]}\n")
	files["x.rego"] = "package scrubjay.org\n\nverdict contains {\"class\": \"pci\", \"verdict\": \"forbid\", \"reason\": \"cards stay with finance\"} if not \"finance\" in data.scrubjay.my_groups\n"
	for _, c := range []struct {
		who     policy.Who
		managed *policy.Settings
		want    policy.Verdict
	}{
		{policy.Who{User: "anna"}, nil, policy.Forbid},
		{policy.Who{User: "anna"}, &policy.Settings{Groups: []string{"finance"}}, policy.Scrub},
		{policy.Who{User: "carla"}, nil, policy.Scrub},
	} {
		e := inForce(t, c.who, c.managed, func() time.Time { return today }, files)
		if d := decide(t, e, outgoing(policy.Public, subject(detect.PCI))); d.Verdict != c.want {
			t.Errorf("%+v: %+v", c.who, d.Rulings[0])
		}
	}
}

// TestAGrantEndsByItself: though decisions are remembered, none outlives an exception.
func TestAGrantEndsByItself(t *testing.T) {
	now := today
	e := inForce(t, policy.Who{}, nil, func() time.Time { return now }, grantData("exceptions: [{verdict: allow, class: pii, until: \"2027-03-01T12:20:00Z\", approver: ben, reason: x}]\n"))
	for _, c := range []struct {
		after time.Duration
		want  policy.Verdict
	}{{0, policy.Allow}, {19 * time.Minute, policy.Allow}, {20*time.Minute + time.Second, policy.Forbid}} {
		now = today.Add(c.after)
		if d := decide(t, e, outgoing(policy.Public, subject(detect.PII))); d.Verdict != c.want {
			t.Errorf("after %s: %s until %s", c.after, d.Verdict, d.ValidUntil)
		}
	}
}

// TestHoursAreKept: no remembered decision outlives the hour at which a grant or a contract begins or ends, in the zone's
// summer time too.
func TestHoursAreKept(t *testing.T) {
	now := today // a Monday
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute, second int) time.Time {
		return time.Date(2027, 3, day, hour, minute, second, 0, berlin)
	}
	hours := `hours: {days: [mon, tue, wed, thu, fri, sun], from: "03:10", to: "18:00", zone: Europe/Berlin}`
	e := inForce(t, policy.Who{}, nil, func() time.Time { return now }, grantData("exceptions: [{verdict: allow, class: pii, until: \"2027-12-31\", approver: ben, reason: x, "+hours+"}]\n"))
	for _, c := range []struct {
		at   time.Time
		want policy.Verdict
	}{
		{at(1, 3, 9, 59), policy.Forbid}, {at(1, 3, 10, 0), policy.Allow}, {at(1, 17, 59, 59), policy.Allow}, {at(1, 18, 0, 0), policy.Forbid},
		{at(6, 12, 0, 0), policy.Forbid},
		// Clocks are put forward from 2 to 3.
		{at(28, 1, 59, 59), policy.Forbid}, {at(28, 3, 0, 0), policy.Forbid}, {at(28, 3, 10, 0), policy.Allow},
	} {
		now = c.at
		if d := decide(t, e, outgoing(policy.Public, subject(detect.PII))); d.Verdict != c.want {
			t.Errorf("%s: %s until %s", c.at, d.Verdict, d.ValidUntil)
		}
	}
}

// TestAnAssistantIsAsked: what differs only in who asks is another question.
func TestAnAssistantIsAsked(t *testing.T) {
	e := inForce(t, policy.Who{}, nil, func() time.Time { return today }, grantData("exceptions: [{verdict: allow, class: pii, assistant: \"claude*\", until: \"2027-12-31\", approver: ben, reason: x}]\n"))
	for name, want := range map[string]policy.Verdict{"claude-cli": policy.Allow, "codex": policy.Forbid, "": policy.Forbid} {
		q := outgoing(policy.Public, subject(detect.PII))
		q.Assistant = policy.Assistant{Name: name, Version: "1"}
		if d := decide(t, e, q); d.Verdict != want {
			t.Errorf("%q: %s", name, d.Verdict)
		}
	}
}

// TestMisspeltGrantsAreRefused: a slip in a grant or a stop says where it is and what was probably meant.
func TestMisspeltGrantsAreRefused(t *testing.T) {
	allQuestions(t)
	whole := `verdict: allow, until: "2027-12-31", approver: ben, reason: x`
	for _, c := range []struct{ data, want string }{
		{"exceptions: [{" + whole + ", class: pi}]", `data.yaml:1: data.scrubjay.org.exceptions.0.class: no class is called "pi": did you mean pii?`},
		{"exceptions: [{" + whole + ", clas: pii}]", `data.yaml:1: data.scrubjay.org.exceptions.0.clas: no field of an exception is called "clas": did you mean class?`},
		{"exceptions: [{" + whole + ", provider: opnai}]", `did you mean openai?`},
		{"exceptions: [{" + whole + ", rule: email-adress}]", `did you mean email-address?`},
		{`exceptions: [{verdict: allowed, until: "2027-12-31", approver: ben, reason: x}]`, `no verdict is called "allowed": did you mean allow?`},
		{`exceptions: [{verdict: allow, until: "31.12.2027", approver: ben, reason: x}]`, `data.yaml:1: data.scrubjay.org.exceptions.0.until: it is no day such as 2026-12-31`},
		{`exceptions: [{verdict: allow, until: "2027-12-31", reason: x}]`, `an exception needs approver`},
		{`exceptions: [{verdict: allow, approver: ben, reason: x}]`, `an exception needs until`},
		{"exceptions: {a: b}", "exceptions: it is not a list"},
		{"kill: {provider: {openai: x}}", `no part of kill is called "provider": did you mean providers?`},
		{"kill: {providers: {opnai: x}}", `kill.providers.opnai: no provider is called "opnai": did you mean openai?`},
		{"kill: {all: true}", "kill.all: it does not say why"},
		{"approved: {provider: {}}", `did you mean providers?`},
		{"approved: {providers: {antropic: {}}}", `did you mean anthropic?`},
		{`approved: {providers: {openai: {until: soon}}}`, "approved.providers.openai.until: it is no day"},
		{`approved: {providers: {openai: {models: gpt}}}`, "approved.providers.openai.models: it is not a list"},
		{`approved: {providers: {openai: {training: false}}, require: {trainig: false}}`, "did you mean training?"},
		{"groups: {finance: carla}", "groups.finance: it is not a list of accounts"},
		{"exception: []", "exception"},
		{"exceptions:\n  - {" + whole + "}\n  - {" + whole + `,
     hours: {days: [mon, frie], from: "08:00", to: "18:00", zone: UTC}}`, `data.yaml:4: data.scrubjay.org.exceptions.1.hours.days.1: no day is called "frie": did you mean fri?`},
		{`approved: {providers: {openai: {hours: {days: [mon], from: "08:00", to: "18:00", zone: Berlin}}}}`, `data.yaml:1: data.scrubjay.org.approved.providers.openai.hours.zone: no time zone is called so`},
		{`approved: {providers: {openai: {hours: {days: [mon], from: "08:00", to: "18:00", zone: Local}}}}`, `hours.zone: no time zone is called so`},
		{`approved: {providers: {openai: {hours: {days: [mon], from: "8:00", to: "18:00", zone: UTC}}}}`, `hours.from: it is no time of day`},
		{`approved: {providers: {openai: {hours: {days: [mon], from: "08:00", to: "25:00", zone: UTC}}}}`, `hours.to: it is no time of day`},
		{`approved: {providers: {openai: {hours: {days: [mon], from: "18:00", to: "08:00", zone: UTC}}}}`, `hours.to: it is not later than from`},
		{`approved: {providers: {openai: {hours: {days: mon, from: "08:00", to: "18:00", zone: UTC}}}}`, `hours.days: it is not a list of days`},
		{`approved: {providers: {openai: {hours: {day: [mon], from: "08:00", to: "18:00", zone: UTC}}}}`, `did you mean days?`},
		{`approved: {providers: {openai: {hours: always}}}`, `say days`},
		{`kill: {providers: {openai: {reason: x, hours: {from: "08:00"}}}}`, `data.yaml:1: data.scrubjay.org.kill.providers.openai.hours: hours are`},
		{`kill: {providers: {openai: {hours: {from: "08:00"}}}}`, `kill.providers.openai: it does not say why`},
		{`kill: {all: {reason: x, hour: x}}`, `no part of a stop is called "hour": did you mean hours?`},
	} {
		if err := Check(dirOf(t, map[string]string{"scrubjay/org/data.yaml": c.data + "\n"})); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n%v\nnot %s", c.data, err, c.want)
		}
	}
	good := `exceptions: [{` + whole + `, hours: {days: [mon], from: "08:00", to: "24:00", zone: Europe/Berlin}, class: pii, group: support, user: anna, machine: m, assistant: "x*", kind: public, model: "gpt-*", severity: high, confidence: low}]
kill: {providers: {mistral: stopped}, models: {"gpt-3*": old}, tools: {"mcp__x__*": {reason: leaks, hours: {days: [sat, sun], from: "00:00", to: "24:00", zone: UTC}}}}
approved: {providers: {openai: {models: ["gpt-5*"], until: "2027-12-31", training: false, retention_days: 30}}, require: {training: false, retention_days: 30}}
groups: {support: [anna]}
`
	if err := Check(dirOf(t, map[string]string{"scrubjay/org/data.yaml": good})); err != nil {
		t.Error(err)
	}
}
