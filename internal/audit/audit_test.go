package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

func write(t *testing.T, dir string, n int) {
	t.Helper()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := l.Append(Record{Kind: "exchange", Provider: "openai", Classes: map[string]int{"pii": i}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestChain: what was appended is there after closing and opening again, in order, and verifies.
func TestChain(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 3)
	write(t, dir, 2)
	var kinds []string
	if err := Show(dir, func(r Record) error { kinds = append(kinds, fmt.Sprint(r.Seq, r.Kind)); return nil }); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(kinds, ","); got != "1exchange,2exchange,3exchange,4exchange,5exchange" && got != "1 exchange,2 exchange,3 exchange,4 exchange,5 exchange" {
		t.Errorf("shows %s", got)
	}
	if n, err := Verify(dir); n != 5 || err != nil {
		t.Errorf("verifies %d, %v", n, err)
	}
}

// TestTampering: any changed byte is found, and the first bad record is named.
func TestTampering(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 4)
	path := filepath.Join(dir, "ledger.log")
	whole, _ := os.ReadFile(path)
	var starts []int64
	var end int64
	f, _ := os.Open(path)
	if err := read(f, func(at int64, _ chain, _ *Record, _ []byte) error { starts = append(starts, at); return nil }, &end); err != nil {
		t.Fatal(err)
	}
	f.Close()
	record := func(at int64) (n int) {
		for _, s := range starts {
			if at >= s {
				n++
			}
		}
		return n
	}
	for at := range whole {
		bad := append([]byte(nil), whole...)
		bad[at] ^= 1
		os.WriteFile(path, bad, 0o600)
		_, err := Verify(dir)
		if err == nil {
			t.Fatalf("a changed byte at %d is not noticed", at)
		}
		if n := record(int64(at)); n > 0 && !strings.Contains(err.Error(), fmt.Sprintf("record %d ", n)) {
			t.Fatalf("byte %d of record %d: %v", at, n, err)
		}
	}
	// A record taken out, two exchanged, and the tail cut at a boundary.
	for what, text := range map[string][]byte{
		"removed":   append(append([]byte(nil), whole[:starts[1]]...), whole[starts[2]:]...),
		"exchanged": append(append(append([]byte(nil), whole[:starts[1]]...), whole[starts[2]:starts[3]]...), append(append([]byte(nil), whole[starts[1]:starts[2]]...), whole[starts[3]:]...)...),
		"cut":       whole[:starts[3]],
	} {
		os.WriteFile(path, text, 0o600)
		if n, err := Verify(dir); err == nil {
			t.Errorf("%s: verifies %d records", what, n)
		}
	}
}

// TestTornTail: a crash within a write costs nothing that was acknowledged.
func TestTornTail(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 2)
	path := filepath.Join(dir, "ledger.log")
	f, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	f.Write([]byte{200, 0, 0, 0, 1, 2, 3})
	f.Close()
	write(t, dir, 1)
	if n, err := Verify(dir); n != 3 || err != nil {
		t.Errorf("verifies %d, %v", n, err)
	}
}

// TestDurable: whoever waits is told when the record is on disk; many wait for one sync.
func TestDurable(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := l.AppendDurable(Record{Kind: "exchange"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n, err := Verify(dir); n != 8 || err != nil {
			t.Errorf("verifies %d, %v", n, err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestRefusingDisk: while the disk refuses, Append says so; once it takes records again, none is missing.
func TestRefusingDisk(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		good := l.file
		l.file, _ = os.Open(filepath.Join(dir, "ledger.log")) // not writable
		if err := l.AppendDurable(Record{Kind: "exchange"}); err == nil || l.Err() == nil {
			t.Error("a record that was not written is acknowledged")
		}
		if err := l.Append(Record{Kind: "exchange"}); err == nil {
			t.Error("Append does not say that the disk refuses")
		}
		synctest.Wait()
		l.file.Close()
		l.file = good
		if err := l.AppendDurable(Record{Kind: "exchange"}); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if n, err := Verify(dir); n != 3 || err != nil {
			t.Errorf("verifies %d, %v", n, err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	dir := b.TempDir()
	l, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	for range 10_000 {
		if err := l.Append(Record{Kind: "exchange", Provider: "openai", Model: "m", Classes: map[string]int{"pii": 2}}); err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if n, err := Verify(dir); n != 10_000 || err != nil {
			b.Fatal(n, err)
		}
	}
}
