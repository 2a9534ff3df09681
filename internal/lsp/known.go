package lsp

import (
	"bytes"
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

const (
	// mostKnown values are looked for, in texts of up to largestLooked bytes: each is one pass over the text.
	mostKnown     = 64
	largestLooked = 512 << 10
)

func isEnv(path string) bool {
	name := filepath.Base(path)
	return name == envFile || strings.HasPrefix(name, envFile+".")
}

// knownValues are those of the .env files at the top of a folder that are worth hiding.
func (s *Server) knownValues(f *folder) (values [][]byte) {
	if f == nil {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(globless(f.root), envFile+"*")) // the pattern is well formed
	for _, file := range files {
		if !isEnv(file) {
			continue
		}
		text, err := s.textOf(file)
		if err != nil {
			continue // nobody can read what is in it
		}
		for _, v := range credentials.Env(text) {
			value := []byte(v.Text)
			if len(values) < mostKnown && detect.NamesSecret([]byte(v.Name)) && detect.CouldBeSecret(value) && !slices.ContainsFunc(values, func(o []byte) bool { return bytes.Equal(o, value) }) {
				values = append(values, value)
			}
		}
	}
	return values
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

// globless is a path in which no letter means a pattern.
func globless(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// withKnown adds to the findings of a text those of known values that no rule has found.
func (o *outlook) withKnown(b *workspace.Buffer) []detect.Finding {
	findings := b.Findings()
	if len(o.known) == 0 || b.Text.Len() > largestLooked || b.Unscanned != "" || isEnv(b.Path) {
		return findings
	}
	ruled, content := len(findings), b.Text.Bytes()
	for _, value := range o.known {
		for at := 0; ; {
			i := bytes.Index(content[at:], value)
			if i < 0 {
				break
			}
			span := detect.Span{Start: at + i, End: at + i + len(value)}
			at = span.End
			covered := slices.ContainsFunc(findings, func(f detect.Finding) bool { return f.Start < span.End && span.Start < f.End })
			if !covered && wholeWord(content, span) {
				findings = append(slices.Clip(findings), detect.Finding{Rule: knownRule, Span: span, Severity: knownRule.Severity, Confidence: knownRule.Confidence})
			}
		}
	}
	if len(findings) > ruled {
		slices.SortFunc(findings, func(a, b detect.Finding) int { return a.Start - b.Start })
	}
	return findings
}

// wholeWord tells whether a value does not go on in letters or digits.
func wholeWord(content []byte, at detect.Span) bool {
	return !(at.Start > 0 && isAlnum(content[at.Start-1]) && isAlnum(content[at.Start])) &&
		!(at.End < len(content) && isAlnum(content[at.End]) && isAlnum(content[at.End-1]))
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
