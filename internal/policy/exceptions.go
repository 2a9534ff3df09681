package policy

import "time"

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

// EndOf is when what holds until a day or a moment ends: a day with its last second, in UTC.
func EndOf(text string) (time.Time, bool) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1), true
	}
	moment, err := time.Parse(time.RFC3339, text)
	return moment, err == nil
}
