package opa

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// What organisations may look at, each alone and several at once.
var lookingPolicies = []struct{ name, data, rego string }{
	{"nothing", "name: Acme\n", ""},
	{"a table of rules", "rules: {email-address: {public: forbid}, x: {public: allow, private: forbid}}\n", ""},
	{"pointers", "references: {credential: files, x: everywhere}\n", ""},
	{"exceptions", `exceptions:
  - {verdict: allow, rule: email-address, provider: openai, until: "2099-01-01", approver: ben, reason: a trial}
  - {verdict: forbid, class: pii, model: "gpt*", until: "2099-01-01", approver: ben, reason: another}
  - {verdict: allow, severity: high, assistant: claude-cli, until: "2099-01-01", approver: ben, reason: a third}
  - {verdict: forbid, confidence: low, repository: "github.com/acme/*", until: "2099-01-01", approver: ben, reason: a fourth}
`, ""},
	{"stops", "kill: {models: {\"gpt-3*\": old}, providers: {mistral: why}}\n", ""},
	{"approvals", "approved: {providers: {openai: {models: [\"gpt*\"]}}}\n", ""},
	{"a rule by name", "name: Acme\n", `verdict contains {"rule": "x", "verdict": "forbid"} if input.destination.kind == "public"`},
	{"a computed rule", "theirs: [x, email-address]\n", `verdict contains {"rule": name, "verdict": "forbid", "reason": "theirs"} if some name in data.scrubjay.org.theirs`},
	{"groups", "groups: {finance: [jay]}\n", `verdict contains {"class": "pci", "verdict": "forbid"} if "finance" in data.scrubjay.my_groups`},
	{"the model", "name: Acme\n", `forbid contains "old" if startswith(input.destination.model, "gpt-3")`},
	{"the destination", "name: Acme\n", `obligation contains "review" if { to := input.destination; to.model == "gpt-3" }`},
	{"the assistant's version", "name: Acme\n", `obligation contains "attest" if startswith(input.assistant.version, "1")`},
	{"a computed part", "name: Acme\n", `forbid contains "that one" if { some part in ["provider", "model"]; input.destination[part] == "mistral" }`},
	{"a table made by Rego", "name: Acme\n", `rules := {"x": {"public": "forbid"}} if input.repository != ""`},
	{"a grant made by Rego", "name: Acme\n", `kill := {"models": {"gpt-5": "not yet"}}`},
}

// TestWhatIsNotLookedAtChangesNothing: a decision from memory, put together of what was asked about other models, assistants,
// repositories and rules, is the decision that the very question would have got.
func TestWhatIsNotLookedAtChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	for _, p := range lookingPolicies {
		files := map[string]string{"scrubjay/org/data.yaml": p.data}
		if p.rego != "" {
			files["policy.rego"] = "package scrubjay.org\n\n" + p.rego + "\n"
		}
		e := inForce(t, policy.Who{User: "jay"}, randomVerdicts(r), func() time.Time { return today }, files)
		f := e.current.Load()
		if f.atOnce {
			t.Errorf("%s: it is asked about all at once, which tells nothing here", p.name)
		}
		whole := newForce(f.source)
		whole.atOnce = true
		for i := range 25 {
			q := policy.Query{Direction: []policy.Direction{policy.Outgoing, policy.Outgoing, policy.Outgoing, policy.Restore, policy.Answer}[r.IntN(5)], Endpoint: pick("known", "unknown", ""),
				Destination: policy.Destination{Provider: pick("openai", "mistral"), Model: pick("gpt-3", "gpt-5", "m", ""), Kind: policy.Kinds[r.IntN(len(policy.Kinds))]},
				Assistant:   policy.Assistant{Name: pick("claude-cli", "codex"), Version: pick("1.0", "2.0")}, Repository: pick("", "github.com/acme/shop", "github.com/else/x")}
			if q.Direction == policy.Restore {
				q.Origin, q.Tool = pick("openai", "mistral"), policy.Tool{Name: pick("edit", "bash"), Kind: pick("edit", "command")}
			}
			for range r.IntN(9) {
				q.Subjects = append(q.Subjects, policy.Subject{Class: detect.Classes[r.IntN(len(detect.Classes))], Rule: pick("email-address", "x", "y", "internal-hostname", "", anyRule),
					Severity: pick("high", "info", "low"), Confidence: pick("low", "high"), Validated: r.IntN(2) == 0})
			}
			if r.IntN(4) == 0 {
				q.Attachments = []policy.Attachment{policy.Video, policy.Image}
			}
			if r.IntN(5) == 0 {
				q.Subjects = append(q.Subjects, q.Subjects...)
			}
			got := decide(t, e, q)
			want, err := whole.answer(t.Context(), q, today)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(got.Obligations)
			slices.Sort(want.Obligations)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s, question %d: %+v\nfrom memory: %+v\nasked itself: %+v", p.name, i, q, got, want)
			}
		}
	}
}

// TestWhereQueriesAreRead: whoever has the built-in policy read a further part of a query, or of a subject, sees to it that what is
// remembered is told apart by it: parts, and named_rules.
func TestWhereQueriesAreRead(t *testing.T) {
	modules, err := builtinModules()
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	for name, m := range modules {
		if isTest(name) {
			continue
		}
		file := strings.TrimSuffix(name, ".rego")
		ast.WalkRefs(m, func(r ast.Ref) bool {
			text := r.String()
			for _, p := range parts {
				if len(r) > 1 && reaches(r, p.path) {
					read[file+" "+strings.Join(p.path, ".")] = true
				}
			}
			if strings.HasPrefix(text, "subject.rule") || strings.Contains(text, "[subject.rule]") || strings.HasPrefix(text, "subject[") {
				read[file+" "+text] = true
			}
			return false
		})
		ast.WalkTerms(m, func(t *ast.Term) bool {
			if call, ok := t.Value.(ast.Call); ok && call[0].String() == "object.get" && call[1].String() == "input" {
				read[file+" "+call[2].String()] = true
			}
			return false
		})
	}
	var all []string
	for what := range read {
		all = append(all, what)
	}
	slices.Sort(all)
	want := []string{
		`grants "groups"`, `grants "machine"`, `grants "outdated"`, `grants "repository"`, `grants "user"`, `grants ["assistant", "name"]`,
		"grants destination.model", "grants destination.provider", "grants subject[field]", "restore destination.provider",
		`votes "endpoint"`, "votes org_rules[subject.rule][kind]", "votes subject.rule", "votes subject[field]", "words destination.provider",
	}
	if got := fmt.Sprint(all); got != fmt.Sprint(want) {
		t.Errorf("read are\n%s", strings.Join(all, "\n"))
	}
}

// TestWarm: what was asked beforehand answers a first request without another evaluation.
func TestWarm(t *testing.T) {
	e := newEngine(t, nil)
	e.Warm(t.Context())
	f := e.current.Load()
	f.program = func() (*program, error) {
		t.Error("policy is evaluated")
		return nil, errUndefined
	}
	for i, r := range detect.Default().Rules() {
		s := policy.Subject{Class: r.Class, Rule: r.ID, Severity: r.Severity.String(), Confidence: []string{"low", "medium", "high"}[i%3]}
		if _, err := e.Decide(t.Context(), policy.Query{Direction: policy.Outgoing, Destination: policy.Destination{Provider: "openai", Model: fmt.Sprint(i), Kind: policy.Public}, Endpoint: "known", Subjects: []policy.Subject{s}}); err != nil {
			t.Fatal(err)
		}
	}
}
