package policy

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// Layer is whose settings they are.
type Layer string

const (
	ManagedLayer    Layer = "managed"
	BundleLayer     Layer = "bundle"
	RepositoryLayer Layer = "repository"
	UserLayer       Layer = "user"
)

// validation collects what is wrong with one file of settings. A problem names keys and what they may
// hold, never what they hold.
type validation struct {
	file     string
	root     *yaml.Node
	problems []error
}

// at adds a problem with the value that the path of keys and indexes leads to.
func (v *validation) at(what string, path ...any) {
	v.problems = append(v.problems, fmt.Errorf("%s:%d: %s", v.file, LineOf(v.root, path), what))
}

func LineOf(n *yaml.Node, path []any) int {
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
	return max(line, 1)
}

var Kinds = []Kind{Public, Private, Local}

func (v *validation) settings(s Settings, l Layer) {
	switch {
	case s.Organisation == nil:
	case l == RepositoryLayer || l == BundleLayer:
		v.at(fmt.Sprintf("a %s cannot name the organisation: put it into managed.yaml or your own config.yaml", l), "organisation")
	default:
		v.organisation(*s.Organisation, l)
	}
	if (l == RepositoryLayer || l == BundleLayer) && len(s.RevokedKeys) > 0 {
		v.at(fmt.Sprintf("a %s cannot say whose signature counts: put it into managed.yaml or your own config.yaml", l), "revoked_keys")
	}
	for i, id := range s.RevokedKeys {
		if !keyName().MatchString(id) {
			v.at("a key is revoked by its id, 32 digits and letters from a to f: scrubjay policy status shows those of a bundle", "revoked_keys", i)
		}
	}
	if l != ManagedLayer && len(s.Groups) > 0 {
		v.at("groups stand in the managed file alone: nobody puts themselves into one", "groups")
	}
	switch {
	case s.OrganisationSalt == "":
	case l != BundleLayer:
		v.at("organisation_salt stands in a bundle's settings.yaml alone", "organisation_salt")
	case len(s.OrganisationSalt) < 16:
		v.at("organisation_salt has 16 characters or more, so that nobody guesses it", "organisation_salt")
	}
	if r := s.Rollout; r != nil {
		switch {
		case l != BundleLayer:
			v.at("rollout stands in a bundle's settings.yaml alone", "rollout")
		case r.Percent < 0 || r.Percent > 100:
			v.at("percent is from 0 to 100", "rollout", "percent")
		case r.Percent == 0 && len(r.Groups) == 0:
			v.at("nobody takes a bundle without percent and groups: say one of them, or leave rollout out", "rollout")
		}
	}
	if l == RepositoryLayer && len(s.Providers) > 0 {
		v.at("a repository cannot name providers: put them into your own config.yaml", "providers")
	}
	if (l == RepositoryLayer || l == UserLayer) && len(s.Delegate) > 0 {
		v.at(fmt.Sprintf("nothing is below the %s's settings to delegate to: remove it", l), "delegate")
	}
	if l == BundleLayer {
		if i := slices.IndexFunc(s.Rules.Files, func(f string) bool { return !filepath.IsAbs(f) }); i >= 0 {
			v.at("a bundle names rule files by their absolute path on the machines; those in its rules/ and indexes/ count without a name", "rules", "files", i)
		}
	}
	switch {
	case l == RepositoryLayer && s.CAFile != "":
		v.at("a repository does not say whom this machine believes: put it into your own config.yaml", "ca_file")
	case l == BundleLayer && s.CAFile != "" && !filepath.IsAbs(s.CAFile):
		v.at("a bundle names ca_file by its absolute path on the machines", "ca_file")
	}
	if host, port, err := net.SplitHostPort(s.Listen); s.Listen != "" && (err != nil || !Loopback(host) || !portNumber(port)) {
		v.at("listen is an address of this machine and a port, such as 127.0.0.1:7425", "listen")
	}
	for i, text := range s.Attest.Paths {
		if _, err := newPattern(text); err != nil || text == "" {
			v.at("paths are patterns of files, such as payments/**", "attest", "paths", i)
		}
	}
	if len(s.Attest.Checklist) > 0 && len(s.Attest.Paths) == 0 && l == RepositoryLayer {
		v.at("a checklist wants paths: whose changes are attested", "attest", "checklist")
	}
	if l == RepositoryLayer && s.Completion != (Completion{}) {
		v.at("a repository does not choose who completes what you type: put it into your own config.yaml", "completion")
	}
	if c := s.Completion; (c.Provider == "") != (c.Model == "") {
		v.at("completion wants both, as in {provider: ollama, model: qwen2.5-coder:1.5b-base}", "completion")
	}
	if l == RepositoryLayer && s.ForgetExchanges {
		v.at("a repository does not say what your machine keeps in memory: put it into your own config.yaml", "forget_exchanges")
	}
	if l == RepositoryLayer && s.ExplainPlaceholders {
		v.at("a repository does not change what is sent: put it into your own config.yaml", "explain_placeholders")
	}
	if s.LedgerKeepDays < 0 {
		v.at("ledger_keep_days is a number of days, such as 400", "ledger_keep_days")
	}
	if g := s.Signals; min(g.FindingsPerHour, g.RefusalsPerHour, g.MegabytesPerHour, g.SameRequest) < 0 {
		v.at("a threshold is a number above 0", "signals")
	}
	if l == RepositoryLayer && s.Signals != (Signals{}) {
		v.at("a repository does not say what is ordinary on this machine: put it into your own config.yaml", "signals")
	}
	if l == RepositoryLayer && s.Stores != (Stores{}) {
		v.at("a repository does not say where your secrets are kept: put it into your own config.yaml", "stores")
	}
	if l == RepositoryLayer && s.LedgerKeepDays != 0 {
		v.at("a repository does not say how long this machine's records are kept: put it into your own config.yaml", "ledger_keep_days")
	}
	if l == RepositoryLayer && s.Listen != "" {
		v.at("a repository does not say where the proxy listens: put it into your own config.yaml", "listen")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		v.provider(name, s.Providers[name])
	}
	v.hosts(slices.Sorted(maps.Keys(s.Providers)), s.Providers)
	v.privateHosts(s.PrivateHosts)
	v.atDoor(s)
	if s.Websockets != "" && s.Websockets != ScrubWebsockets && s.Websockets != RefuseWebsockets {
		v.at("websockets is scrub or refuse", "websockets")
	}
	for i, e := range s.Allow {
		if _, err := e.compile(); err != nil {
			v.at(err.Error(), "allow", i)
		}
	}
	for i, id := range s.Rules.Disable {
		if id == "" {
			v.at("an empty rule id disables nothing: remove it", "rules", "disable", i)
		}
	}
	for i, name := range s.Delegate {
		if !slices.Contains(delegable, name) {
			v.at("delegate holds rules.disable, allow, providers or pause", "delegate", i)
		}
	}
	v.table("verdicts", s.Verdicts, Names(detect.Classes), "class", VerdictNames[:])
	v.table("attachments", s.Attachments, Names(Attachments), "kind of attachment", AttachmentVerdicts)
	if l == RepositoryLayer && len(s.Attachments) > 0 {
		v.at("a repository does not decide what is attached to a request: put it into your own config.yaml", "attachments")
	}
	for kind, from := range s.ScrubFrom {
		if wrong := (Vocabulary{What: "kind of provider", Names: Names(Kinds)}).Wrong(string(kind)); wrong != "" {
			v.at(wrong, "scrub_from", string(kind))
		}
		if wrong := (Vocabulary{What: "confidence", Names: confidenceNames}).Wrong(from); wrong != "" {
			v.at(wrong, "scrub_from", string(kind))
		}
	}
	if l == RepositoryLayer && len(s.ScrubFrom) > 0 {
		v.at("a repository does not decide what is scrubbed: put it into your own config.yaml", "scrub_from")
	}
	for name, verdict := range s.Tools {
		if name == "" || strings.Contains(strings.TrimSuffix(name, "*"), "*") {
			v.at("a tool is named as the assistant names it; only its end may be *", "tools", name)
		}
		if verdict != Allow.String() && verdict != Forbid.String() {
			v.at("of a tool, policy says allow or forbid", "tools", name)
		}
	}
}

// destinations checks that providers are meant: by a name that nobody has, nothing would be judged. Where an organisation
// has a say, its bundle may have it, so that only what is misspelt is known to be wrong.
func (v *validation) destinations(s Settings, l Layer, above *Settings) {
	known := slices.Sorted(maps.Keys(builtinProviders))
	organised := l == BundleLayer
	for _, layer := range []*Settings{&s, above} {
		if layer != nil {
			known = append(known, slices.Sorted(maps.Keys(layer.Providers))...)
			organised = organised || layer.Organisation != nil
		}
	}
	names := Vocabulary{What: "provider", Names: known, Others: organised, Cure: "Name it under providers, or correct it"}
	for i, name := range s.Destinations {
		if wrong := names.Wrong(name); wrong != "" {
			v.at(wrong, "destinations", i)
		}
	}
}

// askAttachment is the verdict that becomes the obligation review.
const AskAttachment = "ask"

// attachmentVerdicts are what the setting attachments may hold, from the mildest to the strictest.
var AttachmentVerdicts = []string{Allow.String(), AskAttachment, Forbid.String()}

func Names[T ~string](all []T) []string {
	list := make([]string, len(all))
	for i, x := range all {
		list[i] = string(x)
	}
	return list
}

// table checks a setting that gives a verdict for each of its rows and kind of provider.
func (v *validation) table(setting string, cells map[string]map[Kind]string, rows []string, what string, verdicts []string) {
	for _, row := range slices.Sorted(maps.Keys(cells)) {
		if !slices.Contains(rows, row) {
			v.at(fmt.Sprintf("no %s is called %q: it is one of %s", what, row, strings.Join(rows, ", ")), setting, row)
		}
		for kind, verdict := range cells[row] {
			if !slices.Contains(Kinds, kind) {
				v.at(fmt.Sprintf("no kind of provider is called %q: it is one of public, private, local", kind), setting, row, string(kind))
			}
			if !slices.Contains(verdicts, verdict) {
				v.at("a verdict is one of "+strings.Join(verdicts, ", "), setting, row, string(kind))
			}
		}
	}
}

var providerName = text.Expression(`^[a-z0-9][a-z0-9._-]*$`)

func (v *validation) provider(name string, p Provider) {
	if !providerName().MatchString(name) || name == "t" {
		v.at("a provider's name becomes part of a path: use small letters, digits, dots and dashes, and not t alone", "providers", name)
	}
	_, known := builtinProviders[name]
	if p.Format != "" && !slices.Contains(wire.Formats(), p.Format) || p.Format == "" && !known {
		v.at("format is one of "+strings.Join(wire.Formats(), ", "), "providers", name, "format")
	}
	if p.Kind != "" && !slices.Contains(Kinds, p.Kind) {
		v.at("kind is one of public, private, local", "providers", name, "kind")
	}
	full := p.over(builtinProviders[name])
	u, err := url.Parse(full.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		v.at("url is http:// or https:// and a host, without a password or a query", "providers", name, "url")
		return
	}
	if full.Kind == Local && !Loopback(u.Hostname()) {
		v.at("kind local means this machine: use a loopback address such as 127.0.0.1, or kind private", "providers", name, "kind")
	}
}

func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func portNumber(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

var keyName = text.Expression(`^[0-9a-f]{32}$`)

func (v *validation) organisation(o Organisation, l Layer) {
	if strings.HasPrefix(o.URL, RegistryScheme) {
		if !InRegistry(o.URL) {
			v.at("a bundle in a registry is oci://registry/repository:tag", "organisation", "url")
		}
	} else if u, err := url.Parse(o.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		v.at("url is the http:// or https:// address of the bundle file, or oci://registry/repository:tag", "organisation", "url")
	}
	if len(o.Keys) == 0 {
		v.at("keys holds at least one public key in PEM: the public half of the pair that bundles are signed with", "organisation", "keys")
	}
	for i, key := range o.Keys {
		if _, err := ParsePublicKey(key); err != nil {
			v.at(err.Error(), "organisation", "keys", i)
		}
	}
	if o.Report+o.ReportTokenEnv != "" && l != ManagedLayer {
		v.at("report stands in the managed file alone", "organisation", "report")
	}
	if u, err := url.Parse(o.Report); o.Report != "" && (err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && Loopback(u.Hostname()))) {
		v.at("report is an https:// address, or an http:// one of this machine", "organisation", "report")
	}
	switch {
	case o.Threshold != 0 && l != ManagedLayer:
		v.at("threshold stands in the managed file alone", "organisation", "threshold")
	case o.Threshold < 0 || o.Threshold > len(o.Keys):
		v.at("threshold is a number of the keys that are listed", "organisation", "threshold")
	}
	if o.Scope == "" {
		v.at("scope is what the bundle was built for: set it to the same word", "organisation", "scope")
	}
	if o.Poll != 0 && o.Poll < time.Second {
		v.at("poll is at least 1s", "organisation", "poll")
	}
	if o.Stale != "" && !slices.Contains([]string{StaleScrub, StaleClosed, StaleOpen}, o.Stale) {
		v.at("stale is one of scrub, closed, open", "organisation", "stale")
	}
}
