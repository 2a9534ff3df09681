package audit

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestSignals: what is out of the ordinary is said once, when it is; ordinary work says nothing.
func TestSignals(t *testing.T) {
	begin := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	request := func(after time.Duration, provider string, found int, verdict string, size int64) Record {
		return Record{Kind: "exchange", Time: Stamp{begin.Add(after)}, Provider: provider, Model: "m", Verdict: verdict, Status: 200, BytesOut: size, Classes: map[string]int{"pii": found}}
	}
	var ordinary []Record
	for hour := range 8 {
		for n := range 60 {
			ordinary = append(ordinary, request(time.Duration(hour)*time.Hour+time.Duration(n)*time.Minute, "openai", 2, "scrub", int64(1000+n)))
		}
	}
	for name, c := range map[string]struct {
		more []Record
		want []string
	}{
		"nothing":           {nil, nil},
		"findings":          {[]Record{request(9*time.Hour, "openai", 900, "scrub", 10)}, []string{"findings"}},
		"a new destination": {[]Record{request(9*time.Hour, "deepseek", 0, "allow", 10)}, []string{"destination"}},
		"volume":            {[]Record{request(9*time.Hour, "openai", 0, "allow", 600<<20)}, []string{"volume"}},
		"refusals": {func() (all []Record) {
			for n := range 30 {
				all = append(all, request(9*time.Hour+time.Duration(n)*time.Minute, "openai", 0, "forbid", int64(n)))
			}
			return all
		}(), []string{"refusals"}},
		"a loop": {func() (all []Record) {
			for n := range 45 {
				all = append(all, request(9*time.Hour+time.Duration(n)*time.Second, "openai", 0, "allow", 4242))
			}
			return all
		}(), []string{"loop"}},
		"many, far apart": {func() (all []Record) {
			for n := range 45 {
				all = append(all, request(9*time.Hour+time.Duration(n)*time.Minute, "openai", 0, "allow", 4242))
			}
			return all
		}(), nil},
	} {
		var kinds []string
		found, err := Signals(Ordinary, begin, func(f func(Record) error) error {
			for _, r := range slices.Concat(ordinary, c.more) {
				if err := f(r); err != nil {
					return err
				}
			}
			return nil
		})
		for _, s := range found {
			kinds = append(kinds, s.Kind)
		}
		if err != nil || !slices.Equal(kinds, c.want) {
			t.Errorf("%s: %v, %v", name, found, err)
		}
		if late, err := Signals(Ordinary, begin.AddDate(1, 0, 0), func(func(Record) error) error { return nil }); len(late) > 0 || err != nil {
			t.Error(fmt.Sprint(late), err)
		}
	}
}
