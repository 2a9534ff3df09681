package audit

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Signal is something in a ledger that is out of the ordinary, and the question that shows it.
type Signal struct {
	Time  time.Time `json:"time"`
	Kind  string    `json:"kind"` // findings, refusals, volume, destination or loop
	Text  string    `json:"text"`
	Query string    `json:"query"`
}

// Thresholds are from when on something is out of the ordinary; 0 is never.
type Thresholds struct {
	// Findings, Refusals and Megabytes are in an hour to one provider. Times is how many times the mean of the earlier
	// hours in which there was anything it has to be as well.
	Findings, Refusals, Megabytes int
	Times                         float64
	// Same is how many requests of the very same size and answer within a minute are a loop.
	Same int
}

// Ordinary are thresholds that a person at work does not reach.
var Ordinary = Thresholds{Findings: 500, Refusals: 20, Megabytes: 500, Times: 5, Same: 20}

// Or are these thresholds, and those of t where they are 0.
func (o Thresholds) Or(t Thresholds) Thresholds {
	return Thresholds{cmp.Or(o.Findings, t.Findings), cmp.Or(o.Refusals, t.Refusals), cmp.Or(o.Megabytes, t.Megabytes), cmp.Or(o.Times, t.Times), cmp.Or(o.Same, t.Same)}
}

// hourly is what happens in an hour to one provider, by what is counted.
var hourly = []struct {
	kind, what string
	of         func(Record) int
	from       func(Thresholds) int
}{
	{"findings", "values found", func(r Record) int { return total(r.Classes) }, func(t Thresholds) int { return t.Findings }},
	{"refusals", "requests forbidden", func(r Record) int {
		if r.Verdict == "forbid" {
			return 1
		}
		return 0
	}, func(t Thresholds) int { return t.Refusals }},
	{"volume", "bytes sent", func(r Record) int { return int(r.BytesOut) }, func(t Thresholds) int { return t.Megabytes << 20 }},
}

// Signaller finds signals in records as they come, oldest first.
type Signaller struct {
	Thresholds
	Signal func(Signal)
	known  map[string]bool
	hours  map[string]*hours
	last   map[string]*repeated
}

// hours are counts of one kind to one provider: of the hour under way, and of all before it.
type hours struct {
	hour         time.Time
	count        int
	said         bool
	earlier, sum int
}

type repeated struct {
	Record
	since time.Time
	n     int
}

// Add looks at a record.
func (s *Signaller) Add(r Record) {
	if r.Kind != "exchange" || r.Provider == "" {
		return
	}
	if s.known == nil {
		s.known, s.hours, s.last = map[string]bool{}, map[string]*hours{}, map[string]*repeated{}
	}
	of := Filter{Kinds: []string{"exchange"}, Provider: r.Provider}
	if !s.known[r.Provider] {
		if len(s.known) > 0 { // the first one ever is no news
			s.say(r, "destination", of, "%s was asked for the first time", r.Provider)
		}
		s.known[r.Provider] = true
	}
	hour := r.Time.UTC().Truncate(time.Hour)
	for _, h := range hourly {
		key := h.kind + " " + r.Provider
		at := s.hours[key]
		if at == nil {
			at = &hours{hour: hour}
			s.hours[key] = at
		}
		if !at.hour.Equal(hour) {
			if at.count > 0 {
				at.earlier, at.sum = at.earlier+1, at.sum+at.count
			}
			at.hour, at.count, at.said = hour, 0, false
		}
		at.count += h.of(r)
		from := h.from(s.Thresholds)
		if from == 0 || at.said || at.count < from || at.earlier > 0 && float64(at.count) < s.Times*float64(at.sum)/float64(at.earlier) {
			continue
		}
		at.said = true
		within := of
		within.Since, within.Until = hour, hour.Add(time.Hour)
		if h.kind == "refusals" {
			within.Verdict = "forbid"
		}
		mean := "the first such hour"
		if at.earlier > 0 {
			mean = fmt.Sprintf("the mean of earlier hours is %d", at.sum/at.earlier)
		}
		s.say(r, h.kind, within, "%s: %d %s within an hour; %s", r.Provider, at.count, h.what, mean)
	}
	s.loop(r, of)
}

// loop looks for the same request again and again: of the same size, model and outcome. What was in it no record says.
func (s *Signaller) loop(r Record, of Filter) {
	l := s.last[r.Provider]
	if l == nil || l.BytesOut != r.BytesOut || l.Model != r.Model || l.Status != r.Status || r.Time.Sub(l.since) > time.Minute {
		s.last[r.Provider] = &repeated{Record: r, since: r.Time.Time, n: 1}
		return
	}
	if l.n++; l.n == s.Same {
		of.Since, of.Until = l.since, r.Time.Add(time.Second)
		s.say(r, "loop", of, "%s: %d requests of %d bytes within a minute", r.Provider, l.n, r.BytesOut)
	}
}

func (s *Signaller) say(r Record, kind string, of Filter, text string, args ...any) {
	s.Signal(Signal{Time: r.Time.UTC(), Kind: kind, Text: fmt.Sprintf(text, args...), Query: "scrubjay audit show " + of.Args()})
}

// Signals are those of records that each gives, the newest last, from a moment on. Earlier ones say what is ordinary.
func Signals(t Thresholds, since time.Time, each func(func(Record) error) error) (all []Signal, err error) {
	s := Signaller{Thresholds: t, Signal: func(s Signal) {
		if !s.Time.Before(since) {
			all = append(all, s)
		}
	}}
	err = each(func(r Record) error { s.Add(r); return nil })
	slices.SortStableFunc(all, func(a, b Signal) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
	return all, err
}
