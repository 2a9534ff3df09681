package detect

import (
	"flag"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// loaded is the engine of the rules' files, with their examples.
func loaded(t testing.TB) (*Engine, []*Set) {
	sets, err := LoadFS(rules.FS, "detect")
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(sets...)
	if err != nil {
		t.Fatal(err)
	}
	return e, sets
}

var update = flag.Bool("update", false, "write rules/compiled.bin anew")

// TestCompiled: what is kept is what the files say, to the last state.
func TestCompiled(t *testing.T) {
	want, sets := loaded(t)
	if *update {
		of, err := sum(rules.FS, "detect")
		if err != nil {
			t.Fatal(err)
		}
		blob, err := compile(of, sets)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("../../rules/compiled.bin", blob, 0o644); err != nil {
			t.Fatal(err)
		}
		rules.Compiled = string(blob)
	}
	got, ok := loadCompiled(rules.Compiled)
	if !ok {
		t.Fatal("the rules have changed: run make generate")
	}
	if len(got.rules) != len(want.rules) {
		t.Fatalf("%d rules, want %d", len(got.rules), len(want.rules))
	}
	for i, r := range want.rules {
		g := got.rules[i]
		said, says := *r.source, *g.source
		said.Examples, said.Negatives, said.at, says.plan, says.known = nil, nil, "", nil, false
		if !reflect.DeepEqual(said, says) {
			t.Errorf("%s: a key of its entry is lost", r.ID)
		}
		if g.reach != r.reach || !slices.Equal(g.triggers, r.triggers) {
			t.Errorf("%s: reach %d, want %d", r.ID, g.reach, r.reach)
		}
		if r.pattern != nil && (g.pattern.anchored != r.pattern.anchored || g.pattern.boundary != r.pattern.boundary || g.pattern.woken().re().String() != r.pattern.woken().re().String()) {
			t.Errorf("%s: its expression is run in another way", r.ID)
		}
	}
	if got.reach != want.reach || !got.automaton.Equals(want.automaton) {
		t.Error("the automaton differs")
	}
	if !reflect.DeepEqual(got.published, want.published) {
		t.Error("the published values differ")
	}
}
