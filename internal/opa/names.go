package opa

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// spelling knows the names that a policy may hold.
type spelling struct {
	bundle *Bundle
	// query is what can stand at a path of the input; * is any element of a list. Of other paths nothing is known.
	query map[string]policy.Vocabulary
}

func (s source) spelling() *spelling {
	settings := s.layers.Wire()
	provider := policy.Vocabulary{What: "provider", Names: append([]string{""}, slices.Sorted(maps.Keys(settings.Providers))...), Others: true,
		Cure: "If it is one of your own, name it in the bundle's settings.yaml"}
	sp := &spelling{s.bundle, map[string]policy.Vocabulary{
		"direction":             {What: "direction", Names: []string{string(policy.Outgoing), string(policy.Answer), string(policy.Restore)}},
		"destination.provider":  provider,
		"destination.kind":      {What: "kind of provider", Names: policy.Names(policy.Kinds)},
		"origin":                provider,
		"tool.kind":             {What: "kind of tool", Names: policy.ToolKinds},
		"endpoint":              {What: "endpoint", Names: []string{"", "known", "unknown"}},
		"stale":                 {What: "way to be stale", Names: []string{"", policy.StaleScrub, policy.StaleClosed, policy.StaleOpen}},
		"subjects.*.class":      {What: "class", Names: policy.Names(detect.Classes)},
		"subjects.*.severity":   {What: "severity", Names: policy.UpTo(detect.Critical)},
		"subjects.*.confidence": {What: "confidence", Names: policy.UpTo(detect.ConfidenceHigh)},
		"labels.*":              {What: "label", Names: []string{policy.AIIgnored}, Others: true},
		"attachments.*":         {What: "kind of attachment", Names: policy.Names(policy.Attachments)},
	}}
	if ids, all := ruleIDs(settings.Rules); all {
		sp.query["subjects.*.rule"] = policy.Vocabulary{What: "rule", Names: ids,
			Cure: "If it is one of your own, put its file into the bundle's rules/"}
	}
	return sp
}

// ruleIDs are those of the built-in rules and of files; not all, if there is a file that cannot be read here.
func ruleIDs(s policy.RuleSettings) (ids []string, all bool) {
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
