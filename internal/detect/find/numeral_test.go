package find

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// TestFormsHaveNoLimit: one trigger may wake any number of forms, and each is found as its own.
func TestFormsHaveNoLimit(t *testing.T) {
	const kinds = 100
	n := Numbers{labels: map[string]*formList{}}
	for owner := range kinds {
		n.add(owner, &proof.Number{Name: fmt.Sprint(owner), Forms: "dddd-" + strings.Repeat("A", owner%20+1) + "-" + strings.Repeat("d", owner/20+1)})
	}
	for owner := range kinds {
		v := "7041-" + strings.Repeat("q", owner%20+1) + "-" + "58263"[:owner/20+1]
		text := look.TextOf([]byte("no. "+v+" is it"), look.File{}, nil)
		got, ok := n.runs[4].find(&text, 4, 4)
		if want := (FoundNumber{Owner: owner, Where: letters.Between(4, 4+len(v))}); !ok || got != want {
			t.Errorf("%s: %v (%v), want %v", v, got, ok, want)
		}
	}
}
