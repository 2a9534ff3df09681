package daemon

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// TestCanaries: a stand-in is on this machine, is found by its id alone, and is forgotten after a minute.
func TestCanaries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c canaries
		for _, url := range []string{"https://api.openai.com", "http://192.0.2.1:80", "http://evil.example", "file:///etc/passwd", "http://localhost.evil.example", ""} {
			if id, err := c.add(control.Canary{URL: url}); err == nil {
				t.Errorf("%s was taken: %v", url, id)
			}
		}
		if _, err := c.add(control.Canary{Version: control.Version + 1, URL: "http://127.0.0.1:1"}); err == nil {
			t.Error("a message of a newer version was taken")
		}
		id, err := c.add(control.Canary{Version: control.Version, URL: "http://127.0.0.1:1"})
		if err != nil {
			t.Fatal(err)
		}
		if url, ok := c.find(id.ID); !ok || url != "http://127.0.0.1:1" {
			t.Errorf("found %q, %v", url, ok)
		}
		if _, ok := c.find(id.ID + "x"); ok {
			t.Error("another id was found")
		}
		<-time.After(canaryLife)
		if _, ok := c.find(id.ID); ok {
			t.Error("found after its life")
		}
		<-time.After(time.Second)
		if _, err := c.add(control.Canary{URL: "http://[::1]:2"}); err != nil || len(c.at) != 1 {
			t.Errorf("%d are kept, %v", len(c.at), err)
		}
	})
}
