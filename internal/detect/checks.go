package detect

import (
	"sync"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// Checks is an engine of its own: it looks for idioms of code that a person should look at twice when a model has written
// them. It knows no secrets, and its rules' classes and severities count nowhere.
func Checks() *Engine { return checks() }

// It is made when the first code comes: most commands never ask.
var checks = sync.OnceValue(func() *Engine {
	sets, err := LoadFS(rules.Checks, "checks")
	if err == nil {
		var e *Engine
		if e, err = New(sets...); err == nil {
			return e
		}
	}
	panic(err) // their tests have seen them load
})
