package daemon

import (
	"context"
	"net/http"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/opa"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// Governance is what is in force in this process: settings, policy and the rules that follow from them.
// Daemon and language server have one each, from the same files and the same bundle.
type Governance struct {
	// Watch is told of every change. It is set before Run.
	Watch func(Change)

	state  installation.State
	config string
	log    *zap.Logger
	policy *opa.Engine

	reading sync.Mutex // held while the settings are read
	mu      sync.Mutex
	source  *opa.Source // nil without an organisation
	from    *policy.Organisation
	// renewed is closed when there is another source.
	renewed chan struct{}
	changed chan struct{} // closed when other settings or another policy come into force; nil if nobody waits for that
	looked  time.Time     // when the settings' files were last looked at
	stamped [2]time.Time  // what they looked like
	engine  atomic.Pointer[detect.Engine]
}

// Change is one change of what is in force, or a bundle that was refused.
type Change struct {
	Revision string
	Refused  string
}

// NewGovernance reads the settings and the last good policy. program is the version of this one.
func NewGovernance(state installation.State, config, program string, log *zap.Logger) (*Governance, error) {
	layers, err := loadLayers(config)
	if err != nil {
		return nil, err
	}
	e, err := opa.NewEngine(opa.Options{Layers: layers, Who: policy.Who{User: audit.Account(), Machine: audit.Host(), Program: program}})
	if err != nil {
		return nil, err
	}
	g := &Governance{state: state, config: config, log: log, policy: e, Watch: func(Change) {}, renewed: make(chan struct{})}
	g.looked, g.stamped = time.Now(), g.stamp()
	g.followOrganisation()
	return g, g.followSettings()
}

// followOrganisation makes the source that the settings name now, and has it put this machine's last good bundle in force.
func (g *Governance) followOrganisation() {
	o := g.policy.Layers().Organisation()
	g.mu.Lock()
	if reflect.DeepEqual(o, g.from) {
		g.mu.Unlock()
		return
	}
	var source *opa.Source
	if o != nil {
		source = opa.NewSource(opa.SourceOptions{
			Engine: g.policy, Organisation: *o, StateDir: g.state.Dir, Prepare: g.prepare, OnSwap: g.swapped, OnRefuse: g.refusal, OnPoll: func() { g.Settings() },
			Client: g.Client(),
		})
	}
	g.source, g.from = source, o
	close(g.renewed)
	g.renewed = make(chan struct{})
	g.mu.Unlock()
	if source != nil {
		// A last good bundle that cannot be used was told to refusal; the engine is stale then, and says so.
		_ = source.Load()
	}
}

// Client asks servers of the organisation's, and believes those that the setting ca_file names.
func (g *Governance) Client() *http.Client {
	return &http.Client{Transport: &trusting{trust: &trust{file: func() string { return g.policy.Settings().CAFile }}}}
}

func loadLayers(config string) (*policy.Layers, error) {
	paths, err := policy.DefaultPaths(config)
	if err != nil {
		return nil, err
	}
	return policy.LoadSettings(paths)
}

// Engine finds with the rules in force.
func (g *Governance) Engine() *detect.Engine { return g.engine.Load() }

// Policy decides.
func (g *Governance) Policy() *opa.Engine { return g.policy }

// Settings are those that the wire obeys. A file that has changed is read first; the files are looked at
// once a second at most, and never while nothing happens.
func (g *Governance) Settings() policy.Settings {
	now := time.Now()
	g.mu.Lock()
	look := now.Sub(g.looked) > time.Second
	changed := false
	if look {
		g.looked = now
		stamp := g.stamp()
		changed = stamp != g.stamped
		g.stamped = stamp
	}
	g.mu.Unlock()
	if changed {
		g.Reload()
	}
	return g.policy.Settings()
}

// stamp tells two states of the settings' files apart.
func (g *Governance) stamp() (s [2]time.Time) {
	paths, err := policy.DefaultPaths(g.config)
	if err != nil {
		return s
	}
	for i, path := range []string{paths.Managed, paths.User} {
		if st, err := os.Stat(path); err == nil {
			s[i] = st.ModTime()
		}
	}
	return s
}

// Revision names the policy in force.
func (g *Governance) Revision() string { return g.policy.Status().Revision }

// Refused says why the newest bundle was not taken, or nothing.
func (g *Governance) Refused() string { return g.Standing().Refused }

// Standing is the state of the policy, for people.
func (g *Governance) Standing() control.Policy {
	status := g.policy.Status()
	p := control.Policy{
		Revision: status.Revision, Organised: status.Organised, Sequence: status.Sequence, Since: status.Since, Expires: status.Expires,
		Keys: status.Keys, Stale: status.Stale, Outdated: status.Outdated,
	}
	p.Ignored, p.PauseRefused = g.SettingsNotes(), g.policy.Layers().PauseRefused()
	for _, e := range g.policy.Layers().Decided() {
		p.Decided = append(p.Decided, control.Setting{Name: e.Name, Value: e.Value, From: e.From})
	}
	g.mu.Lock()
	source := g.source
	g.mu.Unlock()
	if source == nil {
		return p
	}
	p.Waits = source.Waiting()
	unreachable, refused := source.Troubles()
	if unreachable.Err != nil {
		p.Unreachable, p.UnreachableSince = unreachable.Error(), &unreachable.Since
	}
	if refused.Err != nil {
		p.Refused, p.RefusedSince = refused.Error(), &refused.Since
	}
	return p
}

// Poll asks the organisation's server once, for a command that is not beside a daemon.
func (g *Governance) Poll(ctx context.Context) {
	g.mu.Lock()
	source := g.source
	g.mu.Unlock()
	if source != nil {
		_ = source.Poll(ctx) // Standing has it
	}
}

// Reload reads the settings' files again. What cannot be understood leaves the old settings in force.
func (g *Governance) Reload() {
	g.reading.Lock()
	defer g.reading.Unlock()
	layers, err := loadLayers(g.config)
	if err != nil {
		g.log.Warn("the settings stay as they were", zap.Error(err))
		return
	}
	before := g.Revision()
	g.policy.Reload(layers)
	g.followOrganisation()
	if err := g.followSettings(); err != nil {
		g.log.Warn("the rules stay as they were", zap.Error(err))
	}
	if now := g.Revision(); now != before && g.policy.Status().Sequence == 0 {
		g.Watch(Change{Revision: now}) // a bundle that came into force was told by swapped
	}
}

// followSettings makes the engine that the settings ask for.
func (g *Governance) followSettings() error {
	e, err := policy.EngineFor(g.policy.Settings())
	if err != nil {
		return err
	}
	g.engine.Store(e)
	g.hasChanged()
	return nil
}

// Changed is closed when other settings or another policy come into force.
func (g *Governance) Changed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.changed == nil {
		g.changed = make(chan struct{})
	}
	return g.changed
}

func (g *Governance) hasChanged() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// prepare makes the engine that a bundle asks for before the bundle is in force, so that policy and rules change together.
func (g *Governance) prepare(s policy.Settings) (inForce func()) {
	e, err := policy.EngineFor(s)
	return func() {
		switch {
		case err != nil:
			g.log.Warn("the rules stay as they were", zap.Error(err))
		case reflect.DeepEqual(s, g.policy.Settings()):
			g.engine.Store(e)
			g.hasChanged()
		default: // the person's own settings have changed meanwhile
			if err := g.followSettings(); err != nil {
				g.log.Warn("the rules stay as they were", zap.Error(err))
			}
		}
	}
}

// Run polls for the organisation's policy until ctx ends, of whichever organisation the settings name.
func (g *Governance) Run(ctx context.Context) {
	for ctx.Err() == nil {
		g.mu.Lock()
		source, renewed := g.source, g.renewed
		g.mu.Unlock()
		if source == nil {
			select {
			case <-ctx.Done():
			case <-renewed:
			}
			continue
		}
		polling, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			source.Run(polling)
		}()
		select {
		case <-ctx.Done():
		case <-renewed:
		}
		stop()
		<-done
	}
}

func (g *Governance) swapped(revision string) { g.Watch(Change{Revision: revision}) }

func (g *Governance) refusal(r opa.Refusal) {
	g.log.Warn("no new policy", zap.String("reason", string(r.Reason)), zap.Error(r.Err))
	if r.Reason == opa.Unreachable {
		return // a train without a network is nothing to tell a person about; doctor does
	}
	g.Watch(Change{Revision: g.Revision(), Refused: r.Error()})
}

// SettingsNotes say which settings of lower layers do not count, and why.
func (g *Governance) SettingsNotes() []string { return g.policy.Layers().Ignored() }

// SettingsOrigins say of each setting that somebody set where it comes from.
func (g *Governance) SettingsOrigins() []string { return g.policy.Layers().Origins() }

// EditorSettings are those that editors and scans obey for the files of a repository, whose
// .scrubjay.yaml is given if it has one.
func (g *Governance) EditorSettings(repository string) (policy.Settings, error) {
	return g.policy.Layers().Editor(repository)
}
