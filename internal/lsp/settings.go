package lsp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
	"go.yaml.in/yaml/v3"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// section is the name of our settings in an editor's configuration.
const section = "scrubjay"

// editorSettings are what an editor may say: bare in initializationOptions, below "scrubjay" in its
// configuration, nested or with dots in their names.
type editorSettings struct {
	Trace        string              `yaml:"trace"`
	Rules        policy.RuleSettings `yaml:"rules"`
	Allow        []policy.AllowEntry `yaml:"allow"`
	Destinations []string            `yaml:"destinations"`
	// Trusted is false in a folder that the person does not trust: nothing in it is heeded then. Silence means yes.
	Trusted *bool `yaml:"trusted"`
	// Status asks for the notification scrubjay/status, and Offers names what the editor does with a command's answer beside
	// that: clipboard, ask. Both count in initializationOptions.
	Status bool     `yaml:"status"`
	Offers []string `yaml:"offers"`
	// RedactOnSave redacts a file whenever it is saved.
	RedactOnSave bool `yaml:"redactOnSave"`
}

// trusts tells whether what the open folders say is heeded.
func (s *Server) trusts() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.editor.Trusted == nil || *s.editor.Trusted
}

// takeEditorSettings replaces what the editor said before by what stands below our name or, where bare
// keys are ours too, by those. Keys that are not ours are left to the editor's own extension. On an error
// everything stays as it was, and so it does if nothing is said of us.
func (s *Server) takeEditorSettings(raw protocol.LSPAny, bare bool) error {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var given map[string]any
	if err := json.Unmarshal(raw, &given); err != nil {
		return errors.New("settings are not an object; nothing was changed")
	}
	if own, ok := given[section].(map[string]any); ok {
		given = own
	} else if !bare {
		maps.DeleteFunc(given, func(key string, _ any) bool { return !strings.HasPrefix(key, section+".") })
		if len(given) == 0 {
			return nil
		}
	}
	nested := make(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(given)) {
		name := strings.TrimPrefix(key, section+".")
		if outer, inner, dotted := strings.Cut(name, "."); dotted {
			m, ok := nested[outer].(map[string]any)
			if !ok {
				m = make(map[string]any)
			}
			m[inner] = given[key]
			nested[outer] = m
			continue
		}
		nested[name] = given[key]
	}
	plain, err := yaml.Marshal(nested)
	if err != nil {
		return errors.New("settings cannot be read; nothing was changed")
	}
	var settings editorSettings
	if err := yaml.Unmarshal(plain, &settings); err != nil {
		return errors.New("settings: one of trace, rules.disable, allow, destinations, trusted, status, offers, redactOnSave has the wrong type; nothing was changed")
	}
	if _, err := policy.NewAllowList(settings.Allow); err != nil {
		return fmt.Errorf("settings: %w; nothing was changed", err)
	}
	s.mu.Lock()
	s.editor = settings
	s.mu.Unlock()
	if settings.Trace != "" {
		s.trace.Store(settings.Trace != string(protocol.TraceValueOff))
	}
	return nil
}

// DidChangeConfiguration takes new settings, or fetches them where the editor keeps them to be asked for.
func (s *Server) DidChangeConfiguration(ctx context.Context, p *protocol.DidChangeConfigurationParams) error {
	if s.caps.configuration {
		s.spawn(s.askConfiguration)
		return nil
	}
	if err := s.takeEditorSettings(p.Settings, false); err != nil {
		s.warn(err.Error())
	}
	s.Refresh()
	return nil
}

// askConfiguration fetches our section of the editor's configuration.
func (s *Server) askConfiguration(ctx context.Context) {
	if !s.caps.configuration {
		return
	}
	name := section
	answers, err := s.client.Configuration(ctx, &protocol.ConfigurationParams{Items: []protocol.ConfigurationItem{{Section: &name}}})
	if err != nil || len(answers) != 1 {
		if ctx.Err() == nil {
			s.log.Warn("the editor tells no configuration", zap.Error(err))
		}
		return
	}
	if err := s.takeEditorSettings(answers[0], true); err != nil {
		s.warn(err.Error())
	}
	s.Refresh()
}

// outlook is everything that bears on how the findings of a folder's files are judged.
type outlook struct {
	folder       *folder
	disabled     map[string]bool
	allow        policy.AllowList
	salt         string // of the repository
	destinations []policy.Destination
	// named are the providers that the person uses, or those that somebody listed: what is said names no others.
	named       map[string]bool
	labels      workspace.Labels
	known       *redact.Values // values of the .env files of the folder
	remotes     workspace.Remotes
	trusted     bool
	paused      bool // nothing is scrubbed now
	revocations policy.Revocations
	// verdicts are the repository's, which tighten.
	verdicts map[string]map[policy.Kind]string
}

// outlook puts together what wire, repository and editor say. The repository's and the editor's word
// only adds to what is quiet; whose destinations count is decided from the nearest to the farthest.
// It is put together once, and again when something has changed.
func (s *Server) outlook(path string) *outlook {
	f := s.folderOf(path)
	s.mu.Lock()
	editor, generation, o := s.editor, s.generation, s.outlooks[f]
	s.mu.Unlock()
	if o != nil {
		return o
	}
	_, used := s.status.policyAndUse()
	o = newOutlook(f, s.cfg.Settings(), s.repository(f), editor, used)
	o.trusted, o.known, o.paused = s.trusts(), s.knownValues(f), s.status.isPaused()
	s.mu.Lock()
	if s.generation == generation {
		s.outlooks[f] = o
	}
	s.mu.Unlock()
	return o
}

func newOutlook(f *folder, wire, repository policy.Settings, editor editorSettings, used map[string]bool) *outlook {
	o := &outlook{folder: f, disabled: make(map[string]bool), named: used, salt: repository.Salt, verdicts: repository.Verdicts, revocations: wire.Revocations}
	for _, layer := range []struct {
		rules policy.RuleSettings
		allow []policy.AllowEntry
	}{{wire.Rules, wire.Allow}, {repository.Rules, repository.Allow}, {editor.Rules, editor.Allow}} {
		for _, id := range layer.rules.Disable {
			o.disabled[id] = true
		}
		// Entries that cannot be read quiet nothing; whoever wrote them has been told.
		list, _ := policy.NewAllowList(layer.allow)
		o.allow = o.allow.And(list)
	}
	for _, names := range [][]string{editor.Destinations, repository.Destinations, wire.Destinations} {
		if len(names) > 0 {
			o.destinations = destinations(wire, names)
			if len(o.destinations) == len(destinations(wire, nil)) {
				return o // all public ones: nobody has chosen any
			}
			o.named = map[string]bool{}
			for _, name := range names {
				o.named[name] = true
			}
			return o
		}
	}
	o.destinations = destinations(wire, nil)
	return o
}

// destinations are those named, or all public providers. A name that is not configured counts as a
// vendor: the strictest guess.
func destinations(wire policy.Settings, names []string) []policy.Destination {
	if len(names) == 0 {
		for name, p := range wire.Providers {
			if p.Kind == policy.Public || p.Kind == "" {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return []policy.Destination{{Provider: "any vendor", Kind: policy.Public}}
	}
	names = slices.Clone(names)
	slices.Sort(names)
	var all []policy.Destination
	for _, name := range slices.Compact(names) {
		kind := wire.Providers[name].Kind
		if kind == "" {
			kind = policy.Public
		}
		all = append(all, policy.Destination{Provider: name, Kind: kind})
	}
	return all
}
