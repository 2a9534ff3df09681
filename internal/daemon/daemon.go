// Package daemon is the one process per user that holds proxy, ledger and vault.
//
// Editors and commands attach to it over the control socket (package control); one that finds no daemon
// starts it. A daemon started by an editor lives while somebody is attached and ten minutes longer, and
// goes on without the proxy if the port is taken that it was told to use; one started by hand (scrubjay
// serve) lives until it is stopped, and refuses to start then. Told nothing, both use another port.
//
//	state.go       the state directory: token, socket
//	listen.go      where the proxy listens
//	governance.go  settings and policy in force; the language server has its own, from the same files
//	control.go     answers the control socket
//	reach.go       tries the way to providers, for doctor; trust.go, whom they are believed by
//	document.go    scrubs, restores and judges what comes over it
//	canary.go      where doctor's made-up requests go
//	days.go        how many requests went out today, for the limits of a day
//	used.go        which providers and assistants the person uses, for editors
//	machine.go     the secrets that this machine has: variables, .env files, files of credentials
//	pause.go       nothing is scrubbed for some minutes, if the person says so and policy allows it
//	exchanges.go   what the latest exchanges said, for editors and the console
//	console.go     what the console shows, and its listener, once somebody opens it
//	peer.go        keeps other accounts away from it
//	events.go      tells everybody attached what happens
//	ask.go         has them ask the person what the proxy has to know
//	attach.go      finds the daemon, or starts it
package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/gofrs/flock"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/authority"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/otlp"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// Options say how a daemon runs.
type Options struct {
	State  installation.State
	Config string // the user's configuration file; empty means the usual place
	Listen string // empty means where the setting says, or else where there is room
	// ForEditor makes it live only while it is used, and go on without the proxy if it must.
	ForEditor bool
	Version   string
	Log       *zap.Logger
	// Ready is called when everything listens.
	Ready func(control.Hello)
}

// linger is how long a daemon that an editor started lives after the last one left.
const linger = 10 * time.Minute

// Daemon is a running one.
type daemon struct {
	Options
	governance *Governance
	vault      *redact.Vault
	ledger     *audit.Ledger
	hub        *hub
	questions  questions
	canaries   canaries
	trust      trust
	machine    *machine
	signals    signals
	used       *used
	exchanges  exchanges
	pause      pause
	page       page
	tally      tally
	proxy      control.Proxy
	collector  *otlp.Exporter
	leftOut    atomic.Int64 // as the log has it
	// front scrubs what comes over the control socket, too, even when nobody can reach it at its port.
	front *proxy.Proxy

	idle    chan struct{} // closed when a daemon for editors has been alone for long enough
	end     func()        // closes idle
	swapped chan struct{} // another policy is in force, which reports does not know of yet
	mu      sync.Mutex
	wait    *time.Timer
	trouble *control.Trouble
}

// Run runs a daemon until ctx ends, or until nobody needs it.
func Run(ctx context.Context, o Options) (err error) {
	lock := flock.New(o.State.Path("daemon.lock"))
	if ok, err := lock.TryLock(); err != nil {
		return fmt.Errorf("daemon: %w", err)
	} else if !ok {
		return installation.ErrRunning
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d := &daemon{Options: o, idle: make(chan struct{}), swapped: make(chan struct{}, 1), used: openUsed(o.State.Path("used.json"))}
	d.end = sync.OnceFunc(func() { close(d.idle) })
	d.hub = newHub(d.attached)
	d.questions.hub = d.hub
	if d.vault, err = redact.OpenVault(o.State.Dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.vault.Close()) }()
	gone := o.State.LedgerGone()
	if d.ledger, err = audit.Open(o.State.Dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.ledger.Close()) }()
	if d.governance, err = NewGovernance(o.State, o.Config, o.Version, o.Log); err != nil {
		return err
	}
	d.governance.Watch = d.policyChanged
	d.trust.file = func() string { return d.governance.Settings().CAFile }
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel()
	beside.Go(func() { d.governance.Run(ctx) })

	token, err := d.State.Token()
	if err != nil {
		return err
	}
	d.machine = newMachine(d.vault.Secrets(), d.governance.Engine, token, d.Log)
	stop, err := d.listen(token)
	if err != nil {
		return err
	}
	defer stop()
	defer d.unpause("the daemon ended")
	d.page.source = d
	defer d.page.close()
	stopControl, err := d.listenControl()
	if err != nil {
		return err
	}
	defer stopControl()
	if gone {
		o.Log.Warn(installation.LedgerGone)
		if err := d.ledger.Append(audit.Record{Kind: "start", Note: installation.LedgerGone}); err != nil {
			return err
		}
	}
	if err := d.ledger.Append(audit.Record{Kind: "start", Revision: d.governance.Revision(), Note: o.Version}); err != nil {
		return err
	}
	d.attached(0)
	beside.Go(func() { d.retain(ctx) })
	beside.Go(func() { d.warm(ctx) })
	beside.Go(func() { d.reports(ctx) })
	beside.Go(d.fresh) // so that the first request need not wait for it, and doctor can say what it found
	if o.Ready != nil {
		o.Ready(d.hello())
	}
	select {
	case <-ctx.Done():
	case <-d.idle:
	}
	return nil
}

// warm has policy think of what it is likely to be asked, now and whenever it is another.
func (d *daemon) warm(ctx context.Context) {
	for ctx.Err() == nil {
		changed := d.governance.Changed()
		d.governance.Policy().Warm(ctx)
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
}

// retain drops the records that are older than policy keeps: now, each day, and when policy may keep them for another time.
func (d *daemon) retain(ctx context.Context) {
	for {
		changed := d.governance.Changed()
		if days := d.governance.Settings().LedgerKeepDays; days > 0 {
			dropped, err := d.ledger.Retain(time.Now().AddDate(0, 0, -days), fmt.Sprintf("ledger_keep_days is %d", days))
			if err != nil {
				d.Log.Error("old records stay in the ledger", zap.Error(err))
			} else if dropped != nil {
				d.Log.Info("old records were dropped from the ledger", zap.Uint64("until", dropped.Seq))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(24 * time.Hour):
		case <-changed:
		}
	}
}

// attached counts who is there; alone, a daemon for editors ends after a while.
func (d *daemon) attached(n int) {
	if !d.ForEditor {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.wait != nil {
		d.wait.Stop()
		d.wait = nil
	}
	if n == 0 {
		d.wait = time.AfterFunc(linger, d.end)
	}
}

// listen starts the proxy.
func (d *daemon) listen(token string) (stop func(), err error) {
	settings := d.governance.Settings()
	l, instead, err := openDoor(d.State, cmp.Or(d.Listen, settings.Listen))
	if err != nil {
		if !d.ForEditor {
			return nil, err
		}
		d.Log.Warn("no proxy", zap.Error(err))
		d.proxy = control.Proxy{Error: err.Error()}
		d.front = proxy.New(d.frontConfig(token))
		return d.front.Close, nil
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	n, _ := strconv.Atoi(port)
	d.proxy = control.Proxy{Listen: l.Addr().String(), Instead: instead}
	if instead != "" {
		d.Log.Warn("the proxy listens elsewhere; what names the old address has to be set up again", zap.String("on", d.proxy.Listen), zap.String("instead of", instead))
	}
	if err := d.State.SetListen(d.proxy.Listen); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	ca := authority.Open(d.State.Dir)
	ca.Renewed = func(why string) { d.Log.Warn(why) }
	if err := ca.Serve(settings.Hosts()); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	kept, err := openDays(d.State.Path("days.json"), func(err error) { d.Log.Error("a day's limit", zap.Error(err)) })
	if err != nil {
		d.Log.Warn("a day's limit", zap.Error(err))
	}
	c := d.frontConfig(token)
	c.Authority, c.Port, c.Days, c.Sent = ca, n, kept.now, kept.keep
	d.front = proxy.New(c)
	if d.collector, err = otlp.Start(d.front.Transport, d.front.Counted(), d.Version, d.Log.Named("otlp")); err != nil {
		d.Log.Error("nothing is sent to a collector", zap.Error(err)) // no reason to leave assistants without their proxy
	}
	end := serve(d.front.Server(), l, d.Log)
	return func() {
		var both sync.WaitGroup // who is intercepted is under way, too
		both.Go(end)
		both.Go(d.front.Close)
		both.Wait()
		kept.flush()
		ctx, cancel := context.WithTimeout(context.Background(), proxy.Moment)
		defer cancel()
		d.collector.Close(ctx)
	}, nil
}

func (d *daemon) frontConfig(token string) proxy.Config {
	return proxy.Config{
		Engine: func() *detect.Engine { return d.machine.kept.engine(d.governance.Engine()) }, Settings: d.governance.Settings, Decider: d.governance.Policy(),
		Vault: d.vault, Ledger: d.ledger, Log: d.Log.Named("proxy"), Token: token, Canary: d.canaries.find,
		Watch: d.exchanged, KeepTexts: d.keepsTexts, Fresh: d.fresh, Repository: d.machine.repository, Trouble: d.troubled, Getenv: os.Getenv,
		Ask: d.questions.ask, Hold: d.questions.hold, Paused: d.paused, Trusting: d.trust.config,
	}
}

// serve runs a server and answers with how to end it.
func serve(s *http.Server, l net.Listener, log *zap.Logger) (stop func()) {
	done, end := make(chan struct{}), proxy.Ending(s)
	go func() {
		defer close(done)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("stopped listening", zap.Error(err))
		}
	}()
	return func() {
		end()
		<-done
	}
}

// fresh brings up to date which secrets are known, and says in the log if they have become too many.
func (d *daemon) fresh() {
	d.machine.fresh()
	left := int64(d.vault.Secrets().LeftOut())
	if d.leftOut.Swap(left) != left && left > 0 {
		d.Log.Warn("this machine has more secrets than are looked for", zap.Int64("forms left out", left))
	}
}

// troubled remembers why a request was refused, for doctor.
func (d *daemon) troubled(code string, cause error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trouble = &control.Trouble{Time: time.Now(), Code: code, Text: cause.Error()}
}

func (d *daemon) hello() control.Hello {
	d.mu.Lock()
	trouble := d.trouble
	d.mu.Unlock()
	d.governance.Settings() // who asks wants to know of a file that was changed while nothing happened, too
	assistants, err := setUp(d.State.Path("assistants"))
	if err != nil {
		d.Log.Warn("which assistants are set up is not known", zap.Error(err))
	}
	return control.Hello{
		Trouble: trouble, Paused: d.pausedNow(), LeftOut: d.vault.Secrets().LeftOut(), InFiles: d.vault.InFiles(),
		Version: control.Version, Program: d.Version, Features: control.Features, PID: os.Getpid(), Proxy: d.proxy,
		Policy: d.governance.Standing(), Used: d.used.within(time.Now()), Assistants: assistants,
	}
}

func (d *daemon) policyChanged(c Change) {
	defer d.pausedNow() // which ends, if another policy does not allow it
	if c.Refused != "" {
		d.hub.send(control.Event{Kind: "refused", Revision: c.Revision, Text: c.Refused})
		if err := d.ledger.Append(audit.Record{Kind: "policy", Revision: c.Revision, Note: "refused", Reasons: []string{c.Refused}}); err != nil {
			d.Log.Error("not recorded", zap.Error(err))
		}
		return
	}
	select {
	case d.swapped <- struct{}{}:
	default: // the report that is due will tell of this, too
	}
	d.hub.send(control.Event{Kind: "policy", Revision: c.Revision, Outdated: d.governance.Standing().Outdated, Text: "policy " + c.Revision + " is in force"})
	if err := d.ledger.Append(audit.Record{Kind: "policy", Revision: c.Revision, Note: "in force"}); err != nil {
		d.Log.Error("not recorded", zap.Error(err))
	}
}

func (d *daemon) exchanged(r proxy.Ended) {
	if r.Note == proxy.CanaryNote {
		return // nothing of the person's
	}
	d.collector.Exchange(r.Record, r.Began, r.Added)
	d.signal(r.Record)
	d.tally.add(time.Now(), r.Classes)
	if err := d.used.went(r.Provider, time.Now()); err != nil {
		d.Log.Warn(err.Error())
	}
	d.mu.Lock()
	if d.trouble != nil && r.Status == http.StatusOK {
		over := *d.trouble
		over.Over, d.trouble = true, &over
	}
	d.mu.Unlock()
	found := 0
	for _, n := range r.Classes {
		found += n
	}
	text := fmt.Sprintf("%s: nothing sensitive in %d bytes", r.Provider, r.BytesOut)
	switch {
	case r.Note == proxy.AttachmentUnapproved:
		text = fmt.Sprintf("%s: a request was not sent, nobody approved what is attached", r.Provider)
	case r.Note == proxy.Unreviewed:
		text = fmt.Sprintf("%s: a request was not sent, nobody approved it", r.Provider)
	case r.Verdict == "forbid":
		text = fmt.Sprintf("%s: a request was not sent, policy forbids it", r.Provider)
	case r.Withheld > 0:
		text = fmt.Sprintf("%s: %s; placeholders kept out of a command or URL: %d", r.Provider, detect.Counted(found), r.Withheld)
	case found > 0 && whilePaused(r.Authorisations):
		text = fmt.Sprintf("%s: %s went as it is, scrubbing was paused", r.Provider, detect.Counted(found))
	case found > 0:
		text = fmt.Sprintf("%s: %s scrubbed", r.Provider, detect.Counted(found))
	}
	d.hub.send(control.Event{Kind: "exchange", Text: text, Provider: r.Provider, Verdict: r.Verdict, Classes: r.Classes, Revision: r.Revision, Fingerprints: r.Kept, Exchange: d.exchanges.add(r)})
}
