package compliance

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// Inventory is every provider that was used or approved, with its models and its contract.
type Inventory struct {
	Providers []Provider `json:"providers"`
}

// Provider is one, as the settings, the organisation's policy and the ledger know it.
type Provider struct {
	Name string      `json:"name"`
	Kind policy.Kind `json:"kind,omitempty"`
	URL  string      `json:"url,omitempty"`
	// Approved is approved, not approved, or empty where the organisation has no list.
	Approved string `json:"approved,omitempty"`
	// Contract are the facts that the organisation's policy states of it, Ends when it ends.
	Contract map[string]any `json:"contract,omitempty"`
	Ends     *time.Time     `json:"ends,omitempty"`
	Expired  bool           `json:"expired,omitempty"`
	Use
	Models []Model `json:"models,omitempty"`
}

// Model is one that was asked.
type Model struct {
	Name string `json:"name"`
	// Digest is that of its file, where the provider is this machine's and says it.
	Digest string `json:"digest,omitempty"`
	Use
}

// Use is how often and when, and the question that yields it.
type Use struct {
	Requests int         `json:"requests"`
	First    audit.Stamp `json:"first,omitzero"`
	Last     audit.Stamp `json:"last,omitzero"`
	Query    string      `json:"query,omitempty"`
}

func (u *Use) count(r audit.Record, f audit.Filter) {
	if u.Requests == 0 || r.Time.Before(u.First.Time) {
		u.First = r.Time
	}
	if u.Requests == 0 || r.Time.After(u.Last.Time) {
		u.Last = r.Time
	}
	f.Kinds = []string{"exchange"}
	u.Requests++
	u.Query = "scrubjay audit show " + f.Args() + " --count records"
}

// Sources are what an inventory is made of.
type Sources struct {
	Settings policy.Settings
	// Organised are what the organisation's policy grants and approves.
	Organised policy.Organised
	// Records calls a function for each of the ledger's.
	Records func(func(audit.Record) error) error
	// Digests has the digests of a local provider's models by name.
	Digests func(provider string) map[string]string
	Now     time.Time
}

// NewInventory lists what the ledger has seen, the settings configure by themselves, or the organisation approves.
func NewInventory(s Sources) (Inventory, error) {
	providers := map[string]*Provider{}
	at := func(name string) *Provider {
		p := providers[name]
		if p == nil {
			c := s.Settings.Providers[name]
			p = &Provider{Name: name, Kind: c.Kind, URL: c.URL}
			providers[name] = p
		}
		return p
	}
	models := map[string]map[string]*Model{}
	err := s.Records(func(r audit.Record) error {
		if r.Kind != "exchange" || r.Provider == "" {
			return nil
		}
		at(r.Provider).count(r, audit.Filter{Provider: r.Provider})
		if r.Model == "" {
			return nil
		}
		of := models[r.Provider]
		if of == nil {
			of = map[string]*Model{}
			models[r.Provider] = of
		}
		if of[r.Model] == nil {
			of[r.Model] = &Model{Name: r.Model}
		}
		of[r.Model].count(r, audit.Filter{Provider: r.Provider, Model: r.Model})
		return nil
	})
	for name, contract := range s.Organised.Approved {
		p := at(name)
		p.Contract = contract
		if text, _ := contract["until"].(string); text != "" {
			if ends, ok := policy.EndOf(text); ok {
				p.Ends, p.Expired = &ends, !s.Now.Before(ends)
			}
		}
	}
	var out Inventory
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		p := providers[name]
		if _, listed := s.Organised.Approved[name]; listed {
			p.Approved = "approved"
		} else if len(s.Organised.Approved) > 0 && p.Kind != policy.Private && p.Kind != policy.Local {
			p.Approved = "not approved"
		}
		var digests map[string]string
		if p.Kind == policy.Local && len(models[name]) > 0 {
			digests = s.Digests(name)
		}
		for _, m := range models[name] {
			m.Digest = digests[m.Name]
			p.Models = append(p.Models, *m)
		}
		slices.SortFunc(p.Models, func(a, b Model) int { return cmp.Compare(a.Name, b.Name) })
		out.Providers = append(out.Providers, *p)
	}
	return out, err
}
