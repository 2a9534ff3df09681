package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func carrying(kind Kind, attachments ...Attachment) Query {
	q := outgoing(kind)
	q.Attachments = attachments
	return q
}

// Permissions come in the order that was asked, doubles included; what a person must approve is no verdict.
func TestAttachmentsKeepTheirOrder(t *testing.T) {
	e := newEngine(t, &Layers{user: &Settings{Attachments: map[string]map[Kind]string{"audio": {Public: "allow"}, "video": {Public: "forbid"}}}})
	for _, c := range []struct {
		ask  []Attachment
		want string
	}{
		{[]Attachment{Image, Audio, Image}, "allow: allow true, allow false, allow true; [ask]"},
		{[]Attachment{Video, Audio}, "forbid: forbid false, allow false; []"},
		{nil, "allow: ; []"},
	} {
		d := decide(t, e, carrying(Public, c.ask...))
		var each []string
		for _, p := range d.Attachments {
			each = append(each, fmt.Sprint(p.Verdict, " ", p.Review))
		}
		if got := fmt.Sprintf("%s: %s; %v", d.Verdict, strings.Join(each, ", "), d.Obligations); got != c.want {
			t.Errorf("%v: %s, not %s", c.ask, got, c.want)
		}
	}
	if d := decide(t, e, carrying(Local, Image)); d.Attachments[0].Review || d.Attachments[0].Verdict != Allow {
		t.Errorf("for this machine: %+v", d)
	}
}

// A query about another kind is another question.
func TestAttachmentsAreRemembered(t *testing.T) {
	keys := map[string]bool{}
	for _, as := range [][]Attachment{nil, {Image}, {Video}, {Image, Video}, {"imagevideo"}} {
		keys[string(canonicalise(carrying(Public, as...), "").key)] = true
	}
	a, b := canonicalise(carrying(Public, Video, Image, Image), ""), canonicalise(carrying(Public, Image, Video), "")
	if len(keys) != 5 || string(a.key) != string(b.key) {
		t.Errorf("%d keys; in another order %v", len(keys), string(a.key) == string(b.key))
	}
}

// What an organisation's bundle says of attachments, and what of that is not understood, which closes.
func TestAttachmentsOfABundle(t *testing.T) {
	for name, c := range map[string]struct {
		files   map[string]string
		forced  map[string]string
		verdict Verdict
		review  bool
		closed  bool
	}{
		"settings":        {files: map[string]string{"settings.yaml": "attachments: {image: {public: forbid}}\n"}, verdict: Forbid},
		"data":            {files: map[string]string{"scrubjay/org/data.yaml": "attachments: {image: {public: allow}}\n"}},
		"rego":            {files: map[string]string{"x.rego": "package scrubjay.org\n\nverdict contains {\"attachment\": \"image\", \"verdict\": \"ask\"} if \"image\" in input.attachments\n"}, review: true},
		"obligation":      {files: map[string]string{"x.rego": "package scrubjay.org\n\nobligation contains \"review\" if \"image\" in input.attachments\n"}, review: true},
		"no such verdict": {forced: map[string]string{"x.rego": "package scrubjay.org\n\nverdict contains {\"attachment\": \"image\", \"verdict\": \"scrub\"}\n"}, verdict: Forbid, closed: true},
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
		d, err := e.Decide(context.Background(), carrying(Public, Image))
		if (err != nil) != c.closed || len(d.Attachments) != 1 || d.Attachments[0].Verdict != c.verdict || d.Attachments[0].Review != c.review || d.Attachments[0].Reason == "" {
			t.Errorf("%s: %+v, error %v", name, d, err)
		}
		if slices.Contains(d.Obligations, AskAttached) != c.review {
			t.Errorf("%s: obligations %v", name, d.Obligations)
		}
	}
}

func TestExplainNamesTheVotesOnAttachments(t *testing.T) {
	cells := func(verdict string) *Settings {
		return &Settings{Attachments: map[string]map[Kind]string{"image": {Public: verdict}}}
	}
	e := newEngine(t, &Layers{managed: cells("ask"), user: cells("forbid")})
	x, err := e.Explain(context.Background(), carrying(Public, Document, Image))
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
	l := &Layers{
		managed: &Settings{Attachments: map[string]map[Kind]string{"image": {Public: "ask"}}},
		user:    &Settings{Attachments: map[string]map[Kind]string{"image": {Public: "allow", Local: "forbid"}, "audio": {Public: "allow"}}},
	}
	got := l.Wire().Attachments
	if got["image"][Public] != "ask" || got["image"][Local] != "forbid" || got["audio"][Public] != "allow" {
		t.Errorf("merged: %v", got)
	}
}
