package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/scrubjay-dev/scrubjay/internal/rename"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
)

// launch is one start of a program by run.
type launch struct {
	environment
	state  installation.State
	folder string
	// child is the program's environment, without what makes its requests go through the proxy.
	child []string
	say   io.Writer
	// temporary is what was written for the program and goes with it.
	temporary []string
}

func (l *launch) end() {
	for _, name := range l.temporary {
		_ = os.Remove(name) // in our own directory, closed to others
	}
}

// through is a command and its environment such that its requests go through the proxy: every command is given the
// variables, and those that need more what the table of programs says.
func (l *launch) through(command []string) (args, env []string, err error) {
	machine, err := assistants.ThisMachine()
	if err != nil {
		return nil, nil, err
	}
	machine.Getenv = func(name string) (value string) {
		for _, pair := range l.child {
			if v, ok := strings.CutPrefix(pair, name+"="); ok {
				value = v
			}
		}
		return value
	}
	s, err := assistants.Launch{Machine: machine, Proxy: l.proxy(), Folder: l.folder, Keep: l.keep}.Start(command)
	if err != nil {
		if cure := gatewayCure(err); cure != "" {
			err = fmt.Errorf("%w. %s", err, cure)
		}
		return nil, nil, fmt.Errorf("%s was not started: %w", filepath.Base(command[0]), err)
	}
	for _, note := range s.Notes {
		fmt.Fprintln(l.say, "scrubjay:", note)
	}
	if s.Proxied && l.Proxy.Certificate == "" {
		return nil, nil, fmt.Errorf("%s was not started: it reaches its vendor by CONNECT alone, which no relay carries. Run it with Scrubjay's daemon on this side: unset %s", filepath.Base(command[0]), relayVariable)
	}
	if s.Proxied {
		if err := l.connect(s.Variables); err != nil {
			return nil, nil, err
		}
	}
	env = slices.Clone(l.child)
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		env = append(env, name+"="+s.Variables[name])
	}
	return s.Args, env, nil
}

// keep writes a file for the program that is started.
func (l *launch) keep(name string, text []byte) (string, error) {
	dir, err := l.dir()
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, "*-"+name) // 0600
	if err != nil {
		return "", err
	}
	l.temporary = append(l.temporary, f.Name())
	_, err = f.Write(text)
	return f.Name(), errors.Join(err, f.Close())
}

func (l *launch) dir() (string, error) {
	dir := filepath.Join(l.state.Dir, "run")
	return dir, os.MkdirAll(dir, 0o700)
}

// authorities are the variables that programs take an authority from. Some add it to those of the system and some put it
// in their place, and which do which depends on how they were built: all get a file that holds both, but Node, which adds.
var authorities = []string{
	"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO",
}

// systemAuthorities are where systems keep theirs.
var systemAuthorities = []string{
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
}

// connect adds what a program needs that is to go through the proxy by CONNECT: the proxy, and whom to trust.
func (l *launch) connect(set map[string]string) error {
	ours, err := os.ReadFile(l.Proxy.Certificate)
	if err != nil {
		return fmt.Errorf("the proxy has no authority yet: start the daemon once with scrubjay serve (%w)", err)
	}
	// Programs differ in which spelling they read first.
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		set[name] = l.Proxy.URL
	}
	set["NODE_USE_ENV_PROXY"] = "1" // Node's own requests heed the proxy only then
	set["NODE_EXTRA_CA_CERTS"] = l.Proxy.Certificate
	if other := os.Getenv("NODE_EXTRA_CA_CERTS"); other != "" && other != l.Proxy.Certificate {
		theirs, err := os.ReadFile(other)
		if err != nil {
			return fmt.Errorf("NODE_EXTRA_CA_CERTS names a file that cannot be read, and its certificates are kept beside the proxy's: mend or unset it (%w)", err)
		}
		if set["NODE_EXTRA_CA_CERTS"], err = l.bundle(theirs, ours); err != nil {
			return err
		}
	}
	var system []byte
	for _, name := range systemAuthorities {
		if system, err = os.ReadFile(name); err == nil {
			break
		}
	}
	for _, name := range authorities {
		theirs := system
		if other := os.Getenv(name); other != "" {
			if theirs, err = os.ReadFile(other); err != nil {
				return fmt.Errorf("%s names a file that cannot be read, and its certificates are kept beside the proxy's: mend or unset it (%w)", name, err)
			}
		}
		if len(theirs) == 0 {
			continue // to be told of ours alone, it would trust nobody else
		}
		if set[name], err = l.bundle(theirs, ours); err != nil {
			return err
		}
	}
	return nil
}

// bundle is a file of certificates. It stays, by the name of what it holds: an editor runs on when the command that
// started it has ended.
func (l *launch) bundle(theirs, ours []byte) (string, error) {
	text := slices.Concat(theirs, []byte("\n"), ours)
	dir, err := l.dir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	name := filepath.Join(dir, "ca-"+hex.EncodeToString(sum[:8])+".pem")
	if have, err := os.ReadFile(name); err == nil && string(have) == string(text) {
		return name, nil
	}
	f, err := os.CreateTemp(dir, ".ca-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = rename.File(f.Name(), name)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return name, nil
}
