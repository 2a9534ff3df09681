package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// mostOfADeb is what a .deb may weigh: people fetch it over a telephone.
const mostOfADeb = 20_000_000

// mostOfAProgram is what a program may have on the disk.
const mostOfAProgram = 40_000_000

// untar unpacks a tar into a directory.
func untar(t *testing.T, in io.Reader, dir string) {
	t.Helper()
	for r := tar.NewReader(in); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			if err := errors.Join(os.MkdirAll(name, 0o755), os.Chmod(name, h.FileInfo().Mode())); err != nil {
				t.Fatal(err)
			}
			continue
		}
		data, err := io.ReadAll(r)
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, data, h.FileInfo().Mode())); err != nil {
			t.Fatal(err)
		}
	}
}

// extract unpacks this machine's archive below a directory.
func extract(t *testing.T, r *release, dir string) {
	t.Helper()
	run(t, exec.Command("tar", "-xzf", filepath.Join(r.out, r.archiveFile(host())), "-C", dir))
}

// unpacked is a program in the archive.
func unpacked(t *testing.T, r *release, name string) string {
	t.Helper()
	dir := t.TempDir()
	extract(t, r, dir)
	return filepath.Join(dir, r.archiveName(host()), name)
}

// asNobody has a program run below a directory as if that were all that there is: no /proc, no home, no names of users.
func asNobody(t *testing.T, root string, c *exec.Cmd) *exec.Cmd {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can change the root directory")
	}
	for dir := root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // t.TempDir is its owner's
			t.Fatal(err)
		}
	}
	// Every container has this one of /dev.
	null := filepath.Join(root, "dev", "null")
	if _, err := os.Stat(null); err != nil {
		if err := errors.Join(os.MkdirAll(filepath.Dir(null), 0o755), syscall.Mknod(null, syscall.S_IFCHR|0o666, 1<<8|3), os.Chmod(null, 0o666)); err != nil {
			t.Skip("no device can be made here: ", err)
		}
	}
	c.Dir = "/"
	c.Env = []string{"PATH=/usr/bin"}
	c.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	return c
}

// findsAPlantedKey writes a key into a file and has the program find it: it exits with 1.
func findsAPlantedKey(t *testing.T, root string, command func(args ...string) *exec.Cmd) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, "tmp", "planted.env"), []byte(strings.Join([]string{"AWS_ACCESS_KEY_ID=AK", "IAQ3EGRZ5TPLW7MNX2\n"}, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	c := command("scan", "/tmp/planted.env")
	out, err := c.CombinedOutput()
	if c.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "aws-access-key") {
		t.Errorf("%v: %v\n%s", c.Args, err, out)
	}
}

// TestArchive: it is unpacked, and its program does its job where there is nothing else.
func TestArchive(t *testing.T) {
	r := made(t)
	root := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(root, "tmp"), 0o777), os.Chmod(filepath.Join(root, "tmp"), 0o777)); err != nil {
		t.Fatal(err)
	}
	extract(t, r, root)
	top := filepath.Join(root, r.archiveName(host()))
	for _, name := range []string{"LICENSE", "NOTICES.txt", "README.md", "completions/scrubjay.bash", "completions/_scrubjay", "completions/scrubjay.fish", "completions/scrubjay.ps1", "man/man1/scrubjay.1", "man/man1/scrubjay-run.1"} {
		if st, err := os.Stat(filepath.Join(top, name)); err != nil || st.Size() < 100 {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := exec.Command(filepath.Join(top, "scrubjay"), "demo")
	c.Env = home(t)
	showsItsJob(t, c)
	command := func(args ...string) *exec.Cmd {
		return asNobody(t, root, exec.Command("/"+r.archiveName(host())+"/scrubjay", args...))
	}
	showsItsJob(t, command("demo"))
	findsAPlantedKey(t, root, command)
}

// TestImage: every standard's rule for an image holds, and its layers are all that the program needs.
func TestImage(t *testing.T) {
	r := made(t)
	if host().os != "linux" {
		t.Skip("images are Linux's")
	}
	dir := t.TempDir()
	data, err := os.ReadFile(filepath.Join(r.out, r.imageFile()))
	if err != nil {
		t.Fatal(err)
	}
	untar(t, bytes.NewReader(data), dir)
	outer, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	list, err := outer.IndexManifest()
	if err != nil || len(list.Manifests) != 1 || list.Manifests[0].Annotations["org.opencontainers.image.ref.name"] != testNumber {
		t.Fatalf("the layout lists %+v, %v", list, err)
	}
	index, err := outer.ImageIndex(list.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Fatal(err)
	}
	images, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, m := range images.Manifests {
		if !m.Platform.Satisfies(v1.Platform{OS: host().os, Architecture: host().arch}) {
			t.Fatalf("an image for %v", m.Platform)
		}
		image, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		config, err := image.ConfigFile()
		if err != nil || config.Config.User != "65532:65532" || strings.Join(config.Config.Entrypoint, " ") != "/usr/bin/scrubjay" {
			t.Errorf("its settings are %+v, %v", config, err)
		}
		layers, err := image.Layers()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range layers {
			in, err := l.Uncompressed()
			if err != nil {
				t.Fatal(err)
			}
			untar(t, in, root)
		}
	}
	if roots, err := os.ReadFile(filepath.Join(root, "etc/ssl/certs/ca-certificates.crt")); err != nil || bytes.Count(roots, []byte("BEGIN CERTIFICATE")) < 100 {
		t.Errorf("%d bytes of certificates: %v", len(roots), err)
	}
	command := func(args ...string) *exec.Cmd { return asNobody(t, root, exec.Command("/usr/bin/scrubjay", args...)) }
	if out := run(t, command("version")); out != "scrubjay "+testVersion+"\n" {
		t.Errorf("it says %q", out)
	}
	findsAPlantedKey(t, root, command)
	showsItsJob(t, command("demo"))
}

// TestDeb: dpkg installs it below a directory, its program does its job, and nothing is left when it is removed.
func TestDeb(t *testing.T) {
	r := made(t)
	deb := filepath.Join(r.out, "scrubjay_"+testNumber+"_"+host().arch+".deb")
	if host().os != "linux" {
		t.Skip("it is Linux's")
	}
	st, err := os.Stat(deb)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the .deb has %.1f MB", float64(st.Size())/1e6)
	for _, p := range programs {
		program, err := os.Stat(unpacked(t, r, p.name))
		if err != nil {
			t.Fatal(err)
		}
		if t.Logf("%s in it has %.1f MB", p.name, float64(program.Size())/1e6); program.Size() > mostOfAProgram {
			t.Errorf("%s has %d bytes, and may have %d", p.name, program.Size(), mostOfAProgram)
		}
	}
	if st.Size() > mostOfADeb {
		t.Errorf("the .deb has %d bytes, and may have %d", st.Size(), mostOfADeb)
	}
	if _, err := exec.LookPath("dpkg"); err != nil || os.Getuid() != 0 {
		t.Skip("dpkg is not here, or this is not root")
	}
	root := t.TempDir()
	for _, dir := range []string{"info", "updates", "triggers"} {
		if err := os.MkdirAll(filepath.Join(root, "var/lib/dpkg", dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "var/lib/dpkg/status"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	dpkg := func(args ...string) string {
		return run(t, exec.Command("dpkg", append([]string{"--root=" + root, "--log=" + filepath.Join(root, "log"), "--path-include=/usr/share/*"}, args...)...))
	}
	dpkg("--install", deb)
	for _, name := range []string{"doc/scrubjay/copyright", "doc/scrubjay/README.md", "man/man1/scrubjay-run.1.gz", "bash-completion/completions/scrubjay", "zsh/vendor-completions/_scrubjay", "fish/vendor_completions.d/scrubjay.fish"} {
		if st, err := os.Stat(filepath.Join(root, "usr/share", name)); err != nil || st.Size() < 100 {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := exec.Command(filepath.Join(root, "usr/bin/scrubjay"), "demo")
	c.Env = home(t)
	showsItsJob(t, c)
	dpkg("--purge", "scrubjay")
	if _, err := os.Stat(filepath.Join(root, "usr")); err == nil {
		if names := left(t, filepath.Join(root, "usr")); len(names) > 0 {
			t.Errorf("removed, it leaves %q", names)
		}
	}
}

// TestRPM is TestDeb with rpm, which Debian has, too.
func TestRPM(t *testing.T) {
	r := made(t)
	tree := os.Getenv("RPM_TREE") // where make test-release has unpacked it
	name, err := exec.LookPath("rpm")
	installed := err == nil
	if !installed {
		name = filepath.Join(tree, "usr/bin/rpm")
		if _, err := os.Stat(name); tree == "" || err != nil {
			t.Skip("rpm is not here")
		}
	}
	found, err := filepath.Glob(filepath.Join(r.out, "*.rpm"))
	if err != nil || len(found) != 1 || os.Getuid() != 0 {
		t.Skipf("%q, %v: there is none, or this is not root", found, err)
	}
	libraries, err := filepath.Glob(filepath.Join(tree, "usr/lib/*-linux-gnu"))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	rpm := func(args ...string) string {
		c := exec.Command(name, append([]string{"--root", root, "--dbpath", "/var/lib/rpm"}, args...)...)
		c.Env = home(t)
		if !installed {
			c.Env = append(c.Env, "LD_LIBRARY_PATH="+strings.Join(libraries, ":"), "RPM_CONFIGDIR="+filepath.Join(tree, "usr/lib/rpm"))
		}
		return run(t, c)
	}
	rpm("--install", found[0])
	if out := rpm("--verify", "scrubjay"); out != "" {
		t.Errorf("installed, it is not what it should be:\n%s", out)
	}
	c := exec.Command(filepath.Join(root, "usr/bin/scrubjay"), "demo")
	c.Env = home(t)
	showsItsJob(t, c)
	rpm("--erase", "scrubjay")
	if _, err := os.Stat(filepath.Join(root, "usr/bin/scrubjay")); err == nil {
		t.Error("removed, it is still there")
	}
}

// TestExtension: the .vsix of this platform has the very program, which may be run, and the version.
func TestExtension(t *testing.T) {
	r := made(t)
	files, err := unzip(filepath.Join(r.out, "scrubjay-"+host().nodeName()+"-"+testNumber+".vsix"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(unpacked(t, r, fullName))
	if err != nil {
		t.Fatal(err)
	}
	same, version := false, ""
	for _, f := range files {
		switch f.name {
		case "extension/bin/" + host().executable("scrubjay"):
			same = bytes.Equal(f.data, program) && f.mode&0o111 == 0o111
		case "extension/package.json":
			var m struct{ Version string }
			if err := json.Unmarshal(f.data, &m); err != nil {
				t.Fatal(err)
			}
			version = m.Version
		}
	}
	if !same || version != testNumber {
		t.Errorf("it has the program: %v, and is version %q", same, version)
	}
}

// TestGzip: what is packed comes out, and has no time or name in it that could differ.
func TestGzip(t *testing.T) {
	data, err := gzipped([]byte("scrubjay"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil || string(out) != "scrubjay" || !z.ModTime.IsZero() || z.Name != "" {
		t.Errorf("%q %v %q %v", out, z.ModTime, z.Name, err)
	}
}
