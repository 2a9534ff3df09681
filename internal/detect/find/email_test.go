package find

import (
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"

	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// TestUsualTLDs: what is not asked of the public list is on it.
func TestUsualTLDs(t *testing.T) {
	for tld := range strings.FieldsSeq(usualTLDNames) {
		if fileTLDs.Has([]byte(tld)) || exampleTLDs.Has([]byte(tld)) {
			t.Errorf("%s is no usual one", tld)
		}
		if suffix, icann := publicsuffix.PublicSuffix("somebody." + tld); suffix != tld || !icann || !usualTLDs.Has([]byte(tld)) {
			t.Errorf("%s: %s, %t", tld, suffix, icann)
		}
	}
}

// TestInUserinfo: one way back finds what two searches would.
func TestInUserinfo(t *testing.T) {
	for text, want := range map[string]bool{
		"https://ab": true, "https://a/b": false, "://": true, "//a": false, "x:/a": false, "see http://h?b=": false, "a://b c://d": true, "": false,
		"x://" + strings.Repeat("a", 317): true, "x://" + strings.Repeat("a", 318): false,
	} {
		c := look.TextOf([]byte(text), look.File{}, nil)
		if got := inUserinfo(&c, len(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
