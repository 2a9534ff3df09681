package opa

import (
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// Organised is what the bundle in force says.
func (e *Engine) Organised() (o policy.Organised) {
	b := e.current.Load().bundle
	if b == nil {
		return o
	}
	org := b.org()
	approved, _ := org["approved"].(map[string]any)
	providers, _ := approved["providers"].(map[string]any)
	for name, facts := range providers {
		if o.Approved == nil {
			o.Approved = map[string]map[string]any{}
		}
		o.Approved[name], _ = facts.(map[string]any)
	}
	list, _ := org["exceptions"].([]any)
	for _, given := range list {
		fields, _ := given.(map[string]any)
		text := func(name string) string { s, _ := fields[name].(string); return s }
		o.Exceptions = append(o.Exceptions, policy.Exception{Until: text("until"), Approver: text("approver"), Reason: text("reason")})
	}
	slices.SortFunc(o.Exceptions, func(a, b policy.Exception) int { return strings.Compare(a.Until, b.Until) })
	return o
}
