package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// What a higher layer can delegate, named like the settings.
const (
	delegateDisable   = "rules.disable"
	delegateAllow     = "allow"
	delegateProviders = "providers"
	delegatePause     = "pause"
)

var delegable = []string{delegateDisable, delegateAllow, delegateProviders, delegatePause}

// builtinProviders are known without any settings. A layer may redefine them, wholly or in part. Each format of
// package wire has one of its name.
var builtinProviders = map[string]Provider{
	"openai":    {Format: "openai", URL: "https://api.openai.com", Kind: Public},
	"anthropic": {Format: "anthropic", URL: "https://api.anthropic.com", Kind: Public},
	"gemini":    {Format: "gemini", URL: "https://generativelanguage.googleapis.com", Kind: Public},
	"mistral":   {Format: "mistral", URL: "https://api.mistral.ai", Kind: Public},
	"ollama":    {Format: "ollama", URL: "http://127.0.0.1:11434", Kind: Local},
	// Its clients cannot be pointed at an address: they are intercepted, at the hosts that carry completions.
	"copilot": {Format: "openai", URL: "https://api.githubcopilot.com", Kind: Public,
		Hosts: []string{"*.githubcopilot.com", "copilot-proxy.githubusercontent.com"}},
}

func (p Provider) over(base Provider) Provider {
	p.Format = cmp.Or(p.Format, base.Format)
	p.URL = cmp.Or(p.URL, base.URL)
	p.Kind = cmp.Or(p.Kind, base.Kind, Public)
	if p.Hosts == nil {
		p.Hosts = base.Hosts
	}
	return p
}

// Layers are the settings of everybody who has a say, not yet merged. They are immutable.
//
// On the wire the managed file stands above the organisation's bundle, and that above the user's file:
//
//   - providers: a layer may add names and redefine built-in ones, not those of a higher layer; what it
//     calls private is public where a higher layer stands that does not delegate providers. A host belongs
//     to the highest layer's provider that lists it.
//   - organisation: the managed file's, else the user's; less all revoked_keys. An organisation that is named is a layer even
//     before its bundle has come.
//   - rules.disable and allow: they count if there is no higher layer, or if each delegates them.
//   - rules.files: all of them, a higher layer's after a lower one's, so that its rules win. They are not
//     read here: whoever reads them has to see to it that a lower layer's cannot replace a built-in rule
//     where a higher layer stands.
//   - destinations: all of them. Without any, every public provider.
//   - websockets: refused if any layer says so. private_hosts, origins, host_names, internal_domains: all of them.
//   - scrub_from: for each kind the highest layer that sets it defines it; lower ones scrub more.
//   - attest: the paths and statements of all of them, and in a repository its own besides.
//   - explain_placeholders, forget_exchanges: if any layer says so.
//   - ca_file, listen, ledger_keep_days, completion, stores, each of signals: the highest layer's that names one.
//   - a pause of scrubbing: if there is no layer above the user's, or if each delegates it.
//   - verdicts, attachments: for each class, or kind of attachment, and kind the highest layer that sets one defines it; lower ones tighten it.
//     The Engine asks each layer itself, and counts an organisation's silence as the default.
type Layers struct {
	Managed, bundle, User *Settings
	files                 Paths // of managed and user
}

// WithBundle is the same with the settings of another bundle.
func (l *Layers) WithBundle(s *Settings) *Layers {
	return &Layers{Managed: l.Managed, bundle: s, User: l.User, files: l.files}
}

// Organisation says where signed policy comes from, or nil.
func (l *Layers) Organisation() *Organisation {
	for _, s := range []*Settings{l.Managed, l.User} {
		if s != nil && s.Organisation != nil {
			o := *s.Organisation
			o.Stale = cmp.Or(o.Stale, StaleScrub)
			o.Poll = cmp.Or(o.Poll, DefaultPoll)
			for _, s := range []*Settings{l.Managed, l.User} {
				if s != nil {
					o.Revoked = union(o.Revoked, s.RevokedKeys)
				}
			}
			return &o
		}
	}
	return nil
}

// Groups are those that the administrator puts this machine into.
func (l *Layers) Groups() []string {
	if l.Managed == nil {
		return nil
	}
	return l.Managed.Groups
}

// PauseRefused says why the person cannot have scrubbing paused, or nothing if they can.
func (l *Layers) PauseRefused() string {
	for _, r := range l.Present() {
		if r.Layer != UserLayer && !slices.Contains(r.Delegate, delegatePause) {
			return fmt.Sprintf("your organisation does not let scrubbing be paused: the %s settings would have to say delegate: [%s]", r.Layer, delegatePause)
		}
	}
	return ""
}

// Wire is what the proxy obeys.
func (l *Layers) Wire() Settings {
	s, _ := l.merge()
	return s
}

// Ignored says which settings of lower layers do not count on the wire, and why: a sentence each.
func (l *Layers) Ignored() []string {
	_, notes := l.merge()
	return notes
}

// Editor is what editors and scans obey: the wire's settings, and besides them what quiets only the
// editor, which is all rules.disable and allow of the user's file and of the repository's. repoFile is the
// repository's .scrubjay.yaml; it may be missing or empty. It can name rule files, destinations, a salt
// and verdicts that tighten, but no providers and no organisation.
func (l *Layers) Editor(repoFile string) (Settings, error) {
	s := l.Wire()
	repo, err := readSettings(repoFile, RepositoryLayer, &s)
	if err != nil {
		return Settings{}, err
	}
	for _, quiet := range []*Settings{l.bundle, repo, l.User} {
		if quiet == nil {
			continue
		}
		s.Rules.Disable = union(s.Rules.Disable, quiet.Rules.Disable)
		s.Allow = union(s.Allow, quiet.Allow)
	}
	if repo == nil {
		return s, nil
	}
	s.Rules.Files = union(repo.Rules.Files, s.Rules.Files)
	if len(repo.Destinations) > 0 {
		s.Destinations = repo.Destinations
		if len(l.chosen()) > 0 {
			s.Destinations = union(l.chosen(), repo.Destinations)
		}
	}
	s.Salt = cmp.Or(repo.Salt, s.Salt)
	s.Attest = s.Attest.And(repo.Attest)
	s.Verdicts = tighten(s.Verdicts, repo.Verdicts, VerdictNames[:])
	return s, nil
}

type Ranked struct {
	Layer Layer
	*Settings
}

// Present lists the layers that there are, the highest first.
func (l *Layers) Present() []Ranked {
	bundle := l.bundle
	if bundle == nil && l.Organisation() != nil {
		bundle = &Settings{}
	}
	all := []Ranked{{ManagedLayer, l.Managed}, {BundleLayer, bundle}, {UserLayer, l.User}}
	return slices.DeleteFunc(all, func(r Ranked) bool { return r.Settings == nil })
}

// chosen are the destinations that somebody named.
func (l *Layers) chosen() []string {
	var names []string
	for _, r := range l.Present() {
		names = union(names, r.Destinations)
	}
	return names
}

func (l *Layers) merge() (Settings, []string) {
	s := Settings{Providers: maps.Clone(builtinProviders), Organisation: l.Organisation(), Destinations: l.chosen()}
	var notes []string
	note := func(r Ranked, format string, args ...any) {
		notes = append(notes, fmt.Sprintf("the %s settings' %s", r.Layer, fmt.Sprintf(format, args...)))
	}
	owner := map[string]Layer{}
	var claimed []string // hosts that the providers of higher layers list
	for i, r := range l.Present() {
		above := l.Present()[:i]
		delegated := func(what string) bool {
			return !slices.ContainsFunc(above, func(h Ranked) bool { return !slices.Contains(h.Delegate, what) })
		}
		taken := slices.Clone(claimed)
		for _, name := range slices.Sorted(maps.Keys(r.Providers)) {
			p := r.Providers[name].over(builtinProviders[name])
			if o, defined := owner[name]; defined {
				if !s.Providers[name].equal(p) {
					note(r, "provider %s does not count: the %s settings define it", name, o)
				}
				continue
			}
			if p.Kind == Private && !delegated(delegateProviders) {
				p.Kind = Public
				note(r, "provider %s counts as public, until every layer above delegates it: delegate: [providers]", name)
			}
			if p.unlisted(taken) {
				note(r, "hosts of provider %s do not all count: a provider of a higher layer lists them", name)
			}
			claimed = append(claimed, p.Hosts...)
			s.Providers[name], owner[name] = p, r.Layer
		}
		switch {
		case delegated(delegateDisable):
			s.Rules.Disable = union(s.Rules.Disable, r.Rules.Disable)
		case len(r.Rules.Disable) > 0:
			note(r, "rules.disable does not count on the wire, until every layer above delegates it: delegate: [rules.disable]")
		}
		switch {
		case delegated(delegateAllow):
			s.Allow = union(s.Allow, r.Allow)
		case len(r.Allow) > 0:
			note(r, "allow does not count on the wire, until every layer above delegates it: delegate: [allow]")
		}
		if r.Organisation != nil && r.Layer == UserLayer && l.Managed != nil && l.Managed.Organisation != nil {
			note(r, "organisation does not count: the managed settings name it")
		}
		s.Rules.Files = union(r.Rules.Files, s.Rules.Files)
		if r.Layer == BundleLayer {
			s.Rules.Carried, s.Revocations, s.Reviewers = r.Rules.Carried, r.Revocations, r.Reviewers
		}
		s.Salt = cmp.Or(s.Salt, r.Salt)
		s.Verdicts = tighten(s.Verdicts, r.Verdicts, VerdictNames[:])
		s.Attachments = tighten(s.Attachments, r.Attachments, AttachmentVerdicts)
		s.ScrubFrom = scrubMore(s.ScrubFrom, r.ScrubFrom)
		s.Delegate = union(s.Delegate, r.Delegate)
		s.PrivateHosts = union(s.PrivateHosts, r.PrivateHosts)
		s.Origins = union(s.Origins, r.Origins)
		s.HostNames = union(s.HostNames, r.HostNames)
		s.InternalDomains = union(s.InternalDomains, r.InternalDomains)
		s.Attest = s.Attest.And(r.Attest)
		if s.CAFile != "" && r.CAFile != "" && s.CAFile != r.CAFile {
			note(r, "ca_file does not count: a higher layer names one")
		}
		s.CAFile = cmp.Or(s.CAFile, r.CAFile)
		if s.Listen != "" && r.Listen != "" && s.Listen != r.Listen {
			note(r, "listen does not count: a higher layer names an address")
		}
		s.Listen = cmp.Or(s.Listen, r.Listen)
		if s.LedgerKeepDays != 0 && r.LedgerKeepDays != 0 && s.LedgerKeepDays != r.LedgerKeepDays {
			note(r, "ledger_keep_days does not count: a higher layer sets it")
		}
		s.LedgerKeepDays = cmp.Or(s.LedgerKeepDays, r.LedgerKeepDays)
		if s.Stores != (Stores{}) && r.Stores != (Stores{}) && s.Stores != r.Stores {
			note(r, "stores does not count: a higher layer says where secrets are kept")
		}
		s.Stores = cmp.Or(s.Stores, r.Stores)
		s.Signals = Signals{cmp.Or(s.Signals.FindingsPerHour, r.Signals.FindingsPerHour), cmp.Or(s.Signals.RefusalsPerHour, r.Signals.RefusalsPerHour),
			cmp.Or(s.Signals.MegabytesPerHour, r.Signals.MegabytesPerHour), cmp.Or(s.Signals.SameRequest, r.Signals.SameRequest)}
		s.ExplainPlaceholders = s.ExplainPlaceholders || r.ExplainPlaceholders
		s.ForgetExchanges = s.ForgetExchanges || r.ForgetExchanges
		if s.Completion != (Completion{}) && r.Completion != (Completion{}) && s.Completion != r.Completion {
			note(r, "completion does not count: a higher layer sets it")
		}
		s.Completion = cmp.Or(s.Completion, r.Completion)
		if s.Websockets != RefuseWebsockets {
			s.Websockets = cmp.Or(r.Websockets, s.Websockets)
		}
	}
	for name, p := range s.Providers {
		if _, defined := owner[name]; !defined {
			p.unlisted(claimed)
			s.Providers[name] = p
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		notes = append(notes, elsewhereNotes(s.Providers, name)...)
	}
	if len(s.Destinations) == 0 {
		s.Destinations = publicNames(s.Providers)
	}
	return s, notes
}

// And is what both ask for.
func (a Attestation) And(b Attestation) Attestation {
	return Attestation{union(a.Paths, b.Paths), union(a.Checklist, b.Checklist)}
}

// elsewhereNotes say which providers cannot take the place that they were named for.
func elsewhereNotes(providers map[string]Provider, name string) (notes []string) {
	p := providers[name]
	for what, to := range map[string]string{"reroute": p.Reroute.Provider, "fallback": p.Fallback.Provider} {
		other, ok := providers[to]
		switch {
		case to == "":
		case !ok:
			notes = append(notes, fmt.Sprintf("provider %s: %s does not count: no provider is called %s", name, what, to))
		case other.Format != p.Format:
			notes = append(notes, fmt.Sprintf("provider %s: %s does not count: %s speaks another format", name, what, to))
		case what == "reroute" && other.Kind == Public:
			notes = append(notes, fmt.Sprintf("provider %s: reroute does not count: %s is public, too", name, to))
		}
	}
	slices.Sort(notes)
	return notes
}

// Configured are the providers that somebody's settings name, in order: those that are not as they were from the start.
func (s Settings) Configured() []string {
	var names []string
	for name, p := range s.Providers {
		if known, ok := builtinProviders[name]; !ok || p.URL != known.URL {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func publicNames(providers map[string]Provider) []string {
	var names []string
	for name, p := range providers {
		if p.Kind == Public {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// tighten adds a lower layer's verdicts: new cells, and stricter verdicts in those that are set. order
// has them from the mildest to the strictest.
func tighten(upper, lower map[string]map[Kind]string, order []string) map[string]map[Kind]string {
	if len(lower) == 0 {
		return upper
	}
	all := map[string]map[Kind]string{}
	for class, cells := range upper {
		all[class] = maps.Clone(cells)
	}
	for class, cells := range lower {
		if all[class] == nil {
			all[class] = map[Kind]string{}
		}
		for kind, verdict := range cells {
			if old, ok := all[class][kind]; !ok || slices.Index(order, verdict) > slices.Index(order, old) {
				all[class][kind] = verdict
			}
		}
	}
	return all
}

// scrubMore adds a lower layer's scrub_from: new cells, and lower confidences in those that are set.
func scrubMore(upper, lower map[Kind]string) map[Kind]string {
	if len(lower) == 0 {
		return upper
	}
	all := map[Kind]string{}
	maps.Copy(all, upper)
	for kind, from := range lower {
		if old, ok := all[kind]; !ok || slices.Index(confidenceNames, from) < slices.Index(confidenceNames, old) {
			all[kind] = from
		}
	}
	return all
}

// confidenceNames have the least certain first.
var confidenceNames = UpTo(detect.ConfidenceHigh)

func union[T comparable](a, b []T) []T {
	all := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}
