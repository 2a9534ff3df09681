package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// mirror serves a release's files, and others instead where it is told to. A nil file is not there.
func mirror(t *testing.T, r *release, instead map[string][]byte) string {
	t.Helper()
	files := http.FileServer(http.Dir(r.out))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		data, other := instead[strings.TrimPrefix(q.URL.Path, "/")]
		switch {
		case other && data == nil:
			http.NotFound(w, q)
		case other:
			w.Write(data)
		default:
			files.ServeHTTP(w, q)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// tools is a directory with the tools that install.sh needs, less some.
func tools(t *testing.T, without ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, tool := range []string{"sh", "awk", "cat", "chmod", "cp", "curl", "cut", "gzip", "id", "mkdir", "mktemp", "mv", "openssl", "rm", "sha256sum", "tar", "uname", "wget"} {
		place, err := exec.LookPath(tool)
		if err != nil || slices.Contains(without, tool) {
			continue
		}
		if err := os.Symlink(place, filepath.Join(dir, tool)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestInstaller: install.sh installs what is as it was released, over an older one too, and otherwise leaves everything alone.
func TestInstaller(t *testing.T) {
	for _, tool := range []string{"curl", "openssl", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not here")
		}
	}
	r := made(t)
	archive := r.archiveFile(host())
	tampered := slices.Clone(read(t, filepath.Join(r.out, archive)))
	tampered[len(tampered)/2] ^= 1
	// Somebody who can change the files changes the list with them.
	forged := []byte(strings.Replace(string(read(t, filepath.Join(r.out, sumsFile))), fmt.Sprintf("%x", r.sums[archive]), fmt.Sprintf("%x", sha256.Sum256(tampered)), 1))

	for _, c := range []struct {
		what     string
		instead  map[string][]byte
		without  []string
		says     string
		installs bool
	}{
		{what: "as it was released", says: "next: scrubjay demo", installs: true},
		{what: "with wget", without: []string{"curl"}, says: "next: scrubjay demo", installs: true},
		{what: "without openssl", without: []string{"openssl"}, says: "the signature is not", installs: true},
		{what: "with openssl's checksums", without: []string{"sha256sum"}, says: "next: scrubjay demo", installs: true},
		{what: "a changed archive", instead: map[string][]byte{archive: tampered}, says: "is not what SHA256SUMS says"},
		{what: "a changed archive, without openssl", instead: map[string][]byte{archive: tampered}, without: []string{"openssl"}, says: "is not what SHA256SUMS says"},
		{what: "an archive cut off", instead: map[string][]byte{archive: tampered[:1000]}, says: "is not what SHA256SUMS says"},
		{what: "a forged list", instead: map[string][]byte{sumsFile: forged, archive: tampered}, says: "the signature of SHA256SUMS is not the release's"},
		{what: "a list of nothing", instead: map[string][]byte{sumsFile: {'\n'}}, without: []string{"openssl"}, says: "does not list"},
		{what: "no signature", instead: map[string][]byte{signatureFile: nil}, says: "cannot be fetched"},
		{what: "no archive", instead: map[string][]byte{archive: nil}, says: "cannot be fetched"},
		{what: "nothing to fetch with", without: []string{"curl", "wget"}, says: "this needs curl or wget"},
		{what: "nothing to verify with", without: []string{"sha256sum", "openssl"}, says: "this needs sha256sum"},
	} {
		t.Run(c.what, func(t *testing.T) {
			if c.what == "with wget" {
				if _, err := exec.LookPath("wget"); err != nil {
					t.Skip("wget is not here")
				}
			}
			dir, temporary := t.TempDir(), t.TempDir()
			old := filepath.Join(dir, "scrubjay")
			if err := os.WriteFile(old, []byte("an older one"), 0o755); err != nil {
				t.Fatal(err)
			}
			sh := exec.Command("sh", filepath.Join(r.out, "install.sh"))
			sh.Env = []string{"HOME=" + t.TempDir(), "PATH=" + tools(t, c.without...), "TMPDIR=" + temporary, "SCRUBJAY_BASE_URL=" + mirror(t, r, c.instead), "SCRUBJAY_INSTALL_DIR=" + dir}
			out, err := sh.CombinedOutput()
			if (err == nil) != c.installs || !strings.Contains(string(out), c.says) || c.installs == strings.Contains(string(out), "nothing was installed") {
				t.Errorf("%v\n%s", err, out)
			}
			if names := left(t, temporary); len(names) > 0 {
				t.Errorf("it leaves %q", names)
			}
			want := 1 // the older one
			if c.installs {
				want = len(programs)
			}
			if names := left(t, dir); len(names) != want {
				t.Errorf("where programs go there are %q", names)
			}
			if !c.installs {
				if string(read(t, old)) != "an older one" {
					t.Error("the older program was changed")
				}
				return
			}
			if out := run(t, exec.Command(old, "version")); out != "scrubjay "+testVersion+"\n" {
				t.Errorf("it says %q", out)
			}
		})
	}
}

// TestInstallerCutOff: what sh has read of a script that was cut off on its way does nothing, wherever that was.
func TestInstallerCutOff(t *testing.T) {
	r := made(t)
	script := string(read(t, filepath.Join(r.out, "install.sh")))
	where := mirror(t, r, nil)
	for n := 0; n < len(script)-len("main\n"); n += 97 {
		dir := t.TempDir()
		sh := exec.Command("sh")
		sh.Stdin = strings.NewReader(script[:n])
		sh.Env = []string{"HOME=" + t.TempDir(), "PATH=" + tools(t), "SCRUBJAY_BASE_URL=" + where, "SCRUBJAY_INSTALL_DIR=" + dir}
		sh.CombinedOutput()
		if names := left(t, dir); len(names) > 0 {
			t.Fatalf("of %d bytes it installs %q", n, names)
		}
	}
}

// TestInstallerOfAPerson: who is not root gets it in ~/.local/bin, and is told how to find it; then it does its job.
func TestInstallerOfAPerson(t *testing.T) {
	r := made(t)
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	place := t.TempDir()
	for dir := place; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	person := filepath.Join(place, "person")
	if err := os.Mkdir(person, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(person, 65532, 65532); err != nil {
		t.Fatal(err)
	}
	as := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Dir = person
		c.Env = []string{"HOME=" + person, "TMPDIR=" + person, "PATH=" + os.Getenv("PATH"), "TERM=dumb", "SCRUBJAY_BASE_URL=" + mirror(t, r, nil)}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		return c
	}
	sh := as("sh")
	sh.Stdin = strings.NewReader(string(read(t, filepath.Join(r.out, "install.sh"))))
	if out := run(t, sh); !strings.Contains(out, "is not on your PATH") {
		t.Errorf("it does not say what to do about PATH:\n%s", out)
	}
	showsItsJob(t, as(filepath.Join(person, ".local/bin/scrubjay"), "demo"))
}
