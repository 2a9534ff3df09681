package compliance

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"golang.org/x/mod/sumdb/note"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestFrameworks: every row says what is done or what is left, with its source and whether it was compared with that.
func TestFrameworks(t *testing.T) {
	all, err := Frameworks()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range all {
		names = append(names, f.Name+" "+f.Edition)
		if f.Name == "" || f.Edition == "" || f.Source == "" || f.Verified == "" || len(f.Controls) == 0 {
			t.Errorf("%+v lacks something", f)
		}
		seen := map[string]bool{}
		for _, c := range f.Controls {
			if c.ID == "" || c.Title == "" || c.Does == "" && c.Leaves == "" || seen[c.ID] {
				t.Errorf("%s: %+v", f.Name, c)
			}
			seen[c.ID] = true
		}
	}
	if len(names) != 8 {
		t.Errorf("frameworks are %q", names)
	}
}

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// month is what a small organisation did.
func month() Sources {
	at := func(day int) audit.Stamp { return audit.Stamp{Time: time.Date(2026, 11, day, 9, 0, 0, 0, time.UTC)} }
	records := []audit.Record{
		{Kind: "exchange", Time: at(1), Provider: "openai", Model: "gpt-5", Verdict: "scrub"},
		{Kind: "exchange", Time: at(9), Provider: "openai", Model: "gpt-5", Verdict: "allow", Attachments: map[string]int{"image allowed": 2, "image approved": 1}},
		{Kind: "exchange", Time: at(3), Provider: "openai", Model: "gpt-5-mini", Verdict: "forbid"},
		{Kind: "exchange", Time: at(4), Provider: "deepseek", Model: "r2", Verdict: "allow"},
		{Kind: "exchange", Time: at(5), Provider: "local", Model: "qwen", Verdict: "allow"},
		{Kind: "redaction", Time: at(6)},
	}
	return Sources{
		Settings: policy.Settings{Providers: map[string]policy.Provider{
			"openai": {URL: "https://api.openai.com", Kind: policy.Public}, "deepseek": {Kind: policy.Public}, "local": {Kind: policy.Local, Format: "ollama"}, "idle": {Kind: policy.Public},
		}},
		Organised: policy.Organised{
			Approved: map[string]map[string]any{
				"openai":  {"until": "2026-12-15", "region": "eu"},
				"mistral": {"until": "2026-10-31"},
			},
			Exceptions: []policy.Exception{{Until: "2026-12-31", Approver: "ben", Reason: "the trial"}, {Until: "2026-11-01", Approver: "ben", Reason: "over"}},
		},
		Records: func(f func(audit.Record) error) error {
			for _, r := range records {
				if err := f(r); err != nil {
					return err
				}
			}
			return nil
		},
		Digests: func(provider string) map[string]string { return map[string]string{"qwen": "sha256:" + provider} },
		Now:     now,
	}
}

// TestInventory: what was asked or is approved is listed with its use, its contract and whether that has ended; the bill of
// materials reads back.
func TestInventory(t *testing.T) {
	i, err := NewInventory(month())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range i.Providers {
		line := p.Name + " " + p.Approved
		if p.Expired {
			line += " expired"
		}
		for _, m := range p.Models {
			line += " " + m.Name + m.Digest
		}
		lines = append(lines, line)
	}
	want := []string{"deepseek not approved r2", "local  qwensha256:local", "mistral approved expired", "openai approved gpt-5 gpt-5-mini"}
	if !slices.Equal(lines, want) {
		t.Errorf("it lists %q", lines)
	}
	openai := i.Providers[3]
	if openai.Requests != 3 || openai.First.Day() != 1 || openai.Last.Day() != 9 || openai.Query != "scrubjay audit show --kind exchange --provider openai --count records" {
		t.Errorf("openai is %+v", openai.Use)
	}
	var out bytes.Buffer
	if err := i.WriteBOM(&out, "1.0", now); err != nil {
		t.Fatal(err)
	}
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(&out, cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	if len(*bom.Components) != 4 || len(*bom.Services) != 4 || (*bom.Components)[0].Type != cdx.ComponentTypeMachineLearningModel {
		t.Errorf("the bill is %+v", bom)
	}
}

// TestRisks: each risk that policy and ledger show is named once, the worst first.
func TestRisks(t *testing.T) {
	s := month()
	i, err := NewInventory(s)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Risks(s, i, func(class detect.Class) (policy.Verdict, error) {
		if class == detect.PHI {
			return policy.Allow, nil
		}
		return policy.Scrub, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range all {
		lines = append(lines, r.Level+": "+r.What)
		if !strings.HasPrefix(r.Evidence, "scrubjay ") || r.Next == "" {
			t.Errorf("%+v", r)
		}
	}
	want := []string{
		"high: findings of class phi go to public providers as they are",
		"high: deepseek was asked and is not approved",
		"high: the contract with mistral ended on 2026-11-01",
		"medium: the contract with openai ends on 2026-12-16",
		"medium: an exception holds until 2026-12-31: the trial (approved by ben)",
		"medium: 2 files went out unread, as policy allows",
		"low: 1 requests were forbidden",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("risks are\n%s", strings.Join(lines, "\n"))
	}
}

// TestSeal: an archive opens with its machine's key and as it was signed, and otherwise says what was done to it.
func TestSeal(t *testing.T) {
	private, public, err := note.GenerateKey(rand.Reader, "scrubjay-ledger")
	if err != nil {
		t.Fatal(err)
	}
	_, another, err := note.GenerateKey(rand.Reader, "scrubjay-ledger")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := Seal(map[string][]byte{"a.txt": []byte("one"), "b.txt": []byte("two")}, signer, now)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Open(sealed, public); err != nil || s.Files != 2 || !s.Time.Equal(now) {
		t.Errorf("opens as %+v, %v", s, err)
	}
	// rewritten is the archive with other files.
	rewritten := func(change func(name string, content []byte) (string, []byte)) []byte {
		zip, err := gzip.NewReader(bytes.NewReader(sealed))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		to := gzip.NewWriter(&out)
		files, archive := tar.NewReader(zip), tar.NewWriter(to)
		for {
			h, err := files.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			content, rerr := io.ReadAll(files)
			if err = errors.Join(err, rerr); err != nil {
				t.Fatal(err)
			}
			name, content := change(h.Name, content)
			if name == "" {
				continue
			}
			err = archive.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600})
			if _, werr := archive.Write(content); errors.Join(err, werr) != nil {
				t.Fatal(err, werr)
			}
		}
		if err := errors.Join(archive.Close(), to.Close()); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for name, c := range map[string]struct {
		archive []byte
		key     string
		want    string
	}{
		"another key": {sealed, another, "not signed with this key"},
		"no key":      {sealed, "x", "the key is none"},
		"no archive":  {[]byte("x"), public, "no archive"},
		"cut":         {sealed[:len(sealed)-20], public, "damaged"},
		"a file changed": {rewritten(func(name string, content []byte) (string, []byte) {
			return name, bytes.ReplaceAll(content, []byte("one"), []byte("six"))
		}), public, "a.txt was changed"},
		"a file gone": {rewritten(func(name string, content []byte) (string, []byte) {
			return strings.ReplaceAll(name, "b.txt", ""), content
		}), public, "b.txt was taken out"},
		"a file more": {rewritten(func(name string, content []byte) (string, []byte) {
			return strings.ReplaceAll(name, "b.txt", "c.txt"), content
		}), public, "c.txt was changed or put in"},
		"the manifest changed": {rewritten(func(name string, content []byte) (string, []byte) {
			return name, bytes.ReplaceAll(content, []byte("2026"), []byte("2025"))
		}), public, "not signed with this key"},
	} {
		if s, err := Open(c.archive, c.key); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}
