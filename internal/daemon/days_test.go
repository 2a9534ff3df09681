package daemon

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/scrubjay-dev/scrubjay/internal/proxy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestDayOutlivesTheDaemon: what a day's limit has counted still counts after a restart; a damaged file is told of,
// and counts for nothing.
func TestDayOutlivesTheDaemon(t *testing.T) {
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	config := "providers: {openai: {format: openai, url: \"" + vendor.URL() + "\", limits: {per_day: 3}}}\n"
	r := start(t, config)
	const body = `{"model":"m","messages":[]}`
	asked := func(want ...int) {
		t.Helper()
		for i, status := range want {
			if got, text := r.ask(body); got != status {
				t.Errorf("request %d: %d %s", i, got, text)
			}
		}
	}
	asked(200, 200)
	r.stop()
	path := filepath.Join(r.state.Dir, "days.json")
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", st, err)
	}
	r = startIn(t, r.state, config)
	asked(200, http.StatusForbidden)
	r.stop()
	if err := os.WriteFile(path, []byte(`{"openai":`), 0o600); err != nil {
		t.Fatal(err)
	}
	core, logged := observer.New(zap.WarnLevel)
	r = startIn(t, r.state, config, func(o *Options) { o.Log = zap.New(core) })
	asked(200)
	if all := logged.All(); len(all) != 1 || !strings.Contains(all[0].ContextMap()["error"].(string), "damaged") {
		t.Errorf("the log says %v", all)
	}
}

// TestDaysAreWrittenSeldom: however many requests there are, the file is written once in a few seconds, with the latest.
func TestDaysAreWrittenSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "days.json")
		d, err := openDays(path, func(err error) { t.Error(err) })
		if err != nil {
			t.Fatal(err)
		}
		for n := range 100 {
			d.keep(map[string]proxy.Day{"openai": {Date: "2000-01-01", Sent: n}})
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("written at once")
		}
		<-time.After(daysEvery)
		synctest.Wait()
		first, err := os.ReadFile(path)
		if err != nil || string(first) != `{"openai":{"date":"2000-01-01","sent":99}}` {
			t.Errorf("%s %v", first, err)
		}
		d.keep(map[string]proxy.Day{})
		d.flush()
		d.flush()
		if text, err := os.ReadFile(path); err != nil || string(text) != `{}` {
			t.Errorf("%s %v", text, err)
		}
		d.path = filepath.Join(path, "no directory")
		failed := 0
		d.fail = func(error) { failed++ }
		d.keep(nil)
		d.flush()
		if failed != 1 {
			t.Errorf("%d failures", failed)
		}
	})
}
