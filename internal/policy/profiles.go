package policy

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// Profiles are the ready policies to begin with, the mildest first.
var Profiles = []string{"startup", "enterprise", "hipaa", "pci", "air-gapped", "strict"}

// Profile is the directory of a ready policy.
func Profile(name string) (fs.FS, error) {
	if !slices.Contains(Profiles, name) {
		return nil, fmt.Errorf("%s", Vocabulary{What: "profile", Names: Profiles}.Wrong(name))
	}
	return fs.Sub(rules.Profiles, path.Join("profiles", name))
}

// ProfileSummary is the first sentence of what a profile says of itself.
func ProfileSummary(name string) string {
	text, err := fs.ReadFile(rules.Profiles, path.Join("profiles", name, "scrubjay/org/data.yaml"))
	if err != nil {
		return ""
	}
	about, _, _ := strings.Cut(string(text), "\nname:")
	sentence, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimPrefix(about, "# "), "\n# ", " "), ". ")
	sentence, _, _ = strings.Cut(sentence, ":")
	return strings.TrimSuffix(sentence, ".")
}
