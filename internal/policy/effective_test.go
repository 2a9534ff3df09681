package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEffective: each setting that somebody set is told with what holds in the end, a salt's value is not, and
// neither is a long text.
func TestEffective(t *testing.T) {
	dir := t.TempDir()
	paths := Paths{Managed: filepath.Join(dir, "managed.yaml"), User: filepath.Join(dir, "user.yaml")}
	word := strings.Repeat("w", 16)
	for path, text := range map[string]string{
		paths.Managed: "ledger_keep_days: 90\nverdicts: {pii: {public: forbid}}\ndelegate: [providers]\n",
		paths.User: "ledger_keep_days: 30\nverdicts: {pii: {public: scrub}, pci: {public: forbid, local: scrub}}\nsalt: " + word + "\nforget_exchanges: true\n" +
			"providers: {gw.example: {format: openai, url: \"https://gw.example/v1\", kind: private, limits: {per_minute: 3}}}\n" +
			"internal_domains: [a.example, b.example]\nallow: [{rule: r, path: p, reason: x}]\nrules: {disable: [a, b, c, d, e, f, g]}\n" +
			"completion: {provider: openai, model: " + strings.Repeat("m", 300) + "}\nsignals: {same_request: 9}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := LoadSettings(paths)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Effective{}
	for _, e := range l.Effective() {
		got[e.Name] = e
		if strings.Contains(e.Value, word) || len(e.Value) > longTold+20 {
			t.Errorf("%s is told as %s", e.Name, e.Value)
		}
	}
	for name, want := range map[string]string{
		"ledger_keep_days":     "90",
		"verdicts.pii":         "public: forbid",
		"verdicts.pci":         "local: scrub, public: forbid",
		"salt":                 "set",
		"forget_exchanges":     "yes",
		"internal_domains":     "a.example, b.example",
		"allow":                "does not count",
		"rules.disable":        "does not count",
		"signals.same_request": "9",
		"completion.provider":  "openai",
		"providers.gw.example": "format: openai, url: https://gw.example/v1, kind: private, limits: per_minute: 3",
	} {
		if e := got[name]; e.Value != want || e.From == "" {
			t.Errorf("%s: %q, from %q", name, e.Value, e.From)
		}
	}
	var decided []string
	for _, e := range l.Decided() {
		decided = append(decided, e.Name)
	}
	if want := "delegate ledger_keep_days verdicts.pii"; strings.Join(decided, " ") != want {
		t.Errorf("above the person's own are decided %q", decided)
	}
	if !strings.HasPrefix(got["ledger_keep_days"].From, "managed settings") || len(got) != len(l.Origins()) {
		t.Errorf("%+v", got)
	}
}
