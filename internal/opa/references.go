package opa

import (
	"maps"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// wheres are where a literal value may not stand, if a pointer is to stand there: in files as editors see them, or on the wire too.
var wheres = policy.Vocabulary{What: "place", Names: []string{"files", "everywhere"}}

// references checks of what a pointer is asked for. A slip there would ask for nothing.
func (sp *spelling) references(org map[string]any) (all []problem) {
	given, there := org["references"]
	rows, ok := given.(map[string]any)
	if there && !ok {
		return []problem{{[]string{"references"}, "", "it is not an object of classes or rules, such as {credential: files}"}}
	}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		path := []string{"references", name}
		if rules, ok := sp.query["subjects.*.rule"]; ok {
			known := policy.Vocabulary{What: "class or rule", Names: slices.Concat(policy.Names(detect.Classes), rules.Names), Cure: rules.Cure}
			if wrong := known.Wrong(name); wrong != "" {
				all = append(all, problem{path, name, wrong})
			}
		}
		where, _ := rows[name].(string)
		if wrong := wheres.Wrong(where); wrong != "" {
			all = append(all, problem{path, where, wrong})
		}
	}
	return all
}
