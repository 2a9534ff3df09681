package daemon

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// pause is that nothing is scrubbed for some minutes, because the person said so. It is in memory alone: the next daemon scrubs.
type pause struct {
	mu    sync.Mutex
	of    *control.Paused // nil while scrubbing goes on
	began time.Time       // by the clock that nobody sets
	whole time.Duration
	timer *time.Timer
}

// over tells that a pause has ended: by the clock that nobody sets, or by the wall's, wherever that has jumped.
func over(began, until, now time.Time, elapsed, whole time.Duration) bool {
	return elapsed >= whole || !now.Before(until) || now.Before(began)
}

// pauseFor begins a pause. It is on disk before anything goes out unscrubbed.
func (d *daemon) pauseFor(m control.Pause) (control.Paused, error) {
	if err := tooNew(m.Version); err != nil {
		return control.Paused{}, err
	}
	if m.For <= 0 || m.For > control.LongestPause {
		return control.Paused{}, fmt.Errorf("scrubbing can be paused for %s at most", spoken(control.LongestPause))
	}
	d.governance.Settings() // which reads files that have changed
	if why := d.governance.Policy().Layers().PauseRefused(); why != "" {
		return control.Paused{}, errors.New(why)
	}
	p := &d.pause
	p.mu.Lock()
	defer p.mu.Unlock()
	began := time.Now()
	of := control.Paused{Until: began.Add(m.For).Round(0), By: asker(m.By)}
	if err := d.ledger.AppendDurable(audit.Record{Kind: "pause", Note: "begun", Revision: d.governance.Revision(), Authorisations: []string{authorised(of)}}); err != nil {
		return control.Paused{}, fmt.Errorf("scrubbing goes on, because the pause could not be recorded: %w", err)
	}
	if p.timer != nil {
		p.timer.Stop()
	}
	p.of, p.began, p.whole = &of, began, m.For
	p.timer = time.AfterFunc(m.For, func() { d.pausedNow() })
	d.hub.send(control.Event{Kind: "pause", Text: "nothing is scrubbed until " + of.Until.Local().Format("15:04")})
	return of, nil
}

// resume ends a pause before its time.
func (d *daemon) resume(m control.Resume) (control.Resumed, error) {
	return control.Resumed{WasPaused: d.unpause(asker(m.By) + " ended it")}, tooNew(m.Version)
}

// unpause ends a pause, if there is one.
func (d *daemon) unpause(why string) bool {
	d.pause.mu.Lock()
	defer d.pause.mu.Unlock()
	return d.unpauseLocked(why)
}

func (d *daemon) unpauseLocked(why string) bool {
	p := &d.pause
	if p.of == nil {
		return false
	}
	p.timer.Stop()
	p.of = nil
	if err := d.ledger.AppendDurable(audit.Record{Kind: "pause", Note: "ended", Reasons: []string{why}}); err != nil {
		d.Log.Error("not recorded", zap.Error(err))
	}
	d.hub.send(control.Event{Kind: "pause", Text: "scrubbing goes on: " + why})
	return true
}

// pausedNow is the pause that there is. One whose time is over, or that policy does not allow any more, ends here.
func (d *daemon) pausedNow() *control.Paused {
	p := &d.pause
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		return nil
	}
	if over(p.began.Round(0), p.of.Until, time.Now().Round(0), time.Since(p.began), p.whole) {
		d.unpauseLocked("its time was over")
		return nil
	}
	if d.governance.Policy().Layers().PauseRefused() != "" {
		d.unpauseLocked("policy does not allow it any more")
		return nil
	}
	of := *p.of
	return &of
}

// paused says by whose word the proxy lets values go now, if it does.
func (d *daemon) paused() (by string, ok bool) {
	of := d.pausedNow()
	if of == nil {
		return "", false
	}
	return authorised(*of), true
}

// pausedBy begins an authorisation that is a pause.
const pausedBy = "paused by "

func authorised(of control.Paused) string {
	return pausedBy + of.By + " until " + of.Until.UTC().Format(time.RFC3339)
}

func whilePaused(authorisations []string) bool {
	return slices.ContainsFunc(authorisations, func(a string) bool { return strings.HasPrefix(a, pausedBy) })
}

// longestAsker is how much of a program's own name is kept.
const longestAsker = 60

// asker is who asked, as that names itself.
func asker(by string) string {
	by = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, by))
	if by == "" {
		return "a program without a name"
	}
	if len(by) > longestAsker {
		by = strings.ToValidUTF8(by[:longestAsker], "")
	}
	return by
}

func spoken(d time.Duration) string { return fmt.Sprintf("%d minutes", int(d.Minutes())) }
