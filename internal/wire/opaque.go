package wire

// Opaque is a route for a path that the format has no table for: every string of a request is listed, since
// none is known to be exempt, and no text of an answer is known, so nothing is restored.
func (f *Format) Opaque() *Route { return &Route{Format: f} }
