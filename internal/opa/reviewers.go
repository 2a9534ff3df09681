package opa

import (
	"maps"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// reviewers are those of the bundle's data, as texts. What is wrong with them, check says.
func (b *Bundle) reviewers() map[string]string {
	list, _ := b.org()["reviewers"].(map[string]any)
	all := map[string]string{}
	for name, key := range list {
		all[name], _ = key.(string)
	}
	return all
}

// reviewers checks the table of keys, and that there is one where two people are asked for.
func (sp *spelling) reviewers(org map[string]any) (all []problem) {
	given, there := org["reviewers"]
	list, ok := given.(map[string]any)
	if there && !ok {
		return []problem{{[]string{"reviewers"}, "", "it is not an object of accounts, each with its public key"}}
	}
	for _, name := range slices.Sorted(maps.Keys(list)) {
		key, _ := list[name].(string)
		if _, err := policy.ParsePublicKey(key); err != nil {
			all = append(all, problem{[]string{"reviewers", name}, name, err.Error()})
		}
	}
	if data, _ := sp.bundle.org()["reviewers"].(map[string]any); len(data) < len(list) {
		all = append(all, problem{[]string{"reviewers"}, "", "a rule makes some of them: they have to stand in data"})
	}
	return all
}
