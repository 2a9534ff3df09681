package policy

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// spelling knows the names that a policy may hold.
type spelling struct {
	bundle *Bundle
	// query is what can stand at a path of the input; * is any element of a list. Of other paths nothing is known.
	query map[string]vocabulary
}

func (s source) spelling() *spelling {
	settings := s.layers.Wire()
	provider := vocabulary{"provider", append([]string{""}, slices.Sorted(maps.Keys(settings.Providers))...), true,
		"If it is one of your own, name it in the bundle's settings.yaml"}
	sp := &spelling{s.bundle, map[string]vocabulary{
		"direction":             {what: "direction", names: []string{string(Outgoing), string(Answer), string(Restore)}},
		"destination.provider":  provider,
		"destination.kind":      {what: "kind of provider", names: names(kinds)},
		"origin":                provider,
		"tool.kind":             {what: "kind of tool", names: toolKinds},
		"endpoint":              {what: "endpoint", names: []string{"", "known", "unknown"}},
		"stale":                 {what: "way to be stale", names: []string{"", staleScrub, staleClosed, staleOpen}},
		"subjects.*.class":      {what: "class", names: names(detect.Classes)},
		"subjects.*.severity":   {what: "severity", names: upTo(detect.Critical)},
		"subjects.*.confidence": {what: "confidence", names: upTo(detect.ConfidenceHigh)},
		"labels.*":              {what: "label", names: []string{AIIgnored}, others: true},
		"attachments.*":         {what: "kind of attachment", names: names(Attachments)},
	}}
	if ids, all := ruleIDs(settings.Rules); all {
		sp.query["subjects.*.rule"] = vocabulary{what: "rule", names: ids,
			cure: "If it is one of your own, put its file into the bundle's rules/"}
	}
	return sp
}

// ruleIDs are those of the built-in rules and of files; not all, if there is a file that cannot be read here.
func ruleIDs(s RuleSettings) (ids []string, all bool) {
	for _, r := range detect.Default().Rules() {
		ids = append(ids, r.ID)
	}
	for _, file := range s.Files {
		text, carried := s.Carried[file]
		if !carried {
			var err error
			if text, err = readLimited(file); err != nil {
				return nil, false
			}
		}
		set, err := detect.LoadExtending(file, text, func(path string) ([]byte, error) {
			if !filepath.IsAbs(path) {
				path = filepath.Join(filepath.Dir(file), path)
			}
			return readLimited(path)
		})
		if err != nil {
			return nil, false
		}
		for _, r := range set.Rules {
			ids = append(ids, r.ID)
		}
	}
	return ids, true
}

func readLimited(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, detect.IndexLimit))
}
