// Command release makes all files of a release, the same bytes wherever it runs: archives, packages, an image, an extension,
// what other package managers read, checksums and their signature. It needs no network but Go modules and what npm has
// installed. programs.go says what is built; then a file for each kind, in the order of steps.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const repository = "https://github.com/scrubjay-dev/scrubjay"

// release is one that is being made.
type release struct {
	root      string // the repository
	out       string // where its files go
	work      string // what is gone afterwards
	version   string // as it is tagged: v1.2.3
	time      time.Time
	platforms []platform
	key       *ecdsa.PrivateKey // nil: nothing is signed
	say       io.Writer

	pages pages
	sums  map[string][sha256.Size]byte // of what is written, by its name
}

// steps are in an order: manifests name archives' checksums, and the list of checksums is the last.
var steps = []struct {
	what string
	do   func(*release, context.Context) error
}{
	{"programs", (*release).build},
	{"completions, manual pages, licences", (*release).writePages},
	{"archives", (*release).writeArchives},
	{"bills of materials", (*release).writeSBOMs},
	{".deb and .rpm", (*release).writePackages},
	{"image", (*release).writeImage},
	{"npm", (*release).writeNPM},
	{"VS Code", (*release).writeExtensions},
	{"Homebrew, Scoop, winget", (*release).writeManifests},
	{"install.sh", (*release).writeInstaller},
	{"ci.sh", (*release).writeCI},
	{"checksums", (*release).writeSums},
}

// versioned is what can be a version of every kind of package. VS Code knows no pre-releases.
var versioned = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

// number is the version without its letter, as packages say it.
func (r *release) number() string { return strings.TrimPrefix(r.version, "v") }

// write writes a file of the release.
func (r *release) write(name string, data []byte) error {
	r.sums[name] = sha256.Sum256(data)
	fmt.Fprintf(r.say, "  %9.1f KB  %s\n", float64(len(data))/1024, name)
	file := filepath.Join(r.out, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if filepath.Ext(name) == ".sh" {
		mode = 0o755
	}
	return os.WriteFile(file, data, mode)
}

// run makes the release in the directory dir, which is there only if all went well.
func (r *release) run(ctx context.Context, dir string) (err error) {
	if !versioned.MatchString(r.version) {
		return fmt.Errorf("%q is no version such as v1.2.3: make release VERSION=v1.2.3", r.version)
	}
	if r.work, err = os.MkdirTemp("", "scrubjay-release-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.work)
	r.out, r.sums = dir+".unfinished", map[string][sha256.Size]byte{}
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	for _, s := range steps {
		fmt.Fprintln(r.say, s.what)
		if err := s.do(r, ctx); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(r.out, dir)
}

// commitTime is what a release's files have for their time: $SOURCE_DATE_EPOCH, or when the commit was made.
func commitTime(ctx context.Context, root string) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		c := exec.CommandContext(ctx, "git", "-c", "safe.directory=*", "log", "-1", "--format=%ct")
		c.Dir = root
		out, err := c.Output()
		if err != nil {
			return time.Time{}, errors.New("git does not say when this commit was made: set SOURCE_DATE_EPOCH to its time in seconds")
		}
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is a number of seconds, not %q", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

func main() {
	version := flag.String("version", "", "the version, such as v1.2.3")
	root := flag.String("root", "../..", "the repository")
	out := flag.String("out", "../../build/release", "where a directory of the version's name is made")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := makeRelease(ctx, *version, *root, *out)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func makeRelease(ctx context.Context, version, root, out string) (err error) {
	r := &release{version: version, platforms: platforms, say: os.Stderr}
	if r.root, err = filepath.Abs(root); err != nil {
		return err
	}
	if r.time, err = commitTime(ctx, root); err != nil {
		return err
	}
	if r.key, err = readKey(os.Getenv("SCRUBJAY_RELEASE_KEY")); err != nil {
		return err
	}
	dir := filepath.Join(out, version)
	if err := r.run(ctx, dir); err != nil {
		return err
	}
	fmt.Fprintf(r.say, "\n%s is in %s\n", version, dir)
	if r.key == nil {
		fmt.Fprintln(r.say, "It is NOT signed: set SCRUBJAY_RELEASE_KEY to the key or to its file, and make it again.")
	}
	return nil
}
