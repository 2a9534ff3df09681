package detect

import "strings"

// finder is a check written by hand. It stands where a regular expression would be tried at every
// second line of ordinary text, or cannot say what is meant.
type finder struct {
	triggers []string
	run      func(c *check, r *Rule, at Span)
	// reach is the farthest byte from the trigger's start that run looks at.
	reach   int
	generic bool
}

// finders are what a rule's find may name.
var finders map[string]finder

func init() { // not a literal: the checks refer to rules, which refer to finders
	finders = map[string]finder{
		"assignment":     {assignmentTriggers, findAssignment, 1024, true},
		"authorization":  {[]string{"bearer ", "basic ", "token "}, findAuthorization, 1024, true},
		"card":           {[]string{fourDigits}, findCard, 64, false},
		"email":          {[]string{"@"}, findEmail, 512, false},
		"iban":           {[]string{fourDigits}, findIBAN, 128, false},
		"ipv4":           {[]string{digitDot}, findIPv4, 64, false},
		"ipv6":           {ipv6Triggers(), findIPv6, 128, false},
		"jwt":            {[]string{"eyJ"}, findJWT, 8 << 10, false},
		"pem":            {[]string{"-----BEGIN"}, findPEM, 12 << 10, false},
		"phone":          {[]string{plusDigit}, findPhone, 64, false},
		"ssn":            {[]string{fourDigits}, findSSN, 32, false},
		"url-credential": {[]string{"://"}, findURLCredential, 768, false},
	}
}

// global unicast prefixes that are in use, so that an address without "::" has a trigger too.
func ipv6Triggers() []string {
	out := []string{"::", "2001:", "2003:", "2610:", "2620:", "2630:", "2c0e:", "2c0f:"}
	for _, start := range strings.Fields("240 260 280 2a0 2a1") {
		for _, last := range "0123456789abcdef" {
			out = append(out, start+string(last)+":")
		}
	}
	return out
}
