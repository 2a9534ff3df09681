package policy

import (
	"maps"
	"slices"
)

// exceptionFields are what an exception holds; a path is where in a query the same stands.
var exceptionFields = map[string]string{
	"verdict": "", "until": "", "approver": "", "reason": "",
	"class": "subjects.*.class", "rule": "subjects.*.rule", "severity": "subjects.*.severity", "confidence": "subjects.*.confidence",
	"provider": "destination.provider", "kind": "destination.kind", "model": "", "user": "", "group": "", "machine": "", "assistant": "",
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
	for _, given := range listOf("exceptions") {
		e, ok := given.(map[string]any)
		if !ok {
			say("", "it is not an object", "exceptions")
			continue
		}
		for _, field := range slices.Sorted(maps.Keys(e)) {
			path, known := exceptionFields[field]
			text, isText := e[field].(string)
			switch {
			case !known:
				say(field, vocabulary{what: "field of an exception", names: slices.Sorted(maps.Keys(exceptionFields))}.wrong(field), "exceptions", field)
			case !isText:
				say(field, "it is not a text", "exceptions", field)
			case field == "verdict":
				say(text, vocabulary{what: "verdict", names: verdictNames[:]}.wrong(text), "exceptions", field)
			case field == "until":
				say(text, wrongDay(text), "exceptions", field)
			case path != "":
				if v, ok := sp.query[path]; ok {
					say(text, v.wrong(text), "exceptions", field)
				}
			}
		}
		for _, field := range []string{"verdict", "until", "approver", "reason"} {
			if text, _ := e[field].(string); text == "" {
				say("", "an exception needs "+field+": what is granted, until when, by whom and why is recorded", "exceptions")
			}
		}
	}
	kill := objectAt(org, "kill")
	for _, what := range slices.Sorted(maps.Keys(kill)) {
		if what == "all" {
			if _, ok := kill[what].(string); !ok {
				say("", "it is not a text: say why", "kill", what)
			}
			continue
		}
		say(what, vocabulary{what: "part of kill", names: []string{"all", "providers", "models", "tools"}}.wrong(what), "kill", what)
		stopped := objectAt(kill, "kill", what)
		for _, name := range slices.Sorted(maps.Keys(stopped)) {
			if _, ok := stopped[name].(string); !ok {
				say(name, "it is not a text: say why", "kill", what, name)
			}
			if what == "providers" {
				say(name, sp.query["destination.provider"].wrong(name), "kill", what, name)
			}
		}
	}
	approved := objectAt(org, "approved")
	for _, what := range slices.Sorted(maps.Keys(approved)) {
		say(what, vocabulary{what: "part of approved", names: []string{"providers", "require"}}.wrong(what), "approved", what)
	}
	providers := objectAt(approved, "approved", "providers")
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		say(name, sp.query["destination.provider"].wrong(name), "approved", "providers", name)
		contract := objectAt(providers, "approved", "providers", name)
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
				near := Nearest(fact, slices.Sorted(maps.Keys(contract)))
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
	if _, ok := EndOf(text); ok {
		return ""
	}
	return "it is no day such as 2026-12-31, and no moment such as 2026-12-31T18:00:00Z"
}
