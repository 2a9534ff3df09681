package lsp

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/credentials"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// A value of a folder's .env files is a secret wherever else it stands, whatever it looks like. The daemon keeps it off the
// wire; here it is shown in the other files.

// knownRule is the rule of what is found because a .env file holds it.
var knownRule = &detect.Rule{
	ID: redact.KnownRule, Description: "Value from " + envFile, Class: detect.Credential, Severity: detect.High,
	Confidence: detect.ConfidenceHigh, Placeholder: "SECRET",
}

func isEnv(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	return name == envFile || strings.HasPrefix(name, envFile+".")
}

// knownValues are those of the .env files at the top of a folder that are worth hiding; nil if there is none.
func (s *Server) knownValues(f *folder) *redact.Values {
	if f == nil {
		return nil
	}
	entries, _ := os.ReadDir(f.root) // what cannot be read has no values that could be shown
	var values [][]byte
	for _, e := range entries {
		if !isEnv(e.Name()) {
			continue
		}
		text, err := s.textOf(filepath.Join(f.root, e.Name()))
		if err != nil {
			continue
		}
		for _, v := range credentials.Env(text) {
			if detect.NamesSecret([]byte(v.Name)) && detect.CouldBeSecret(v.Text) {
				values = append(values, v.Text)
			}
		}
	}
	if len(values) == 0 {
		return nil
	}
	return redact.NewValues(values)
}

// textOf is a file's text as the editor has it, or else the disk.
func (s *Server) textOf(path string) ([]byte, error) {
	if b, open := s.buffers.Of(path); open {
		return b.Text.Bytes(), nil
	}
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() > maxEnv {
		return nil, cmp.Or(err, os.ErrInvalid)
	}
	return os.ReadFile(path)
}

// withKnown adds to the findings of a text those of known values that no rule has found.
func (o *outlook) withKnown(b *workspace.Buffer) []detect.Finding {
	findings := b.Findings()
	if o.known == nil || b.Unscanned != "" || isEnv(b.Path) {
		return findings
	}
	ruled := len(findings)
	for _, m := range o.known.In(b.Text.Bytes()) {
		if !slices.ContainsFunc(findings[:ruled], func(f detect.Finding) bool { return f.Overlaps(m.Span) }) {
			findings = append(slices.Clip(findings), detect.Finding{Rule: knownRule, Span: m.Span, Severity: knownRule.Severity, Confidence: knownRule.Confidence})
		}
	}
	if len(findings) > ruled { // a slice of our own by now
		slices.SortFunc(findings, func(a, b detect.Finding) int { return a.Start - b.Start })
	}
	return findings
}
