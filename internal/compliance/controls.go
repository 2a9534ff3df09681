// Package compliance says what an organisation's policy and ledger prove: which controls of frameworks and laws they serve,
// which providers and models were used under which contract, and which risks are left. It reads both, decides nothing, and prints
// no figure without the command that yields it.
package compliance

import (
	"fmt"
	"io/fs"
	"path"

	"go.yaml.in/yaml/v3"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// Framework is a law, a standard or a list of risks.
type Framework struct {
	// Name is what people call it, Edition which text is meant, Source where that is.
	Name    string `yaml:"framework" json:"framework"`
	Edition string `yaml:"edition" json:"edition"`
	Source  string `yaml:"source" json:"source"`
	// Verified says what of the rows was compared with the source, and what was not.
	Verified string    `yaml:"verified" json:"verified"`
	Controls []Control `yaml:"controls" json:"controls"`
}

// Control is one of its demands, and what is done for it here.
type Control struct {
	ID    string `yaml:"id" json:"id"`
	Title string `yaml:"title" json:"title"`
	// Does is what Scrubjay does for it; empty if nothing.
	Does string `yaml:"does,omitempty" json:"does,omitempty"`
	// Evidence are commands whose output shows it.
	Evidence []string `yaml:"evidence,omitempty" json:"evidence,omitempty"`
	// Leaves is what is left for others to do.
	Leaves string `yaml:"leaves,omitempty" json:"leaves,omitempty"`
}

// Frameworks are those of rules/controls.
func Frameworks() (all []Framework, err error) {
	names, err := fs.Glob(rules.Controls, "controls/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(rules.Controls, name)
		if err != nil {
			return nil, err
		}
		var f Framework
		if err := yaml.Unmarshal(text, &f); err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
		all = append(all, f)
	}
	return all, nil
}
