package workspace

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
)

// History scans every content that a file had in any commit that a branch, a tag or another reference
// leads to, each once.
func (s *Scanner) History(ctx context.Context, r *Repository, paths []string) (Result, error) {
	specs, err := r.pathspecs(paths)
	if err != nil {
		return Result{}, err
	}
	w := s.worker(ctx)
	missing, first := 0, ""
	list := r.lines(ctx, '\n', append([]string{"rev-list", "--objects", "--all", "--missing=print", "--filter=object:type=blob", "--filter-provided-objects"}, specs...)...)
	err = r.blobs(ctx, func(yield func(blob, error) bool) {
		for line, err := range list {
			id, path, _ := strings.Cut(line, " ")
			if lost, ok := strings.CutPrefix(id, "?"); ok {
				missing, first = missing+1, cmp.Or(first, lost)
				continue
			}
			if !yield(blob{id, path}, err) {
				return
			}
		}
	}, func(b blob, content io.Reader, size int64) {
		w.blob = b.id
		w.scanBlob(b, content, size)
	})
	if missing > 0 {
		s.fail(cmp.Or(r.Root, r.dir, "."), fmt.Errorf("%d contents of its history are not in the clone (git fetch --refetch brings them), %s is the first", missing, first))
	}
	w.done()
	if r.Shallow {
		s.note("the clone is shallow: only the commits that are here were scanned (git fetch --unshallow brings the rest)")
	}
	return s.finish(), err
}

// Origin is the commit that a content came in with.
type Origin struct {
	Commit string
	// Path is what the file was called in it.
	Path string
	// Place is its place among all commits, parents first.
	Place int
}

// Origins tells for each content the first commit that has it, in one pass over the history, which ends
// when all are found.
func (r *Repository) Origins(ctx context.Context, blobs map[string]bool) (map[string]Origin, error) {
	origins := map[string]Origin{}
	if len(blobs) == 0 {
		return origins, nil
	}
	// -c lists of a merge only what is in none of its parents.
	commit, place, path, id := "", 0, false, ""
	for raw, err := range r.lines(ctx, '\x00', "log", "--all", "--topo-order", "--reverse", "--format=%H", "-z", "--raw", "--no-abbrev", "-c", "--root", "--no-renames",
		"--no-show-signature", "--no-ext-diff", "--no-color", "--ignore-submodules=all") {
		word := strings.TrimPrefix(raw, "\n")
		switch {
		case err != nil:
			return nil, err
		case path: // a raw line's second word
			if path = false; id == "" {
				continue
			}
			if origins[id] = (Origin{commit, raw, place}); len(origins) == len(blobs) {
				return origins, nil
			}
			continue
		case word == "":
			continue
		case word[0] != ':':
			commit, place = word, place+1
			continue
		}
		path = true
		fields := strings.Fields(word)
		if len(fields) < 5 {
			return nil, fmt.Errorf("git log answers %q", word)
		}
		id = fields[len(fields)-2] // the status is the last; of a merge there are several old ones before
		if _, known := origins[id]; known || !blobs[id] {
			id = ""
		}
	}
	return origins, nil
}

// lines are those of what a git says, without their ends. Whoever breaks off ends it.
func (r *Repository) lines(ctx context.Context, end byte, args ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		c := r.git(ctx, args...)
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			yield("", r.problem(ctx, c, err))
			return
		}
		for in := bufio.NewReader(out); ; {
			line, err := in.ReadString(end)
			if err != nil {
				break
			}
			if !yield(line[:len(line)-1], nil) {
				cancel()
				_ = c.Wait() // it was told to end
				return
			}
		}
		if err := c.Wait(); err != nil {
			yield("", r.problem(ctx, c, err))
		}
	}
}
