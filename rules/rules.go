// Package rules embeds what the program knows by heart: the detection rules (detect/*.toml), lists of
// names (names/*.txt), checks of generated code (checks/*.toml), the default policy (policy/*.rego beside its tests),
// ready policies of organisations (profiles/), controls of laws and standards (controls/) and nothing that runs.
package rules

import "embed"

// FS holds detect/, names/ and policy/.
//
//go:embed detect/*.toml names/common.txt names/given.txt names/family.txt policy/*.rego
var FS embed.FS

// Checks are rules of their own, for code that comes back from a model: checks/*.toml.
//
//go:embed checks/*.toml
var Checks embed.FS

// Profiles are ready policies to begin with, a directory each.
//
//go:embed profiles
var Profiles embed.FS

// Controls are the demands of laws and standards, and what is done for each, a file for each of them.
//
//go:embed controls
var Controls embed.FS

// Judge is the table of package detect's judge of random values; detect/guess says what is in it.
//
//go:embed judge.bin
var Judge string

// Compiled is what the files of detect/ come to; detect/compiled.go says how it is made.
//
//go:embed compiled.bin
var Compiled string

// Phones is libphonenumber's table of the numbers that exist; detect/phones says what is in it.
//
//go:embed phones.txt
var Phones string

// Words are the 2048 English words of BIP-39, a line each, in the order of their numbers.
//
//go:embed bip39.txt
var Words string

// GivenNames and FamilyNames are what persons are called in some forty languages, a name a line in the order of bytes:
// less common ones than names/given.txt and family.txt have, and none that is a word of English, French, German, Spanish or
// Italian. They are from faker-js (LICENSE-faker-js.txt).
//
//go:embed names/given-more.txt
var GivenNames string

//go:embed names/family-more.txt
var FamilyNames string
