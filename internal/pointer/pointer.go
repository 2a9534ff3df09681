// Package pointer knows the stores in which people keep their secrets, and the pointers that stand in a secret's place:
// op://Private/shop/password in a file, and the value in 1Password.
//
//   - stores is the table: a row a store, in the order in which they are asked. What unlocks a later one may be kept in an earlier.
//   - program.go runs a store's own command. A value goes in by its standard input and comes out by its standard output; it is
//     never an argument, which everybody on the machine can read, and never a file.
//   - Each store's file says how it reads and keeps: keyring.go, pass.go, sops.go, onepassword.go, vault.go, aws.go.
//
// Nothing here logs, and no error holds a value.
package pointer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"time"
	"unicode"
)

// patience is how long a store may take: it may ask the person to unlock it.
const patience = 2 * time.Minute

// store is a kind of place where secrets are kept.
type store struct {
	scheme, title string
	// program is its command; empty if there is none.
	program string
	// form is how its pointers are written.
	form string
	// parse takes what stands behind the scheme apart.
	parse func(rest string) (place, bool)
	read  func(ctx context.Context, m Machine, p place) ([]byte, error)
	// keep puts a value where nothing is yet.
	keep func(ctx context.Context, m Machine, p place, value []byte) error
	// usual is where new values go if no setting says so; empty if there is no such place on this machine.
	usual func(m Machine) string
	// name makes the pointer of a new value.
	name func(where, name string) string
	cure string
}

// place is where in a store a value is.
type place struct {
	item, field string
	// region is AWS's alone.
	region string
}

var stores = []*store{&keyringStore, &passStore, &sopsStore, &onePasswordStore, &vaultStore, &baoStore, &awsStore}

// Machine is what the stores' programs are given.
type Machine struct {
	// Environment is theirs, as NAME=value.
	Environment []string
	// Folder is where they run, and where a relative path begins.
	Folder string
}

// Pointer names a value in a store.
type Pointer struct {
	store *store
	place place
	text  string
}

func (p Pointer) String() string { return p.text }

// Parse reads a pointer. A text of another kind is none; one that begins as a pointer and does not go on as one is an error.
func Parse(text string) (p Pointer, is bool, err error) {
	for _, s := range stores {
		rest, ok := strings.CutPrefix(text, s.scheme+"://")
		if !ok {
			continue
		}
		at, ok := s.parse(rest)
		if !ok || strings.HasPrefix(rest, "-") || strings.ContainsFunc(rest, unicode.IsControl) {
			return Pointer{}, true, fmt.Errorf("this is no pointer to %s: it is written %s", s.title, s.form)
		}
		return Pointer{s, at, text}, true, nil
	}
	return Pointer{}, false, nil
}

// Resolve has the store give the value.
func (m Machine) Resolve(ctx context.Context, p Pointer) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	value, err := p.store.read(ctx, m, p.place)
	switch {
	case err != nil:
		return nil, p.store.failed(err)
	case len(value) == 0:
		return nil, fmt.Errorf("%s has an empty value there", p.store.title)
	case bytes.IndexByte(value, 0) >= 0:
		return nil, fmt.Errorf("%s has a value there that is no text: it cannot stand in an environment", p.store.title)
	}
	return value, nil
}

// Keep puts a value into the store. A pointer that is in use already for another value is an error: somebody reads that one.
func (m Machine) Keep(ctx context.Context, p Pointer, value []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if have, err := p.store.read(ctx, m, p.place); err == nil {
		if bytes.Equal(have, value) {
			return nil
		}
		return fmt.Errorf("%s has another value at %s: rename one of them", p.store.title, p.text)
	}
	if err := p.store.keep(ctx, m, p.place, value); err != nil {
		if bytes.Contains([]byte(err.Error()), value) {
			err = errors.New("it says what must not be repeated here")
		}
		return p.store.failed(err)
	}
	// What cannot be read back would be lost with the text that it is taken out of.
	have, err := p.store.read(ctx, m, p.place)
	if err != nil || !bytes.Equal(have, value) {
		return fmt.Errorf("%s took the value and does not give it back at %s: look whether it is whole there", p.store.title, p.text)
	}
	return nil
}

func (s *store) failed(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("there was no answer within %d minutes", int(patience.Minutes()))
	}
	return fmt.Errorf("%s: %s. %s", s.title, strings.TrimSuffix(err.Error(), "."), s.cure)
}

// Offer is a store that could take a new value.
type Offer struct {
	store *store
	where string
}

// Title is what the store is called.
func (o Offer) Title() string { return o.store.title }

// Pointer is that of a new value of a name.
func (o Offer) Pointer(name string) (Pointer, error) {
	p, _, err := Parse(o.store.name(o.where, name))
	return p, err
}

// Offers are the stores that are there: those that the settings name, by scheme with the place where new values go, else all
// whose program is on this machine.
func (m Machine) Offers(named map[string]string) (all []Offer) {
	for _, s := range stores {
		where, ok := named[s.scheme]
		if !ok && len(named) == 0 && s.there() {
			where = s.usual(m)
		}
		if where != "" {
			all = append(all, Offer{s, where})
		}
	}
	return all
}

func (s *store) there() bool {
	if s.program == "" {
		return hasKeyring()
	}
	_, err := exec.LookPath(s.program)
	return err == nil
}

// Resolved is an environment with the values that its pointers name, and these values by their pointers. The stores are asked in
// their order, and each gets what the earlier ones gave: a token that opens one may be kept in another. An error names the
// variable.
func (m Machine) Resolved(ctx context.Context, environment []string) (out []string, values map[string][]byte, err error) {
	out, values = slices.Clone(environment), map[string][]byte{}
	m.Environment = out
	pointers := map[int]Pointer{}
	for i, pair := range out {
		name, value, _ := strings.Cut(pair, "=")
		p, is, err := Parse(value)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		if is {
			pointers[i] = p
		}
	}
	for _, s := range stores {
		for _, i := range slices.Sorted(maps.Keys(pointers)) {
			p := pointers[i]
			if p.store != s {
				continue
			}
			name, _, _ := strings.Cut(out[i], "=")
			value, known := values[p.text]
			if !known {
				if value, err = m.Resolve(ctx, p); err != nil {
					return nil, nil, fmt.Errorf("%s: %w", name, err)
				}
				values[p.text] = value
			}
			out[i] = name + "=" + string(value)
		}
	}
	return out, values, nil
}

// split takes a text apart at the last mark; both halves have to be there.
func split(text, mark string) (before, after string, ok bool) {
	i := strings.LastIndex(text, mark)
	if i <= 0 || i+len(mark) == len(text) {
		return "", "", false
	}
	return text[:i], text[i+len(mark):], true
}
