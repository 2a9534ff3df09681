// Package rules embeds what the program knows by heart: the detection rules (detect/*.toml), lists of
// names (names/*.txt), the default policy (policy/*.rego beside its tests) and nothing that runs.
package rules

import "embed"

// FS holds detect/, names/ and policy/.
//
//go:embed detect/*.toml names/*.txt policy/*.rego
var FS embed.FS
