package lsp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

const (
	envFile = ".env"
	maxEnv  = 1 << 20
)

// variable is how a finding can be read from the environment instead.
type variable struct {
	name string
	code string
	span detect.Span // what code replaces: the value and its quotes
	lang language
}

// assigned finds the name that a value is given to in what stands before it on its line.
var assigned = text.Expression(`([A-Za-z_][\w-]*)["'\]]?(?:\s*:\s*[\w.<>&?\[\]' ]+?|\s+[Ss]tring)?\s*(?::=|=>|=|:)\s*$`)

// variableFor knows how to replace a value that is a whole string in a language that we know.
// A value inside a longer string, or one written with escapes, is not offered.
func variableFor(b *workspace.Buffer, f detect.Finding) (variable, bool) {
	l, ok := languageOf(b)
	content, value := b.Text.Bytes(), b.Value(f.Span)
	if !ok || l.env == "" || bytes.ContainsAny(value, "\\\n\r\x00") {
		return variable{}, false
	}
	lineStart, lineEnd := b.Text.Line(b.Text.LineAt(f.Start))
	span := f.Span
	var quote byte
	if span.Start > lineStart && span.End < lineEnd {
		if q := content[span.Start-1]; q == content[span.End] && (q == '"' || q == '\'' || q == '`') {
			quote = q
		}
	}
	code := l.env
	switch {
	case quote != 0:
		span = detect.Span{Start: span.Start - 1, End: span.End + 1}
		if span.Start > lineStart && isWord(content[span.Start-1]) {
			return variable{}, false // f"", r"", b"" and the like mean something
		}
		if l.bare {
			code = `"` + code + `"`
		}
	case !l.bare,
		span.Start == lineStart || content[span.Start-1] != '=',
		span.End < lineEnd && content[span.End] != ' ' && content[span.End] != ';':
		return variable{}, false
	default:
		code = `"` + code + `"`
	}
	name := strings.ToUpper(strings.ReplaceAll(f.Rule.ID, "-", "_"))
	if m := assigned().FindSubmatch(content[lineStart:span.Start]); m != nil {
		name = screaming(string(m[1]))
	}
	return variable{name: name, code: strings.ReplaceAll(code, "NAME", name), span: span, lang: l}, true
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c == '@' || c == '#' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// screaming turns apiKey, api-key and APIKey into API_KEY.
func screaming(name string) string {
	runes := []rune(strings.Trim(name, "-_"))
	var out strings.Builder
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1])) {
			out.WriteByte('_')
		}
		if r == '-' {
			r = '_'
		}
		out.WriteRune(unicode.ToUpper(r))
	}
	return out.String()
}

// useEnvironment moves a value to .env, if the person agrees, and has the code read it from the environment.
func (s *Server) useEnvironment(ctx context.Context, a argument) error {
	r, j, err := s.finding(ctx, a)
	if err != nil {
		return err
	}
	v, ok := variableFor(r.buffer, j.Finding)
	folder := r.outlook.folder
	if !ok || folder == nil {
		return errors.New("this value cannot be read from the environment here, so nothing was done")
	}
	write, err := s.agreed(ctx, fmt.Sprintf("Write %s to %s (kept out of Git) and read it from the environment here?", v.name, envFile), "Write "+envFile)
	if err != nil || !write {
		return err
	}
	// Time has passed: the text may have moved on.
	r, j, err = s.finding(ctx, a)
	if err != nil {
		return err
	}
	now, ok := variableFor(r.buffer, j.Finding)
	if !ok || now.name != v.name {
		return errMoved
	}
	if _, open := s.buffers.Of(filepath.Join(folder.root, envFile)); open {
		if err := s.saved(filepath.Join(folder.root, envFile)); err != nil {
			return err
		}
	}
	if err := ignoreEnv(folder.root); err != nil {
		return err
	}
	if err := writeEnv(folder.root, now.name, bytes.Clone(r.buffer.Value(j.Span))); err != nil {
		return err
	}
	splices := []splice{{now.span, now.code}}
	if now.lang.imports != nil {
		if sp, needed := now.lang.imports(r.buffer.Text.Bytes()); needed {
			splices = append(splices, sp)
		}
	}
	return s.apply(ctx, "Use an environment variable", r.buffer, splices)
}

// agreed asks the person. Anything but the offered word is a no.
func (s *Server) agreed(ctx context.Context, question, yes string) (bool, error) {
	answer, err := s.client.ShowMessageRequest(ctx, &protocol.ShowMessageRequestParams{
		Type: protocol.MessageTypeInfo, Message: "scrubjay: " + question,
		Actions: []protocol.MessageActionItem{{Title: yes}, {Title: "Cancel"}},
	})
	if err != nil {
		return false, errors.New("the editor cannot ask, so nothing was done")
	}
	return answer != nil && answer.Title == yes, nil
}

// saved refuses a file that is open with changes: the editor would write over ours.
func (s *Server) saved(path string) error {
	b, _ := s.buffers.Of(path)
	disk, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be read, so nothing was done", filepath.Base(path))
	}
	if !bytes.Equal(disk, b.Text.Bytes()) {
		return fmt.Errorf("%s is open with changes that are not saved; save it and try again", filepath.Base(path))
	}
	return nil
}

// writeEnv appends NAME=value to the folder's .env. A name that is there already with another value is
// not touched: something reads it.
func writeEnv(root, name string, value []byte) error {
	path := filepath.Join(root, envFile)
	old, err := readSmall(path, maxEnv)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be read, so nothing was done", envFile)
	}
	entry := name + "=" + quoteEnv(string(value))
	for line := range strings.Lines(string(old)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		if line == entry {
			return nil
		}
		if strings.HasPrefix(line, name+"=") {
			return fmt.Errorf("%s has another %s, so nothing was done; rename one of them", envFile, name)
		}
	}
	return appendLine(path, old, entry, 0o600)
}

// quoteEnv writes a value so that every reader of .env files takes it literally.
func quoteEnv(value string) string {
	plain := func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_./:@%+,=-", r))
	}
	switch {
	case strings.IndexFunc(value, func(r rune) bool { return !plain(r) }) < 0:
		return value
	case !strings.Contains(value, "'"):
		return "'" + value + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(value) + `"`
}

// ignoreEnv makes sure that Git leaves .env alone.
func ignoreEnv(root string) error {
	path := filepath.Join(root, ".gitignore")
	old, err := readSmall(path, maxEnv)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.New(".gitignore cannot be read, so nothing was done")
	}
	ignored := false
	for line := range strings.Lines(string(old)) {
		switch strings.TrimSpace(line) {
		case ".env", "/.env", ".env*", "*.env", "**/.env":
			ignored = true
		case "!.env", "!/.env", "!**/.env":
			ignored = false
		}
	}
	if ignored {
		return nil
	}
	return appendLine(path, old, envFile, 0o644)
}

// appendLine adds a line to a file whose content is old, on a line of its own and with the file's line ends.
func appendLine(path string, old []byte, line string, mode fs.FileMode) error {
	end := "\n"
	if bytes.Contains(old, []byte("\r\n")) {
		end = "\r\n"
	}
	if len(old) > 0 && old[len(old)-1] != '\n' {
		line = end + line
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, mode)
	if err != nil {
		return fmt.Errorf("%s cannot be written, so nothing was done: is the folder read-only?", filepath.Base(path))
	}
	_, err = f.WriteString(line + end)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s could not be written whole; look at its end, the text is as it was", filepath.Base(path))
	}
	return nil
}
