package redact

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// wireLife is how long a wire placeholder stays restorable after it was last sent. A conversation that
// is taken up again issues its placeholders anew, and they are the same.
const wireLife = 30 * 24 * time.Hour

// Vault is the map between placeholders and values. One process has it at a time. Its methods are safe
// for concurrent use.
type Vault struct {
	keys  Keys
	lock  *flock.Flock
	known Known
	// secrets are this machine's own, whether or not they were ever replaced.
	secrets *Secrets
	added   *added

	mu      sync.RWMutex
	journal *journal
	entries map[string]*entry
	// onWire has the wire's entries by value: a value keeps the placeholder it was first given, whatever
	// rule finds it later, or a history would read differently from turn to turn.
	onWire map[string]*entry
	// types are the TYPEs that were issued to each provider.
	types map[string][]string
	now   func() time.Time
}

// entry is a record of the journal: a value, what stands for it, and for whom.
type entry struct {
	Placeholder string       `json:"p"`
	Type        string       `json:"t"`
	Rule        string       `json:"r"`
	Class       detect.Class `json:"c"`
	Scope       Scope        `json:"s"`
	Providers   []string     `json:"to,omitempty"`
	Seen        int64        `json:"at"`
	Purged      bool         `json:"x,omitempty"`
	Value       []byte       `json:"v"`
	// Part says that the value is what a cursor cut off another.
	Part bool `json:"part,omitempty"`
	// Doubt is the value's: see Value.
	Doubt bool `json:"doubt,omitempty"`
}

// OpenVault opens the vault of a state directory and makes it if there is none.
func OpenVault(dir string) (*Vault, error) {
	lock := flock.New(filepath.Join(dir, "vault.lock"))
	if ok, err := lock.TryLock(); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	} else if !ok {
		return nil, ErrInUse
	}
	v, err := openLocked(dir, time.Now)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	v.lock = lock
	return v, nil
}

// ErrInUse says that another process has the vault.
var ErrInUse = errors.New("the vault is in use by another scrubjay: ask the daemon, or stop it")

func openLocked(dir string, now func() time.Time) (*Vault, error) {
	keys, err := LoadKeys(dir)
	if err != nil {
		return nil, err
	}
	v := &Vault{keys: keys, secrets: newSecrets(keys.secrets), entries: map[string]*entry{}, onWire: map[string]*entry{}, types: map[string][]string{}, now: now}
	if v.added, err = loadAdded(filepath.Join(dir, "secrets"), keys.seal); err != nil {
		return nil, err
	}
	v.secrets.SetPrints(addedSource, v.added.prints())
	j, err := openJournal(filepath.Join(dir, "vault.log"), keys.seal, func(e *entry) { v.take(e) })
	if err != nil {
		return nil, err
	}
	v.journal = j
	for p, e := range v.entries {
		if v.expired(e) {
			delete(v.entries, p)
			continue
		}
		v.remember(e)
	}
	if j.records > 2*len(v.entries)+1024 {
		if err := j.rewrite(v.entries); err != nil {
			return nil, errors.Join(err, j.close())
		}
	}
	return v, nil
}

func (e *entry) value() Value {
	return Value{Type: e.Type, Rule: e.Rule, Class: e.Class, Bytes: e.Value, Doubt: e.Doubt}
}

// take puts a record of the journal in force: the last one of a placeholder counts.
func (v *Vault) take(e *entry) {
	if e.Purged {
		delete(v.entries, e.Placeholder)
		return
	}
	v.entries[e.Placeholder] = e
}

func (v *Vault) expired(e *entry) bool {
	return e.Scope == Wire && v.now().Sub(time.Unix(e.Seen, 0)) > wireLife
}

// Issue answers with the placeholders of values, in their order. The values are in the vault when it
// returns: a file's on disk through a crash of the machine, a request's through one of the process.
// If they cannot be, it is an error, and nothing may be replaced.
func (v *Vault) Issue(scope Scope, provider string, values []Value) ([]string, error) {
	placeholders, _, err := v.IssueNew(scope, provider, values)
	return placeholders, err
}

// IssueNew is Issue, and says whether Known finds something now that it did not find before.
func (v *Vault) IssueNew(scope Scope, provider string, values []Value) (placeholders []string, learnt bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	known := v.known.learnt.Load()
	placeholders, err = v.issue(scope, provider, values)
	return placeholders, v.known.learnt.Load() != known, err
}

func (v *Vault) issue(scope Scope, provider string, values []Value) ([]string, error) {
	out := make([]string, len(values))
	fresh, named := map[string]*entry{}, map[string]Value{}
	for i, val := range values {
		if first, ok := named[string(val.Bytes)]; ok && scope == Wire {
			first.Part, first.Doubt = first.Part && val.Part, first.Doubt && val.Doubt
			val = first
		}
		named[string(val.Bytes)] = val
		e := v.tokenFor(scope, val, fresh)
		out[i] = e.Placeholder
		has := v.entries[e.Placeholder]
		age := time.Duration(1 << 62)
		if has != nil {
			age = v.now().Sub(time.Unix(has.Seen, 0))
		}
		more := has != nil && (has.Part && !val.Part || has.Doubt && !val.Doubt)
		if has != nil && !more && (scope == File || slices.Contains(has.Providers, provider) && age < wireLife/30) {
			continue
		}
		if has != nil {
			e.Providers, e.Part, e.Doubt = slices.Clone(has.Providers), has.Part && val.Part, has.Doubt && val.Doubt
		}
		if scope == Wire && !slices.Contains(e.Providers, provider) {
			e.Providers = append(e.Providers, provider)
		}
		fresh[e.Placeholder] = e
	}
	if len(fresh) == 0 {
		return out, nil
	}
	if err := v.journal.append(fresh, scope == File); err != nil {
		return nil, fmt.Errorf("the vault cannot be written, so nothing was replaced: %w", err)
	}
	for _, e := range fresh {
		v.entries[e.Placeholder] = e
		v.remember(e)
	}
	return out, nil
}

// remember makes a value known. Of several placeholders of a value on the wire the smallest counts, so
// that the order in which a journal is read does not matter.
func (v *Vault) remember(e *entry) {
	if !e.Part && (!e.Doubt || isOwn(e.Class, e.Value)) {
		v.known.Add(e.value())
	}
	for _, p := range e.Providers {
		if has := v.types[p]; !slices.Contains(has, e.Type) {
			v.types[p] = append(has[:len(has):len(has)], e.Type) // whoever has the old list goes on with it
		}
	}
	if has := v.onWire[string(e.Value)]; e.Scope == Wire && (has == nil || e.Placeholder <= has.Placeholder) {
		v.onWire[string(e.Value)] = e
	}
}

// isOwn tells whether a value in doubt stands elsewhere only because it is the same: words and short ones do by chance.
func isOwn(class detect.Class, value []byte) bool {
	if class == detect.Credential {
		return detect.CouldBePassword(value)
	}
	digits := 0
	for _, b := range value {
		if b >= '0' && b <= '9' {
			digits++
		}
	}
	return digits >= ownDigits || bytes.IndexByte(value, '@') > 0
}

// ownDigits are more than a year, a port or a version has.
const ownDigits = 7

// tokenFor finds the placeholder of a value: on the wire the one that it has, else the first of its tokens that stands
// for no other value.
func (v *Vault) tokenFor(scope Scope, val Value, fresh map[string]*entry) *entry {
	if has := v.onWire[string(val.Bytes)]; scope == Wire && has != nil && !v.expired(has) {
		e := *has
		e.Seen, e.Providers, e.Part, e.Doubt = v.now().Unix(), nil, has.Part && val.Part, has.Doubt && val.Doubt
		return &e
	}
	for round := byte(0); ; round++ {
		p := placeholder(v.keys.token, scope, val.Type, val.Bytes, round)
		has := v.entries[p]
		if has == nil {
			has = fresh[p]
		}
		if has == nil || bytes.Equal(has.Value, val.Bytes) {
			return &entry{Placeholder: p, Type: val.Type, Rule: val.Rule, Class: val.Class, Scope: scope, Seen: v.now().Unix(), Value: bytes.Clone(val.Bytes), Part: val.Part, Doubt: val.Doubt}
		}
	}
}

// FromWire looks up what was issued to a provider.
func (v *Vault) FromWire(provider string) Lookup {
	return func(p string) ([]byte, bool) {
		v.mu.RLock()
		defer v.mu.RUnlock()
		e := v.entries[p]
		if e == nil || e.Scope != Wire || !slices.Contains(e.Providers, provider) || v.expired(e) {
			return nil, false
		}
		return e.Value, true
	}
}

// InDoubt looks up what was issued to a provider of values that are in doubt.
func (v *Vault) InDoubt(provider string) Lookup {
	issued := v.FromWire(provider)
	return func(p string) ([]byte, bool) {
		value, ok := issued(p)
		if !ok {
			return nil, false
		}
		v.mu.RLock()
		defer v.mu.RUnlock()
		e := v.entries[p]
		return value, e != nil && e.Doubt
	}
}

// WireTypes lists the TYPEs of what was issued to a provider.
func (v *Vault) WireTypes(provider string) []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.types[provider]
}

// FromFile looks up what was put into files.
func (v *Vault) FromFile(p string) ([]byte, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	e := v.entries[p]
	if e == nil || e.Scope != File {
		return nil, false
	}
	return e.Value, true
}

// Value is what any placeholder stands for, a file's or a wire's: for the person who asks, and for no answer of a vendor's.
func (v *Vault) Value(p string) ([]byte, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	e := v.entries[p]
	if e == nil {
		return nil, false
	}
	return e.Value, true
}

// InFiles is how many values stand behind placeholders in files: they are lost with the vault.
func (v *Vault) InFiles() (n int) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, e := range v.entries {
		if e.Scope == File && !e.Purged {
			n++
		}
	}
	return n
}

// Describe answers with what a wire placeholder of any provider stands for, without the value.
func (v *Vault) Describe(p string) (Value, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	e := v.entries[p]
	if e == nil {
		return Value{}, false
	}
	val := e.value()
	val.Bytes = nil
	return val, true
}

// Known finds the vault's values in a text, and the secrets that this machine has; also within what is compressed there, which
// then is all one match.
func (v *Vault) Known(text []byte) []Match {
	found := find(text, &v.known, v.secrets)
	detect.Packed(text, func(run detect.Span, said []byte) {
		within := find(said, &v.known, v.secrets)
		if len(within) == 0 {
			return
		}
		m := within[0]
		for _, other := range within[1:] {
			m.also(other)
		}
		m.Span = run
		found = slices.DeleteFunc(found, func(f Match) bool { return f.Overlaps(run) })
		found = append(found, m)
		slices.SortFunc(found, func(a, b Match) int { return a.Start - b.Start })
	})
	return found
}

// Generation changes whenever the vault learns of a value: until then Known finds the same again.
func (v *Vault) Generation() uint64 { return v.known.learnt.Load() + v.secrets.learnt.Load() }

// Secrets are this machine's own, to be kept up to date by whoever reads its files.
func (v *Vault) Secrets() *Secrets { return v.secrets }

// Fingerprint is the installation's fingerprint of a value.
func (v *Vault) Fingerprint(value []byte) string {
	sum := v.keys.prints.sum([]byte{byte(detect.Installation)}, value)
	return detect.FingerprintOf(detect.Installation, sum[:])
}

// Purge forgets placeholders for good: what stands in a file in their place is lost.
func (v *Vault) Purge(placeholders ...string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	gone := map[string]*entry{}
	for _, p := range placeholders {
		if v.entries[p] != nil {
			gone[p] = &entry{Placeholder: p, Purged: true}
		}
	}
	if err := v.journal.append(gone, true); err != nil {
		return fmt.Errorf("the vault cannot be written, so nothing was purged: %w", err)
	}
	for p := range gone {
		if e := v.entries[p]; v.onWire[string(e.Value)] == e {
			delete(v.onWire, string(e.Value))
		}
		delete(v.entries, p)
	}
	v.known.clear()
	for _, e := range v.entries {
		v.remember(e)
	}
	return v.journal.rewrite(v.entries)
}

// Words are the wire placeholders of credentials that are ordinary words: each time that such a word stands anywhere it
// becomes one.
func (v *Vault) Words() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	var out []string
	for p, e := range v.entries {
		if e.Scope == Wire && e.Class == detect.Credential && !e.Part && len(e.Value) >= knownMin && detect.IsWord(e.Value) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// ErrNotOnWire says that nothing went to a vendor under a placeholder.
var ErrNotOnWire = errors.New("no placeholder that went to a vendor")

// Forget forgets what wire placeholders stand for: the values are no longer looked for, and what an assistant writes in
// their place stays a placeholder.
func (v *Vault) Forget(placeholders ...string) error {
	v.mu.RLock()
	for _, p := range placeholders {
		if e := v.entries[p]; e == nil || e.Scope != Wire {
			v.mu.RUnlock()
			return fmt.Errorf("%q is %w of this machine, so nothing was forgotten", p, ErrNotOnWire)
		}
	}
	v.mu.RUnlock()
	return v.Purge(placeholders...)
}

// Close lets another process have the vault.
func (v *Vault) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	err := v.journal.close()
	if v.lock != nil {
		err = errors.Join(err, v.lock.Unlock())
	}
	return err
}

// syncDir makes a rename or a new file in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || os.IsPermission(err) {
		err = nil // a directory cannot be synced on Windows
	}
	return errors.Join(err, d.Close())
}
