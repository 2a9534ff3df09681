package scan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// baseline is a file of findings that are known. It holds no value, and no line, so that it stays true when
// lines move.
type baseline struct {
	Version int `json:"version"`
	// MadeWith tells whose key made the fingerprints: it is the fingerprint of a word that everybody knows.
	MadeWith string         `json:"made_with"`
	Findings []knownFinding `json:"findings"`
}

type knownFinding struct {
	Rule        string `json:"rule"`
	Fingerprint string `json:"fingerprint"`
	Path        string `json:"path"`
	Count       int    `json:"count,omitempty"` // of equal values in the file; empty is one
}

func (k knownFinding) key() knownFinding { k.Count = 0; return k }

var baselineWord = []byte("scrubjay baseline")

func (s *scan) known(f finding) knownFinding {
	return knownFinding{Rule: f.Rule, Fingerprint: f.Fingerprint, Path: printable(s.below(s.top, f.raw))}
}

func (s *scan) writeBaseline(res workspace.Result) error {
	counts := map[knownFinding]int{}
	for _, f := range s.found {
		counts[s.known(f)]++
	}
	var all []knownFinding
	for k, n := range counts {
		if n > 1 {
			k.Count = n
		}
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b knownFinding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	// A line each, so that a review shows what came and went.
	var text bytes.Buffer
	fmt.Fprintf(&text, "{\n \"version\": 1,\n \"made_with\": %q,\n \"findings\": [", s.fingerprint(s.scope, baselineWord))
	for i, k := range all {
		line, err := json.Marshal(k)
		if err != nil {
			return err
		}
		if i > 0 {
			text.WriteString(",")
		}
		fmt.Fprintf(&text, "\n  %s", line)
	}
	text.WriteString("\n ]\n}\n")
	if err := rename.Replace(s.WriteBaseline, text.Bytes()); err != nil {
		return err
	}
	s.tell(res)
	fmt.Fprintf(s.Err, "%s has %s: scrubjay scan --baseline %s leaves them out\n", s.WriteBaseline, detect.Counted(len(s.found)), s.WriteBaseline)
	return unscanned(res)
}

// readBaseline reads the one that was asked for; nil if none was.
func (s *scan) readBaseline() (*baseline, error) {
	if s.Baseline == "" {
		return nil, nil
	}
	text, err := os.ReadFile(s.Baseline)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such baseline: make it with scrubjay scan --write-baseline %s", s.Baseline, s.Baseline)
	}
	if err != nil {
		return nil, err
	}
	b := &baseline{}
	bad := func(line int, what string) error {
		return fmt.Errorf("%s:%d: %s: make it anew with scrubjay scan --write-baseline %s", s.Baseline, line, what, s.Baseline)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(b); err != nil {
		line := 1 + bytes.Count(text[:decoder.InputOffset()], []byte("\n"))
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line = 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
		}
		what, mistyped := "it is no baseline", (*json.UnmarshalTypeError)(nil)
		if of := whoseReport(text); of != "" {
			what = "it is " + of + " and no baseline of scrubjay"
		} else if !errors.As(err, &mistyped) { // which would speak of Go's types
			what += " (" + strings.TrimPrefix(err.Error(), "json: ") + ")"
		}
		return nil, bad(line, what)
	}
	if b.Version != 1 {
		return nil, bad(1, fmt.Sprintf("it has version %d, and this scrubjay reads version 1", b.Version))
	}
	if b.MadeWith != s.fingerprint(s.scope, baselineWord) {
		return nil, bad(1, "its fingerprints were made with another key, so that nothing in it can be recognised. "+
			"With a salt in .scrubjay.yaml a team shares one; without, each installation has its own")
	}
	for i, k := range b.Findings {
		if k.Rule == "" || !fingerprintForm().MatchString(k.Fingerprint) || k.Fingerprint[0] != b.MadeWith[0] || k.Count < 0 {
			return nil, bad(i+5, fmt.Sprintf("finding %d has no rule, or no fingerprint as scan prints it", i+1))
		}
	}
	return b, nil
}

// whoseReport names the scanner that has written a file.
func whoseReport(text []byte) string {
	for _, r := range []struct{ of, key string }{
		{"a report of gitleaks", `"RuleID"`}, {"a baseline of detect-secrets", `"plugins_used"`}, {"a report in SARIF", `"sarif`}, {"a report of TruffleHog", `"DetectorName"`},
	} {
		if bytes.Contains(text, []byte(r.key)) {
			return r.of
		}
	}
	return ""
}

var fingerprintForm = text.Expression(`^[ir]:[0-9a-f]{32}$`)

// gone tells whether a baseline's path is no file any more.
func (s *scan) gone(path string) bool {
	path, _, _ = strings.Cut(path, "!")
	_, err := os.Lstat(filepath.Join(s.top, filepath.FromSlash(path)))
	return errors.Is(err, fs.ErrNotExist)
}

// unknown leaves out what the baseline knows: as many equal values of a file as it counts. Where a file is gone,
// its values may stand in another: it was moved. While it is there, the same value elsewhere is a copy, and new.
func (b *baseline) unknown(found []finding, s *scan) []finding {
	if b == nil {
		return found
	}
	left, moved := map[knownFinding]int{}, map[knownFinding]int{}
	for _, k := range b.Findings {
		left[k.key()] += max(1, k.Count)
	}
	take := func(from map[knownFinding]int, k knownFinding) bool {
		if from[k] == 0 {
			return false
		}
		from[k]--
		return true
	}
	found = slices.DeleteFunc(found, func(f finding) bool { return take(left, s.known(f)) })
	for k, n := range left {
		if n > 0 && s.gone(k.Path) {
			k.Path = ""
			moved[k] += n
		}
	}
	return slices.DeleteFunc(found, func(f finding) bool {
		k := s.known(f)
		k.Path = ""
		return take(moved, k)
	})
}
