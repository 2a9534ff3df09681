package find_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// drawn are numbers of a kind in one of its forms. Most are drawn until the check passes; where that is too rare, digits of
// the rule's examples are.
func drawn(r *rand.Rand, n *proof.Number, pattern string, count int) (all []string) {
	passes := func(v []byte) bool {
		compact := proof.Compact(nil, v)
		return !proof.IsSequence(compact) && n.Check(compact)
	}
	for range 20000 {
		if v := filled(r, pattern); passes(v) {
			if all = append(all, string(v)); len(all) == count {
				return all
			}
		}
	}
	for _, example := range examples()[ruleOf(n)] {
		for _, f := range detect.Default().Find("", []byte(example)) {
			for range 20000 {
				v := []byte(example[f.Start:f.End])
				for range 4 {
					if i := r.IntN(len(v)); letters.IsDigit(v[i]) {
						v[i] = byte('0' + r.IntN(10))
					}
				}
				if passes(v) {
					if all = append(all, string(v)); len(all) == count {
						return all
					}
				}
			}
		}
	}
	return all
}

// examples are those of all rules, by their ids.
var examples = sync.OnceValue(func() map[string][]string {
	sets, err := detect.LoadFS(rules.FS, "detect")
	if err != nil {
		panic(err)
	}
	m := map[string][]string{}
	for _, set := range sets {
		for _, r := range set.Rules {
			m[r.ID] = r.Examples
		}
	}
	return m
})

// filled is a text of a form.
func filled(r *rand.Rand, pattern string) []byte {
	out := []byte(strings.Replace(pattern, "^", "", 1))
	sign := " -"[r.IntN(2)]
	for i, p := range out {
		class := proof.FormBytes[p]
		switch {
		case p == ' ':
			out[i] = sign
		case p == 'X' && r.IntN(2) == 0, p == 'M':
			out[i] = byte('0' + r.IntN(10))
		case class['7'] && class['3']:
			out[i] = byte('0' + r.IntN(10))
		case class['Q']:
			out[i] = byte('A' + r.IntN(26))
		case p == 'h':
			out[i] = "-+A"[r.IntN(3)]
		}
	}
	return out
}

// ruleOf is the rule that finds a kind of number.
func ruleOf(n *proof.Number) string {
	id := n.Name
	if other := otherwise[id]; other != "" {
		id = other
	}
	if detect.Default().Rule(id) == nil {
		return ""
	}
	return id
}

// otherwise are the kinds whose rules are not called as they are.
var otherwise = map[string]string{"cn-ric": "cn-resident-id", "uk-nhs": "uk-nhs-number", "us-aba": "us-aba-routing"}

func title(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// spelled are the ways in which a label is written.
func spelled(label string) []string {
	words := strings.Fields(label)
	if len(words[0]) < 3 && len(words) > 2 { // C.U.I.T.
		dotted := strings.ToUpper(strings.Join(words, ".")) + "."
		return []string{dotted + " ", dotted + ": ", label + ": "}
	}
	camel := words[0]
	for _, w := range words[1:] {
		camel += title(w)
	}
	if title(label) == label { // a script without capitals
		camel = strings.Join(words, "_")
	}
	return []string{label + ": ", strings.ToUpper(label) + " ", title(label) + " no. ", strings.Join(words, "_") + "=", `{"` + camel + `": "`, `{"` + strings.Join(words, "-") + `":"`, "| " + label + " | "}
}

// TestNumbersBehindTheirLabels: of every kind, in each of its forms and behind each of its words, nearly all are found, and
// hardly any whose check fails.
func TestNumbersBehindTheirLabels(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	e := detect.Default()
	kinds, unproved, alarms, wrong := map[string]bool{}, map[string]bool{}, 0, 0
	for _, n := range proof.Numbers {
		unproved[n.Name] = unproved[n.Name] || n.Unproved
	}
	tried, missed := map[string]int{}, map[string]int{}
	for _, n := range proof.Numbers {
		words := strings.Split(n.Words, ",")
		if n.Labels != "" {
			words = strings.Split(n.Labels, ",")
		}
		if n.Words == "" && n.Labels == "" || n.Check == nil {
			continue
		}
		if ruleOf(n) == "" {
			t.Errorf("no rule finds %s", n.Name)
			continue
		}
		kinds[n.Name] = true
		for _, list := range []string{n.Forms, n.Doubtful, n.Labelled, n.Hinted, n.Spoken} {
			for pattern := range strings.SplitSeq(list, "|") {
				if pattern == "" || list == n.Spoken && strings.HasPrefix(pattern, "XX") {
					continue
				}
				for _, v := range drawn(r, n, pattern, 6) {
					word := words[r.IntN(min(len(words), 8))]
					for _, label := range spelled(word) {
						text := []byte(label + v + "\n")
						if strings.HasPrefix(label, "{") {
							text = []byte(label + v + `"}`)
						}
						tried[n.Name]++
						if !covered(e.Find("", text), len(label), len(label)+len(v)) {
							missed[n.Name]++
							if missed[n.Name] == 1 {
								t.Logf("%s: missed %q", n.Name, text)
							}
						}
					}
					if i := strings.IndexAny(v, "123456789"); !unproved[n.Name] && i >= 0 {
						v := []byte(v)
						v[i] = '1' + (v[i]-'1'+1+byte(r.IntN(8)))%9
						wrong++
						if compact := proof.Compact(nil, v); n.Check(compact) {
							continue
						}
						text := []byte(words[0] + ": " + string(v))
						if found := e.Find("", text); slices.ContainsFunc(found, func(f detect.Finding) bool { return f.Rule.ID == ruleOf(n) && f.Confidence > detect.ConfidenceLow }) {
							alarms++
							t.Logf("%s: a wrong one is %v: %q", n.Name, ids(found), text)
						}
					}
				}
			}
		}
	}
	for name := range kinds {
		n := tried[name]
		if n == 0 {
			t.Errorf("%s: no number of it was drawn", name)
		}
		if missed[name]*20 > n {
			t.Errorf("%s: missed %d of %d", name, missed[name], n)
		}
	}
	if len(kinds) < 100 {
		t.Errorf("only %d kinds", len(kinds))
	}
	if alarms*100 > wrong*3 {
		t.Errorf("%d of %d numbers whose check fails are findings", alarms, wrong)
	}
}

// covered tells whether findings hide a range.
func covered(found []detect.Finding, from, to int) bool {
	for _, f := range found {
		if f.Severity > detect.Info && f.Start <= from && f.End > from {
			from = f.End
		}
	}
	return from >= to
}

// TestNumbersAmongOthers: in data and beside words that say nothing hardly any digits are a number of somebody's.
func TestNumbersAmongOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	digits := func(n int) string {
		v := strconv.Itoa(1 + r.IntN(9))
		for len(v) < n {
			v += strconv.Itoa(r.IntN(10))
		}
		return v
	}
	const rounds = 6000
	medium, low := 0, 0
	for range rounds {
		v := digits(8 + r.IntN(9))
		text := []string{
			"total " + v, `{"size": ` + v + `}`, "offset=" + v + " ok", "took " + v + " ns", "[" + digits(9) + ", " + v + ", " + digits(11) + "]",
			v + "," + digits(7) + "," + v, "x " + digits(6) + "-" + digits(4), "row " + digits(3) + " " + digits(3) + " " + digits(3), "r" + digits(9), "build " + v, "at " + digits(2) + "." + digits(3) + "." + digits(3),
		}[r.IntN(11)]
		for _, f := range detect.Default().Find("", []byte(text)) {
			if f.Severity == detect.Info {
				continue
			}
			low++
			if f.Confidence > detect.ConfidenceLow {
				medium++
				t.Logf("%s: %q", f.Rule.ID, text)
			}
		}
	}
	if medium*500 > rounds || low*33 > rounds {
		t.Errorf("of %d numbers %d are findings, %d of them not in doubt", rounds, low, medium)
	}
}
