package detect

import "testing"

// TestKindOf: what a path alone tells.
func TestKindOf(t *testing.T) {
	for name, want := range map[string]fileKind{
		"":                            {implicit: true},
		"main.go":                     {code: true},
		"/src/tests/a/conf.yaml":      {test: true},
		`C:\src\TestData\conf.yaml`:   {test: true},
		"spec/x.rb":                   {code: true, implicit: true, test: true},
		"/a/latest/contest/conf.yaml": {},
		"testdata":                    {}, // a file of that name
		"a/b_test.go":                 {code: true, test: true},
		"web/app.min.js":              {code: true, quiet: true},
		"go.sum":                      {quiet: true},
		"/x/LICENSE.md":               {credits: true},
		"/":                           {},
	} {
		if got := kindOf(name); got != want {
			t.Errorf("%q: %+v, want %+v", name, got, want)
		}
	}
}
