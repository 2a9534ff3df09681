package opa

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// randomVerdicts sets a random part of the cells.
func randomVerdicts(r *rand.Rand) *policy.Settings {
	if r.IntN(4) == 0 {
		return nil
	}
	s := &policy.Settings{Verdicts: map[string]map[policy.Kind]string{}}
	for _, class := range detect.Classes {
		cells := map[policy.Kind]string{}
		for _, kind := range policy.Kinds {
			if r.IntN(3) == 0 {
				cells[kind] = policy.VerdictNames[r.IntN(3)]
			}
		}
		if len(cells) > 0 {
			s.Verdicts[string(class)] = cells
		}
	}
	return s
}

func everything(kind policy.Kind) policy.Query {
	var all []policy.Subject
	for _, class := range detect.Classes {
		all = append(all, subject(class))
	}
	return outgoing(kind, all...)
}

func said(s *policy.Settings, class detect.Class, kind policy.Kind) bool {
	return s != nil && s.Verdicts[string(class)][kind] != ""
}

// A layer can loosen only what nobody above it decides: not what a higher layer set, and under an
// organisation not even the default.
func TestAddingALowerLayerNeverLoosens(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	o := acme("")
	loosened := 0
	for range 30 {
		managed, bundle, user := randomVerdicts(r), randomVerdicts(r), randomVerdicts(r)
		organisation := r.IntN(2) == 0
		if organisation {
			if managed == nil {
				managed = &policy.Settings{}
			}
			managed.Organisation = &o
		}
		engine := func(m, b, u *policy.Settings) *Engine {
			e := newEngine(t, &policy.Layers{Managed: m, User: u})
			if !organisation {
				return e
			}
			if b == nil {
				b = &policy.Settings{}
			}
			if err := e.Swap(&Bundle{Revision: "r", Scope: "acme", keys: []string{acmeKeyID(t)}, signatures: 1, Sequence: 1, Expires: today.Add(time.Hour), settings: *b}); err != nil {
				t.Fatal(err)
			}
			return e
		}
		without, with := engine(managed, bundle, nil), engine(managed, bundle, user)
		top := engine(managed, nil, nil)
		for _, kind := range policy.Kinds {
			q := everything(kind)
			before, after, above := decide(t, without, q), decide(t, with, q), decide(t, top, q)
			for i, class := range detect.Classes {
				if after.Rulings[i].Verdict < before.Rulings[i].Verdict {
					loosened++
					if organisation || said(managed, class, kind) {
						t.Errorf("%s for %s: the user's file made %s of %s", class, kind, after.Rulings[i].Verdict, before.Rulings[i].Verdict)
					}
				}
				if said(managed, class, kind) && before.Rulings[i].Verdict < above.Rulings[i].Verdict {
					t.Errorf("%s for %s: the bundle made %s of %s", class, kind, before.Rulings[i].Verdict, above.Rulings[i].Verdict)
				}
			}
		}
		merged := (&policy.Layers{Managed: managed, User: user}).Wire().Verdicts
		if managed != nil {
			for class, cells := range managed.Verdicts {
				for kind, verdict := range cells {
					if slices.Index(policy.VerdictNames[:], merged[class][kind]) < slices.Index(policy.VerdictNames[:], verdict) {
						t.Errorf("merged settings say %s where the managed file says %s", merged[class][kind], verdict)
					}
				}
			}
		}
	}
	if loosened == 0 {
		t.Error("no layer loosened the default: the test tells nothing")
	}
}
