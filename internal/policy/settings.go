package policy

import "time"

// Settings is the configuration, one schema for every layer and for their merged result.
type Settings struct {
	Providers    map[string]Provider `yaml:"providers,omitempty"`
	Organisation *Organisation       `yaml:"organisation,omitempty"`
	Rules        RuleSettings        `yaml:"rules,omitempty"`
	Allow        []AllowEntry        `yaml:"allow,omitempty"`
	Destinations []string            `yaml:"destinations,omitempty"`
	// Salt keys the fingerprints of a repository's allow entries and baselines.
	Salt string `yaml:"salt,omitempty"`
	// Verdicts sets, per class and kind of destination, what policy says: allow, scrub or forbid.
	Verdicts map[string]map[Kind]string `yaml:"verdicts,omitempty"`
}

// Provider is one upstream of the proxy.
type Provider struct {
	Format string `yaml:"format"`
	URL    string `yaml:"url"`
	Kind   Kind   `yaml:"kind"`
}

// Organisation says where signed policy comes from. Only the managed and the user's file may hold it.
type Organisation struct {
	URL   string        `yaml:"url"`
	Keys  []string      `yaml:"keys"` // PEM public keys, inline
	Scope string        `yaml:"scope"`
	Poll  time.Duration `yaml:"poll,omitempty"`
	Stale string        `yaml:"stale,omitempty"` // scrub (default), closed, open
}

// RuleSettings turns rules off and adds files of them.
type RuleSettings struct {
	Disable []string `yaml:"disable,omitempty"`
	Files   []string `yaml:"files,omitempty"`
}

// AllowEntry says that something is not sensitive. Every field that is set must match.
type AllowEntry struct {
	Rule        string `yaml:"rule,omitempty"`
	Path        string `yaml:"path,omitempty"`
	Fingerprint string `yaml:"fingerprint,omitempty"`
	Reason      string `yaml:"reason,omitempty"`
	Until       string `yaml:"until,omitempty"` // a date, 2027-01-31
}
