package daemon

import (
	"errors"
	"io/fs"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// signals tells of what is out of the ordinary as it happens. What is ordinary it learns of the month's records, once there is an
// exchange: a daemon that serves editors alone does not read them.
type signals struct {
	learn  sync.Once
	mu     sync.Mutex
	finder *audit.Signaller // nil until it has learnt

	telling sync.Mutex
	told    []audit.Signal // the oldest first
}

// mostTold is how many are remembered for the console.
const mostTold = 20

func (s *signals) tell(what audit.Signal) {
	s.telling.Lock()
	defer s.telling.Unlock()
	if s.told = append(s.told, what); len(s.told) > mostTold {
		s.told = slices.Delete(s.told, 0, len(s.told)-mostTold)
	}
}

// latest are the newest first.
func (s *signals) latest() []audit.Signal {
	s.telling.Lock()
	defer s.telling.Unlock()
	all := slices.Clone(s.told)
	slices.Reverse(all)
	return all
}

// Thresholds are those that the settings ask for.
func Thresholds(s policy.Signals) audit.Thresholds {
	return audit.Thresholds{Findings: s.FindingsPerHour, Refusals: s.RefusalsPerHour, Megabytes: s.MegabytesPerHour, Same: s.SameRequest}.Or(audit.Ordinary)
}

// learn reads what the ledger has.
func (d *daemon) learn() {
	learnt := false
	finder := &audit.Signaller{Thresholds: Thresholds(d.governance.Settings().Signals), Signal: func(s audit.Signal) {
		d.signals.tell(s)
		if learnt {
			d.Log.Warn("out of the ordinary", zap.String("kind", s.Kind), zap.String("what", s.Text), zap.String("see", s.Query))
			d.hub.send(control.Event{Kind: "signal", Text: s.Text})
		}
	}}
	if err := audit.ShowOpen(d.State.Dir, func(r audit.Record) error { finder.Add(r); return nil }); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.Log.Warn("what is ordinary is not known", zap.Error(err))
	}
	learnt = true
	d.signals.mu.Lock()
	d.signals.finder = finder
	d.signals.mu.Unlock()
}

func (d *daemon) signal(r audit.Record) {
	d.signals.learn.Do(func() { go d.learn() })
	d.signals.mu.Lock()
	defer d.signals.mu.Unlock()
	if d.signals.finder == nil {
		return
	}
	r.Time = audit.Stamp{Time: time.Now()}
	d.signals.finder.Thresholds = Thresholds(d.governance.Settings().Signals)
	d.signals.finder.Add(r)
}
