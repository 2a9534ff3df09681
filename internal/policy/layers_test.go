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
		"a person":                {Layers{User: &Settings{}}, ""},
		"a managed file":          {Layers{Managed: no, User: &Settings{}}, "managed"},
		"that allows it":          {Layers{Managed: yes, User: &Settings{}}, ""},
		"a bundle":                {Layers{bundle: no, User: organised}, "bundle"},
		"that allows it, too":     {Layers{bundle: yes, User: organised}, ""},
		"that has not come":       {Layers{User: organised}, "bundle"},
		"both, one of them":       {Layers{Managed: yes, bundle: no, User: organised}, "bundle"},
		"both, the other of them": {Layers{Managed: no, bundle: yes, User: organised}, "managed"},
		"both":                    {Layers{Managed: yes, bundle: yes, User: organised}, ""},
	} {
		got := is.layers.PauseRefused()
		if (got == "") != (is.by == "") || !strings.Contains(got, is.by) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
