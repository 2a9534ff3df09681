package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/console"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// page is the console's listener, which is begun when somebody first opens it: nobody else can be at a port that is not open.
type page struct {
	source *daemon

	mu   sync.Mutex
	at   string
	view *console.Console
	stop func()
	over bool

	// verifying is held while the ledger is read: whoever reloads the page does not read it twice at once.
	verifying sync.Mutex
}

// open makes an address that opens the console once.
func (p *page) open(m control.Console) (control.ConsoleAt, error) {
	if err := tooNew(m.Version); err != nil {
		return control.ConsoleAt{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return control.ConsoleAt{}, errors.New("the daemon is ending: run scrubjay console again")
	}
	if p.view == nil {
		if err := p.begin(); err != nil {
			return control.ConsoleAt{}, fmt.Errorf("the console cannot listen on this machine: %w", err)
		}
	}
	return control.ConsoleAt{URL: "http://" + p.at + p.view.Invite()}, nil
}

func (p *page) begin() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	d := p.source
	p.at, p.view = l.Addr().String(), console.New(shown{d})
	shows := p.view.Handler(l.Addr().(*net.TCPAddr).Port)
	p.stop = serve(&http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				if recover() != nil { // whose value may hold text of an exchange: its place is enough
					d.Log.Error("a page of the console broke", zap.Stack("place"))
					panic(http.ErrAbortHandler)
				}
			}()
			shows.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: zap.NewStdLog(d.Log.Named("console")),
	}, ours{l}, d.Log)
	d.signals.learn.Do(func() { go d.learn() })
	return nil
}

func (p *page) close() {
	p.mu.Lock()
	p.over = true
	stop := p.stop
	p.mu.Unlock()
	if stop != nil {
		stop()
	}
}

// tally counts what was found today, by class: since the daemon began, and before that, as the ledger has it.
type tally struct {
	mu    sync.Mutex
	day   string
	found map[string]int
	read  bool
}

func (t *tally) add(now time.Time, classes map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn(now)
	for class, n := range classes {
		t.found[class] += n
	}
}

// turn begins a day, if it has begun.
func (t *tally) turn(now time.Time) {
	if day := now.Local().Format(time.DateOnly); day != t.day || t.found == nil {
		t.read = t.read || t.day != "" // what is of before the daemon is of another day then
		t.day, t.found = day, map[string]int{}
	}
}

// today is what was found today. The first one reads the ledger.
func (t *tally) today(now time.Time, each func(func(audit.Record) error) error) map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn(now)
	if !t.read {
		t.read = true
		// What follows the last start is this daemon's, and is counted already.
		since, before := map[string]int{}, map[string]int{}
		_ = each(func(r audit.Record) error { // as far as it can be read: its page says what is wrong with it
			switch {
			case r.Kind == "start":
				for class, n := range since {
					before[class] += n
				}
				clear(since)
			case r.Kind == "exchange" && r.Time.Local().Format(time.DateOnly) == t.day:
				for class, n := range r.Classes {
					since[class] += n
				}
			}
			return nil
		})
		for class, n := range before {
			t.found[class] += n
		}
	}
	return maps.Clone(t.found)
}

// shown is the daemon as the console knows it.
type shown struct{ *daemon }

// Looked keeps a daemon that an editor started alive while the console is open.
func (s shown) Looked() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wait != nil {
		s.wait.Reset(linger)
	}
}

func (s shown) Hello() control.Hello { return s.hello() }

func (s shown) Kept() bool { return s.keepsTexts() }

func (s shown) Exchanges() []control.Exchanged {
	s.keepsTexts() // which forgets them, if they are not to be kept any more
	all, _ := s.exchanges.list(control.Exchanges{})
	return all.Exchanges
}

func (s shown) Exchange(id string) (control.ExchangeShown, error) {
	s.keepsTexts()
	return s.exchanges.show(control.ExchangeTexts{ID: id})
}

func (s shown) Found() map[string]int {
	return s.tally.today(time.Now(), func(f func(audit.Record) error) error { return audit.ShowOpen(s.State.Dir, f) })
}

func (s shown) Reviews() []control.Review {
	all, _ := s.questions.reviews(control.Reviews{})
	return all.Reviews
}

func (s shown) Answer(id, say string) error {
	_, err := s.questions.take(control.Answer{ID: id, Say: say})
	return err
}

func (s shown) Signals() []audit.Signal { return s.signals.latest() }

// mostDestinations is how many providers are judged for, side by side.
const mostDestinations = 4

// kinds are who is judged for while nobody has used anything.
var kinds = []struct {
	kind policy.Kind
	name string
}{{policy.Public, "AI vendors"}, {policy.Private, "Your organisation’s own models"}, {policy.Local, "Models on this machine"}}

func (s shown) Policy() console.Policy {
	settings := s.governance.Settings()
	p := console.Policy{Notes: s.governance.SettingsNotes()}
	layers := s.governance.Policy().Layers()
	decided := layers.Decided()
	for _, o := range layers.Effective() {
		p.Settings = append(p.Settings, console.Setting{Name: o.Name, Value: o.Value, From: o.From, Decided: slices.Contains(decided, o)})
	}
	var to []policy.Destination
	for _, name := range s.used.within(time.Now()) {
		if provider, ok := settings.Providers[name]; ok && len(to) < mostDestinations {
			to = append(to, policy.Destination{Provider: name, Kind: provider.Kind})
			p.Destinations = append(p.Destinations, name)
		}
	}
	if len(to) == 0 {
		for _, k := range kinds {
			to = append(to, policy.Destination{Kind: k.kind})
			p.Destinations = append(p.Destinations, k.name)
		}
	}
	subjects := make([]policy.Subject, len(detect.Classes))
	for i, class := range detect.Classes {
		subjects[i] = policy.Subject{Class: class, Severity: detect.High.String(), Confidence: detect.ConfidenceHigh.String()}
		p.Becomes = append(p.Becomes, console.Becomes{Class: string(class)})
	}
	for _, d := range to {
		decision, err := s.governance.Policy().Decide(context.Background(), policy.Query{Direction: policy.Outgoing, Destination: d, Endpoint: "known", Subjects: subjects})
		for i := range subjects {
			v := console.Verdict{Verdict: policy.Forbid.String(), Reason: "policy could not be asked, and then nothing goes"}
			if err == nil {
				v = console.Verdict{Verdict: decision.Rulings[i].Verdict.String(), Reason: decision.Rulings[i].Reason}
			}
			p.Becomes[i].Verdicts = append(p.Becomes[i].Verdicts, v)
		}
	}
	return p
}

// verifies is how often the ledger is looked at before it counts as damaged: a record may be half written at that moment.
const verifies = 3

func (s shown) Ledger() (l console.Ledger) {
	s.page.verifying.Lock()
	defer s.page.verifying.Unlock()
	l.Dir = s.State.Dir
	if err := s.ledger.Err(); err != nil {
		l.Unwritten = err.Error()
	}
	var err error
	for range verifies {
		if l.Records, err = audit.Verify(s.State.Dir); err == nil {
			break
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.Wrong = err.Error()
	}
	if dropped, err := audit.Dropped(s.State.Dir); err == nil && dropped != nil {
		l.Dropped = dropped.String()
		l.Records -= int64(dropped.Seq)
	}
	return l
}
