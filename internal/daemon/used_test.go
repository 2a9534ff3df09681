package daemon

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestUsed: a provider counts for thirty days, over restarts, and a damaged file costs no more than what it held.
func TestUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "used.json")
	day := func(n int) time.Time { return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC) }
	u := openUsed(file)
	for _, went := range []struct {
		provider string
		day      int
	}{{"openai", 1}, {"", 2}, {"anthropic", 20}, {"openai", 2}} {
		if err := u.went(went.provider, day(went.day)); err != nil {
			t.Fatal(err)
		}
	}
	for n, want := range map[int][]string{20: {"anthropic", "openai"}, 32: {"anthropic", "openai"}, 33: {"anthropic"}, 60: nil} {
		if got := openUsed(file).within(day(n)); !slices.Equal(got, want) {
			t.Errorf("on day %d: %q, want %q", n, got, want)
		}
	}
	for _, damaged := range []string{"", "{", "null", `{"openai": 7}`} {
		if err := os.WriteFile(file, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		u := openUsed(file)
		if err := u.went("mistral", day(1)); err != nil || !slices.Equal(openUsed(file).within(day(1)), []string{"mistral"}) {
			t.Errorf("after %q: %v, %q", damaged, err, openUsed(file).within(day(1)))
		}
	}
}

func TestSetUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "assistants")
	if names, err := setUp(dir); err != nil || len(names) != 0 {
		t.Errorf("without the directory: %q, %v", names, err)
	}
	for _, name := range []string{"codex.json", "claude-code.json", "claude-code.json.new"} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if names, err := setUp(dir); err != nil || !slices.Equal(names, []string{"claude-code", "codex"}) {
		t.Errorf("%q, %v", names, err)
	}
}
