// Package find has what is looked for by hand: a file for each syntax and for each kind of value. A finder is woken by its
// triggers and reads the text around them; Finders lists them by the names that rules use.
package find

import (
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// Finder is a check written by hand. It stands where a regular expression would be tried at every
// second line of ordinary text, or cannot say what is meant.
type Finder struct {
	Triggers []string
	Find     func(c *look.Text, at letters.Span)
	// Reach is the farthest byte from the trigger's start that find looks at.
	Reach   int
	Generic bool
	// Back is how much of reach lies before the trigger; all of it, if it is 0.
	Back int
}

// swept is the finder of what no trigger wakes: a pass over the text finds it.
func swept(*look.Text, letters.Span) {}

// Finders are what a rule's find may name.
var Finders = func() map[string]Finder {
	all := map[string]Finder{
		"address":        {addressTriggers, findAddress, addressReach, false, 0},
		"assignment":     {secretTriggers(), findAssignment, 2 << 10, true, 0},
		"authorization":  {[]string{"bearer ", "basic ", "token ", "apikey ", "ssws ", "geniekey "}, findAuthorization, 1024, true, 0},
		"bic":            {[]string{"bic", "swift"}, findBIC, labelledReach, false, 0},
		"birth":          {birthLabels, findBirth, labelledReach, false, 0},
		"bitcoin":        {[]string{automaton.Coin, automaton.FourDigits, "bc1"}, findBitcoin, bitcoinReach, false, 0},
		"card":           {[]string{automaton.FourDigits}, findCard, NumeralReach, false, 0},
		"codice-fiscale": {[]string{automaton.BirthDay}, findCodiceFiscale, 64, false, 0},
		"command":        {commandNames(), findCommand, commandSpan + 32, false, NameLimit + 4},
		"hidden":         {[]string{}, swept, HiddenReach, false, HiddenBack},
		"reordering":     {[]string{}, swept, HiddenReach, false, HiddenBack},
		"cvc":            {append([]string{automaton.FourDigits}, cvcLabels...), findCVC, labelledReach, false, 0},
		"email":          {[]string{"@"}, findEmail, emailReach, false, 0},
		"ethereum":       {[]string{automaton.LongHex}, findEthereum, ethereumReach, false, 0},
		"home-phone":     {append([]string{automaton.ThreeDigits}, phoneLabels...), findHomePhone, phoneReach, false, 0},
		"iban":           {[]string{automaton.FourDigits}, findIBAN, 128, false, 0},
		"icd":            {[]string{"icd", "diagnos", "dx:", "dx\"", "dx =", "dx="}, findICD, labelledReach, false, 0},
		"internal-host":  {InternalSuffixes, InternalHosts(nil), hostReach, false, 0},
		"ipv4":           {[]string{automaton.DigitDot}, findIPv4, 64, false, 0},
		"ipv6":           {ipv6Triggers(), findIPv6, 128, false, 0},
		"jwt":            {[]string{"eyJ"}, findJWT, 8 << 10, false, 16},
		"license-plate":  {plateLabels, findPlate, labelledReach, false, 0},
		"mac":            {append([]string{automaton.HexPairs}, macLabels...), findMAC, macReach, false, 0},
		"manifest":       {[]string{"kind: secret", `"kind": "secret`}, findManifest, manifestSpan + 32, false, 0},
		"netrc":          {[]string{"machine "}, findNetrc, commandSpan + 32, false, 16},
		"pem":            {append([]string{"-----BEGIN"}, keyHeads...), findPEM, 9 << 10, false, 16},
		"person":         {slices.Concat(titles, personLabels, addressingWords), findPerson, PersonReach, false, 0},
		"phone":          {[]string{automaton.PlusDigit}, findPhone, 64, false, 0},
		"said":           {saidTriggers, findSaid, saidReach, true, 0},
		"sort-code":      {[]string{"sort code", "sort_code", "sortcode", "sort-code"}, findSortCode, labelledReach, false, 0},
		"url-credential": {[]string{"://"}, findURLCredential, 768, false, 0},
	}
	for i := range banners {
		b := &banners[i]
		all[b.name] = Finder{b.phrases, b.find, bannerReach, false, 0}
	}
	all["copyright-notice"] = Finder{prohibitions, findNotice, noticeReach, false, 0}
	for i := range labelledNumbers {
		l := &labelledNumbers[i]
		all[l.name] = Finder{l.triggers, l.find, labelledReach, false, 0}
	}
	for _, n := range proof.Numbers {
		all[n.Name] = Finder{Triggers: []string{automaton.FourDigits}, Reach: NumeralReach}
	}
	return all
}()

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
