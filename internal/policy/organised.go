package policy

import (
	"slices"
	"strings"
	"time"
)

// Organised is what the data of the organisation's bundle grants and approves, for those who have to prove it.
type Organised struct {
	// Approved has the facts of each approved provider's contract.
	Approved   map[string]map[string]any
	Exceptions []Exception
}

// Exception is a grant for a time.
type Exception struct{ Until, Approver, Reason string }

// Ended tells whether an exception holds no more.
func (e Exception) Ended(now time.Time) bool {
	ends, ok := EndOf(e.Until)
	return !ok || !now.Before(ends)
}

// Organised is what the bundle in force says.
func (e *Engine) Organised() (o Organised) {
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
		o.Exceptions = append(o.Exceptions, Exception{text("until"), text("approver"), text("reason")})
	}
	slices.SortFunc(o.Exceptions, func(a, b Exception) int { return strings.Compare(a.Until, b.Until) })
	return o
}

// EndOf is when what holds until a day or a moment ends: a day with its last second, in UTC.
func EndOf(text string) (time.Time, bool) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1), true
	}
	moment, err := time.Parse(time.RFC3339, text)
	return moment, err == nil
}
