package policy

import (
	"maps"
	"time"
)

// Settings is the configuration, one schema for every layer and for their merged result.
type Settings struct {
	// The upstreams of the proxy, by name. Some are known from the start; one of these may be given in part.
	Providers map[string]Provider `yaml:"providers,omitempty"`
	// Where signed policy comes from. Only the managed or the user's file may hold it.
	Organisation *Organisation `yaml:"organisation,omitempty"`
	// The ids of keys whose signatures do not count, whoever lists them. Only the managed and the user's file may hold them.
	RevokedKeys []string `yaml:"revoked_keys,omitempty"`
	// Who takes a bundle first; without it all machines do. Only a bundle may hold it.
	Rollout *Rollout `yaml:"rollout,omitempty"`
	// The groups that whoever uses this machine belongs to, for an organisation's policy. Only the managed file may hold them.
	Groups []string `yaml:"groups,omitempty"`
	// Detection rules that are turned off or added.
	Rules RuleSettings `yaml:"rules,omitempty"`
	// What is not sensitive. Every field that is set must match.
	Allow []AllowEntry `yaml:"allow,omitempty"`
	// The providers that diagnostics judge by; without it all public ones.
	Destinations []string `yaml:"destinations,omitempty"`
	// Salt keys the fingerprints of a repository's allow entries and baselines.
	Salt string `yaml:"salt,omitempty"`
	// OrganisationSalt keys the fingerprints of values that an organisation revokes. Only a bundle may hold it.
	OrganisationSalt string `yaml:"organisation_salt,omitempty" jsonschema:"minLength=16"`
	// Revocations are the values that the bundle's data revokes.
	Revocations Revocations `yaml:"-"`
	// Reviewers are the accounts whose signatures the bundle's data take for a second person's, with their public keys.
	Reviewers map[string]string `yaml:"-"`
	// Verdicts sets, per class and kind of destination, what policy says: allow, scrub or forbid.
	Verdicts map[string]map[Kind]string `yaml:"verdicts,omitempty"`
	// Attachments sets, per kind of attachment that cannot be read (image, document, audio, video, other) and kind of
	// destination, what policy says: allow, ask or forbid.
	Attachments map[string]map[Kind]string `yaml:"attachments,omitempty"`
	// ScrubFrom sets, per kind of destination, from which confidence on a finding counts on the wire: low, medium or high.
	// Without it that is low for public providers, medium for others.
	ScrubFrom map[Kind]string `yaml:"scrub_from,omitempty"`
	// Tools says of an assistant's tools whether values may come back into what they are given: allow or forbid. A
	// name may end in * for all that begin so, like mcp__files__*.
	Tools map[string]string `yaml:"tools,omitempty"`
	// What becomes of websockets: scrub (the default) those whose messages can be read, or refuse all.
	Websockets string `yaml:"websockets,omitempty" jsonschema:"enum=scrub,enum=refuse"`
	// Hosts that a tunnel may reach at a private address, which it otherwise refuses unless the name says so.
	PrivateHosts []string `yaml:"private_hosts,omitempty"`
	// Origins of desktop apps that the proxy lets in, as they send them: app://obsidian.md, tauri://localhost. Those of web
	// pages cannot be listed.
	Origins []string `yaml:"origins,omitempty"`
	// Other names by which this machine's programs reach the proxy, such as host.docker.internal.
	HostNames []string `yaml:"host_names,omitempty"`
	// The organisation's own domains, such as acme.example: names of machines below them are found for certain. What becomes
	// of them on the wire is the verdict on the class internal; without one they go as they are.
	InternalDomains []string `yaml:"internal_domains,omitempty"`
	// A file of certificates in PEM: authorities that vendors and proxies are believed by, beside the system's. A relative
	// path starts at the file that names it.
	CAFile string `yaml:"ca_file,omitempty"`
	// Where the proxy listens on this machine, as 127.0.0.1:7425; without it, where there is room.
	Listen string `yaml:"listen,omitempty"`
	// How many days the ledger's records are kept; without it, all of them always are. A month goes when its last record is older.
	LedgerKeepDays int `yaml:"ledger_keep_days,omitempty" jsonschema:"minimum=1"`
	// Where secrets are kept, and where in that store new ones go. Without it, every store whose program is on the machine is
	// offered.
	Stores Stores `yaml:"stores,omitempty"`
	// From when on what the ledger records is out of the ordinary.
	Signals Signals `yaml:"signals,omitempty"`
	// Whether a note in the system's text of each request tells the model what placeholders are. Off, since it changes what
	// is sent.
	ExplainPlaceholders bool `yaml:"explain_placeholders,omitempty"`
	// Whether what the latest requests and answers said is forgotten at once. Otherwise the daemon keeps it in memory for the
	// person's own editors and console to show.
	ForgetExchanges bool `yaml:"forget_exchanges,omitempty"`
	// Which model completes what is typed in editors; without it none does.
	Completion Completion `yaml:"completion,omitempty"`
	// Which changes of an assistant's a person attests before they are committed.
	Attest Attestation `yaml:"attest,omitempty"`
	// What lower layers may loosen on the wire, which they otherwise cannot: their rules.disable, their
	// allow, and providers that they call private; and whether the person may pause scrubbing. It counts in the managed file and
	// in a bundle.
	Delegate []string `yaml:"delegate,omitempty" jsonschema:"enum=rules.disable,enum=allow,enum=providers,enum=pause"`
}

// Provider is one upstream of the proxy.
type Provider struct {
	// The vendor's language that it speaks.
	Format string `yaml:"format,omitempty"`
	URL    string `yaml:"url,omitempty" jsonschema:"format=uri"`
	// Whose it is: public (a vendor's, the default), private (the organisation's own), local (this machine).
	Kind Kind `yaml:"kind,omitempty" jsonschema:"enum=public,enum=private,enum=local"`
	// The hosts whose connections through the proxy are intercepted: a name, or *. and a name for all below it.
	Hosts []string `yaml:"hosts,omitempty"`
	// The variable of the daemon's environment that holds its key, for requests that come here from another provider.
	KeyEnv string `yaml:"key_env,omitempty"`
	// Where a request goes that policy forbids here: a private or local provider of the same format.
	Reroute Elsewhere `yaml:"reroute,omitempty"`
	// Where a request goes while this one cannot be reached or is overloaded: a provider of the same format.
	Fallback Elsewhere `yaml:"fallback,omitempty"`
	// What is too much; 0 means that nothing is.
	Limits Limits `yaml:"limits,omitempty"`
}

// Elsewhere is another provider, and the model to ask there; none means the one that was asked for.
type Elsewhere struct {
	Provider string `yaml:"provider,omitempty"`
	Model    string `yaml:"model,omitempty"`
}

// Limits are for all that this machine sends a provider.
type Limits struct {
	PerMinute int `yaml:"per_minute,omitempty" jsonschema:"minimum=0"`
	PerDay    int `yaml:"per_day,omitempty" jsonschema:"minimum=0"`
	// Findings of a class that may go out as placeholders in a minute.
	Findings LimitsByClass `yaml:"findings_per_minute,omitempty"`
}

// Completion is a model that completes what is typed. It is asked through the proxy.
type Completion struct {
	Provider string `yaml:"provider,omitempty"`
	Model    string `yaml:"model,omitempty"`
	// Whether the model chats and does not fill gaps by itself. Anthropic's and Gemini's all chat.
	Chat bool `yaml:"chat,omitempty"`
}

// Attestation is what somebody says yes to before an assistant's change is committed, and to which files.
type Attestation struct {
	// Patterns of files, as in .gitignore.
	Paths []string `yaml:"paths,omitempty"`
	// What the person is asked, a statement each; without any, whether they have read the change.
	Checklist []string `yaml:"checklist,omitempty"`
}

// Stores are where people keep secrets; each names the place of new values.
type Stores struct {
	// The service of the system's keyring.
	Keyring string `yaml:"keyring,omitempty"`
	// A folder of pass.
	Pass string `yaml:"pass,omitempty"`
	// A file that SOPS encrypts, from the folder that is open.
	SOPS string `yaml:"sops,omitempty"`
	// A vault of 1Password.
	OnePassword string `yaml:"op,omitempty"`
	// A mount and a path in it.
	Vault string `yaml:"vault,omitempty"`
	Bao   string `yaml:"bao,omitempty"`
	// How names begin in AWS Secrets Manager.
	AWS string `yaml:"awssecretsmanager,omitempty"`
}

// Named are those that are set, by the scheme of their pointers.
func (s Stores) Named() map[string]string {
	all := map[string]string{"keyring": s.Keyring, "pass": s.Pass, "sops": s.SOPS, "op": s.OnePassword, "vault": s.Vault, "bao": s.Bao, "awssecretsmanager": s.AWS}
	maps.DeleteFunc(all, func(_, place string) bool { return place == "" })
	return all
}

// Signals are thresholds; without one, a person at work does not reach it. Those of an hour are to one provider.
type Signals struct {
	FindingsPerHour  int `yaml:"findings_per_hour,omitempty" jsonschema:"minimum=1"`
	RefusalsPerHour  int `yaml:"refusals_per_hour,omitempty" jsonschema:"minimum=1"`
	MegabytesPerHour int `yaml:"megabytes_per_hour,omitempty" jsonschema:"minimum=1"`
	// How many requests of the same size within a minute are a loop.
	SameRequest int `yaml:"same_request,omitempty" jsonschema:"minimum=2"`
}

// LimitsByClass is a struct, not a map, so that two providers can be compared.
type LimitsByClass struct {
	Credential  int `yaml:"credential,omitempty" jsonschema:"minimum=0"`
	PII         int `yaml:"pii,omitempty" jsonschema:"minimum=0"`
	PHI         int `yaml:"phi,omitempty" jsonschema:"minimum=0"`
	PCI         int `yaml:"pci,omitempty" jsonschema:"minimum=0"`
	Proprietary int `yaml:"proprietary,omitempty" jsonschema:"minimum=0"`
	Internal    int `yaml:"internal,omitempty" jsonschema:"minimum=0"`
}

// What Websockets may hold.
const (
	ScrubWebsockets  = "scrub"
	RefuseWebsockets = "refuse"
)

// Organisation says where signed policy comes from. Only the managed and the user's file may hold it.
type Organisation struct {
	// The bundle file itself, as policy push put it there: https:// or oci://registry/repository:tag.
	URL string `yaml:"url" jsonschema:"format=uri"`
	// PEM public keys, inline; a bundle is signed with one of them.
	Keys []string `yaml:"keys"`
	// How many of the keys have to have signed a bundle. Without it a bundle has exactly one signature. Only the managed
	// file may hold it.
	Threshold int `yaml:"threshold,omitempty" jsonschema:"minimum=0"`
	// Where this machine reports which policy it obeys: https://. Only the managed file may hold it.
	Report string `yaml:"report,omitempty" jsonschema:"format=uri"`
	// The variable of the daemon's environment that holds the token for that address.
	ReportTokenEnv string `yaml:"report_token_env,omitempty"`
	// Revoked are the ids of keys that do not count: revoked_keys of all layers.
	Revoked []string `yaml:"-"`
	// The scope that the bundle was built for.
	Scope string `yaml:"scope"`
	// How often to ask, 60s if it is not set and never more often than every second.
	Poll time.Duration `yaml:"poll,omitempty" jsonschema:"type=string"`
	// What holds while there is no policy or it has expired: scrub whatever is found (the default),
	// closed (nothing goes out), open (the default policy).
	Stale string `yaml:"stale,omitempty" jsonschema:"enum=scrub,enum=closed,enum=open"`
}

// Rollout says which machines take a bundle. The others keep the one they have.
type Rollout struct {
	// Of all machines, so many of a hundred.
	Percent int `yaml:"percent,omitempty" jsonschema:"minimum=0,maximum=100"`
	// Groups, of the managed file's setting groups or of the bundle's data.
	Groups []string `yaml:"groups,omitempty"`
}

// RuleSettings turns rules off and adds files of them.
type RuleSettings struct {
	Disable []string `yaml:"disable,omitempty"`
	// TOML files, and indexes made by scrubjay rules index; a relative path starts at the file that names it.
	Files []string `yaml:"files,omitempty"`
	// Carried are those of Files that came in the bundle, and are no files of this machine.
	Carried map[string][]byte `yaml:"-"`
}

// AllowEntry says that something is not sensitive. Every field that is set must match.
type AllowEntry struct {
	Rule string `yaml:"rule,omitempty"`
	// A pattern of paths below the repository: without a slash of names, with ** of any depth.
	Path        string `yaml:"path,omitempty"`
	Fingerprint string `yaml:"fingerprint,omitempty" jsonschema:"pattern=^[iro]:[0-9a-f]{32}$"`
	Reason      string `yaml:"reason,omitempty"`
	Until       string `yaml:"until,omitempty" jsonschema:"format=date"` // a date, 2027-01-31
}

// DefaultPoll is how often the bundle is asked for.
const DefaultPoll = 60 * time.Second

// What holds while an organisation's policy is missing or has expired.
const (
	StaleScrub  = "scrub"
	StaleClosed = "closed"
	StaleOpen   = "open"
)
