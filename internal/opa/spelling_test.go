package opa

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// misspelt are bundles in which one name is wrong, each after the line "package scrubjay.org" and an empty one, and what is
// said of it.
var misspelt = []struct{ name, rego, want string }{
	{"a class", `verdict contains {"class": "pi", "verdict": "forbid"}`, `x.rego:3: no class is called "pi": did you mean pii?`},
	{"a rule", `verdict contains {"rule": "email-adress", "verdict": "forbid"}`, `x.rego:3: no rule is called "email-adress": did you mean email-address?`},
	{"a rule of nobody", `verdict contains {"rule": "zzzzzz", "verdict": "forbid"}`, `no rule is called "zzzzzz". If it is one of your own, put its file`},
	{"a verdict", `verdict contains {"class": "pii", "verdict": "forbidden"}`, `x.rego:3: no verdict is called "forbidden": did you mean forbid?`},
	{"an attachment", `verdict contains {"attachment": "images", "verdict": "ask"}`, `x.rego:3: no kind of attachment is called "images": did you mean image?`},
	{"a verdict of attachments", `verdict contains {"attachment": "image", "verdict": "scrub"}`, `x.rego:3: no verdict on attachments is called "scrub": it is one of allow, ask, forbid`},
	{"a severity", `verdict contains {"severity": "hihg", "verdict": "forbid"}`, `did you mean high?`},
	{"a field", `verdict contains {"clas": "pii", "verdict": "forbid"}`, `x.rego:3: no field of a verdict is called "clas": did you mean class?`},
	{"a kind of field", `verdict contains {"class": "pii", "validated": "yes", "verdict": "forbid"}`, `validated is true or false`},
	{"a part of the input", `forbid contains "x" if input.destination.kidn == "public"`, `x.rego:3: no part of input.destination is called "kidn": did you mean kind?`},
	{"a part at the top", `forbid contains "x" if input.subject[0].class == "phi"`, `x.rego:3: no part of input is called "subject": did you mean subjects?`},
	{"a part of a subject", "forbid contains \"x\" if {\n\tsome s in input.subjects\n\ts.clas == \"phi\"\n}", `x.rego:5: `},
	{"a part by object.get", `forbid contains "x" if object.get(input.destination, "kidn", "") == "public"`, `x.rego:3: no part of input.destination is called "kidn": did you mean kind?`},
	{"a provider", `forbid contains "x" if input.destination.provider == "opnai"`, `x.rego:3: no provider is called "opnai": did you mean openai?`},
	{"the other way round", `forbid contains "x" if "antropic" != input.destination.provider`, `did you mean anthropic?`},
	{"letters changed", `forbid contains "x" if input.destination.provider == "opeani"`, `did you mean openai?`},
	{"in capitals", `forbid contains "x" if input.destination.provider == "OpenAI"`, `did you mean openai?`},
	{"a kind", `forbid contains "x" if input.destination.kind == "pubic"`, `x.rego:3: no kind of provider is called "pubic": did you mean public?`},
	{"a direction", `forbid contains "x" if input.direction == "outbound"`, `no direction is called "outbound"`},
	{"a tool's kind", `forbid contains "x" if input.tool.kind == "shell"`, `no kind of tool is called "shell"`},
	{"in a set", `forbid contains "x" if input.destination.provider in {"openai", "mistal"}`, `did you mean mistral?`},
	{"in a list of attachments", `forbid contains "x" if "img" in input.attachments`, `no kind of attachment is called "img"`},
	{"in a loop", "forbid contains \"x\" if {\n\tsome s in input.subjects\n\ts.class == \"ph\"\n}", `x.rego:5: no class is called "ph": did you mean phi?`},
	{"in an every", "forbid contains \"x\" if {\n\tevery s in input.subjects {\n\t\ts.class == \"ph\"\n\t}\n}", `x.rego:5: no class is called "ph"`},
	{"in a comprehension", `forbid contains "x" if count([s | some s in input.subjects; s.class == "ph"]) > 1`, `no class is called "ph"`},
	{"by index", `forbid contains "x" if input.subjects[_].severity == "critcal"`, `did you mean critical?`},
	{"in a variable", "forbid contains \"x\" if {\n\tp := input.destination.provider\n\tp == \"opnai\"\n}", `x.rego:5: no provider is called "opnai"`},
	{"in a constant", "theirs := {\"openai\", \"gemni\"}\n\nforbid contains \"x\" if input.destination.provider in theirs", `did you mean gemini?`},
	{"in a function", "forbid contains \"x\" if theirs(input.destination.provider)\n\ntheirs(p) if p == \"opnai\"", `x.rego:5: no provider is called "opnai"`},
	{"in a table's row", "forbid contains \"x\" if {\"public\": true, \"privat\": false}[input.destination.kind]", `no kind of provider is called "privat": did you mean private?`},
	{"computed", `verdict contains {"class": c, "verdict": "forbid"} if c := concat("", ["p", "i"])`, `its rule verdict: no class is called "pi": did you mean pii?`},
	{"from a table", "strict := {\"pi\", \"phi\"}\n\nverdict contains {\"class\": c, \"verdict\": \"forbid\"} if some c in strict", `x.rego:3: its rule verdict: no class is called "pi"`},
	{"for one model", "verdict contains {\"class\": concat(\"\", [\"p\", \"i\"]), \"verdict\": \"forbid\"} if input.destination.model == \"new-one\"", `no class is called "pi"`},
	{"in a table of rules", `verdicts["pi"]["public"] := "forbid"`, `data.scrubjay.org.verdicts.pi: no class is called "pi"`},
	{"a rule's name", `forbids contains "x" if input.destination.kind == "public"`, `x.rego:3: nobody reads the rule forbids: did you mean forbid?`},
	{"a rule of other policies", `deny contains "x" if input.destination.kind == "public"`, `x.rego:3: nobody reads the rule deny: did you mean forbid?`},
	{"seconds in a text", `valid_until := "1800000000"`, `its valid_until is not a whole number`},
}

func TestMisspeltRegoIsRefused(t *testing.T) {
	allQuestions(t)
	for _, c := range misspelt {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"x.rego": "package scrubjay.org\n\n" + c.rego + "\n"}
			if err := Check(dirOf(t, files)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("check says %v\nnot %s", err, c.want)
			}
			s := newSite(t)
			s.put(t, forced(t, files, 2))
			m := newMachine(t, s, t.TempDir())
			if err := m.Poll(t.Context()); refusal(t, err) != Unusable || !strings.Contains(err.Error(), c.want) {
				t.Errorf("a machine says %v", err)
			}
		})
	}
}

func TestMisspeltDataIsRefused(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"a class", "name: Acme\nverdicts:\n  pii: {public: forbid}\n  pi: {public: forbid}\n", `scrubjay/org/data.yaml:4: data.scrubjay.org.verdicts.pi: no class is called "pi": did you mean pii?`},
		{"a kind", "verdicts:\n  pii:\n    pubic: forbid\n", `scrubjay/org/data.yaml:3: data.scrubjay.org.verdicts.pii.pubic: no kind of provider is called "pubic": did you mean public?`},
		{"a verdict", "verdicts:\n  pii:\n    public: ask\n", `no verdict is called "ask": it is one of allow, scrub, forbid`},
		{"a rule", "rules:\n  email-adress: {public: forbid}\n", `scrubjay/org/data.yaml:2: data.scrubjay.org.rules.email-adress: no rule is called "email-adress": did you mean email-address?`},
		{"half a rule's name", "rules:\n  email: {public: forbid}\n", `did you mean email-address?`},
		{"an attachment", "attachments:\n  picture: {public: forbid}\n", `no kind of attachment is called "picture": it is one of image`},
		{"a label", "labels:\n  ai-ignore: {public: forbid}\n", `no label is called "ai-ignore": did you mean ai-ignored?`},
		{"a table", "verdits:\n  pii: {public: forbid}\n", `scrubjay/org/data.yaml:1: nobody reads the data verdits: did you mean verdicts?`},
		{"a list", "labels: [secret]\n", `data.scrubjay.org.labels: it is not an object of objects`},
		{"a row", "rules: {email-address: forbid}\n", `it is not an object of kinds of provider`},
		{"a text", "name: 7\n", `data.scrubjay.org.name: it is not a text`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := Check(dirOf(t, map[string]string{"scrubjay/org/data.yaml": c.data})); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("check says %v\nnot %s", err, c.want)
			}
		})
	}
}

// What an organisation may well write, with names that nobody here knows.
func TestWhatIsSpeltRightIsTaken(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "acorn.toml")
	if err := os.WriteFile(rules, []byte("[[rules]]\nid = 'acorn-project'\nclass = 'internal'\nseverity = 'high'\ndescription = 'a project'\nregex = 'acorn-[0-9]{6}'\nkeywords = ['acorn']\nexamples = ['acorn-123456']\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]map[string]string{
		"a provider of a person's own":  {"x.rego": "forbid contains \"x\" if not input.destination.provider in {\"openai\", \"our-own\", \"openai2\", \"openai-eu\", \"my-mistral\"}\n"},
		"a provider of the bundle's":    {"x.rego": "forbid contains \"x\" if input.destination.provider == \"opnai\"\n", "settings.yaml": "providers:\n  opnai: {format: openai, url: \"https://models.acme.example\"}\n"},
		"a rule of its own file":        {"x.rego": "verdict contains {\"rule\": \"acorn-project\", \"verdict\": \"forbid\"}\n", "settings.yaml": "rules:\n  files: [\"" + rules + "\"]\n"},
		"a rule of a file not here":     {"x.rego": "verdict contains {\"rule\": \"acorn-name\", \"verdict\": \"forbid\"}\n", "settings.yaml": "rules:\n  files: [/nowhere/acorn.toml]\n"},
		"models, tools, labels":         {"x.rego": "forbid contains \"x\" if {\n\tinput.destination.model == \"gpt-99\"\n\tinput.tool.name in {\"bash\", \"exec\"}\n\t\"secret\" in input.labels\n}\n"},
		"data of its own":               {"x.rego": "forbid contains \"x\" if input.destination.provider in data.scrubjay.org.vendors\n", "scrubjay/org/data.yaml": "vendors: [openai, theirs]\nversion: 3\n"},
		"helpers and their names":       {"x.rego": "deny if input.destination.kind == \"public\"\n\nforbid contains \"x\" if deny\n\nmodels := {\"a\", \"b\"}\n"},
		"its own objects":               {"x.rego": "exempted := [{\"class\": \"whatever\", \"provider\": \"opnai\"}]\n\nforbid contains \"x\" if {\n\tsome e in exempted\n\te.class == \"something\"\n\tinput.endpoint == \"unknown\"\n}\n"},
		"one helper for many questions": {"x.rego": "among(x, list) if x in list\n\nforbid contains \"x\" if among(input.destination.kind, {\"public\"})\n\nforbid contains \"y\" if among(input.destination.model, {\"gpt\"})\n"},
		"no tool, no origin":            {"x.rego": "forbid contains \"x\" if {\n\tinput.direction == \"restore\"\n\tinput.origin == \"\"\n\tinput.tool.kind == \"\"\n}\n"},
		"the clock":                     {"x.rego": "forbid contains \"late\" if input.now > 4102444800\n\nvalid_until := input.now + 60\n"},
		"texts that begin so":           {"x.rego": "forbid contains \"x\" if startswith(input.destination.provider, \"open\")\n"},
		"truth instead of a reason":     {"x.rego": "forbid if input.destination.provider == \"copilot\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files["x.rego"] = "package scrubjay.org\n\n" + files["x.rego"]
			if err := Check(dirOf(t, files)); err != nil {
				t.Error(err)
			}
		})
	}
}
