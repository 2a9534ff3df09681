package wire

// Opaque is a route for a path that the format has no table for: every string of a request is listed, since
// none is known to be exempt. Its answer is for Guess.
func (f *Format) Opaque() *Route { return &Route{Format: f} }
