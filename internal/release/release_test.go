package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const testVersion, testNumber = "v1.2.3", "1.2.3"

// scratch is where the releases of all tests stand.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "scrubjay-releases-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

// signer is a key of the form that scrubjay policy sign --new-key makes.
var signer = sync.OnceValues(func() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) })

// copyRepository copies what git would commit into another directory, with what npm has installed.
func copyRepository(dir string) error {
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	c := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	c.Dir = root
	out, err := c.Output()
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		info, err := os.Lstat(filepath.Join(root, name))
		if err != nil || !info.Mode().IsRegular() {
			continue // deleted and not yet committed
		}
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return os.Symlink(filepath.Join(root, "clients/vscode/node_modules"), filepath.Join(dir, "clients/vscode/node_modules"))
}

// makeIn makes the signed release of this machine's platform from a copy of the repository.
func makeIn(name string) (*release, error) {
	key, err := signer()
	if err != nil {
		return nil, err
	}
	root := filepath.Join(scratch, name)
	if err := copyRepository(root); err != nil {
		return nil, err
	}
	r := &release{root: root, version: testVersion, time: time.Unix(1_700_000_000, 0).UTC(), platforms: []platform{host()}, key: key, say: io.Discard}
	r.out = filepath.Join(root, "build", "release", testVersion)
	err = r.run(context.Background(), r.out)
	r.out = filepath.Join(root, "build", "release", testVersion)
	return r, err
}

var first = sync.OnceValues(func() (*release, error) { return makeIn("here") })

// made is the release that the tests share.
func made(t *testing.T) *release {
	t.Helper()
	r, err := first()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// run runs a program and answers with all that it says.
func run(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", c.Args, err, out)
	}
	return string(out)
}

// home is the environment of a person who has nothing yet.
func home(t *testing.T, more ...string) []string {
	return append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TERM=dumb"}, more...)
}

// showsItsJob runs the second of the two commands, and looks for what it has to show.
func showsItsJob(t *testing.T, c *exec.Cmd) {
	t.Helper()
	out := run(t, c)
	for _, want := range []string{"what the vendor saw", "none reached the vendor", "all good"} {
		if !strings.Contains(out, want) {
			t.Errorf("%v does not say %q:\n%s", c.Args, want, out)
		}
	}
}

// left are the files that stand below a directory.
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestTwice: made twice, of sources in different directories, in another time zone and with another umask, every file has the same bytes.
func TestTwice(t *testing.T) {
	one := made(t)
	t.Setenv("TZ", "Asia/Tokyo")
	t.Setenv("LC_ALL", "C")
	before := syscall.Umask(0o077)
	defer syscall.Umask(before)
	two, err := makeIn("elsewhere/and/deeper")
	if err != nil {
		t.Fatal(err)
	}
	a, b := left(t, one.out), left(t, two.out)
	if len(a) < 10 || len(a) != len(b) {
		t.Fatalf("%q and %q", a, b)
	}
	for _, name := range a {
		rel, err := filepath.Rel(one.out, name)
		if err != nil {
			t.Fatal(err)
		}
		x, errX := os.ReadFile(name)
		y, errY := os.ReadFile(filepath.Join(two.out, rel))
		if errX != nil || errY != nil || !bytes.Equal(x, y) {
			t.Errorf("%s is another one when it is made elsewhere (%v, %v)", rel, errX, errY)
		}
		if bytes.Contains(x, []byte(scratch)) {
			t.Errorf("%s has in it where it was made", rel)
		}
	}
	os.RemoveAll(two.root)
}

// TestBuildFlags: a release is built as make build builds.
func TestBuildFlags(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	flags := buildFlags("$(VERSION)")
	flags[len(flags)-1] = "'" + flags[len(flags)-1] + "'"
	if want := "CGO_ENABLED=0 go build " + strings.Join(flags, " ") + "\n"; !strings.Contains(string(makefile), want) {
		t.Errorf("the Makefile's GOBUILD is not %s", want)
	}
}

// TestRefusals: what is no version, or no key, makes no release.
func TestRefusals(t *testing.T) {
	for _, version := range []string{"", "1.2.3", "v1.2", "v1.2.3-rc.1", "v1.2.3'; true", "v01.2.3"} {
		r := &release{version: version, say: io.Discard}
		if err := r.run(t.Context(), t.TempDir()+"/x"); err == nil || !strings.Contains(err.Error(), "make release VERSION=") {
			t.Errorf("the version %q: %v", version, err)
		}
	}
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	for what, given := range map[string]string{
		"no such file": filepath.Join(t.TempDir(), "none"), "no PEM": "-----BEGIN", "another curve": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	} {
		if key, err := readKey(given); err == nil || key != nil || !strings.Contains(err.Error(), "SCRUBJAY_RELEASE_KEY") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if key, err := readKey(""); key != nil || err != nil {
		t.Errorf("without a key: %v, %v", key, err)
	}
}
