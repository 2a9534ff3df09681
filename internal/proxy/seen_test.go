package proxy

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// TestSeen: a text is scanned once, under each name; when it is full the older half goes; other rules scan anew.
func TestSeen(t *testing.T) {
	engine, err := detect.Default().Without("iban") // so that its pointer differs
	if err != nil {
		t.Fatal(err)
	}
	s, vault := new(seen), openVault(t)
	find := func(engine *detect.Engine, name, text []byte) int {
		t := &told{key: keyOf(name, 0, text, 0)}
		s.scan(engine, t, func() []byte { return name }, func() []byte { return text })
		s.look(engine, vault, t, func() []byte { return text }, nil)
		findings, _ := t.has.all()
		return len(findings)
	}
	text := []byte("Tr7#kq" + "9Lm2")
	for range 3 {
		if n := find(engine, []byte("password"), text); n != 1 {
			t.Fatalf("under its name: %d findings", n)
		}
		if n := find(engine, []byte("passwor"), append([]byte("d"), text...)); n != 0 {
			t.Fatalf("name and text are taken for one: %d findings", n)
		}
		if n := find(engine, nil, text); n != 0 {
			t.Fatalf("without a name: %d findings", n)
		}
	}
	if len(s.young) != 3 {
		t.Errorf("%d texts are remembered", len(s.young))
	}
	for i := range 2 * mostSeen {
		find(engine, nil, fmt.Append(nil, i))
		if i%1000 == 0 {
			find(engine, []byte("password"), text) // of every turn
		}
	}
	if _, ok := s.get(engine, keyOf([]byte("password"), 0, text, 0)); !ok || len(s.young)+len(s.old) > 2*mostSeen {
		t.Errorf("after many texts: %d and %d, the one of every turn %v", len(s.young), len(s.old), ok)
	}
	if _, ok := s.get(engine, keyOf(nil, 0, text, 0)); ok {
		t.Error("a text of long ago is remembered")
	}
	find(detect.Default(), nil, text)
	if len(s.young)+len(s.old) != 1 {
		t.Error("what other rules found is remembered")
	}
}

// TestSeenFindsTheSame: whether remembered or not, the findings are the engine's, and what the vault has learnt
// since is found, too.
func TestSeenFindsTheSame(t *testing.T) {
	s, vault := new(seen), openVault(t)
	address := strings.Join([]string{"jan.nowak", "onet.pl"}, "@")
	text := []byte(strings.Repeat("mail "+address+" of sparrow-house and call\n", 3))
	want := detect.Default().Find("", text)
	find := func(known int) {
		t.Helper()
		for range 2 {
			told := &told{key: keyOf(nil, 0, text, 0)}
			s.scan(detect.Default(), told, nil, func() []byte { return text })
			s.look(detect.Default(), vault, told, func() []byte { return text }, nil)
			findings, matches := told.has.all()
			if !reflect.DeepEqual(findings, want) || len(matches) != known {
				t.Errorf("%v, want %v; and %d known values, want %d", findings, want, len(matches), known)
			}
		}
	}
	find(0)
	if _, err := vault.Issue(redact.Wire, "openai", []redact.Value{{Type: "EMAIL", Rule: "email", Class: detect.PII, Bytes: []byte(address)}}); err != nil {
		t.Fatal(err)
	}
	find(3)
	vault.Secrets().Set("here", [][]byte{[]byte("sparrow-house")})
	find(6)
	vault.Secrets().Set("here", nil)
	find(3)
}

func openVault(t *testing.T) *redact.Vault {
	t.Helper()
	vault, err := redact.OpenVault(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := vault.Close(); err != nil {
			t.Error(err)
		}
	})
	return vault
}
