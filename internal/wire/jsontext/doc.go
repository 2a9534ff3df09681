// Package jsontext reads and writes JSON as bytes, without decoding a document: what a string's contents say and how a text is
// spelled there, where a place of the text stands in its spelling, which names an object has twice, and edits that are
// spliced in. It knows no format and no table.
//
//	escape.go  escapes, and the contents of strings
//	locate.go  places of a text in its spelling
//	names.go   duplicate names
//	splice.go  edits
package jsontext
