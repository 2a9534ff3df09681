package proxy

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// rule asks policy about what was found. Of several answers a finding keeps the strictest.
func (p *Proxy) rule(ctx context.Context, q policy.Query, found []secret, files []file) (policy.Decision, *failure) {
	index := map[policy.Subject]int{}
	ask := func(s secret) {
		if _, ok := index[s.subject]; !ok {
			index[s.subject] = len(q.Subjects)
			q.Subjects = append(q.Subjects, s.subject)
		}
	}
	for _, s := range found {
		ask(s)
		for _, o := range s.others {
			ask(o)
		}
	}
	for _, f := range files {
		if !slices.Contains(q.Attachments, f.kind) {
			q.Attachments = append(q.Attachments, f.kind)
		}
	}
	if slices.ContainsFunc(q.Subjects, func(s policy.Subject) bool { return s.Rule == policy.AIIgnored }) {
		q.Labels = []string{policy.AIIgnored}
	}
	d, fail := p.decide(ctx, q)
	if fail != nil {
		return d, fail
	}
	if len(d.Rulings) != len(q.Subjects) || len(d.Attachments) != len(q.Attachments) {
		return d, closed("policy", errors.New("a decision without a ruling for each subject and attachment"))
	}
	for i := range files {
		files[i].permission = d.Attachments[slices.Index(q.Attachments, files[i].kind)]
	}
	for i := range found {
		s := &found[i]
		if r := d.Rulings[index[s.subject]]; r.Verdict >= s.ruling.Verdict {
			s.ruling = r
		}
		for k, o := range s.others {
			if r := d.Rulings[index[o.subject]]; r.Verdict > s.ruling.Verdict {
				s.others = slices.Clone(s.others)
				s.others[k] = secret{subject: s.subject, value: s.value} // which another destination may judge more strictly
				s.is(o)
				s.ruling = r
			}
		}
	}
	return d, nil
}

// withoutAllowed leaves out what the settings' entries allow, unless the organisation revokes it.
func (p *Proxy) withoutAllowed(found []secret) []secret {
	settings := p.Settings()
	for i := range found {
		s := &found[i]
		s.subject.Revoked = settings.Revocations.Of(s.value.Bytes)
	}
	if len(settings.Allow) == 0 || len(found) == 0 {
		return found
	}
	// Entries that cannot be read allow nothing; the settings were checked when they were loaded.
	list, _ := policy.NewAllowList(settings.Allow)
	kept := found[:0]
	for _, s := range found {
		if s.without(func(s secret) bool { return p.allowed(list, settings.Salt, s) }) {
			kept = append(kept, s)
		}
	}
	return kept
}

// without leaves out of what is found in a place what is allowed. It is false if that is all.
func (s *secret) without(allowed func(secret) bool) bool {
	s.others = slices.DeleteFunc(slices.Clone(s.others), func(o secret) bool {
		o.value.Bytes = s.value.Bytes
		return allowed(o)
	})
	if !allowed(*s) {
		return true
	}
	if len(s.others) == 0 {
		return false
	}
	s.is(s.others[0])
	s.others = s.others[1:]
	return true
}

// allowed tells whether an allow entry that counts on the wire (policy.Layers decides which do) speaks of
// a finding. None opens the wire for a credential that its checksum proved.
func (p *Proxy) allowed(list policy.AllowList, salt string, s secret) bool {
	if s.subject.Revoked != "" || s.subject.Class == detect.Credential && s.subject.Validated {
		return false
	}
	_, ok := list.Allows(s.subject.Rule, "", func(scope detect.Scope) string {
		switch {
		case scope == detect.Installation:
			return p.Vault.Fingerprint(s.value.Bytes)
		case scope == detect.Repository && salt != "":
			return detect.Fingerprint(scope, []byte(salt), s.value.Bytes)
		}
		return ""
	}, time.Now())
	return ok
}

// account writes into the record what was found: classes, rules and fingerprints; and which of it does not go out.
func (p *Proxy) account(r *audit.Record, kept []string, found []secret, verdict policy.Verdict) []string {
	if len(found) == 0 {
		return kept
	}
	r.Classes, r.Rules = map[string]int{}, map[string]int{}
	for _, s := range found {
		r.Classes[string(s.subject.Class)]++
		r.Rules[s.subject.Rule]++
		if by := s.ruling.Authorisation; by != "" && !slices.Contains(r.Authorisations, by) {
			r.Authorisations = append(r.Authorisations, by)
		}
		if len(r.Fingerprints) == audit.FingerprintLimit {
			continue
		}
		f := p.Vault.Fingerprint(s.value.Bytes)
		if !slices.Contains(r.Fingerprints, f) {
			r.Fingerprints = append(r.Fingerprints, f)
		}
		if verdict != policy.Allow && s.ruling.Verdict == verdict && !slices.Contains(kept, f) {
			kept = append(kept, f)
		}
	}
	return kept
}
