package daemon

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/authority"
)

// mostTrust is the largest file of certificates that is read.
const mostTrust = 8 << 20

// trust reads the file that the setting ca_file names, and again when it is another.
type trust struct {
	file func() string

	mu    sync.Mutex
	stamp trustStamp
	now   *tls.Config
	err   error
}

type trustStamp struct {
	path     string
	modified time.Time
	size     int64
}

// config is nil while no file is named: then the system's authorities are believed, and no others.
func (t *trust) config() (*tls.Config, error) {
	s := trustStamp{path: t.file()}
	st, err := os.Stat(s.path)
	if err == nil {
		s.modified, s.size = st.ModTime(), st.Size()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s != t.stamp {
		t.stamp = s
		t.now, t.err = readTrust(s)
	}
	return t.now, t.err
}

func readTrust(s trustStamp) (*tls.Config, error) {
	if s.path == "" {
		return nil, nil
	}
	if s.size > mostTrust {
		return nil, fmt.Errorf("ca_file %s is larger than %d MB, which no file of certificates is", s.path, mostTrust>>20)
	}
	text, err := os.ReadFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("ca_file cannot be read: %w", err)
	}
	config, err := authority.Trusting(text)
	if err != nil {
		return nil, fmt.Errorf("ca_file %s: %w", s.path, err)
	}
	return config, nil
}

// trusting is Go's usual transport, which believes whom the setting names, too.
type trusting struct {
	*trust

	mu  sync.Mutex
	of  *tls.Config
	now *http.Transport
}

func (t *trusting) RoundTrip(r *http.Request) (*http.Response, error) {
	config, err := t.config()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	if t.now == nil || t.of != config {
		if t.now != nil {
			t.now.CloseIdleConnections()
		}
		t.now = http.DefaultTransport.(*http.Transport).Clone()
		t.of, t.now.TLSClientConfig = config, config.Clone()
	}
	now := t.now
	t.mu.Unlock()
	return now.RoundTrip(r)
}

// CheckTrust says what is wrong with a file that the setting ca_file names.
func CheckTrust(path string) error {
	_, err := (&trust{file: func() string { return path }}).config()
	return err
}
