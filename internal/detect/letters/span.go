package letters

// Span is a half-open range of bytes.
type Span struct{ Start, End int }

// Len is the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

func (s Span) Moved(by int) Span { return Span{s.Start + by, s.End + by} }

// Overlaps tells whether the two share a byte.
func (s Span) Overlaps(o Span) bool { return s.Start < o.End && o.Start < s.End }

// Between is the span from one offset to another.
func Between(start, end int) Span { return Span{start, end} }

// Without is what is left of the span without others, which are in order and do not overlap.
func (s Span) Without(others []Span) (rest []Span) {
	for _, o := range others {
		if !s.Overlaps(o) {
			continue
		}
		if s.Start < o.Start {
			rest = append(rest, Span{s.Start, o.Start})
		}
		s.Start = min(o.End, s.End)
	}
	if s.Len() > 0 {
		rest = append(rest, s)
	}
	return rest
}
