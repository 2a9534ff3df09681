package daemon

import (
	"crypto/rand"
	"errors"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// canaryLife is how long a canary's requests go to its stand-in.
const canaryLife = time.Minute

// canaries are the stand-ins that doctor has named over the control socket, which nobody else can reach.
type canaries struct {
	mu sync.Mutex
	at map[string]standIn
}

type standIn struct {
	url   string
	until time.Time
}

// add makes an id for a stand-in on this machine.
func (c *canaries) add(m control.Canary) (control.CanaryID, error) {
	if err := tooNew(m.Version); err != nil {
		return control.CanaryID{}, err
	}
	u, err := url.Parse(m.URL)
	if err != nil || u.Scheme != "http" || !net.ParseIP(u.Hostname()).IsLoopback() {
		return control.CanaryID{}, errors.New("a stand-in is on this machine: give its http address on 127.0.0.1")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.at == nil {
		c.at = map[string]standIn{}
	}
	for id, s := range c.at {
		if now.After(s.until) {
			delete(c.at, id)
		}
	}
	id := rand.Text()
	c.at[id] = standIn{m.URL, now.Add(canaryLife)}
	return control.CanaryID{ID: id}, nil
}

func (c *canaries) find(id string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.at[id]
	return s.url, ok && time.Now().Before(s.until)
}
