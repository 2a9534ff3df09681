package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/rename"

	"github.com/scrubjay-dev/scrubjay/internal/proxy"
)

// days keeps how many requests went to each provider today, so that a day's limit outlives the daemon. The ledger cannot
// tell: of a websocket's messages it has only those in which something was found.
type days struct {
	path string
	fail func(error)

	mu    sync.Mutex
	now   map[string]proxy.Day
	timer *time.Timer // of the write that is due
}

// daysEvery bounds how often the file is written, and what a crash can forget.
const daysEvery = 3 * time.Second

// openDays reads what was kept. A file that cannot be read counts for nothing, and is an error to be told of.
func openDays(path string, fail func(error)) (*days, error) {
	d := &days{path: path, fail: fail}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &d.now)
	}
	if err != nil {
		d.now = nil
		return d, fmt.Errorf("%s is damaged: the requests of today are counted anew", path)
	}
	return d, nil
}

// keep writes the counts, a little later and with those that come until then.
func (d *days) keep(now map[string]proxy.Day) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = now
	if d.timer == nil {
		d.timer = time.AfterFunc(daysEvery, d.flush)
	}
}

// flush writes what is due.
func (d *days) flush() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer == nil {
		return
	}
	d.timer.Stop()
	d.timer = nil
	if err := d.write(); err != nil {
		d.fail(fmt.Errorf("the requests of today are not kept: %w", err))
	}
}

func (d *days) write() error {
	text, err := json.Marshal(d.now)
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.path+".new", text, 0o600); err != nil {
		return err
	}
	return rename.File(d.path+".new", d.path)
}
