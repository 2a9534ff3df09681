package policy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"
)

// FleetReport is what a machine tells its organisation of itself, if organisation.report asks for it. It holds nothing of
// what anybody wrote.
type FleetReport struct {
	Machine  string    `json:"machine"`
	Program  string    `json:"program"`
	Revision string    `json:"revision"`
	Sequence int64     `json:"sequence,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	// Health is good, or what is wrong with the policy there: stale, outdated, refused, unreachable, waits.
	Health string `json:"health"`
	// Seen is when the server took it.
	Seen time.Time `json:"seen,omitzero"`
}

const (
	// reportLimit is the longest report that a server takes, and nameLimit the longest name in one.
	reportLimit, nameLimit = 4 << 10, 200
	// reportTimeout is how long a machine tries to report.
	reportTimeout = 15 * time.Second
)

// wrong says what keeps a report from being one, if anything: whoever reads the file must not be shown another's escapes.
func (r FleetReport) wrong() string {
	for name, text := range map[string]string{"machine": r.Machine, "program": r.Program, "revision": r.Revision, "health": r.Health} {
		if text == "" || len(text) > nameLimit || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsGraphic(c) }) {
			return name + " is missing, too long or no plain text"
		}
	}
	return ""
}

// Send posts a report. token is sent as a bearer, if there is one.
func (r FleetReport) Send(ctx context.Context, client *http.Client, url, token string) error {
	ctx, cancel := context.WithTimeout(ctx, reportTimeout)
	defer cancel()
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	direct := *client // the token is for this address
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := direct.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("organisation.report answers %s", res.Status)
	}
	return nil
}

// Fleet takes reports into a file, a line of JSON each.
type Fleet struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time

	mu   sync.Mutex
	file *os.File
}

// OpenFleet opens the file, or makes it.
func OpenFleet(name string) (*Fleet, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	return &Fleet{Now: time.Now, file: f}, err
}

// Close closes the file.
func (f *Fleet) Close() error { return f.file.Close() }

func (f *Fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, reportLimit))
	if err != nil {
		http.Error(w, "a report is shorter", http.StatusRequestEntityTooLarge)
		return
	}
	var report FleetReport
	if err := json.Unmarshal(body, &report); err != nil {
		http.Error(w, "a report is JSON", http.StatusBadRequest)
		return
	}
	if wrong := report.wrong(); wrong != "" {
		http.Error(w, wrong, http.StatusBadRequest)
		return
	}
	report.Seen = f.Now().UTC()
	line, err := json.Marshal(report)
	if err == nil {
		f.mu.Lock()
		_, err = f.file.Write(append(line, '\n')) // in one piece, at the end, whoever else writes there
		f.mu.Unlock()
	}
	if err != nil {
		http.Error(w, "the report cannot be kept", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// ReadFleet reads the last report of each machine. A line that was cut off by a crash is no reason to show nothing.
func ReadFleet(name string) (last map[string]FleetReport, unread int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	last = map[string]FleetReport{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 2*reportLimit)
	for lines.Scan() {
		var r FleetReport
		if json.Unmarshal(lines.Bytes(), &r) != nil || r.wrong() != "" {
			unread++
			continue
		}
		last[r.Machine] = r
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, 0, fmt.Errorf("%s has a line that is no report: name the file of scrubjay policy serve --fleet", name)
	} else if err != nil {
		return nil, 0, err
	}
	return last, unread, nil
}
