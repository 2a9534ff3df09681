package text

import (
	"regexp"
	"sync"
)

// Expression is compiled when it is first needed, which it is not by most starts of the program.
func Expression(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
