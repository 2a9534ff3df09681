package phones

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
	"github.com/scrubjay-dev/scrubjay/rules"
)

var update = flag.Bool("update", false, "write rules/phones.txt anew from the library")

// TestPhones writes the table when asked to, and holds the judge to the library on numbers of every
// region and type, and on such with changed digits.
func TestPhones(t *testing.T) {
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	if table := phoneTable(all.Metadata); *update {
		if err := os.WriteFile("../../../rules/phones.txt", []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
		rules.Phones = table
	} else if rules.Phones != table {
		t.Fatal("the library's numbers have changed: run make generate")
	}
	random := rand.New(rand.NewPCG(19, 3))
	asked, exist := 0, 0
	for _, m := range all.Metadata {
		abroad := regexp.MustCompile("^(?:" + m.GetInternationalPrefix() + ")")
		for _, number := range examples(m) {
			for range 40 / trial.Thorough {
				digits := []byte(number)
				for range random.IntN(3) {
					digits[random.IntN(len(digits))] = byte('0' + random.IntN(10))
				}
				ask := func(text, region string, got bool) {
					asked++
					parsed, err := phonenumbers.Parse(text, region)
					want := err == nil && phonenumbers.IsValidNumber(parsed)
					if want {
						exist++
					}
					if got != want {
						t.Errorf("%s in %s: %v, the library says %v", text, region, got, want)
					}
				}
				code := strconv.Itoa(int(m.GetCountryCode()))
				prefix := []string{"", "0", m.GetNationalPrefix()}[random.IntN(3)]
				_, _, ok := International(code + prefix + string(digits))
				ask("+"+code+prefix+string(digits), "ZZ", ok)
				if random.IntN(8) == 0 {
					longer := code + string(digits) + "7"
					_, _, ok := International(longer)
					ask("+"+longer, "ZZ", ok)
				}
				national := m.GetNationalPrefix() + string(digits)
				if m.GetId() != "001" && !abroad.MatchString(national) {
					// The library takes what begins like a call abroad for one.
					_, _, ok := In(m.GetId(), national)
					ask(national, m.GetId(), ok)
				}
			}
		}
		if t.Failed() {
			break
		}
	}
	if asked < 20000/trial.Thorough || exist < asked/4 {
		t.Errorf("%d numbers asked, %d of them exist: too few to tell", asked, exist)
	}
}

func descriptions(m *phonenumbers.PhoneMetadata) []*phonenumbers.PhoneNumberDesc {
	return []*phonenumbers.PhoneNumberDesc{m.FixedLine, m.Mobile, m.TollFree, m.PremiumRate, m.SharedCost, m.Voip, m.PersonalNumber, m.Pager, m.Uan, m.Voicemail}
}

func examples(m *phonenumbers.PhoneMetadata) (numbers []string) {
	for _, d := range descriptions(m) {
		if n := d.GetExampleNumber(); n != "" && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// phoneTable writes the regions in the order in which the library asks them.
func phoneTable(all []*phonenumbers.PhoneMetadata) string {
	byID := map[string]*phonenumbers.PhoneMetadata{}
	codes := map[int]bool{}
	for _, m := range all {
		byID[fmt.Sprint(m.GetId(), m.GetCountryCode())] = m
		codes[int(m.GetCountryCode())] = true
	}
	var b strings.Builder
	line := func(m *phonenumbers.PhoneMetadata) {
		var types []string
		for _, d := range descriptions(m) {
			if p := d.GetNationalNumberPattern(); p != "" && p != "NA" && !slices.Contains(types, p) {
				types = append(types, p)
			}
		}
		lengths := strings.Trim(strings.ReplaceAll(fmt.Sprint(m.GeneralDesc.PossibleLength), " ", ","), "[]")
		fields := []string{strconv.Itoa(int(m.GetCountryCode())), m.GetId(), m.GetLeadingDigits(), m.GetNationalPrefixForParsing(),
			m.GetNationalPrefixTransformRule(), lengths, m.GeneralDesc.GetNationalNumberPattern(), strings.Join(types, "|")}
		fmt.Fprintln(&b, strings.Join(fields, "\t"))
	}
	sorted := []int{}
	for c := range codes {
		sorted = append(sorted, c)
	}
	slices.Sort(sorted)
	for _, c := range sorted {
		for _, id := range phonenumbers.GetRegionCodesForCountryCode(c) {
			if m := byID[fmt.Sprint(id, c)]; m != nil {
				line(m)
			}
		}
	}
	return b.String()
}
