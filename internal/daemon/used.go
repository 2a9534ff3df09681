package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// used keeps to which providers requests went, and on which day the last one: editors name no others. The ledger knows
// too, but is long.
type used struct {
	path string

	mu sync.Mutex
	on map[string]string // the day, by provider
}

// usedFor is how many days a provider counts as one that the person uses.
const usedFor = 30

// openUsed reads what was kept. A file that cannot be read counts for nothing: the next request writes it anew.
func openUsed(path string) *used {
	u := &used{path: path, on: map[string]string{}}
	if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &u.on) != nil || u.on == nil {
		u.on = map[string]string{}
	}
	return u
}

// went takes note of a request; the file is written once a day for each provider.
func (u *used) went(provider string, now time.Time) error {
	today := now.Format(time.DateOnly)
	u.mu.Lock()
	defer u.mu.Unlock()
	if provider == "" || u.on[provider] == today {
		return nil
	}
	u.on[provider] = today
	text, err := json.Marshal(u.on)
	if err != nil {
		return err
	}
	if err := os.WriteFile(u.path+".new", text, 0o600); err != nil {
		return fmt.Errorf("which providers are used is not kept: %w", err)
	}
	return rename.File(u.path+".new", u.path)
}

// within are the providers of the last days.
func (u *used) within(now time.Time) []string {
	since := now.AddDate(0, 0, -usedFor).Format(time.DateOnly)
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(u.on)), func(p string) bool { return u.on[p] < since })
}

// setUp are the assistants that have a record of their former settings.
func setUp(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && filepath.Base(name) == name {
			names = append(names, name)
		}
	}
	return names, err
}
