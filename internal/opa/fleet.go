package opa

import (
	"bufio"
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
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
	// Token is what machines report with; without one anybody does.
	Token string

	mu   sync.Mutex
	file *os.File
	size int64
	// most is how long the file may grow before all but the last report of each machine go.
	most int64
}

// mostReports is that of a file in use: a year of a thousand machines, or a day of a hundred thousand.
const mostReports = 128 << 20

// OpenFleet opens the file, or makes it.
func OpenFleet(name string) (*Fleet, error) {
	f := &Fleet{Now: time.Now, most: mostReports}
	return f, f.open(name)
}

func (f *Fleet) open(name string) (err error) {
	if f.file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return err
	}
	st, err := f.file.Stat()
	if err == nil {
		f.size = st.Size()
	}
	return err
}

var errFleetFull = errors.New("the file of reports is full of machines' last ones")

// keep writes a line. At the file's limit only the last report of each machine stays; if those are half of it, no more are taken.
func (f *Fleet) keep(line []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.size+int64(len(line)) > f.most {
		if err := f.shorten(); err != nil {
			return err
		}
	}
	n, err := f.file.Write(line) // in one piece, at the end, whoever else writes there
	f.size += int64(n)
	return err
}

func (f *Fleet) shorten() error {
	name := f.file.Name()
	last, _, err := ReadFleet(name)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	for _, machine := range slices.Sorted(maps.Keys(last)) {
		line, err := json.Marshal(last[machine])
		if err != nil {
			return err
		}
		text.Write(append(line, '\n'))
	}
	if int64(text.Len()) > f.most/2 {
		return errFleetFull
	}
	if err := rename.Durable(name, text.Bytes(), 0o600); err != nil {
		return err
	}
	return errors.Join(f.file.Close(), f.open(name))
}

// Close closes the file.
func (f *Fleet) Close() error { return f.file.Close() }

func (f *Fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if said, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); f.Token != "" && (!ok || subtle.ConstantTimeCompare([]byte(said), []byte(f.Token)) == 0) {
		http.Error(w, "reports come with a token: set organisation.report_token_env", http.StatusUnauthorized)
		return
	}
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
		err = f.keep(append(line, '\n'))
	}
	if errors.Is(err, errFleetFull) {
		http.Error(w, err.Error(), http.StatusInsufficientStorage)
		return
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
