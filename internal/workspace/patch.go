package workspace

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Patch is what a commit changes in some files, or would change.
type Patch struct {
	// ID is of the files' names, of the lines that go and come and of those around them, so that it stays when the commit is moved or
	// reworded, and not when the lines come elsewhere.
	ID    string
	Paths []string
	// Added are the lines that come.
	Added [][]byte
}

// Commit is one that there is.
type Commit struct {
	// Merge says that it has several parents. What it then has of its own is what differs from all of them.
	Merge                                              bool
	ID                                                 string
	Author, AuthorEmail, Committer, Committed, Message string
}

// StagedPatch is what git commit would change in the files that are wanted.
func (r *Repository) StagedPatch(ctx context.Context, wanted func(path string) bool) (Patch, error) {
	if r.Root == "" {
		return Patch{}, errors.New("a bare repository has nothing staged")
	}
	base := "HEAD"
	if _, err := r.output(ctx, "rev-parse", "--verify", "--quiet", "HEAD"); err != nil {
		// Before the first commit.
		empty, err := r.output(ctx, "hash-object", "-t", "tree", "--stdin")
		if err != nil {
			return Patch{}, err
		}
		base = strings.TrimSpace(empty)
	}
	return r.patch(ctx, wanted, "diff-index", "--cached", base)
}

// CommitPatch is what a commit has changed; of a merge, what differs from all that it merges.
func (r *Repository) CommitPatch(ctx context.Context, id string, wanted func(path string) bool) (Patch, error) {
	return r.patch(ctx, wanted, "diff-tree", "--root", "--cc", "--no-commit-id", "-r", id)
}

// Unchanged says that git commit would record the very contents of the last commit, as when that is only reworded.
func (r *Repository) Unchanged(ctx context.Context) bool {
	_, err := r.output(ctx, "diff-index", "--cached", "--quiet", "HEAD")
	return err == nil
}

// File is what a file holds in a commit; nothing if it is not there.
func (r *Repository) File(ctx context.Context, commit, path string) []byte {
	text, err := r.output(ctx, "cat-file", "blob", commit+":"+path)
	if err != nil {
		return nil
	}
	return []byte(text)
}

// argumentRoom is how much of paths fits a command line on every system.
const argumentRoom = 16 << 10

func (r *Repository) patch(ctx context.Context, wanted func(path string) bool, command ...string) (Patch, error) {
	names, err := r.output(ctx, append(append([]string{command[0]}, "--name-only", "--no-renames", "-z"), command[1:]...)...)
	if err != nil {
		return Patch{}, err
	}
	var p Patch
	for name := range strings.SplitSeq(strings.TrimSuffix(names, "\x00"), "\x00") {
		if name != "" && wanted(name) {
			p.Paths = append(p.Paths, name)
		}
	}
	hash := sha256.New()
	for from := 0; from < len(p.Paths); {
		to, room := from, argumentRoom
		for ; to < len(p.Paths) && (room > 0 || to == from); to++ {
			room -= len(p.Paths[to])
		}
		// From the root, or paths would be those below the current directory. Nothing of the person's own settings counts.
		args := append([]string{"-C", r.top(), command[0], "-p", "-U3", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color",
			"--diff-algorithm=myers", "--src-prefix=a/", "--dst-prefix=b/"}, command[1:]...)
		out, err := r.output(ctx, append(append(args, "--"), p.Paths[from:to]...)...)
		if err != nil {
			return Patch{}, err
		}
		binary := ""
		for line := range strings.SplitSeq(out, "\n") {
			switch {
			case strings.HasPrefix(line, "index "):
				binary = line // names the contents, which an ordinary patch shows
			case strings.HasPrefix(line, "@@"):
			case strings.HasPrefix(line, "Binary files "):
				fmt.Fprintln(hash, binary)
			default:
				fmt.Fprintln(hash, line)
				if added, ok := strings.CutPrefix(line, "+"); ok && !strings.HasPrefix(line, "+++ ") {
					p.Added = append(p.Added, bytes.TrimSpace([]byte(added)))
				}
			}
		}
		from = to
	}
	if len(p.Paths) > 0 {
		p.ID = "sha256:" + hex.EncodeToString(hash.Sum(nil))
	}
	return p, nil
}

func (r *Repository) top() string {
	if r.Root != "" {
		return r.Root
	}
	return "."
}

// Commits are those of a range, the oldest first.
func (r *Repository) Commits(ctx context.Context, span string) ([]Commit, error) {
	if strings.HasPrefix(span, "-") {
		return nil, fmt.Errorf("%q is no range of commits, such as main..HEAD", span)
	}
	out, err := r.output(ctx, "log", "--reverse", "--no-show-signature", "-z", "--format=%H%x01%P%x01%an%x01%ae%x01%ce%x01%cI%x01%B", span, "--")
	if err != nil {
		return nil, err
	}
	var all []Commit
	for record := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		if f := strings.SplitN(record, "\x01", 7); len(f) == 7 {
			all = append(all, Commit{ID: f[0], Merge: strings.Contains(f[1], " "), Author: f[2], AuthorEmail: f[3], Committer: f[4], Committed: f[5], Message: f[6]})
		}
	}
	return all, nil
}

// AddTrailer writes a trailer into a commit's message, in the place of an older one.
func (r *Repository) AddTrailer(ctx context.Context, file, trailer string) error {
	// A message of -m in a merge has no end of a line, and what follows would stand in its subject.
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		if err := os.WriteFile(file, append(text, '\n'), 0o600); err != nil {
			return err
		}
	}
	_, err = r.output(ctx, "interpret-trailers", "--no-divider", "--in-place", "--if-exists", "replace", "--trailer", trailer, file)
	return err
}

// Trailers are those of a commit's message.
func (r *Repository) Trailers(ctx context.Context, message string) ([]string, error) {
	c := r.git(ctx, "interpret-trailers", "--no-divider", "--parse")
	c.Stdin = strings.NewReader(message)
	out, err := c.Output()
	if err != nil {
		return nil, r.problem(ctx, c, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), nil
}

// Private is a path in the repository's own directory, which is in no commit.
func (r *Repository) Private(ctx context.Context, name string) (string, error) {
	out, err := r.output(ctx, "rev-parse", "--path-format=absolute", "--git-path", name)
	return strings.TrimSuffix(out, "\n"), err
}
