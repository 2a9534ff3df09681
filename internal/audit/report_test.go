package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fleet is records of two months, of several people, drawn anew at each call with the same numbers.
func fleet(n int) (all []Record) {
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	start := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		rec := Record{
			Version: 1, Seq: uint64(i + 1), Time: Stamp{start.Add(time.Duration(r.IntN(61*24*3600)) * time.Second)}, Kind: pick("exchange", "exchange", "exchange", "redaction", "start", "mark"),
			User: pick("anna", "o'neil x"), Machine: "m", Provider: pick("openai", "anthropic"), Model: pick("a", "b"), Assistant: pick("claude-cli/2.0", ""), Verdict: pick("allow", "scrub", "forbid", ""),
		}
		if rec.Verdict == "" {
			rec.Note = pick("bad_body", "no_body")
		}
		if rec.Verdict == "scrub" || rec.Verdict == "forbid" {
			rec.Classes = map[string]int{pick("pii", "credential"): 1 + r.IntN(4)}
			rec.Rules = map[string]int{pick("iban", "github-pat", "email-address"): 1}
		}
		all = append(all, rec)
	}
	return all
}

// asked answers a question of a report by its flags, without the code that made it.
func asked(t *testing.T, query string, all []Record) (n int) {
	t.Helper()
	words := strings.Fields(strings.ReplaceAll(query, `'o'\''neil x'`, "o'neil_x"))
	want := map[string]string{}
	for i := 3; i+1 < len(words); i += 2 {
		want[words[i]] = words[i+1]
	}
	for _, r := range all {
		day := r.Time.Format(time.DateOnly)
		if day < want["--since"] || day >= want["--until"] {
			continue
		}
		fields := map[string]string{"--kind": r.Kind, "--provider": r.Provider, "--model": r.Model, "--assistant": r.Assistant, "--user": strings.ReplaceAll(r.User, " ", "_"), "--verdict": r.Verdict, "--note": r.Note}
		matches := true
		for flag, value := range fields {
			matches = matches && (want[flag] == "" || want[flag] == value)
		}
		class, rule := r.Classes[want["--class"]], r.Rules[want["--rule"]]
		if !matches || want["--class"] != "" && class == 0 || want["--rule"] != "" && rule == 0 {
			continue
		}
		if want["--count"] == "values" {
			n += class + rule
		} else {
			n++
		}
	}
	return n
}

// TestReport: every figure is what its own question yields, counted by other code, and the month's records are all counted.
func TestReport(t *testing.T) {
	all := fleet(5000)
	from, until, err := Month("2026-11")
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReport(from, until, func(use func(Record) error) error {
		for _, rec := range all {
			if err := use(rec); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	figures := 0
	for _, table := range r.Tables {
		sum := 0
		for _, row := range table.Rows {
			figures++
			sum += row.Count
			if n := asked(t, row.Query, all); n != row.Count {
				t.Errorf("%s: %s is %d, and %s yields %d", table.Title, row.Name, row.Count, row.Query, n)
			}
		}
		if table.Title == "What happened" && sum != r.Records {
			t.Errorf("%d of %d records are counted", sum, r.Records)
		}
	}
	if figures < 25 || r.Records < 2000 || len(r.Days) != 30 {
		t.Errorf("%d figures of %d records of %d days", figures, r.Records, len(r.Days))
	}
}

// TestCheckpoint: a ledger that was cut or replaced with its head, or has gone, is told by a checkpoint that was kept; a
// checkpoint that was changed or signed by another is none.
func TestCheckpoint(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 5)
	early, _ := os.ReadFile(filepath.Join(dir, "ledger.log"))
	earlyHead, _ := os.ReadFile(filepath.Join(dir, "ledger.head"))
	write(t, dir, 4)
	signer, public, err := Signer(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Sign(dir, signer, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	point, err := OpenCheckpoint(text, public)
	if err != nil || point.Seq != 9 {
		t.Fatalf("%+v, %v", point, err)
	}
	if again, same, err := Signer(dir); err != nil || same != public || again.Name() != signer.Name() {
		t.Errorf("the key is another the second time: %v", err)
	}
	write(t, dir, 2)
	if n, err := Verify(dir, point); n != 11 || err != nil {
		t.Errorf("a ledger that went on: %d, %v", n, err)
	}
	for _, changed := range []string{strings.Replace(string(text), "\n9\n", "\n8\n", 1), strings.Replace(string(text), "checkpoint", "Checkpoint", 1), "", string(text[:len(text)-9])} {
		if _, err := OpenCheckpoint([]byte(changed), public); err == nil {
			t.Errorf("a changed checkpoint is taken:\n%s", changed)
		}
	}
	if _, other, err := Signer(t.TempDir()); err != nil {
		t.Error(err)
	} else if _, err := OpenCheckpoint(text, other); err == nil {
		t.Error("another's key opens it")
	}
	// Cut with its head, which nothing else would tell.
	os.WriteFile(filepath.Join(dir, "ledger.log"), early, 0o600)
	os.WriteFile(filepath.Join(dir, "ledger.head"), earlyHead, 0o600)
	if n, err := Verify(dir); n != 5 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if n, err := Verify(dir, point); n != 5 || err == nil || !strings.Contains(err.Error(), "records 6 to 9 are missing") {
		t.Errorf("cut: %d, %v", n, err)
	}
	// Another ledger in its place, as long.
	os.Remove(filepath.Join(dir, "ledger.log"))
	os.Remove(filepath.Join(dir, "ledger.head"))
	write(t, dir, 12)
	if _, err := Verify(dir, point); err == nil || !strings.Contains(err.Error(), "record 9 is not the one of the checkpoint") {
		t.Errorf("replaced: %v", err)
	}
}

// TestExports: each form holds a record's fields, on one line, whatever a text in it is.
func TestExports(t *testing.T) {
	r := Record{
		Version: 1, Seq: 7, Time: Stamp{time.Date(2026, 11, 3, 4, 5, 6, 500_000_000, time.UTC)}, User: `a\b=c|d`, Machine: "host", Assistant: "x/1", Kind: "exchange", Provider: "openai", Model: "m|1=2",
		Endpoint: "POST /v1/x", Verdict: "forbid", Status: 403, Classes: map[string]int{"pii": 2, "credential": 1}, Rules: map[string]int{"iban": 2}, Reasons: []string{"one\ntwo"}, Note: "n",
	}
	out := map[string]string{}
	for name, export := range Exports {
		var b bytes.Buffer
		if err := export(&b, "1.0|x", r); err != nil {
			t.Fatal(err)
		}
		if out[name] = b.String(); strings.Count(out[name], "\n") != 1 {
			t.Errorf("%s is of several lines: %q", name, out[name])
		}
	}
	if !strings.Contains(out["jsonl"], `"time":"2026-11-03T04:05:06.500000Z"`) {
		t.Errorf("JSON: %s", out["jsonl"])
	}
	if !strings.HasPrefix(out["cef"], `CEF:0|Scrubjay|scrubjay|1.0\|x|exchange|exchange forbidden to openai|8|`) {
		t.Errorf("CEF: %s", out["cef"])
	}
	for _, want := range []string{`suser=a\\b\=c|d `, `cs1=m|1\=2 `, `cs2=credential:1 pii:2 `, `reason=one\ntwo `, fmt.Sprintf("rt=%d ", r.Time.UnixMilli())} {
		if !strings.Contains(out["cef"], want) {
			t.Errorf("CEF lacks %q: %s", want, out["cef"])
		}
	}
	var event struct {
		Class    int `json:"class_uid"`
		Type     int `json:"type_uid"`
		Activity int `json:"activity_id"`
		Severity int `json:"severity_id"`
		Metadata struct {
			Version string         `json:"version"`
			Product map[string]any `json:"product"`
		} `json:"metadata"`
		Finding struct {
			UID string `json:"uid"`
		} `json:"finding_info"`
		Unmapped map[string]any `json:"unmapped"`
	}
	if err := json.Unmarshal([]byte(out["ocsf"]), &event); err != nil {
		t.Fatal(err)
	}
	if event.Class != 2006 || event.Type != event.Class*100+event.Activity || event.Severity != high || event.Finding.UID != "7" || event.Metadata.Version != ocsfVersion || event.Metadata.Product["vendor_name"] != "Scrubjay" || event.Unmapped["model"] != r.Model {
		t.Errorf("OCSF: %s", out["ocsf"])
	}
	var base bytes.Buffer
	if err := exportOCSF(&base, "1", Record{Kind: "start", Seq: 1}); err != nil {
		t.Fatal(err)
	}
	if event.Class = 1; json.Unmarshal(base.Bytes(), &event) != nil || event.Class != 0 || event.Type != 99 {
		t.Errorf("OCSF of a start: %s", base.String())
	}
}
