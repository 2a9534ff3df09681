package policy

import (
	"strings"
	"testing"
)

// TestPauseRefused: alone, a person may pause scrubbing. Below others all of them have to say that they may, and an organisation
// whose bundle has not come says nothing.
func TestPauseRefused(t *testing.T) {
	yes, no := &Settings{Delegate: []string{"pause"}}, &Settings{Delegate: []string{"allow"}}
	organised := &Settings{Organisation: &Organisation{}}
	for name, is := range map[string]struct {
		layers Layers
		by     string
	}{
		"nobody":                  {Layers{}, ""},
		"a person":                {Layers{user: &Settings{}}, ""},
		"a managed file":          {Layers{managed: no, user: &Settings{}}, "managed"},
		"that allows it":          {Layers{managed: yes, user: &Settings{}}, ""},
		"a bundle":                {Layers{bundle: no, user: organised}, "bundle"},
		"that allows it, too":     {Layers{bundle: yes, user: organised}, ""},
		"that has not come":       {Layers{user: organised}, "bundle"},
		"both, one of them":       {Layers{managed: yes, bundle: no, user: organised}, "bundle"},
		"both, the other of them": {Layers{managed: no, bundle: yes, user: organised}, "managed"},
		"both":                    {Layers{managed: yes, bundle: yes, user: organised}, ""},
	} {
		got := is.layers.PauseRefused()
		if (got == "") != (is.by == "") || !strings.Contains(got, is.by) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
