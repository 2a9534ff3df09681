package opa

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// A bundle carries rules of detection beside its policy. They count as rules.files of its settings, below names that no
// file of a machine has, and stay in memory: they come into force with the bundle, and nobody can change them on the way.
const (
	rulesDir   = "rules"
	indexesDir = "indexes"
)

// carried tells whether a bundle's file holds rules.
func carried(name string) bool {
	return path.Dir(name) == rulesDir && path.Ext(name) == ".toml" || path.Dir(name) == indexesDir && path.Ext(name) == detect.IndexExtension
}

// misplaced is where a file of rules belongs that stands elsewhere, and so would silently find nothing.
func misplaced(name string) string {
	switch {
	case carried(name):
		return ""
	case path.Ext(name) == ".toml":
		return rulesDir + "/"
	case path.Ext(name) == detect.IndexExtension:
		return indexesDir + "/"
	}
	return ""
}

// carry has the settings name the bundle's own rules. The revision in the name tells those of one bundle from those of
// the next.
func (b *Bundle) carry(files archive) {
	b.rules = archive{}
	for _, name := range files.names() {
		if !carried(name) {
			continue
		}
		b.rules[name] = files[name]
		if b.settings.Rules.Carried == nil {
			b.settings.Rules.Carried = map[string][]byte{}
		}
		named := "bundle " + b.Revision + ": " + name
		b.settings.Rules.Files = append(b.settings.Rules.Files, named)
		b.settings.Rules.Carried[named] = files[name]
	}
}

// checkRules tells what is wrong with the rules that a bundle carries: what cannot be read, and ids that would hide each
// other. Where it is built their examples and negatives are tried, too. Machines leave that out: one of a later version may
// find more in an example, and must not refuse the policy for it.
func (b *Bundle) checkRules(built bool) error {
	if b == nil || len(b.rules) == 0 {
		return nil
	}
	var all []error
	var sets []*detect.Set
	from := map[string]string{}
	for _, name := range b.rules.names() {
		set, err := detect.Load(name, b.rules[name])
		if err != nil {
			all = append(all, err)
			continue
		}
		sets = append(sets, set)
		for _, r := range set.Rules {
			at := r.Place()
			if at == "" {
				at = name
			}
			switch {
			case from[r.ID] != "":
				all = append(all, fmt.Errorf("%s: rule %q stands in %s, too: choose another id", at, r.ID, from[r.ID]))
			case built && detect.Default().Rule(r.ID) != nil:
				all = append(all, fmt.Errorf("%s: rule %q has a built-in rule's id, and would be passed over: choose another", at, r.ID))
			}
			from[r.ID] = at
		}
	}
	if len(all) > 0 {
		return errors.Join(all...)
	}
	engine, err := detect.Default().With(sets...)
	if err != nil || !built {
		return err
	}
	for _, set := range sets {
		for _, r := range set.Rules {
			broken, err := engine.Broken(r)
			if err != nil {
				return err
			}
			if len(broken) > 0 {
				all = append(all, fmt.Errorf("%s: rule %q: %s", from[r.ID], r.ID, strings.Join(broken, ", ")))
			}
		}
	}
	return errors.Join(all...)
}
