package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

var errNoFile = errors.New("it is no file: a pipe, a socket or a device")

// Walk scans files and directories. In directories, what .gitignore names, .git itself, links and binary files
// are passed over, the first three before they are read; a path that was named is scanned whatever it is
// called. A link is followed only if it was named.
func (s *Scanner) Walk(ctx context.Context, paths []string) Result {
	w := &walk{Scanner: s, ctx: ctx, files: make(chan []walked, 64)}
	var workers sync.WaitGroup
	for range s.workers() {
		workers.Go(w.work)
	}
	seen := map[string]bool{}
	for _, p := range paths {
		if p != "" {
			p = filepath.Clean(p)
		}
		if !seen[p] {
			seen[p] = true
			w.root(p)
		}
	}
	w.flush()
	close(w.files)
	workers.Wait()
	return s.finish()
}

type walk struct {
	*Scanner
	ctx   context.Context
	files chan []walked
	batch []walked
	// cut and before make a path from the top of one below the root that is walked: path[cut:] behind before.
	cut    int
	before string
}

// walked is a file to scan. fromTop is its path from the top of the repository, if it is in one.
type walked struct {
	path, fromTop string
	named         bool
}

const (
	// batched is how many files are handed to a worker at once.
	batched = 32
	// maxIgnoreFile is the largest .gitignore that is read.
	maxIgnoreFile = 1 << 20
)

func (w *walk) root(path string) {
	w.cut, w.before = 0, ""
	if abs, err := filepath.Abs(path); err == nil && w.Top != "" {
		if rel, err := filepath.Rel(w.Top, abs); err == nil && filepath.IsLocal(rel) {
			w.cut, w.before = len(path), rel
			if path == "." {
				w.cut, w.before = 0, rel+string(filepath.Separator)
			}
		}
	}
	st, err := os.Stat(path)
	switch {
	case err != nil:
		w.fail(path, err)
	case st.IsDir():
		if isBare(path) {
			w.note(path + " is a bare repository, which has no files of its own: scrubjay scan --history " + path + " reads what its commits hold")
		}
		w.dir(path, ignoredAbove(path))
	default:
		w.add(walked{path, w.fromTop(path), true})
	}
}

// isBare tells a repository without a work tree by what git itself looks for.
func isBare(dir string) bool {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return filepath.Base(dir) != ".git"
}

// fromTop is the path of a file as it is from the top.
func (w *walk) fromTop(path string) string {
	return strings.TrimPrefix(w.before+path[w.cut:], "."+string(filepath.Separator))
}

func (w *walk) add(f walked) {
	if w.batch = append(w.batch, f); len(w.batch) == batched {
		w.flush()
	}
}

func (w *walk) flush() {
	if len(w.batch) > 0 {
		w.files <- w.batch
		w.batch = make([]walked, 0, batched)
	}
}

func (w *walk) dir(dir string, ignore *ignoreList) {
	err := visit(dir, ignore, func(path string, e fs.DirEntry, ignore *ignoreList) error {
		switch {
		case w.ctx.Err() != nil:
			return w.ctx.Err()
		case e.IsDir():
			w.dir(path, ignore)
		case e.Type().IsRegular():
			w.add(walked{path, w.fromTop(path), false})
		default:
			w.fail(path, errNoFile)
		}
		return nil
	})
	if err != nil && w.ctx.Err() == nil {
		w.fail(dir, err)
	}
}

// visit calls use for what git would look at in a directory and is no link, until use has an error, with the
// patterns that count below it. Where listing ends with an error, what was listed until then is visited.
func visit(dir string, ignore *ignoreList, use func(path string, e fs.DirEntry, ignore *ignoreList) error) error {
	entries, err := os.ReadDir(dir)
	below := dir + string(filepath.Separator)
	switch {
	case dir == ".":
		below = ""
	case os.IsPathSeparator(dir[len(dir)-1]):
		below = dir
	}
	for _, e := range entries {
		if e.Name() == ".gitignore" && e.Type().IsRegular() {
			ignore = newIgnoreList(ignore, ignoreFile(below+".gitignore"), len(below), "")
		}
	}
	for _, e := range entries {
		path := below + e.Name()
		if e.Name() == ".git" || e.Type()&fs.ModeSymlink != 0 || ignore.ignored(path, e.Name(), e.IsDir()) {
			continue
		}
		if err := use(path, e, ignore); err != nil {
			return err
		}
	}
	return err
}

func (w *walk) work() {
	k := w.worker(w.ctx)
	defer k.done()
	for batch := range w.files {
		for _, f := range batch {
			if w.Before != nil {
				w.Before()
			}
			if w.ctx.Err() != nil {
				break
			}
			if err := k.file.open(f.path, f.named); err != nil {
				w.fail(f.path, err)
				continue
			}
			k.outermost(input{name: f.path, path: f.fromTop, r: &k.file, at: &k.file, size: k.file.size()})
			k.file.close()
		}
	}
}

// ignoreFile reads patterns; one that git could not read either has none.
func ignoreFile(path string) string {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() > maxIgnoreFile { // a pipe would be waited for
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// ignoredAbove reads the patterns that reach into a directory from above: those of .git/info/exclude and of every
// .gitignore between the root of its repository and it.
func ignoredAbove(dir string) *ignoreList {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	var above []string // from the directory upwards, the repository's root last
	for at := abs; ; at = filepath.Dir(at) {
		above = append(above, at)
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			break
		}
		if at == filepath.Dir(at) {
			return nil // in no repository
		}
	}
	skip := len(dir) + 1
	switch {
	case dir == ".":
		skip = 0
	case os.IsPathSeparator(dir[len(dir)-1]):
		skip = len(dir)
	}
	between := func(at string) string { // what a path below dir begins with, seen from at
		rel, err := filepath.Rel(at, abs)
		if err != nil || rel == "." {
			return ""
		}
		return filepath.ToSlash(rel) + "/"
	}
	root := above[len(above)-1]
	list := newIgnoreList(nil, ignoreFile(filepath.Join(gitCommonDir(root), "info", "exclude")), skip, between(root))
	for i := len(above) - 1; i > 0; i-- {
		list = newIgnoreList(list, ignoreFile(filepath.Join(above[i], ".gitignore")), skip, between(above[i]))
	}
	return list
}

// gitCommonDir is where the repository of a root is kept; a linked worktree's .git is a file that says where.
func gitCommonDir(root string) string {
	git := filepath.Join(root, ".git")
	follow := func(dir, text string) string {
		if text = strings.TrimSpace(text); !filepath.IsAbs(text) {
			text = filepath.Join(dir, text)
		}
		return text
	}
	if to, ok := strings.CutPrefix(ignoreFile(git), "gitdir:"); ok {
		git = follow(root, to)
		if common := ignoreFile(filepath.Join(git, "commondir")); common != "" {
			git = follow(git, common)
		}
	}
	return git
}
