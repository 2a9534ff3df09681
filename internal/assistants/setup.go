package assistants

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Result says what Setup or Undo did.
type Result struct {
	File    string
	Changed bool
	// Steps are for the person to do: nothing was written.
	Steps string
	// Notes are what the person should know besides.
	Notes []string
}

var bom = []byte("\xef\xbb\xbf")

// Setup writes an assistant's settings. Twice is once; with another address it changes the former one's.
func (a *Assistant) Setup(m Machine, s Store, p Proxy) (Result, error) {
	if a.unreachable != "" {
		return Result{}, fmt.Errorf("%s cannot be scrubbed: %s", a.Title, a.unreachable)
	}
	if a.steps != nil {
		return Result{Steps: a.steps(p)}, nil
	}
	r, err := s.load(a)
	if err != nil {
		return Result{}, err
	}
	file := a.file(m)
	if r != nil && r.File != file {
		if !slices.Contains(a.files(m), r.File) {
			return Result{}, fmt.Errorf("%s is set up in %s: take that back first, with scrubjay setup %s --undo", a.Title, r.File, a.Name)
		}
		file = r.File
	}
	now, exists, err := read(file)
	if err != nil {
		return Result{}, err
	}
	former, existed, made := now, exists, []string(nil)
	if r != nil && exists {
		// On what there would be without us everything is done anew, so that nothing of an older address is left.
		if former, existed, err = a.former(now, r); err != nil {
			return Result{}, a.at(file, err)
		}
		made = r.Made
	}
	text, changes, err := a.apply(m, p, former)
	if err != nil {
		return Result{}, a.at(file, err)
	}
	res := Result{File: file, Changed: !bytes.Equal(text, now)}
	if r != nil && res.Changed && a.same(text, now) {
		res.Changed = false // somebody has put our values elsewhere: they stay there
	}
	if res.Changed {
		next := &record{Version: recordVersion, File: file, Existed: existed, Former: former, Wrote: sum(text), Changes: changes, Made: made}
		if exists {
			next.Was = sum(now)
		}
		if err := s.save(a, next); err != nil {
			return Result{}, err
		}
		if made, err = replace(file, now, text); err != nil {
			if r == nil {
				err = errors.Join(err, s.forget(a))
			}
			return Result{}, err
		}
		if len(made) > 0 {
			next.Made = made
			if err := s.save(a, next); err != nil {
				return Result{}, err
			}
		}
	}
	for _, c := range changes {
		if c.replaced != "" {
			res.Notes = append(res.Notes, strings.Join(c.Path, ".")+" named another proxy: "+c.replaced)
		}
	}
	if readByOthers(file) {
		res.Notes = append(res.Notes, "other accounts of this machine can read it, and it holds the token now: chmod 600 it")
	}
	if err := Seen(m.Getenv); err != nil {
		res.Notes = append(res.Notes, err.Error()+": set NO_PROXY and no_proxy to "+NoProxy(m.Getenv))
	}
	if a.Uncovered != "" {
		res.Notes = append(res.Notes, "not covered: "+a.Uncovered)
	}
	return res, nil
}

// file is where its settings are, or would be.
func (a *Assistant) file(m Machine) string {
	all := a.files(m)
	for _, f := range all {
		if _, err := os.Lstat(f); err == nil {
			return f
		}
	}
	return all[0]
}

// at says which file, and where in it.
func (a *Assistant) at(file string, err error) error {
	return fmt.Errorf("%s: %w; it was not changed", file, err)
}

// apply makes a text say what this assistant needs.
func (a *Assistant) apply(m Machine, p Proxy, text []byte) ([]byte, []change, error) {
	body, marked := bytes.CutPrefix(text, bom)
	doc, err := a.syntax.decode(body)
	if err != nil {
		return nil, nil, err
	}
	settings, err := a.settings(m, p, doc)
	if err != nil {
		return nil, nil, err
	}
	if len(settings) == 0 {
		return nil, nil, errors.New("no provider is configured that it could be pointed at, so its requests would be refused")
	}
	var changes []change
	for _, want := range settings {
		var c change
		if body, c, err = a.syntax.set(body, want); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", strings.Join(want.path, "."), err)
		}
		if c.Former != nil {
			c.replaced = want.replaced
		}
		changes = append(changes, c)
	}
	if marked {
		body = slices.Concat(bom, body)
	}
	return body, changes, nil
}

// same tells whether an assistant reads the same from two texts.
func (a *Assistant) same(x, y []byte) bool {
	dx, xerr := a.syntax.decode(bytes.TrimPrefix(x, bom))
	dy, yerr := a.syntax.decode(bytes.TrimPrefix(y, bom))
	return xerr == nil && yerr == nil && alike(dx, dy)
}

// former is the text without us, and whether there would be a file at all.
func (a *Assistant) former(now []byte, r *record) ([]byte, bool, error) {
	if is := sum(now); is == r.Wrote || is == r.Was || bytes.Equal(now, r.Former) && r.Existed {
		return r.Former, r.Existed, nil
	}
	body, marked := bytes.CutPrefix(now, bom)
	for _, c := range slices.Backward(r.Changes) {
		var err error
		if body, err = a.syntax.takeOut(body, c); err != nil {
			return nil, false, err
		}
	}
	if !r.Existed && len(bytes.Trim(body, "{} \t\r\n")) == 0 {
		return nil, false, nil
	}
	if marked {
		body = slices.Concat(bom, body)
	}
	return body, true, nil
}

// Undo takes an assistant's settings back. Nothing to take back is no error.
func (a *Assistant) Undo(s Store) (Result, error) {
	r, err := s.load(a)
	if err != nil || r == nil {
		return Result{}, err
	}
	res := Result{File: r.File}
	now, exists, err := read(r.File)
	if err != nil {
		return res, err
	}
	if exists {
		former, existed, err := a.former(now, r)
		if err != nil {
			return res, a.at(r.File, err)
		}
		res.Changed = !existed || !bytes.Equal(former, now)
		switch {
		case !existed:
			err = os.Remove(r.File)
			for _, dir := range r.Made {
				if os.Remove(dir) != nil {
					break // somebody else has put something there
				}
			}
		case res.Changed:
			_, err = replace(r.File, now, former)
		}
		if err != nil {
			return res, err
		}
	}
	return res, s.forget(a)
}

// State is what an assistant's settings say now.
type State struct {
	SetUp bool
	File  string
	// Wrong is what keeps its requests from the proxy.
	Wrong []string
	// Older is what is better in what this version writes, if a former one has set it up in a way that does as well.
	Older string
	// Exposed says that other accounts of this machine can read the file, which holds the token.
	Exposed bool
	// Asks are the requests by which it can be proved.
	Asks []Ask
	// Steps and Unreachable tell that there is nothing to write.
	Steps, Unreachable bool
}

// Check reads an assistant's settings back, and looks at what counts besides in a folder, if one is named.
func (a *Assistant) Check(m Machine, s Store, p Proxy, folder string) (State, error) {
	st := State{Steps: a.steps != nil, Unreachable: a.unreachable != ""}
	if a.syntax == nil {
		return st, nil
	}
	r, err := s.load(a)
	if err != nil || r == nil {
		return st, err
	}
	st.SetUp, st.File = true, r.File
	now, exists, err := read(r.File)
	if err != nil {
		return st, err
	}
	if !exists {
		st.Wrong = append(st.Wrong, r.File+" has gone")
		return st, nil
	}
	doc, err := a.syntax.decode(bytes.TrimPrefix(now, bom))
	if err != nil {
		return st, fmt.Errorf("%s: %w", r.File, err)
	}
	former, _, err := a.former(now, r)
	if err != nil {
		return st, a.at(r.File, err)
	}
	before, err := a.syntax.decode(bytes.TrimPrefix(former, bom))
	if err != nil {
		return st, err
	}
	wanted, err := a.settings(m, p, before)
	if g, ok := errors.AsType[*Gateway](err); ok {
		st.Wrong = append(st.Wrong, g.Where+" in "+r.File+" does not name this proxy: "+g.Error())
	} else if err != nil {
		return st, err
	}
	for _, want := range wanted {
		got, _ := lookup(doc, want.path)
		if want.older != "" && got == want.older {
			st.Older = want.newer
			st.Asks = append(st.Asks, Ask{URL: want.older + want.ask})
			continue
		}
		if st.Older != "" && want.value == p.Token {
			continue // the address holds it
		}
		if got != want.value {
			fault := "does not name this proxy"
			if want.fault != "" {
				fault = "is not set, and " + want.fault
			}
			st.Wrong = append(st.Wrong, strings.Join(want.path, ".")+" in "+r.File+" "+fault)
			continue
		}
		if want.address != "" {
			st.Asks = append(st.Asks, Ask{URL: want.address + want.ask, Header: want.header})
		}
	}
	if len(st.Wrong) > 0 { // an address that needs a header besides is no better than that
		st.Asks = slices.DeleteFunc(st.Asks, func(ask Ask) bool { return len(ask.Header) > 0 })
	}
	if a.astray != nil && folder != "" {
		st.Wrong = append(st.Wrong, a.astray(m, p, folder)...)
	}
	st.Exposed = readByOthers(r.File)
	return st, nil
}
