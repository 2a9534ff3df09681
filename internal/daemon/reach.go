package daemon

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// reachLimit is how long a provider may take to answer a try.
const reachLimit = 8 * time.Second

// reach tries the way to providers: those that doctor names, and those that requests were sent to.
func (d *daemon) reach(m control.Reach) (control.Reached, error) {
	if err := tooNew(m.Version); err != nil {
		return control.Reached{}, err
	}
	d.governance.Reload() // what doctor has read may have changed a moment ago
	settings := d.governance.Settings()
	names := slices.Sorted(slices.Values(slices.Concat(m.Providers, d.front.Asked())))
	names = slices.DeleteFunc(slices.Compact(names), func(name string) bool {
		_, ok := settings.Providers[name]
		return !ok
	})
	ctx, cancel := context.WithTimeout(context.Background(), reachLimit)
	defer cancel()
	out := control.Reached{Providers: make([]control.ReachedProvider, len(names))}
	var all sync.WaitGroup
	for i, name := range names {
		out.Providers[i].Name = name
		all.Go(func() {
			if err := d.front.Reach(ctx, name); err != nil {
				out.Providers[i].Why = err.Error()
			}
		})
	}
	all.Wait()
	return out, nil
}
