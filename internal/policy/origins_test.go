package policy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOriginsOfSettings: of each setting that somebody set, whose it is and in which file, and nothing of its value.
func TestOriginsOfSettings(t *testing.T) {
	dir := t.TempDir()
	paths := Paths{Managed: filepath.Join(dir, "managed.yaml"), User: filepath.Join(dir, "config.yaml")}
	for name, text := range map[string]string{
		paths.Managed: "listen: 127.0.0.1:7500\nverdicts: {pii: {public: forbid}}\nproviders: {house: {format: openai, url: \"https://models.acme.example\"}}\n",
		paths.User: "listen: 127.0.0.1:7600\nverdicts: {pii: {public: scrub}, phi: {public: forbid}}\nproviders: {house: {format: openai, url: \"https://x.example\"}}\n" +
			"rules: {disable: [ipv4-address]}\nsignals: {same_request: 9}\nexplain_placeholders: true\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := LoadSettings(paths)
	if err != nil {
		t.Fatal(err)
	}
	managed, user := "managed settings, "+paths.Managed, "user settings, "+paths.User
	want := []string{
		"explain_placeholders: " + user, "listen: " + managed, "providers.house: " + managed, "rules.disable: " + user,
		"scrub_from.public: bundle settings", "signals.same_request: " + user, "verdicts.phi: " + user, "verdicts.pii: " + managed + "; " + user,
	}
	if is := l.WithBundle(&Settings{ScrubFrom: map[Kind]string{Public: "low"}}).Origins(); !slices.Equal(is, want) {
		t.Errorf("the origins are\n%s\nnot\n%s", strings.Join(is, "\n"), strings.Join(want, "\n"))
	}
	if is := new(Layers).Origins(); len(is) > 0 {
		t.Errorf("without settings there are %q", is)
	}
}
