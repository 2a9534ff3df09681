// Package phones tells whether a telephone number exists, as libphonenumber does, from the table rules/phones.txt.
package phones

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// rules/phones.txt is what libphonenumber knows of which numbers exist, a line for each region: calling code,
// region, leading digits, national prefix, how that is transformed, possible lengths, the general
// form, and the forms of all types. make generate writes it from
// github.com/nyaruka/phonenumbers, which the tests hold this judge to. The library itself is not linked:
// it unpacks all its tables whenever the program starts, which costs more than all else of a start, and
// takes 19 µs to judge one number.

// region is a line of the table. Its expressions are compiled when they are first needed.
type region struct {
	code, name string
	lengths    []int
	prefix     func() *regexp.Regexp
	transform  string
	leading    func() *regexp.Regexp
	general    func() *regexp.Regexp
	types      func() *regexp.Regexp
}

// regions are the regions by calling code, the main one first; an entry "GB" is that region's.
var regions = sync.OnceValue(func() map[string][]*region {
	m := map[string][]*region{}
	lazily := func(expr, end string) func() *regexp.Regexp {
		return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(?:" + expr + ")" + end) })
	}
	for line := range strings.Lines(rules.Phones) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		r := &region{code: f[0], name: f[1], transform: f[4], general: lazily(f[6], "$"), types: lazily(f[7], "$")}
		if f[2] != "" {
			r.leading = lazily(f[2], "")
		}
		if f[3] != "" {
			r.prefix = lazily(f[3], "")
		}
		for n := range strings.SplitSeq(f[5], ",") {
			length, _ := strconv.Atoi(n) // the table is ours
			r.lengths = append(r.lengths, length)
		}
		m[r.code] = append(m[r.code], r)
		m[r.name] = append(m[r.name], r)
	}
	return m
})

// International reads the digits of an international number, without the plus: its calling code, the number within
// that, and whether it exists.
func International(digits string) (code, national string, ok bool) {
	for n := 1; n <= 3 && n < len(digits); n++ {
		if regions := regions()[digits[:n]]; regions != nil {
			national, ok = regions[0].exists(regions, digits[n:])
			return digits[:n], national, ok
		}
	}
	return "", digits, false
}

// In reads digits as a number is written within a region.
func In(region, digits string) (code, national string, ok bool) {
	r := regions()[region][0]
	national, ok = r.exists(regions()[r.code], digits)
	return r.code, national, ok
}

// exists strips the national prefix as this region does it, and asks the region that the number belongs to.
func (r *region) exists(regions []*region, number string) (national string, ok bool) {
	if stripped := r.national(number); slices.Contains(r.lengths, len(stripped)) || len(stripped) > slices.Max(r.lengths) {
		number = stripped
	}
	for _, of := range regions {
		switch {
		case len(regions) > 1 && of.leading != nil:
			if of.leading().MatchString(number) {
				return number, of.has(number)
			}
		case of.has(number):
			return number, true
		}
	}
	return number, false
}

func (r *region) has(number string) bool {
	return slices.Contains(r.lengths, len(number)) && r.general().MatchString(number) && r.types().MatchString(number)
}

// national is a number without the prefix that is dialled within the region.
func (r *region) national(number string) string {
	if r.prefix == nil {
		return number
	}
	m := r.prefix().FindStringSubmatchIndex(number)
	if m == nil {
		return number
	}
	short := number[m[1]:]
	if r.transform != "" && m[len(m)-1] >= 0 {
		short = r.prefix().ReplaceAllString(number, r.transform)
	}
	if r.general().MatchString(number) && !r.general().MatchString(short) {
		return number
	}
	return short
}
