package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
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
	if err := read(f, 1, func(at int64, _ chain, _ uint64, _ []byte) error { starts = append(starts, at); return nil }, &end); err != nil {
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
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkAppend(b *testing.B) {
	l, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	r := Record{
		Kind: "exchange", Provider: "openai", Model: "m", Assistant: "claude-cli/2.0.1", Endpoint: "POST /v1/chat/completions", Verdict: "scrub", Status: 200, Classes: map[string]int{"pii": 2}, Rules: map[string]int{"iban": 2},
		Fingerprints: []string{"i:" + strings.Repeat("0f", 16)}, Revision: "default", BytesOut: 2000, BytesIn: 3000, Millis: 12,
	}
	b.ReportAllocs()
	for b.Loop() {
		for l.Append(r) != nil { // more is pending than is kept: the disk is slower
			runtime.Gosched()
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// TestOpenRemembers: a ledger that ends before its head is not gone on with, or the head would soon be of what is left.
func TestOpenRemembers(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(dir string, whole []byte) error
		want  string
	}{
		"nothing": {func(string, []byte) error { return nil }, ""},
		"the last": {func(dir string, whole []byte) error {
			return os.Truncate(filepath.Join(dir, "ledger.log"), int64(len(whole)-1))
		}, "records 3 to 3 are missing"},
		"all": {func(dir string, _ []byte) error {
			return os.Truncate(filepath.Join(dir, "ledger.log"), int64(len(header)))
		}, "records 1 to 3 are missing"},
		"the file": {func(dir string, _ []byte) error { return os.Remove(filepath.Join(dir, "ledger.log")) }, "records 1 to 3 are missing"},
		"another head": {func(dir string, _ []byte) error {
			return os.WriteFile(filepath.Join(dir, "ledger.head"), []byte("2 "+strings.Repeat("00", 32)+"\n"), 0o600)
		}, "not the one that ledger.head remembers"},
		"a broken head": {func(dir string, _ []byte) error {
			return os.WriteFile(filepath.Join(dir, "ledger.head"), []byte("x"), 0o600)
		}, "not readable"},
		"the head": {func(dir string, _ []byte) error { return os.Remove(filepath.Join(dir, "ledger.head")) }, ""},
	} {
		dir := t.TempDir()
		if !None(dir) {
			t.Error("there is one before it was made")
		}
		l, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := l.AppendDurable(Record{Kind: "start"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		whole, err := os.ReadFile(filepath.Join(dir, "ledger.log"))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.spoil(dir, whole); err != nil {
			t.Fatal(err)
		}
		if None(dir) {
			t.Errorf("%s: none is left", name)
		}
		// Without a head a daemon goes on, because a machine may have stopped before the first was written; who verifies is told.
		if _, verr := Verify(dir); (verr == nil) != (c.want == "" && name != "the head") || errors.Is(verr, os.ErrNotExist) {
			t.Errorf("%s is verified: %v", name, verr)
		}
		l, err = Open(dir)
		if err == nil {
			l.Close()
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "move them away")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
