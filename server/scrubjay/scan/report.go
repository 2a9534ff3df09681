package scan

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// printable is a path that neither a screen nor a JSON reader stumbles over.
func printable(path string) string {
	if !utf8.ValidString(path) {
		return strconv.Quote(path)
	}
	return path
}

// onScreen keeps a file's name from giving orders to the terminal.
func onScreen(path string) string {
	for _, r := range path {
		if !unicode.IsPrint(r) {
			return strconv.Quote(path)
		}
	}
	return path
}

func (s *scan) report(res workspace.Result) error {
	out := s.Out
	var err error
	switch s.Format {
	case "jsonl":
		enc := json.NewEncoder(out)
		for _, f := range s.found {
			err = errors.Join(err, enc.Encode(f))
		}
	case "sarif":
		err = s.sarif(out, res)
	default:
		for _, f := range s.found {
			fmt.Fprintln(out, f.text())
		}
	}
	if err != nil {
		return err
	}
	s.tell(res)
	if s.Format == "text" && out == os.Stdout {
		fmt.Fprintf(s.Err, "%s in %d files (%.1f MB)", detect.Counted(len(s.found)), res.Files, float64(res.Bytes)/1e6)
		if res.Binary > 0 {
			fmt.Fprintf(s.Err, ", %d binary files passed over", res.Binary)
		}
		fmt.Fprintln(s.Err)
	}
	if err := unscanned(res); err != nil || len(s.found) == 0 {
		return err
	}
	return ErrFound
}

func (f finding) text() string {
	more := ""
	if f.Validated {
		more = ", checksum proved"
	}
	if f.Revoked {
		more += ", revoked by your organisation"
	}
	if f.With != nil {
		more += ", its other half beside it"
	}
	text := fmt.Sprintf("%s:%d:%d: %s: %s (%s, %s%s)", onScreen(f.raw), f.Line, f.Column, f.Severity, f.rule.Description, f.Rule, f.Class, more)
	if f.Commit != "" {
		text += " since commit " + f.Commit[:12]
	}
	return text
}

// tell says on standard error what was not scanned.
func (s *scan) tell(res workspace.Result) {
	for _, u := range res.Unscanned {
		u.Path = onScreen(filepath.ToSlash(u.Path))
		fmt.Fprintln(s.Err, "scrubjay:", u)
	}
	for _, note := range res.Notes {
		fmt.Fprintln(s.Err, "scrubjay:", note)
	}
}

func unscanned(res workspace.Result) error {
	if n := len(res.Unscanned); n > 0 {
		return fmt.Errorf("%d files or directories could not be scanned", n)
	}
	return nil
}
