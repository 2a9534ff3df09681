package audit

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// small opens a ledger whose segments hold three records each.
func small(t *testing.T, dir string, now func() time.Time) *Ledger {
	t.Helper()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	l.limit = 400
	if now != nil {
		l.now = now
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func add(t *testing.T, l *Ledger, n int) {
	t.Helper()
	for range n {
		if err := l.AppendDurable(Record{Kind: "exchange", Provider: "openai"}); err != nil {
			t.Fatal(err)
		}
	}
}

func numbers(t *testing.T, dir string) (all []uint64) {
	t.Helper()
	if err := Show(dir, func(r Record) error { all = append(all, r.Seq); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func upTo(first, last uint64) (all []uint64) {
	for n := first; n <= last; n++ {
		all = append(all, n)
	}
	return all
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := segments(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		names = append(names, filepath.Base(s.path))
	}
	return names
}

// TestSegments: a ledger goes on in another file when one is full, and whatever is done to any of them is named.
func TestSegments(t *testing.T) {
	dir := t.TempDir()
	l := small(t, dir, nil)
	add(t, l, 8)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = small(t, dir, nil)
	add(t, l, 4)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	full := files(t, dir)
	if len(full) < 3 || full[0] != "ledger-000000000001.log" {
		t.Fatalf("segments %q", full)
	}
	if got := numbers(t, dir); !slices.Equal(got, upTo(1, 12)) {
		t.Errorf("shows %v", got)
	}
	if n, err := Verify(dir); n != 12 || err != nil {
		t.Fatalf("verifies %d, %v", n, err)
	}
	second := filepath.Join(dir, full[1])
	whole, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func() error
		want  string
	}{
		"a segment is removed": {func() error { return os.Remove(second) }, "their segment was removed"},
		"the first is removed": {func() error { return os.Remove(filepath.Join(dir, full[0])) }, "records 1 to"},
		"a byte is changed": {func() error {
			return os.WriteFile(second, append(slices.Clone(whole[:len(whole)-3]), 'x', 'y', 'z'), 0o600)
		}, full[1]},
		"its end is cut":       {func() error { return os.Truncate(second, int64(len(whole))-1) }, "is cut off"},
		"it is renamed":        {func() error { return os.Rename(second, filepath.Join(dir, "ledger-000000000099.log")) }, "missing"},
		"the open one is gone": {func() error { return os.Remove(filepath.Join(dir, openSegment)) }, "ledger.log is not there"},
	} {
		kept := map[string][]byte{}
		for _, f := range append(full, openSegment) {
			kept[f], _ = os.ReadFile(filepath.Join(dir, f))
		}
		if err := c.spoil(); err != nil {
			t.Fatal(err)
		}
		if n, err := Verify(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: verifies %d, %v", name, n, err)
		}
		os.Remove(filepath.Join(dir, "ledger-000000000099.log"))
		for f, text := range kept {
			if err := os.WriteFile(filepath.Join(dir, f), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestMonth: each month has segments of its own, so that retention can drop one by its age.
func TestMonth(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 30, 23, 59, 0, 0, time.UTC)
	l := small(t, dir, func() time.Time { return now })
	l.limit = segmentLimit
	add(t, l, 2)
	now = now.Add(2 * time.Minute)
	add(t, l, 2)
	if got := files(t, dir); !slices.Equal(got, []string{segmentName(1)}) {
		t.Errorf("segments %q", got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = small(t, dir, func() time.Time { return now })
	add(t, l, 1)
	if got := numbers(t, dir); !slices.Equal(got, upTo(1, 5)) || len(files(t, dir)) != 1 {
		t.Errorf("shows %v of %q", got, files(t, dir))
	}
}

// TestHalfATurn: wherever a crash leaves the turn from one segment to the next, the ledger goes on.
func TestHalfATurn(t *testing.T) {
	for name, leave := range map[string]func(dir string) error{
		"the next one is there": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, nextSegment), []byte(header), 0o600)
		},
		"it is half written": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, nextSegment), []byte("scrub"), 0o600)
		},
		"the old one is full": func(dir string) error {
			if err := os.WriteFile(filepath.Join(dir, nextSegment), []byte(header), 0o600); err != nil {
				return err
			}
			return rename.File(filepath.Join(dir, openSegment), filepath.Join(dir, segmentName(1)))
		},
	} {
		dir := t.TempDir()
		write(t, dir, 3)
		if err := leave(dir); err != nil {
			t.Fatal(err)
		}
		if n, err := Verify(dir); n != 3 || err != nil {
			t.Errorf("%s: verifies %d before it goes on, %v", name, n, err)
		}
		write(t, dir, 2)
		if got := numbers(t, dir); !slices.Equal(got, upTo(1, 5)) {
			t.Errorf("%s: shows %v", name, got)
		}
		if n, err := Verify(dir); n != 5 || err != nil {
			t.Errorf("%s: verifies %d, %v", name, n, err)
		}
	}
}

// TestRetain: what is older than policy keeps is dropped, by whole segments, and a signed note and a record say so; records
// that are gone without it are missing.
func TestRetain(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	l := small(t, dir, func() time.Time { return now })
	l.limit = segmentLimit
	for range 4 { // January to April
		add(t, l, 3)
		now = now.AddDate(0, 1, 0)
	}
	signer, public, err := Signer(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Sign(dir, signer, now)
	if err != nil {
		t.Fatal(err)
	}
	point, err := OpenCheckpoint(text, public)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := l.Retain(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), "nothing"); d != nil || err != nil {
		t.Errorf("drops %v, %v", d, err)
	}
	d, err := l.Retain(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "records are kept 60 days")
	if err != nil || d == nil || d.Seq != 6 {
		t.Fatalf("drops %v, %v", d, err)
	}
	if want := "records 1 to 6, until 2026-02-10, were dropped on 2026-05-10: records are kept 60 days"; d.String() != want {
		t.Errorf("says %q", d)
	}
	add(t, l, 1)
	if got := numbers(t, dir); !slices.Equal(got, upTo(7, 14)) {
		t.Errorf("shows %v", got)
	}
	if n, err := Verify(dir, point); n != 14 || err != nil {
		t.Errorf("verifies %d, %v", n, err)
	}
	if d, err := l.Retain(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), "records are kept 60 days"); err != nil || d.Seq != 9 {
		t.Errorf("drops %v, %v", d, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, dir, 1)
	if n, err := Verify(dir); n != 16 || err != nil {
		t.Errorf("verifies %d, %v", n, err)
	}
	note, err := os.ReadFile(filepath.Join(dir, droppedFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		note []byte
		want string
	}{
		"the note is gone":    {nil, "records 1 to 9 are missing"},
		"the note is changed": {[]byte(strings.Replace(string(note), "\n9\n", "\n12\n", 1)), "not signed with this installation's key"},
	} {
		if err := os.WriteFile(filepath.Join(dir, droppedFile), c.note, 0o600); err != nil {
			t.Fatal(err)
		}
		if c.note == nil {
			os.Remove(filepath.Join(dir, droppedFile))
		}
		if n, err := Verify(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: verifies %d, %v", name, n, err)
		}
	}
}

// TestKilled: however often the process is killed, no acknowledged record is lost, the chain holds, and a torn end is cut.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("SCRUBJAY_TEST_LEDGER"); dir != "" {
		l := small(t, dir, nil)
		for {
			if err := l.AppendDurable(Record{Kind: "exchange"}); err != nil {
				t.Fatal(err)
			}
			l.mu.Lock()
			seq := l.seq
			l.mu.Unlock()
			fmt.Fprintf(os.Stdout, "\nacknowledged %d\n", seq)
		}
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	times := 25
	if os.Getenv("SOAK") != "" {
		times = 200
	}
	dir := t.TempDir()
	acknowledged := int64(0)
	for range times {
		c := exec.Command(program, "-test.run", "^TestKilled$")
		c.Env = append(os.Environ(), "SCRUBJAY_TEST_LEDGER="+dir)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		// The first acknowledgement says that it runs; then the end may come at any moment.
		lines := bufio.NewScanner(out)
		after, began := time.Duration(rand.IntN(150))*time.Millisecond, false
		for lines.Scan() {
			n, ok := strings.CutPrefix(lines.Text(), "acknowledged ")
			if !ok {
				continue
			}
			if acknowledged, err = strconv.ParseInt(n, 10, 64); err != nil {
				t.Fatal(err)
			}
			if !began {
				began = true
				time.AfterFunc(after, func() { _ = c.Process.Kill() })
			}
		}
		_ = c.Wait() // it was killed
		if !began {
			t.Fatal("it does not run")
		}
		if n, err := Verify(dir); n < acknowledged || err != nil && !strings.Contains(err.Error(), "is cut off") {
			t.Fatalf("verifies %d of %d acknowledged, %v", n, acknowledged, err)
		}
	}
	if got := numbers(t, dir); !slices.Equal(got, upTo(1, uint64(len(got)))) {
		t.Error("the numbers have gaps")
	}
	if len(files(t, dir)) < 3 {
		t.Errorf("it never turned: %q", files(t, dir))
	}
}

// TestHeadFromTheStart: a ledger that has just begun has a head before its first record is durable, so that nobody who looks in
// between takes it for cut.
func TestHeadFromTheStart(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if seq, _, err := readHead(dir); err != nil || seq != 0 {
		t.Errorf("the head says %d, %v", seq, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ledger.head")); err != nil {
		t.Error(err)
	}
	if n, err := Verify(dir); n != 0 || err != nil {
		t.Errorf("%d records, %v", n, err)
	}
}
