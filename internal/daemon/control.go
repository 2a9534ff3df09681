package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// controlLimit is the largest message that is taken: a document in base64, and some.
const controlLimit = control.DocumentLimit/3*4 + 1<<20

func (d *daemon) listenControl() (stop func(), err error) {
	socket, err := d.State.Socket()
	if err != nil {
		return nil, err
	}
	// The lock is ours, so whoever left a socket here is gone.
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/hello", func(w http.ResponseWriter, r *http.Request) { reply(w, d.hello(), nil) })
	mux.HandleFunc("GET /v1/events", d.hub.serve)
	mux.HandleFunc("POST /v1/issue", take(d.issue))
	mux.HandleFunc("POST /v1/reveal", take(d.reveal))
	mux.HandleFunc("POST /v1/left", take(d.left))
	mux.HandleFunc("POST /v1/canary", take(d.canaries.add))
	mux.HandleFunc("POST /v1/marked", take(d.marked))
	mux.HandleFunc("POST /v1/wrote", take(d.exchanges.wrote))
	mux.HandleFunc("POST /v1/attested", take(d.attested))
	mux.HandleFunc("POST /v1/known", take(d.machine.learn))
	mux.HandleFunc("POST /v1/secrets", take(d.secrets))
	mux.HandleFunc("POST /v1/stop", take(func(control.Stop) (control.Stopped, error) {
		d.end()
		return control.Stopped{}, nil
	}))
	mux.HandleFunc("POST /v1/reach", take(d.reach))
	mux.HandleFunc("POST /v1/forget", take(d.forget))
	mux.HandleFunc("POST /v1/scrub", take(d.scrub))
	mux.HandleFunc("POST /v1/restore", take(d.restore))
	mux.HandleFunc("POST /v1/judge", take(d.judge))
	mux.HandleFunc("POST /v1/pause", take(d.pauseFor))
	mux.HandleFunc("POST /v1/resume", take(d.resume))
	mux.HandleFunc("POST /v1/answer", take(d.questions.take))
	mux.HandleFunc("POST /v1/exchanges", take(d.exchanges.list))
	mux.HandleFunc("POST /v1/exchange", take(d.exchanges.show))
	mux.HandleFunc("POST /v1/console", take(d.page.open))
	mux.HandleFunc("POST /v1/reviews", take(d.questions.reviews))
	mux.HandleFunc("POST /v1/accept", take(d.accept))
	s := &http.Server{Handler: mux}
	s.RegisterOnShutdown(func() { close(d.hub.over) }) // or who is attached would be waited for
	return serve(s, l, d.Log), nil
}

// take reads a message, and answers with what f makes of it.
func take[In, Out any](f func(In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, controlLimit)).Decode(&in); err != nil {
			http.Error(w, "the message is not understood", http.StatusBadRequest)
			return
		}
		out, err := f(in)
		reply(w, out, err)
	}
}

func reply(w http.ResponseWriter, out any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // whoever asked is gone
}

func tooNew(version int) error {
	if version > control.Version {
		return fmt.Errorf("the running daemon understands control messages up to version %d, this is %d: restart the daemon", control.Version, version)
	}
	return nil
}

// marked records what the person marked as not sensitive.
func (d *daemon) marked(m control.Marked) (control.Noted, error) {
	if err := tooNew(m.Version); err != nil {
		return control.Noted{}, err
	}
	record := audit.Record{Kind: "mark", Path: m.Path, Classes: map[string]int{}, Rules: map[string]int{}}
	for _, v := range m.Values {
		record.Classes[v.Class]++
		record.Rules[v.Rule]++
		if f := d.vault.Fingerprint(v.Bytes); len(record.Fingerprints) < audit.FingerprintLimit && !slices.Contains(record.Fingerprints, f) {
			record.Fingerprints = append(record.Fingerprints, f)
		}
	}
	return control.Noted{}, d.ledger.Append(record)
}

// attested records that a person has said yes to an assistant's change. The commit waits until that is on disk.
func (d *daemon) attested(a control.Attested) (control.Noted, error) {
	if err := tooNew(a.Version); err != nil {
		return control.Noted{}, err
	}
	return control.Noted{}, d.ledger.AppendDurable(audit.Record{
		Kind: "attest", Path: a.Folder, Assistant: a.Assistant, Reasons: a.Said, Note: fmt.Sprintf("%s, files: %d", a.Patch, a.Files),
	})
}

// issue puts values of a file into the vault. They are on disk before the placeholders are given out, and
// so is the record of it.
func (d *daemon) issue(m control.Issue) (control.Issued, error) {
	if err := tooNew(m.Version); err != nil {
		return control.Issued{}, err
	}
	values := make([]redact.Value, len(m.Values))
	record := audit.Record{Kind: "redaction", Path: m.Path, Classes: map[string]int{}, Rules: map[string]int{}}
	for i, v := range m.Values {
		values[i] = redact.Value{Type: v.Type, Rule: v.Rule, Class: detect.Class(v.Class), Bytes: v.Bytes}
		record.Classes[v.Class]++
		record.Rules[v.Rule]++
		record.Fingerprints = append(record.Fingerprints, d.vault.Fingerprint(v.Bytes))
	}
	placeholders, err := d.vault.Issue(redact.File, "", values)
	if err != nil {
		return control.Issued{}, err
	}
	if err := d.ledger.AppendDurable(record); err != nil {
		return control.Issued{}, err
	}
	return control.Issued{Placeholders: placeholders}, nil
}

// reveal brings values of a file back.
func (d *daemon) reveal(m control.Reveal) (control.Revealed, error) {
	if err := tooNew(m.Version); err != nil {
		return control.Revealed{}, err
	}
	out := control.Revealed{Values: map[string][]byte{}}
	record := audit.Record{Kind: "restoration", Path: m.Path}
	for _, p := range m.Placeholders {
		of := d.vault.FromFile
		if m.Wire {
			of = d.vault.Value
		}
		if v, ok := of(p); ok {
			out.Values[p] = v
			record.Fingerprints = append(record.Fingerprints, d.vault.Fingerprint(v))
		}
	}
	if len(out.Values) > 0 {
		if err := d.ledger.AppendDurable(record); err != nil {
			return control.Revealed{}, err
		}
	}
	return out, nil
}

// left tells which texts are placeholders that stand for something.
func (d *daemon) left(m control.Left) (out control.LeftBehind, err error) {
	for _, p := range m.Placeholders {
		if _, ok := d.vault.Describe(p); ok {
			out.Placeholders = append(out.Placeholders, p)
		}
	}
	return out, tooNew(m.Version)
}

// forget has wire placeholders forgotten, or lists those of ordinary words.
func (d *daemon) forget(m control.Forget) (control.Forgot, error) {
	if err := tooNew(m.Version); err != nil {
		return control.Forgot{}, err
	}
	if len(m.Placeholders) == 0 {
		return control.Forgot{Placeholders: d.vault.Words()}, nil
	}
	err := d.vault.Forget(m.Placeholders...)
	if err == nil {
		err = d.ledger.AppendDurable(audit.Record{Kind: "secret", Note: "forgotten"})
	}
	return control.Forgot{Placeholders: m.Placeholders}, err
}

// secrets adds, removes and lists what the person named.
func (d *daemon) secrets(m control.Secrets) (control.SecretNames, error) {
	if err := tooNew(m.Version); err != nil {
		return control.SecretNames{}, err
	}
	var err error
	note := "added"
	switch {
	case m.Name == "":
		return control.SecretNames{Names: d.vault.SecretNames()}, nil
	case len(m.Value) > 0:
		err = d.vault.AddSecret(m.Name, m.Value)
	default:
		note = "removed"
		err = d.vault.RemoveSecret(m.Name)
	}
	if err == nil {
		err = d.ledger.AppendDurable(audit.Record{Kind: "secret", Note: note})
	}
	return control.SecretNames{Names: d.vault.SecretNames()}, err
}
