package detect

import (
	"strings"
	"testing"
)

const hex32 = "9f86d081884c7d65" + "9a2feaa0c55ad015"

// TestNear: a value without a mark of its own counts beside its vendor's name and a word that says secret.
func TestNear(t *testing.T) {
	set, err := Load("near.toml", []byte(`
[[rules]]
id = "acorn-key"
find = "near"
keywords = ["acorn", "ac_api_key"]
regex = '[a-f0-9]{32}'
`))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"ACORN_API_KEY=" + hex32:                                 true,
		"acornApiKey: '" + hex32 + "'":                           true,
		`{"acorn": {"region": "eu", "key": "` + hex32 + `"}}`:    true,
		"acorn:\n  region: eu\n  token: " + hex32:                true,
		"The Acorn key is " + hex32 + ".":                        true,
		"https://api.acorn.dev/v1?key=" + hex32 + "&x=1":         true,
		"AC_API_KEY=" + hex32:                                    true,
		"popacorn_key=" + hex32:                                  false, // the vendor's name inside another word
		"acorns_key=" + hex32:                                    false,
		"acorn_dashboard=" + hex32:                               false, // nothing says secret
		"acorn key sha256 " + hex32:                              false, // a digest
		"acorn_key=" + hex32 + "0":                               false, // longer
		"acorn_key=" + hex32[1:]:                                 false, // shorter
		"acorn_key=x-" + hex32:                                   false, // inside another value
		"acorn_key=" + strings.Repeat("0", 32):                   false,
		"acorn:\n  token: $X\n  account_id: " + hex32:            false, // called an id
		"uses: acorn/auth-token@" + hex32:                        false, // a revision
		"acorn monkey " + hex32:                                  false, // no key
		"acorn key: " + hex32 + ".example":                       false, // part of a name
		"acorn key\n\n\n\n\n" + hex32:                            false, // too far
		"acorn" + strings.Repeat(" ", nearSpan) + "key " + hex32: false,
	} {
		found := e.Find("", []byte(text))
		if got := len(found) == 1; got != want {
			t.Errorf("%q: found %v, want %v", text, got, want)
		} else if got && string(text[found[0].Start:found[0].End]) != hex32 {
			t.Errorf("%q: the finding is not the value", text)
		}
	}
}
