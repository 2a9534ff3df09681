package opa

import (
	"maps"
	"slices"
	"strconv"
	"time"
	_ "time/tzdata" // hours name zones, and Windows and small images have no database of them

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// exceptionFields are what an exception holds; a path is where in a query the same stands.
var exceptionFields = map[string]string{
	"verdict": "", "until": "", "approver": "", "reason": "", "hours": "",
	"class": "subjects.*.class", "rule": "subjects.*.rule", "severity": "subjects.*.severity", "confidence": "subjects.*.confidence",
	"provider": "destination.provider", "kind": "destination.kind", "model": "", "user": "", "group": "", "machine": "", "assistant": "", "repository": "",
}

// grants checks what a bundle grants, stops and approves. A slip there would grant too much, or stop nothing.
func (sp *spelling) grants(org map[string]any) (all []problem) {
	say := func(text, what string, path ...string) {
		if what != "" {
			all = append(all, problem{path, text, what})
		}
	}
	listOf := func(name string) []any {
		list, ok := org[name].([]any)
		if _, there := org[name]; there && !ok {
			say("", "it is not a list", name)
		}
		return list
	}
	objectAt := func(in map[string]any, path ...string) map[string]any {
		v, there := in[path[len(path)-1]]
		o, ok := v.(map[string]any)
		if there && !ok {
			say("", "it is not an object", path...)
		}
		return o
	}
	for i, given := range listOf("exceptions") {
		at := strconv.Itoa(i)
		e, ok := given.(map[string]any)
		if !ok {
			say("", "it is not an object", "exceptions", at)
			continue
		}
		all = append(all, hours(e, "exceptions", at)...)
		for _, field := range slices.Sorted(maps.Keys(e)) {
			path, known := exceptionFields[field]
			text, isText := e[field].(string)
			switch {
			case !known:
				say(field, policy.Vocabulary{What: "field of an exception", Names: slices.Sorted(maps.Keys(exceptionFields))}.Wrong(field), "exceptions", at, field)
			case field == "hours":
			case !isText:
				say(field, "it is not a text", "exceptions", at, field)
			case field == "verdict":
				say(text, policy.Vocabulary{What: "verdict", Names: policy.VerdictNames[:]}.Wrong(text), "exceptions", at, field)
			case field == "until":
				say(text, wrongDay(text), "exceptions", at, field)
			case path != "":
				if v, ok := sp.query[path]; ok {
					say(text, v.Wrong(text), "exceptions", at, field)
				}
			}
		}
		for _, field := range []string{"verdict", "until", "approver", "reason"} {
			if text, _ := e[field].(string); text == "" {
				say("", "an exception needs "+field+": what is granted, until when, by whom and why is recorded", "exceptions", at)
			}
		}
	}
	kill := objectAt(org, "kill")
	for _, what := range slices.Sorted(maps.Keys(kill)) {
		if what == "all" {
			all = append(all, stop(kill[what], "kill", what)...)
			continue
		}
		say(what, policy.Vocabulary{What: "part of kill", Names: []string{"all", "providers", "models", "tools"}}.Wrong(what), "kill", what)
		stopped := objectAt(kill, "kill", what)
		for _, name := range slices.Sorted(maps.Keys(stopped)) {
			all = append(all, stop(stopped[name], "kill", what, name)...)
			if what == "providers" {
				say(name, sp.query["destination.provider"].Wrong(name), "kill", what, name)
			}
		}
	}
	approved := objectAt(org, "approved")
	for _, what := range slices.Sorted(maps.Keys(approved)) {
		say(what, policy.Vocabulary{What: "part of approved", Names: []string{"providers", "require"}}.Wrong(what), "approved", what)
	}
	providers := objectAt(approved, "approved", "providers")
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		say(name, sp.query["destination.provider"].Wrong(name), "approved", "providers", name)
		contract := objectAt(providers, "approved", "providers", name)
		all = append(all, hours(contract, "approved", "providers", name)...)
		if until, there := contract["until"]; there {
			text, _ := until.(string)
			say(text, wrongDay(text), "approved", "providers", name, "until")
		}
		if models, there := contract["models"]; there {
			if _, ok := models.([]any); !ok {
				say("", "it is not a list", "approved", "providers", name, "models")
			}
		}
		require := objectAt(approved, "approved", "require")
		for _, fact := range slices.Sorted(maps.Keys(require)) {
			if _, said := contract[fact]; !said {
				near := policy.Nearest(fact, slices.Sorted(maps.Keys(contract)))
				if near != "" {
					say(fact, "no contract fact is called so: did you mean "+near+"?", "approved", "require", fact)
				}
			}
		}
	}
	groups := objectAt(org, "groups")
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		members, ok := groups[name].([]any)
		for _, m := range members {
			_, text := m.(string)
			ok = ok && text
		}
		if !ok {
			say(name, "it is not a list of accounts", "groups", name)
		}
	}
	return all
}

// wrongDay says what is wrong with the end of a grant or a contract.
func wrongDay(text string) string {
	if _, ok := policy.EndOf(text); ok {
		return ""
	}
	return "it is no day such as 2026-12-31, and no moment such as 2026-12-31T18:00:00Z"
}

// stop checks why something is stopped, and when.
func stop(given any, path ...string) (all []problem) {
	if _, ok := given.(string); ok {
		return nil
	}
	fields, _ := given.(map[string]any)
	if reason, _ := fields["reason"].(string); reason == "" {
		return []problem{{path, "", "it does not say why: write the reason, or {reason: WHY, hours: WHEN}"}}
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if what := (policy.Vocabulary{What: "part of a stop", Names: []string{"hours", "reason"}}).Wrong(field); what != "" {
			all = append(all, problem{slices.Concat(path, []string{field}), field, what})
		}
	}
	return append(all, hours(fields, path...)...)
}

// weekdays are what time.Weekday calls them, in three letters.
var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// hours checks when in a week something holds.
func hours(given map[string]any, path ...string) (all []problem) {
	when, there := given["hours"]
	if !there {
		return nil
	}
	path = slices.Concat(path, []string{"hours"})
	say := func(text, what string, more ...string) {
		if what != "" {
			all = append(all, problem{slices.Concat(path, more), text, what})
		}
	}
	fields, _ := when.(map[string]any)
	known := []string{"days", "from", "to", "zone"}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		say(field, policy.Vocabulary{What: "part of hours", Names: known}.Wrong(field), field)
	}
	for _, field := range known {
		if _, there := fields[field]; !there {
			say("", "hours are {days: [mon, fri], from: \"08:00\", to: \"18:00\", zone: Europe/Berlin}: say "+field)
			return all
		}
	}
	days, ok := fields["days"].([]any)
	if !ok || len(days) == 0 {
		say("", "it is not a list of days such as [mon, fri]", "days")
	}
	for i, day := range days {
		text, _ := day.(string)
		say(text, policy.Vocabulary{What: "day", Names: weekdays}.Wrong(text), "days", strconv.Itoa(i))
	}
	from, to := fields["from"], fields["to"]
	begins, ends := clock(from), clock(to)
	if to == "24:00" {
		ends = 24 * time.Hour
	}
	switch wrong := "it is no time of day such as \"08:00\"; a day ends at \"24:00\""; {
	case begins < 0:
		say("", wrong, "from")
	case ends < 0:
		say("", wrong, "to")
	case begins >= ends:
		say("", "it is not later than from: hours are of one day, and a night is an exception until \"24:00\" and one from \"00:00\"", "to")
	}
	zone, _ := fields["zone"].(string)
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		say(zone, "no time zone is called so: write it as Europe/Berlin, America/New_York or UTC", "zone")
	}
	return all
}

// clock is how long after midnight a time of day is, and less than nothing if it is none.
func clock(given any) time.Duration {
	text, _ := given.(string)
	at, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return -1
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
}
