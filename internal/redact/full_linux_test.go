package redact

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFullDisk: when the disk takes no more, Issue is an error, what was there stays, and the file is
// whole. A limit on file sizes stands for the disk: the kernel cuts the write short in the same way.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("SCRUBJAY_TEST_FULL"); dir != "" {
		fillVault(t, dir)
		return
	}
	dir := t.TempDir()
	v := open(t, dir)
	p, err := v.Issue(File, "", []Value{secret(1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
	cmd.Env = append(os.Environ(), "SCRUBJAY_TEST_FULL="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	v = open(t, dir)
	defer v.Close()
	if _, ok := v.FromFile(p[0]); !ok {
		t.Error("the value from before is lost")
	}
	if _, err := os.Stat(filepath.Join(dir, "vault.torn")); err == nil {
		t.Error("the failed write was left in the file")
	}
}

func fillVault(t *testing.T, dir string) {
	v := open(t, dir)
	signal.Ignore(syscall.SIGXFSZ)
	limit := uint64(v.journal.size) + 40
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		t.Fatal(err)
	}
	if p, err := v.Issue(File, "", []Value{secret(2)}); err == nil {
		t.Fatalf("issued %v to a full disk", p)
	}
	if _, err := v.Issue(File, "", []Value{secret(1)}); err != nil {
		t.Errorf("what is in the vault already needs no room: %v", err)
	}
}
