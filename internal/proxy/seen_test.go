package proxy

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// TestSeen: a text is scanned once, under each name; when it is full the older half goes; other rules scan anew.
func TestSeen(t *testing.T) {
	engine, err := detect.Default().Without("iban") // so that its pointer differs
	if err != nil {
		t.Fatal(err)
	}
	s := new(seen)
	text := []byte("Tr7#kq" + "9Lm2")
	for range 3 {
		if n := len(s.find(engine, []byte("password"), text)); n != 1 {
			t.Fatalf("under its name: %d findings", n)
		}
		if n := len(s.find(engine, []byte("passwor"), append([]byte("d"), text...))); n != 0 {
			t.Fatalf("name and text are taken for one: %d findings", n)
		}
		if n := len(s.find(engine, nil, text)); n != 0 {
			t.Fatalf("without a name: %d findings", n)
		}
	}
	if len(s.young) != 3 {
		t.Errorf("%d texts are remembered", len(s.young))
	}
	for i := range 2 * mostSeen {
		s.find(engine, nil, fmt.Append(nil, i))
		if i%1000 == 0 {
			s.find(engine, []byte("password"), text) // of every turn
		}
	}
	if _, ok := s.get(engine, keyOf([]byte("password"), text)); !ok || len(s.young)+len(s.old) > 2*mostSeen {
		t.Errorf("after many texts: %d and %d, the one of every turn %v", len(s.young), len(s.old), ok)
	}
	if _, ok := s.get(engine, keyOf(nil, text)); ok {
		t.Error("a text of long ago is remembered")
	}
	s.find(detect.Default(), nil, text)
	if len(s.young)+len(s.old) != 1 {
		t.Error("what other rules found is remembered")
	}
}

// TestSeenFindsTheSame: whether remembered or not, the findings are the engine's.
func TestSeenFindsTheSame(t *testing.T) {
	s := new(seen)
	text := []byte(strings.Repeat("mail "+strings.Join([]string{"jan.nowak", "onet.pl"}, "@")+" and call\n", 3))
	want := detect.Default().Find("", text)
	for range 2 {
		if got := s.find(detect.Default(), nil, text); !reflect.DeepEqual(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}
