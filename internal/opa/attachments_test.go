package opa

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

func carrying(kind policy.Kind, attachments ...policy.Attachment) policy.Query {
	q := outgoing(kind)
	q.Attachments = attachments
	return q
}

// Permissions come in the order that was asked, doubles included; what a person must approve is no verdict.
func TestAttachmentsKeepTheirOrder(t *testing.T) {
	e := newEngine(t, &policy.Layers{User: &policy.Settings{Attachments: map[string]map[policy.Kind]string{"audio": {policy.Public: "allow"}, "video": {policy.Public: "forbid"}}}})
	for _, c := range []struct {
		ask  []policy.Attachment
		want string
	}{
		{[]policy.Attachment{policy.Image, policy.Audio, policy.Image}, "allow: allow true, allow false, allow true; [ask]"},
		{[]policy.Attachment{policy.Video, policy.Audio}, "forbid: forbid false, allow false; []"},
		{nil, "allow: ; []"},
	} {
		d := decide(t, e, carrying(policy.Public, c.ask...))
		var each []string
		for _, p := range d.Attachments {
			each = append(each, fmt.Sprint(p.Verdict, " ", p.Review))
		}
		if got := fmt.Sprintf("%s: %s; %v", d.Verdict, strings.Join(each, ", "), d.Obligations); got != c.want {
			t.Errorf("%v: %s, not %s", c.ask, got, c.want)
		}
	}
	if d := decide(t, e, carrying(policy.Local, policy.Image)); d.Attachments[0].Review || d.Attachments[0].Verdict != policy.Allow {
		t.Errorf("for this machine: %+v", d)
	}
}

// A query about another kind is another question.
func TestAttachmentsAreRemembered(t *testing.T) {
	keys := map[string]bool{}
	for _, as := range [][]policy.Attachment{nil, {policy.Image}, {policy.Video}, {policy.Image, policy.Video}, {"imagevideo"}} {
		keys[string(canonicalise(carrying(policy.Public, as...), "").key)] = true
	}
	a, b := canonicalise(carrying(policy.Public, policy.Video, policy.Image, policy.Image), ""), canonicalise(carrying(policy.Public, policy.Image, policy.Video), "")
	if len(keys) != 5 || string(a.key) != string(b.key) {
		t.Errorf("%d keys; in another order %v", len(keys), string(a.key) == string(b.key))
	}
}

// What an organisation's bundle says of attachments, and what of that is not understood, which closes.
func TestAttachmentsOfABundle(t *testing.T) {
	for name, c := range map[string]struct {
		files   map[string]string
		forced  map[string]string
		verdict policy.Verdict
		review  bool
		closed  bool
	}{
		"settings":        {files: map[string]string{"settings.yaml": "attachments: {image: {public: forbid}}\n"}, verdict: policy.Forbid},
		"data":            {files: map[string]string{"scrubjay/org/data.yaml": "attachments: {image: {public: allow}}\n"}},
		"rego":            {files: map[string]string{"x.rego": "package scrubjay.org\n\nverdict contains {\"attachment\": \"image\", \"verdict\": \"ask\"} if \"image\" in input.attachments\n"}, review: true},
		"obligation":      {files: map[string]string{"x.rego": "package scrubjay.org\n\nobligation contains \"review\" if \"image\" in input.attachments\n"}, review: true},
		"no such verdict": {forced: map[string]string{"x.rego": "package scrubjay.org\n\nverdict contains {\"attachment\": \"image\", \"verdict\": \"scrub\"}\n"}, verdict: policy.Forbid, closed: true},
	} {
		e := newEngine(t, organised(acme("")))
		raw := forced(t, c.forced, 1)
		if c.forced == nil {
			raw = signed(t, c.files, 1, today.Add(time.Hour))
		}
		b, err := Verify(raw, acme(""))
		if err != nil {
			t.Fatal(name, err)
		}
		if err := e.Swap(b); err != nil {
			t.Fatal(name, err)
		}
		d, err := e.Decide(context.Background(), carrying(policy.Public, policy.Image))
		if (err != nil) != c.closed || len(d.Attachments) != 1 || d.Attachments[0].Verdict != c.verdict || d.Attachments[0].Review != c.review || d.Attachments[0].Reason == "" {
			t.Errorf("%s: %+v, error %v", name, d, err)
		}
		if slices.Contains(d.Obligations, policy.AskAttached) != c.review {
			t.Errorf("%s: obligations %v", name, d.Obligations)
		}
	}
}

func TestExplainNamesTheVotesOnAttachments(t *testing.T) {
	cells := func(verdict string) *policy.Settings {
		return &policy.Settings{Attachments: map[string]map[policy.Kind]string{"image": {policy.Public: verdict}}}
	}
	e := newEngine(t, &policy.Layers{Managed: cells("ask"), User: cells("forbid")})
	x, err := e.Explain(context.Background(), carrying(policy.Public, policy.Document, policy.Image))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"attachment document: ask\n", "* default      ask     document, public", "attachment image: forbid\n", "  managed      ask     managed attachments: image, public", "* user         forbid  user attachments: image, public"} {
		if !strings.Contains(x.String(), want) {
			t.Errorf("%q is not in\n%s", want, x)
		}
	}
}

func TestAttachmentsOfLayersAreMerged(t *testing.T) {
	l := &policy.Layers{
		Managed: &policy.Settings{Attachments: map[string]map[policy.Kind]string{"image": {policy.Public: "ask"}}},
		User:    &policy.Settings{Attachments: map[string]map[policy.Kind]string{"image": {policy.Public: "allow", policy.Local: "forbid"}, "audio": {policy.Public: "allow"}}},
	}
	got := l.Wire().Attachments
	if got["image"][policy.Public] != "ask" || got["image"][policy.Local] != "forbid" || got["audio"][policy.Public] != "allow" {
		t.Errorf("merged: %v", got)
	}
}
