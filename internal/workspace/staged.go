package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// Staged scans what git commit would record: the index's contents that differ from the last commit. Of a
// file that was there before, only findings on added or changed lines count: a hook must not complain
// about old ones. Submodules and links have no content of their own.
func (s *Scanner) Staged(ctx context.Context, r *Repository, paths []string) (Result, error) {
	if r.Root == "" {
		return Result{}, errors.New("a bare repository has nothing staged: scan --history")
	}
	specs, err := r.pathspecs(paths)
	if err != nil {
		return Result{}, err
	}
	out, err := r.output(ctx, append([]string{"diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-relative", "--no-ext-diff",
		"--no-color", "-M", "-O/dev/null", "--ignore-submodules=all"}, specs...)...)
	if err != nil {
		return Result{}, err
	}
	changes, err := parseRaw(out)
	if err != nil {
		return Result{}, err
	}
	before := map[blob]string{}
	var list []blob
	for _, c := range changes {
		switch {
		case c.status == 'U':
			s.fail(c.path, errors.New("it is in conflict: resolve it and add it"))
		case c.mode == "100644" || c.mode == "100755":
			b := blob{c.id, c.path}
			before[b], list = c.before, append(list, b)
		}
	}
	w := s.worker(ctx)
	err = r.blobs(ctx, each(list), func(b blob, content io.Reader, size int64) {
		w.wanted = nil
		if old := before[b]; old != "" {
			w.wanted = r.changed(ctx, old, b, s)
		}
		w.scanBlob(b, content, size)
	})
	w.done()
	return s.finish(), err
}

func each(list []blob) iter.Seq2[blob, error] {
	return func(yield func(blob, error) bool) {
		for _, b := range list {
			if !yield(b, nil) {
				return
			}
		}
	}
}

// change is one line of git diff --raw: a file's new mode and content, and the content that it had.
type change struct {
	mode, before, id, path string
	status                 byte
}

// parseRaw reads ":100644 100755 id id M", a NUL, the path, a NUL; renames have the old path first.
func parseRaw(out string) ([]change, error) {
	var changes []change
	for out != "" {
		header, rest, _ := strings.Cut(out, "\x00")
		words := strings.Fields(header)
		if len(words) != 5 || words[0][0] != ':' {
			return nil, fmt.Errorf("git diff answers %q", header)
		}
		c := change{mode: words[1], before: words[2], id: words[3], status: words[4][0]}
		if strings.Trim(c.before, "0") == "" || words[0] != ":100644" && words[0] != ":100755" {
			c.before = "" // it was no file
		}
		c.path, rest, _ = strings.Cut(rest, "\x00")
		if c.status == 'R' || c.status == 'C' {
			c.path, rest, _ = strings.Cut(rest, "\x00")
		}
		changes, out = append(changes, c), rest
	}
	return changes, nil
}

// changed tells of a finding whether it touches a line that is not in the content that the file had. Git is
// asked when the first finding is.
func (r *Repository) changed(ctx context.Context, old string, b blob, s *Scanner) func(Located) bool {
	var added [][2]int
	asked := false
	return func(f Located) bool {
		if !asked {
			asked = true
			out, err := r.output(ctx, "diff", "-U0", "--inter-hunk-context=0", "--no-color", "--no-ext-diff", "--no-textconv", "--text", old, b.id)
			if err != nil {
				s.fail(b.path, fmt.Errorf("its changed lines are not known: %w", err))
			}
			added = addedLines(out)
		}
		last := f.To.Line
		if f.To.Column == 1 && last > f.From.Line {
			last-- // it ends with a line's end
		}
		for _, a := range added {
			if f.From.Line <= a[1] && last >= a[0] {
				return true
			}
		}
		return false
	}
}

// addedLines are the new file's sides of a diff's hunks: "@@ -1,2 +3,4 @@".
func addedLines(diff string) (added [][2]int) {
	for line := range strings.Lines(diff) {
		hunk, ok := strings.CutPrefix(line, "@@ -")
		if !ok {
			continue
		}
		_, hunk, _ = strings.Cut(hunk, " +")
		hunk, _, _ = strings.Cut(hunk, " ")
		start, count, several := strings.Cut(hunk, ",")
		from, err := strconv.Atoi(start)
		n := 1
		if several && err == nil {
			n, err = strconv.Atoi(count)
		}
		if err == nil && n > 0 {
			added = append(added, [2]int{from, from + n - 1})
		}
	}
	return added
}
