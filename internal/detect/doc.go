// Package detect finds what is sensitive in a text. It is pure: bytes in, findings out.
// It opens no files, knows no policy, keeps no value and starts no goroutine.
//
// It is the door of a wing: who asks for findings asks here. What is to be changed is in one place, with its test beside it:
//
//	a token's format               an entry of rules/detect/*.toml with an example; its checksum, if it has one, in proof
//	a number of persons or firms   a row of proof/numbers.go (forms, words, check) and its entry in rules/detect
//	how a country telephones       a row of homes in find/phone.go; find/phone_test.go asks for its numbers
//	a label beyond ASCII           the list of its finder in foreign.go
//	a word that says secret        a row of secretWords in find/assignment.go
//	another label                  the list at the top of its file in find: birth.go, phone.go, address.go, label.go, name.go
//	a syntax                       a file of find (command.go, manifest.go, token.go) and its line in find/finders.go
//	another form of a text         a view of this room: escape.go, unicode.go, lines.go, breaks.go, runs.go, concat.go, table.go
//	what is no secret              guess: dummies, references, words, published examples
//	what a path says               look/file.go
//
// The way of a text through the wing:
//
//   - automaton passes once over the bytes and stops wherever a trigger ends: a rule's keyword,
//     one of the few patterns of digits that its lead.go knows. Everything else is never looked at again.
//   - A trigger wakes the checks of its rules (check.go). A rule with a regular expression runs it
//     only in a window around the trigger (pattern.go, shape.go, near.go). What is frequent in ordinary text (assignments,
//     addresses, numbers, URLs, keys in PEM) is looked for by hand: by a finder of find, which sees a look.Text and emits what
//     it finds. numbers.go has all the numbers that people have tried at once.
//   - proof proves values by their checksums; guess tells what only stands in a value's place.
//   - terms.go and prints.go look for an organisation's own terms and code, where an index of them is loaded
//     (index.go); what a word is there, package words says.
//   - resolve.go settles overlaps: what a checksum proved beats a provider's format, that beats a
//     generic rule, and then the longer span wins.
//   - scan.go keeps what an edit cannot have changed. It relies on one promise of every check: its
//     answer depends on nothing farther from the trigger than the rule's reach.
//
// Below all of them stand letters, the classes of bytes, and packed, the form in which the compiled rules are kept.
// Rules are data: rules/detect/*.toml, in the schema that rule.go documents.
package detect
