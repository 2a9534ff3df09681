package workspace

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// FileLimit is the largest content that is asked of git, which holds it in memory.
const FileLimit = 256 << 20

// Repository is a repository as git itself sees it.
type Repository struct {
	// Root is the work tree's root; empty for a bare repository.
	Root    string
	Shallow bool
	dir     string // where git is run; empty for the current directory
}

// OpenRepository finds the repository that a path belongs to.
func OpenRepository(ctx context.Context, path string) (*Repository, error) {
	r := &Repository{}
	if path != "." {
		// Git's variables are relative to the current directory, so it is left only if it must be.
		r.dir = path
		if st, err := os.Stat(path); err != nil || !st.IsDir() {
			r.dir = filepath.Dir(path)
		}
	}
	out, err := r.output(ctx, "rev-parse", "--is-shallow-repository", "--is-inside-work-tree")
	if err != nil {
		return nil, err
	}
	r.Shallow = strings.HasPrefix(out, "true\n")
	if strings.HasSuffix(out, "\ntrue\n") {
		if out, err = r.output(ctx, "rev-parse", "--show-toplevel"); err != nil {
			return nil, err
		}
		r.Root = filepath.FromSlash(strings.TrimSuffix(out, "\n"))
	}
	return r, nil
}

// git is a git that reads nothing but the repository: no replaced objects, no watcher of the work tree, nothing
// fetched, and messages that can be told apart.
func (r *Repository) git(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "git", append([]string{"--no-replace-objects", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}, args...)...)
	c.Dir = r.dir
	c.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "LC_ALL=C")
	c.Stderr = &bytes.Buffer{}
	return c
}

func (r *Repository) output(ctx context.Context, args ...string) (string, error) {
	c := r.git(ctx, args...)
	out, err := c.Output()
	return string(out), r.problem(ctx, c, err)
}

// problem says what a git that failed has said.
func (r *Repository) problem(ctx context.Context, c *exec.Cmd, err error) error {
	said := ""
	if b, ok := c.Stderr.(*bytes.Buffer); ok {
		said = strings.TrimSpace(b.String())
	}
	switch {
	case err == nil || ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("git is not installed, or not on PATH: --staged and --history ask it")
	case strings.Contains(said, "not a git repository"):
		where := r.dir
		if where == "" {
			where = "the current directory"
		}
		return fmt.Errorf("%s is in no git repository: name a path in one", where)
	case said != "":
		return fmt.Errorf("git: %s", strings.TrimPrefix(said, "fatal: "))
	}
	return fmt.Errorf("git %s: %w", c.Args[len(c.Args)-1], err)
}

// pathspecs are paths as git wants them, below the root. None means everything.
func (r *Repository) pathspecs(paths []string) ([]string, error) {
	specs := []string{"--"}
	for _, p := range paths {
		if p == "." && r.dir == "" || r.Root == "" {
			continue
		}
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, err
		}
		specs = append(specs, abs)
	}
	return specs, nil
}

// blob is a content in git, and the path that it is known by.
type blob struct{ id, path string }

// ahead is how many contents are asked for before the first is answered: git unpacks while we look. Their
// names fit into any system's pipe, so that writing them never waits.
const ahead = 48

// blobs has the contents of a list read, by one git, and calls use for each in the list's order. What is
// missing has a nil reader.
func (r *Repository) blobs(outer context.Context, list iter.Seq2[blob, error], use func(blob, io.Reader, int64)) (err error) {
	ctx, cancel := context.WithCancel(outer)
	defer cancel()
	c := r.git(ctx, "cat-file", "--batch")
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return r.problem(ctx, c, err)
	}
	defer func() {
		if err != nil {
			cancel() // it may be writing what nobody reads
		}
		problem := r.problem(outer, c, c.Wait())
		// Its own words are better than what a broken pipe says.
		if said, ok := c.Stderr.(*bytes.Buffer); err == nil || outer.Err() != nil || problem != nil && ok && said.Len() > 0 {
			err = problem
		}
	}()
	answers := bufio.NewReaderSize(out, 64<<10)
	var asked []blob
	for b, err := range list {
		if err != nil {
			return err
		}
		if _, err := io.WriteString(in, b.id+"\n"); err != nil {
			return err
		}
		if asked = append(asked, b); len(asked) < ahead {
			continue
		}
		if err := answer(answers, asked[0], use); err != nil {
			return err
		}
		asked = append(asked[:0], asked[1:]...)
	}
	if err := in.Close(); err != nil {
		return err
	}
	for _, b := range asked {
		if err := answer(answers, b, use); err != nil {
			return err
		}
	}
	return nil
}

// answer reads one: "id blob size", a line's end, the content, a line's end; or "id missing".
func answer(out *bufio.Reader, b blob, use func(blob, io.Reader, int64)) error {
	line, err := out.ReadString('\n')
	if err != nil {
		return fmt.Errorf("git cat-file: %w", err)
	}
	words := strings.Fields(line)
	if len(words) != 3 {
		use(b, nil, 0)
		return nil
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return fmt.Errorf("git cat-file answers %q", words)
	}
	content := &io.LimitedReader{R: out, N: size}
	use(b, exactly{content}, size)
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}
	if _, err := out.Discard(1); err != nil {
		return fmt.Errorf("git cat-file: %w", err)
	}
	return nil
}

// exactly is an error where a content ends before its size.
type exactly struct{ *io.LimitedReader }

func (e exactly) Read(b []byte) (int, error) {
	n, err := e.LimitedReader.Read(b)
	if err == io.EOF && e.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// scanBlob scans a content.
func (w *worker) scanBlob(b blob, r io.Reader, size int64) {
	name := cmp.Or(b.path, b.id)
	switch {
	case r == nil:
		w.fail(name, errors.New("git does not have its content here: fetch it"))
	case size > FileLimit:
		w.fail(name, errors.New("it is larger than 256 MiB"))
	default:
		w.outermost(input{name: name, path: b.path, r: r, size: size})
	}
}
