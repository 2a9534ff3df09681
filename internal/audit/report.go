package audit

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Report is what a ledger says of some time. Each of its figures has the question that yields it, which scrubjay audit show
// answers: nobody has to believe a figure.
type Report struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Tables hold the figures, Days what happened day by day.
	Tables []Table `json:"tables"`
	Days   []Day   `json:"days"`
	// Records is how many of the ledger's records are of that time.
	Records int `json:"records"`
}

// Table is figures of one kind.
type Table struct {
	Title string `json:"title"`
	// Unit is what is counted: records, or values found.
	Unit string `json:"unit"`
	Rows []Row  `json:"rows"`
}

// Row is a figure and the question that yields it.
type Row struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	Query string `json:"query"`
	// First and Last are when it happened.
	First *Stamp `json:"first,omitempty"`
	Last  *Stamp `json:"last,omitempty"`
}

// Day counts the exchanges of a day, by what became of them.
type Day struct {
	Date     string `json:"date"`
	Allowed  int    `json:"allowed"`
	Scrubbed int    `json:"scrubbed"`
	Blocked  int    `json:"blocked"`
}

// reporter collects rows.
type reporter struct {
	Report
	base   Filter
	tables map[string]map[string]*Row
}

// units are the tables in their order, and what each counts.
var units = []struct{ title, unit string }{
	{"What happened", "records"}, {"Requests by verdict", "records"}, {"Requests by provider", "records"}, {"Blocked by provider", "records"},
	{"Requests by assistant", "records"}, {"Requests by user", "records"}, {"Models", "records"}, {"Values found by class", "values"},
	{"Values kept back by class", "values"}, {"Values found by rule", "values"}, {"Marked as not sensitive by rule", "values"},
	{"Refused without asking policy", "records"},
}

// NewReport counts the records of some time, which each gives.
func NewReport(from, until time.Time, each func(func(Record) error) error) (Report, error) {
	p := &reporter{Report: Report{From: from, Until: until}, base: Filter{Since: from, Until: until}, tables: map[string]map[string]*Row{}}
	days := map[string]*Day{}
	err := each(func(r Record) error {
		if !p.base.Match(r) {
			return nil
		}
		p.Records++
		p.count("What happened", r.Kind, r, Filter{Kinds: []string{r.Kind}})
		if r.Kind == "mark" {
			for rule := range r.Rules {
				p.count("Marked as not sensitive by rule", rule, r, Filter{Kinds: []string{"mark"}, Rule: rule})
			}
		}
		if r.Kind != "exchange" {
			return nil
		}
		of := func(f Filter) Filter { f.Kinds = []string{"exchange"}; return f }
		p.count("Requests by verdict", r.Verdict, r, of(Filter{Verdict: r.Verdict}))
		p.count("Requests by provider", r.Provider, r, of(Filter{Provider: r.Provider}))
		p.count("Requests by assistant", r.Assistant, r, of(Filter{Assistant: r.Assistant}))
		p.count("Requests by user", r.User, r, of(Filter{User: r.User}))
		if r.Model != "" {
			p.count("Models", r.Provider+" "+r.Model, r, of(Filter{Provider: r.Provider, Model: r.Model}))
		}
		if r.Verdict == "forbid" {
			p.count("Blocked by provider", r.Provider, r, of(Filter{Provider: r.Provider, Verdict: "forbid"}))
		}
		if r.Verdict == "" {
			p.count("Refused without asking policy", r.Note, r, of(Filter{Note: r.Note}))
		}
		for class := range r.Classes {
			p.count("Values found by class", class, r, of(Filter{Class: class}))
			if r.Verdict != "allow" {
				p.count("Values kept back by class", class+" "+r.Verdict, r, of(Filter{Class: class, Verdict: r.Verdict}))
			}
		}
		for rule := range r.Rules {
			p.count("Values found by rule", rule, r, of(Filter{Rule: rule}))
		}
		date := r.Time.UTC().Format(time.DateOnly)
		d := days[date]
		if d == nil {
			d = &Day{Date: date}
			days[date] = d
		}
		switch r.Verdict {
		case "allow":
			d.Allowed++
		case "scrub":
			d.Scrubbed++
		case "forbid":
			d.Blocked++
		}
		return nil
	})
	for _, u := range units {
		rows := p.tables[u.title]
		if len(rows) == 0 {
			continue
		}
		t := Table{Title: u.title, Unit: u.unit}
		for _, row := range rows {
			t.Rows = append(t.Rows, *row)
		}
		slices.SortFunc(t.Rows, func(a, b Row) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Name, b.Name)) })
		p.Tables = append(p.Tables, t)
	}
	for _, date := range slices.Sorted(maps.Keys(days)) {
		p.Days = append(p.Days, *days[date])
	}
	return p.Report, err
}

// count adds a record to a row, which has the question that chooses it and its like.
func (p *reporter) count(title, name string, r Record, f Filter) {
	if name == "" {
		return
	}
	if p.tables[title] == nil {
		p.tables[title] = map[string]*Row{}
	}
	f.Since, f.Until = p.base.Since, p.base.Until
	counting, n := "records", 1
	if f.Class != "" || f.Rule != "" {
		counting, n = "values", f.Values(r)
	}
	row := p.tables[title][name]
	if row == nil {
		first := r.Time
		row = &Row{Name: name, Query: "scrubjay audit show " + f.Args() + " --count " + counting, First: &first}
		p.tables[title][name] = row
	}
	row.Count += n
	last := r.Time
	row.Last = &last
}
