package look

import "testing"

// TestKindOf: what a path alone tells.
func TestKindOf(t *testing.T) {
	for name, want := range map[string]File{
		"":                            {Implicit: true},
		"main.go":                     {Code: true},
		"/src/tests/a/conf.yaml":      {Test: true, Lines: true},
		`C:\src\TestData\conf.yaml`:   {Test: true, Lines: true},
		"spec/x.rb":                   {Code: true, Implicit: true, Test: true},
		"/a/latest/contest/conf.yaml": {Lines: true},
		"testdata":                    {}, // a file of that name
		"a/b_test.go":                 {Code: true, Test: true},
		"web/app.min.js":              {Code: true, Quiet: true},
		"go.sum":                      {Quiet: true},
		"/x/LICENSE.md":               {Credits: true},
		"/":                           {},
	} {
		if got := FileOf(name); got != want {
			t.Errorf("%q: %+v, want %+v", name, got, want)
		}
	}
}
