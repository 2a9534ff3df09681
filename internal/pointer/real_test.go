package pointer

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// These are the real programs; make test brings them.

func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not here; make test brings it where it can be had", p)
		}
	}
}

func must(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", c.Args, err, out)
	}
	return string(out)
}

// keeps puts a value into a store and reads it back; there is no other way to it, and no other value takes its place.
func keeps(t *testing.T, m Machine, pointer string, several bool) {
	t.Helper()
	p, is, err := Parse(pointer)
	if !is || err != nil {
		t.Fatal(pointer, err)
	}
	if _, err := m.Resolve(t.Context(), p); err == nil || !strings.Contains(err.Error(), p.store.cure) {
		t.Fatalf("%s has a value from the start, or does not say what to do: %v", pointer, err)
	}
	value := []byte(`it's "` + rand.Text() + `" $HOME \n ключ`)
	if several {
		value = append(value, "\nand a second line"...)
	}
	if err := m.Keep(t.Context(), p, value); err != nil {
		t.Fatal(err)
	}
	if got, err := m.Resolve(t.Context(), p); err != nil || string(got) != string(value) {
		t.Fatalf("%s comes back as %q: %v", pointer, got, err)
	}
	if err := m.Keep(t.Context(), p, value); err != nil {
		t.Errorf("the same value again: %v", err)
	}
	other := []byte(rand.Text())
	if err := m.Keep(t.Context(), p, other); err == nil || strings.Contains(err.Error(), string(other)) || strings.Contains(err.Error(), string(value)) {
		t.Errorf("another value takes its place, or is said: %v", err)
	}
	if got, err := m.Resolve(t.Context(), p); err != nil || string(got) != string(value) {
		t.Errorf("%s is another value now: %v", pointer, err)
	}
}

func TestPass(t *testing.T) {
	needs(t, "pass", "gpg", "gpgconf")
	home, err := os.MkdirTemp("", "gpg") // the agent's socket has a short path only
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GNUPGHOME", home)
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("PASSWORD_STORE_DIR", filepath.Join(t.TempDir(), "store"))
	must(t, exec.Command("gpg", "--batch", "--passphrase", "", "--quick-generate-key", "Shop <shop@acme.example>", "default", "default", "never"))
	must(t, exec.Command("pass", "init", "shop@acme.example"))
	m := Machine{Environment: os.Environ(), Folder: t.TempDir()}
	keeps(t, m, "pass://shop/api key", false)

	entry, _, _ := Parse("pass://shop/key")
	if err := m.Keep(t.Context(), entry, []byte("two\nlines")); err == nil {
		t.Error("pass has passwords of one line")
	}
	// An entry that cannot be read is somebody's, too.
	store := os.Getenv("PASSWORD_STORE_DIR")
	if err := os.WriteFile(filepath.Join(store, "shop", "key.gpg"), []byte("not for us"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.Keep(t.Context(), entry, []byte("value")); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("an entry that cannot be read was written over: %v", err)
	}
	if out := must(t, exec.Command("pass", "show", "shop/api key")); !strings.HasPrefix(out, "it's ") {
		t.Error("pass itself shows something else")
	}
}

func TestSOPS(t *testing.T) {
	needs(t, "sops", "age-keygen")
	folder := t.TempDir()
	keys := filepath.Join(t.TempDir(), "keys.txt")
	must(t, exec.Command("age-keygen", "-o", keys))
	recipient := strings.TrimSpace(must(t, exec.Command("age-keygen", "-y", keys)))
	for name, text := range map[string]string{
		filepath.Join(folder, ".sops.yaml"): "creation_rules:\n  - age: " + recipient + "\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := Machine{Environment: append(os.Environ(), "SOPS_AGE_KEY_FILE="+keys), Folder: folder}
	for _, name := range []string{"secrets.enc.yaml", "secrets.enc.json"} {
		keeps(t, m, "sops://"+name+"#API_KEY", true) // the file is made
		keeps(t, m, "sops://"+name+"#OTHER", true)   // it is there
		keeps(t, m, "sops://"+filepath.Join(folder, name)+"#THIRD", true)
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "API_KEY") || strings.Contains(string(text), "second line") {
			t.Errorf("%s is not encrypted, or the first value is gone", name)
		}
	}
	// As somebody wrote it by hand, further down.
	nested := must(t, encrypt(t, m, "{db: {password: hidden}}"))
	if err := os.WriteFile(filepath.Join(folder, "nested.yaml"), []byte(nested), 0o600); err != nil {
		t.Fatal(err)
	}
	p, _, _ := Parse("sops://nested.yaml#db/password")
	if got, err := m.Resolve(t.Context(), p); err != nil || string(got) != "hidden" {
		t.Errorf("%q, %v", got, err)
	}
	// Without the key.
	m.Environment = append(m.Environment, "SOPS_AGE_KEY_FILE="+keys+".gone")
	if _, err := m.Resolve(t.Context(), p); err == nil || !strings.Contains(err.Error(), "Failed to get the data key") {
		t.Errorf("it does not say what sops said: %v", err)
	}
}

func encrypt(t *testing.T, m Machine, text string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), "sops", "encrypt", "--filename-override", "nested.yaml", "--input-type", "yaml", "--output-type", "yaml")
	c.Env, c.Dir, c.Stdin = m.Environment, m.Folder, strings.NewReader(text)
	return c
}

// TestKeyring is in a session of its own, so that it neither needs nor touches the one of whoever runs it.
func TestKeyring(t *testing.T) {
	const inside = "SCRUBJAY_TEST_KEYRING"
	if os.Getenv(inside) == "" {
		needs(t, "dbus-run-session", "gnome-keyring-daemon")
		home := t.TempDir()
		c := exec.CommandContext(t.Context(), "dbus-run-session", "--", os.Args[0], "-test.run", "^TestKeyring$", "-test.v")
		c.Env = append(os.Environ(), inside+"=1", "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_RUNTIME_DIR="+home)
		if out := must(t, c); !strings.Contains(out, "--- PASS: TestKeyring") {
			t.Errorf("it was not run:\n%s", out)
		}
		return
	}
	daemon, err := exec.LookPath("gnome-keyring-daemon")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), daemon, "--unlock", "--components=secrets")
	c.Stdin, c.Env = strings.NewReader("unlocked"), os.Environ()
	// Where it is unpacked and not installed its libraries are beside it.
	if libraries, _ := filepath.Glob(filepath.Join(filepath.Dir(daemon), "../lib/*-linux-gnu/libgck-1.so.0")); len(libraries) == 1 {
		c.Env = append(c.Env, "LD_LIBRARY_PATH="+filepath.Dir(libraries[0]))
	}
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	owned := make(chan *dbus.Signal, 8)
	bus.Signal(owned)
	if err := bus.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, "org.freedesktop.secrets")); err != nil {
		t.Fatal(err)
	}
	if err := c.Run(); err != nil { // it goes on in the background, and ends with the session
		t.Fatal(err)
	}
	late := time.After(30 * time.Second)
	for there := false; !there; {
		select {
		case s := <-owned: // this connection has a name, too, and is told of it
			there = s.Body[0] == "org.freedesktop.secrets"
		case <-late:
			t.Fatal("gnome-keyring-daemon does not offer the Secret Service")
		}
	}
	keeps(t, Machine{}, "keyring://shop/api", true)
}
