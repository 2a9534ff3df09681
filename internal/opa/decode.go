package opa

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/open-policy-agent/opa/v1/rego"
)

var (
	errUndefined = errors.New("the policy decides nothing here: run scrubjay policy check on it")
	obligations  = []string{policy.Review, policy.ReviewByTwo, policy.Reroute, policy.Attest, policy.AskAttached}
	diagnostics  = []string{"error", "warning", "information", "hint", "none"}
)

// decode reads what data.scrubjay.decision says of a query with n subjects and so many attachments. Whatever is not
// understood is an error: an organisation's rules have a part in it.
func decode(said map[string]any, n, attachments int) (d policy.Decision, err error) {
	if d.Verdict, err = parseVerdict(said["verdict"]); err != nil {
		return d, err
	}
	rulings, _ := said["rulings"].([]any)
	if len(rulings) != n {
		return d, fmt.Errorf("the policy ruled on %d of %d subjects: run scrubjay policy check on it", len(rulings), n)
	}
	d.Rulings = make([]policy.Ruling, n)
	for i, r := range rulings {
		fields, _ := r.(map[string]any)
		ruling := &d.Rulings[i]
		if ruling.Verdict, err = parseVerdict(fields["verdict"]); err != nil {
			return d, err
		}
		ruling.Diagnostic, _ = fields["diagnostic"].(string)
		ruling.Reason, _ = fields["reason"].(string)
		ruling.Authorisation, _ = fields["authorisation"].(string)
		if !slices.Contains(diagnostics, ruling.Diagnostic) || ruling.Reason == "" || ruling.Verdict > d.Verdict {
			return d, errUndefined
		}
	}
	if d.Attachments, err = permissions(said["attachments"], attachments, d.Verdict); err != nil {
		return d, err
	}
	if d.Reasons, err = texts(said["reasons"]); err != nil {
		return d, err
	}
	if d.Obligations, err = texts(said["obligations"]); err != nil {
		return d, err
	}
	if d.Named, err = texts(said["named"]); err != nil {
		return d, err
	}
	for _, o := range d.Obligations {
		if !slices.Contains(obligations, o) {
			return d, errors.New("the policy asks for an obligation that is none of review, review_by_two, reroute, attest")
		}
	}
	until, _ := said["valid_until"].(json.Number)
	seconds, err := until.Int64()
	if err != nil {
		return d, errors.New("the policy's valid_until is not a whole number of seconds")
	}
	d.ValidUntil = time.Unix(seconds, 0)
	return d, nil
}

// permissions reads what is said of attachments; none may be stricter than the whole.
func permissions(v any, n int, whole policy.Verdict) ([]policy.Permission, error) {
	given, _ := v.([]any)
	if len(given) != n {
		return nil, fmt.Errorf("the policy ruled on %d of %d kinds of attachments: run scrubjay policy check on it", len(given), n)
	}
	all := make([]policy.Permission, n)
	for i, g := range given {
		fields, _ := g.(map[string]any)
		verdict, _ := fields["verdict"].(string)
		p := &all[i]
		p.Reason, _ = fields["reason"].(string)
		switch p.Review = verdict == policy.AskAttachment; {
		case !slices.Contains(policy.AttachmentVerdicts, verdict):
			return nil, errors.New("the policy gives an attachment a verdict that is none of allow, ask, forbid")
		case verdict == policy.VerdictNames[policy.Forbid]:
			p.Verdict = policy.Forbid
		}
		if p.Reason == "" || p.Verdict > whole {
			return nil, errUndefined
		}
	}
	return all, nil
}

// only is the one object that a query for one rule gives.
func only(rs rego.ResultSet) (map[string]any, error) {
	if len(rs) != 1 || len(rs[0].Expressions) != 1 {
		return nil, errUndefined
	}
	said, ok := rs[0].Expressions[0].Value.(map[string]any)
	if !ok {
		return nil, errUndefined
	}
	return said, nil
}

func parseVerdict(v any) (policy.Verdict, error) {
	name, _ := v.(string)
	i := slices.Index(policy.VerdictNames[:], name)
	if i < 0 {
		return policy.Forbid, errors.New("the policy gives a verdict that is none of allow, scrub, forbid")
	}
	return policy.Verdict(i), nil
}

// texts reads a set of texts; in order, so that equal decisions are equal.
func texts(v any) ([]string, error) {
	given, _ := v.([]any)
	all := make([]string, 0, len(given))
	for _, t := range given {
		text, ok := t.(string)
		if !ok {
			return nil, errors.New("the policy gives a reason or an obligation that is not a text")
		}
		all = append(all, strings.ToValidUTF8(text, ""))
	}
	slices.Sort(all)
	return all, nil
}
