package lsp

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// isFilePlaceholder tells whether a text is what Redact leaves behind, and nothing else.
func isFilePlaceholder(text []byte) bool {
	spans := redact.Find(text)
	return len(spans) == 1 && spans[0] == redact.Span{End: len(text), Scope: redact.File}
}

// placeholdersIn are the file placeholders that share a byte with start to end or stand right beside them.
// Only that many bytes are looked at, whatever the length of the line.
func placeholdersIn(b *workspace.Buffer, start, end int) []detect.Span {
	content := b.Text.Bytes()
	from, to := max(0, start-redact.MaxPlaceholder), min(len(content), end+redact.MaxPlaceholder)
	var all []detect.Span
	for _, found := range redact.Find(content[from:to]) {
		s := detect.Span{Start: from + found.Start, End: from + found.End}
		if found.Scope == redact.File && s.Start <= end && start <= s.End {
			all = append(all, s)
		}
	}
	return all
}
