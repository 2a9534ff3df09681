package lsp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.yaml.in/yaml/v3"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// doubts are what a repository's settings say in vain: names that nothing has, files that cannot be used, and what
// does not count there.
type doubts struct {
	root     yaml.Node
	problems []problem
}

func (d *doubts) at(text string, path ...any) {
	d.problems = append(d.problems, problem{lineIn(&d.root, path), text, protocol.DiagnosticSeverityWarning})
}

// name doubts a name that is none of those that there are.
func (d *doubts) name(what, name string, known []string, path ...any) {
	if name == "" || slices.Contains(known, name) {
		return
	}
	text := fmt.Sprintf("no %s is called %q", what, name)
	switch near := policy.Nearest(name, known); {
	case near != "":
		text += fmt.Sprintf(": did you mean %q?", near)
	case len(known) <= 8:
		text += ": it is one of " + strings.Join(known, ", ")
	}
	d.at(text, path...)
}

// elsewhere are the settings that a repository cannot make, with the word that people know them by.
var elsewhere = []struct {
	key string
	set func(policy.Settings) bool
}{
	{"providers", func(s policy.Settings) bool { return len(s.Providers) > 0 }},
	{"organisation", func(s policy.Settings) bool { return s.Organisation != nil }},
	{"attachments", func(s policy.Settings) bool { return len(s.Attachments) > 0 }},
	{"scrub_from", func(s policy.Settings) bool { return len(s.ScrubFrom) > 0 }},
	{"tools", func(s policy.Settings) bool { return len(s.Tools) > 0 }},
	{"websockets", func(s policy.Settings) bool { return s.Websockets != "" }},
	{"private_hosts", func(s policy.Settings) bool { return len(s.PrivateHosts) > 0 }},
	{"forget_exchanges", func(s policy.Settings) bool { return s.ForgetExchanges }},
	{"completion", func(s policy.Settings) bool { return s.Completion != policy.Completion{} }},
	{"delegate", func(s policy.Settings) bool { return len(s.Delegate) > 0 }},
}

// doubt looks for what is in vain in settings that could be read.
func doubt(content []byte, repository, wire policy.Settings, rules *ownRules) []problem {
	d := &doubts{}
	_ = yaml.Unmarshal(content, &d.root) // it was read before
	for _, e := range elsewhere {
		if e.set(repository) {
			d.at(e.key+" is not taken from a repository: put it into your own config.yaml", e.key)
		}
	}
	var ids []string
	for _, r := range rules.engine.Rules() {
		ids = append(ids, r.ID)
	}
	for _, r := range rules.base.Rules() { // those that the wire turned off are no mistakes
		ids = append(ids, r.ID)
	}
	for i, id := range repository.Rules.Disable {
		d.name("rule", id, ids, "rules", "disable", i)
	}
	for i, file := range repository.Rules.Files {
		if why := rules.refused[file]; why != "" {
			d.at(why, "rules", "files", i)
		}
	}
	for i, e := range repository.Allow {
		d.name("rule", e.Rule, ids, "allow", i, "rule")
	}
	providers := slices.Sorted(maps.Keys(wire.Providers))
	for i, name := range repository.Destinations {
		d.name("provider", name, providers, "destinations", i)
	}
	for _, class := range slices.Sorted(maps.Keys(repository.Verdicts)) {
		d.name("class", class, texts(detect.Classes), "verdicts", class)
		for _, kind := range slices.Sorted(maps.Keys(repository.Verdicts[class])) {
			d.name("kind of provider", string(kind), texts(providerKinds), "verdicts", class, string(kind))
			d.name("verdict", repository.Verdicts[class][kind], verdictNames(), "verdicts", class, string(kind))
		}
	}
	return d.problems
}

var providerKinds = []policy.Kind{policy.Public, policy.Private, policy.Local}

func verdictNames() (names []string) {
	for v := policy.Allow; v <= policy.Forbid; v++ {
		names = append(names, v.String())
	}
	return names
}

func texts[T ~string](all []T) (list []string) {
	for _, x := range all {
		list = append(list, string(x))
	}
	return list
}

// lineIn is where the path of keys and indexes leads to, or as far as there is something.
func lineIn(n *yaml.Node, path []any) int {
	if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
		n = n.Content[0]
	}
	line := n.Line
	for _, step := range path {
		for n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		var next *yaml.Node
		switch step := step.(type) {
		case int:
			if step < len(n.Content) {
				next = n.Content[step]
				line = next.Line
			}
		case string:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == step {
					line, next = n.Content[i].Line, n.Content[i+1]
				}
			}
		}
		if next == nil {
			break
		}
		n = next
	}
	return max(line-1, 0)
}
