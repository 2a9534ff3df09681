package lsp

import (
	"context"
	"maps"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// The daemon is sought again after a second, then more and more rarely.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
)

// attend listens to the daemon for as long as the editor is there; that is also what keeps the daemon
// alive. Without it everything but the vault goes on.
func (s *Server) attend(ctx context.Context) {
	refused := make(map[string]bool) // what the person was told of
	wait := firstRetry
	for ctx.Err() == nil {
		err := s.greet(ctx, refused)
		if err == nil {
			wait = firstRetry
			err = s.cfg.Daemon.Attend(ctx, func(e control.Event) { s.event(ctx, e, refused) })
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.log.Warn("no daemon", zap.Error(err))
		}
		s.status.setDaemon("scrubjay's daemon cannot be reached: Redact and Restore need it; scrubjay doctor says what is wrong")
		s.statusChanged(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, lastRetry)
	}
}

// greet takes over the state that the daemon is in.
func (s *Server) greet(ctx context.Context, refused map[string]bool) error {
	hello, err := s.cfg.Daemon.Hello(ctx)
	if err != nil {
		return err
	}
	known, used := s.status.policyAndUse()
	paused := s.status.isPaused()
	s.status.takeHello(hello)
	if hello.Policy.Refused != "" {
		s.refused("", hello.Policy.Refused, refused)
	}
	switch _, now := s.status.policyAndUse(); {
	case known != "" && known != hello.Policy.Revision:
		s.reload() // it has changed while nobody listened
	case !maps.Equal(used, now) || paused != s.status.isPaused():
		s.Refresh()
	}
	s.statusChanged(ctx)
	s.tellFolders(ctx)
	return nil
}

// tellFolders tells the daemon which folders are open: their .env files hold values that no assistant may send.
func (s *Server) tellFolders(ctx context.Context) {
	s.mu.Lock()
	var roots []string
	for _, f := range s.folders {
		roots = append(roots, f.root)
	}
	s.mu.Unlock()
	if len(roots) == 0 {
		return
	}
	if err := s.cfg.Daemon.Known(ctx, control.Known{Folders: roots}); err != nil && ctx.Err() == nil {
		s.log.Warn("the daemon was not told of the open folders", zap.Error(err))
	}
}

func (s *Server) event(ctx context.Context, e control.Event, refused map[string]bool) {
	switch e.Kind {
	case control.Attached:
		// Between the greeting and here the daemon may have loaded its policy, or begun to listen.
		if err := s.greet(ctx, refused); err != nil && ctx.Err() == nil {
			s.log.Warn("the daemon does not say how it is", zap.Error(err))
		}
		return
	case "policy":
		s.status.mu.Lock()
		s.status.policy = control.Policy{Revision: e.Revision, Outdated: e.Outdated}
		s.status.mu.Unlock()
		s.learnPolicy(ctx, e.Revision)
		s.reload()
	case "refused":
		s.status.mu.Lock()
		s.status.policy.Refused = e.Text
		s.status.mu.Unlock()
		s.refused(e.Revision, e.Text, refused)
	case "proxy":
		// The event is only word that something changed; what it is, the daemon says when asked.
		if hello, err := s.cfg.Daemon.Hello(ctx); err == nil {
			s.status.mu.Lock()
			s.status.proxy = hello.Proxy
			s.status.mu.Unlock()
		}
	case "pause":
		if hello, err := s.cfg.Daemon.Hello(ctx); err == nil {
			s.status.mu.Lock()
			s.status.paused = hello.Paused
			s.status.mu.Unlock()
		}
		s.Refresh()
	case "exchange":
		s.exchanged(ctx, e)
		s.spawn(func(ctx context.Context) { s.overhear(ctx, e) })
		if s.status.uses(e.Provider) {
			s.Refresh()
		}
	case "ask":
		if len(e.Files) == 0 {
			return // of a newer daemon
		}
		s.spawn(func(ctx context.Context) { s.ask(ctx, e) })
		return
	case "review":
		s.spawn(func(ctx context.Context) { s.review(ctx, e) })
		return
	default:
		return // of a newer daemon
	}
	s.statusChanged(ctx)
}

// learnPolicy asks what else there is to say of a policy than that it is in force.
func (s *Server) learnPolicy(ctx context.Context, revision string) {
	hello, err := s.cfg.Daemon.Hello(ctx)
	if err != nil || hello.Policy.Revision != revision {
		return // of another one an event tells
	}
	s.status.mu.Lock()
	defer s.status.mu.Unlock()
	s.status.policy = hello.Policy
}

// reload judges everything by the new policy.
func (s *Server) reload() {
	if s.cfg.Reload != nil {
		s.cfg.Reload()
	}
	s.Refresh()
}

// refused tells the person once that a policy was not taken. The daemon's greeting does not name its
// revision, so the reason counts too.
func (s *Server) refused(revision, why string, told map[string]bool) {
	if revision != "" && told["revision "+revision] || told["reason "+why] {
		return
	}
	told["revision "+revision], told["reason "+why] = true, true
	s.tell(protocol.MessageTypeWarning, "the newest policy was not taken, the one before stays in force: "+why)
}
