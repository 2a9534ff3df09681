package lsp

import (
	"regexp"
	"sync"
)

// expression is compiled when it is first needed, which it is not by most starts of the program.
func expression(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
