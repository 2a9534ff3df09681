package scan

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// finding is a line of scan --format jsonl. It never holds the value.
type finding struct {
	Path        string       `json:"path"`
	Rule        string       `json:"rule"`
	Class       detect.Class `json:"class"`
	Severity    string       `json:"severity"`
	Confidence  string       `json:"confidence"`
	Start       int          `json:"start"`
	End         int          `json:"end"`
	Line        int          `json:"line"`
	Column      int          `json:"column"`
	Fingerprint string       `json:"fingerprint"`
	Validated   bool         `json:"validated,omitempty"`
	// Revoked says that the organisation revoked the value: no comment, entry or baseline allows it.
	Revoked bool `json:"revoked,omitempty"`
	// With is where the other half of a leak of two parts stands.
	With *extent `json:"with,omitempty"`
	// Of a history.
	Commit string `json:"commit,omitempty"`
	Blob   string `json:"blob,omitempty"`

	rule     *detect.Rule
	raw      string // the path with slashes, and its bytes as the system has them
	from, to workspace.Place
	place    int // of its commit among all
}

// extent is a range of bytes of a file.
type extent struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// take keeps the findings of a file that count, without what they speak of.
func (s *scan) take(f workspace.Found) {
	var rel string
	least, _ := detect.ParseConfidence(s.Confidence) // the command line was checked
	f.Path = filepath.ToSlash(f.Path)                // one separator in all formats, on every system
	for _, d := range f.Findings {
		value := f.Text[d.Start:d.End]
		revoked := s.settings.Revocations.Of(value) != "" // then nothing that is said of it counts
		if !revoked && (d.Severity == detect.Info && !s.All || d.Confidence < least || detect.Ignored(f.Text, d.Finding)) {
			continue
		}
		of := func(scope detect.Scope) string { return s.fingerprint(scope, value) }
		if rel == "" {
			rel = s.below(s.root, f.Path)
		}
		if _, ok := s.allow.Allows(d.Rule.ID, rel, of, time.Now()); ok && !revoked {
			continue
		}
		var with *extent
		if d.With != (detect.Span{}) {
			base := d.From.Offset - d.Start
			with = &extent{base + d.With.Start, base + d.With.End}
		}
		s.found = append(s.found, finding{
			Path: printable(f.Path), Rule: d.Rule.ID, Class: d.Rule.Class, Severity: d.Severity.String(), Confidence: d.Confidence.String(),
			Start: d.From.Offset, End: d.To.Offset, Line: d.From.Line, Column: d.From.Column,
			Fingerprint: s.fingerprint(s.scope, value), Validated: d.Validated, Revoked: revoked, With: with, Blob: f.Blob,
			rule: d.Rule, raw: f.Path, from: d.From, to: d.To,
		})
	}
}

// sort puts the findings in an order that does not depend on who was faster, and leaves out what was found
// twice because two of the paths that were named hold it.
func (s *scan) sort() {
	slices.SortFunc(s.found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.raw, b.raw), cmp.Compare(a.place, b.place), cmp.Compare(a.Blob, b.Blob), cmp.Compare(a.Start, b.Start))
	})
	s.found = slices.CompactFunc(s.found, func(a, b finding) bool {
		return a.raw == b.raw && a.Blob == b.Blob && a.Start == b.Start && a.Rule == b.Rule
	})
}

// originate says which commit each finding came in with. A value that stays in a file through many versions is told
// once, where it came in.
func (s *scan) originate(ctx context.Context, r *workspace.Repository) error {
	blobs := map[string]bool{}
	for _, f := range s.found {
		blobs[f.Blob] = true
	}
	origins, err := r.Origins(ctx, blobs)
	if err != nil {
		return err
	}
	for i := range s.found {
		f := &s.found[i]
		f.Commit, f.place = origins[f.Blob].Commit, origins[f.Blob].Place
	}
	s.sort()
	type value struct{ path, rule, fingerprint string }
	first := map[value]string{}
	s.found = slices.DeleteFunc(s.found, func(f finding) bool {
		v := value{f.raw, f.Rule, f.Fingerprint}
		if first[v] == "" {
			first[v] = f.Blob
		}
		return first[v] != f.Blob
	})
	// git lists a content under its newest name; in the commit that it came in with it may have another.
	for i := range s.found {
		f := &s.found[i]
		if at := origins[f.Blob].Path; at != "" && !strings.Contains(f.raw, "!") {
			f.raw, f.Path = at, printable(at)
		}
	}
	s.sort()
	return nil
}
