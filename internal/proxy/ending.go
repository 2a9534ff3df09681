package proxy

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Moment is how long what is under way gets when the proxy ends.
const Moment = 2 * time.Second

// errEnding is why an exchange was broken off that was under way when its server had to end.
var errEnding = errors.New("the proxy ended before the answer did: ask again")

// Ending has a server, before it serves, end so that those whose answers are under way read why. What ends by itself within a moment is
// waited for. What does not is broken off, and has another moment to say so and to be recorded.
func Ending(s *http.Server) (end func()) {
	base, breakOff := context.WithCancelCause(context.Background())
	s.BaseContext = func(net.Listener) context.Context { return base }
	quiet := func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), Moment)
		defer cancel()
		return s.Shutdown(ctx) == nil
	}
	return func() {
		if !quiet() {
			breakOff(errEnding)
			if !quiet() {
				_ = s.Close() // whoever reads nothing learns nothing
			}
		}
		breakOff(nil)
	}
}

// ending tells whether a request was broken off because its server ends, and not by whoever sent it.
func ending(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errEnding) }
