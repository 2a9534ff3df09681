// Package installation is what a person has of Scrubjay on a machine: the state directory (state.go), where the proxy of it
// listens (listen.go), and the program itself (self.go). It starts nothing.
package installation

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/authority"
)

// State is the directory that holds what is the installation's own: token, key, vault, ledger, the last
// good policy. It is 0700 and every file in it 0600.
type State struct{ Dir string }

// OpenState finds the state directory, by $SCRUBJAY_STATE or the XDG rules if dir is empty, and makes it.
func OpenState(dir string) (State, error) {
	if dir == "" {
		dir = os.Getenv("SCRUBJAY_STATE")
	}
	if dir == "" {
		base := os.Getenv("XDG_STATE_HOME")
		if base == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return State{}, fmt.Errorf("there is no home directory to keep state in: set SCRUBJAY_STATE (%w)", err)
			}
			base = filepath.Join(home, ".local", "state")
		}
		dir = filepath.Join(base, "scrubjay")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return State{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return State{}, fmt.Errorf("the state directory cannot be made: set SCRUBJAY_STATE to one that can (%w)", err)
	}
	// A directory that somebody made beforehand may be open to others.
	if err := os.Chmod(dir, 0o700); err != nil {
		return State{}, fmt.Errorf("the state directory cannot be closed to other accounts: %w", err)
	}
	return State{dir}, nil
}

// Path is where a file of the state directory is.
func (s State) Path(name string) string { return filepath.Join(s.Dir, name) }

// Token is the installation's token, 256 bits in hex. It is made at the first call.
func (s State) Token() (string, error) {
	text, err := os.ReadFile(s.Path("token"))
	if err == nil {
		if token := strings.TrimSpace(string(text)); len(token) == 64 {
			return token, nil
		}
		return "", fmt.Errorf("%s is damaged: remove it, and a new token is made", s.Path("token"))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	f, err := os.OpenFile(s.Path("token"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return s.Token() // another process was quicker
	}
	if err != nil {
		return "", err
	}
	token := hex.EncodeToString(raw)
	_, err = f.WriteString(token + "\n")
	return token, errors.Join(err, f.Close())
}

// LedgerGone is what the first record of a ledger says that took the place of one that had gone.
const LedgerGone = "the ledger and its head had gone, and this one was begun"

// LedgerGone tells that a daemon has run in this state, and of its ledger nothing is left. Who removes that too is not
// found out.
func (s State) LedgerGone() bool { return s.LastListen() != "" && audit.None(s.Dir) }

// Authority is the certificate that programs are told to trust which go through the proxy.
func (s State) Authority() string { return s.Path(authority.CertificateFile) }

// Trusted is the same if there is one yet, else nothing.
func (s State) Trusted() string {
	if _, err := os.Stat(s.Authority()); err != nil {
		return ""
	}
	return s.Authority()
}

// Assistants is where the settings of assistants are kept as they were.
func (s State) Assistants() string { return s.Path("assistants") }

// socketLimit is the shortest limit that systems set to the name of a Unix socket.
const socketLimit = 100

// Socket is the control socket. A name that is too long for one moves to a directory of its own, as
// closed as the state directory, in a place that does not depend on whose environment asks.
func (s State) Socket() (string, error) {
	path := s.Path("control.sock")
	if len(path) < socketLimit {
		return path, nil
	}
	sum := sha256.Sum256([]byte(s.Dir))
	dir := filepath.Join(sharedTemp(), fmt.Sprintf("scrubjay-%d-%s", os.Getuid(), hex.EncodeToString(sum[:6])))
	if err := makeOurs(dir); err != nil {
		return "", fmt.Errorf("%w, or set SCRUBJAY_STATE to a shorter path", err)
	}
	return filepath.Join(dir, "control.sock"), nil
}

// TemporaryState is a state directory for who has no home, in the directory of temporary files.
func TemporaryState() (State, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("scrubjay-%d-state", os.Getuid()))
	if err := makeOurs(dir); err != nil {
		return State{}, fmt.Errorf("%w, or set SCRUBJAY_STATE", err)
	}
	return OpenState(dir)
}

// makeOurs makes a directory where others may make some, too, and refuses theirs.
func makeOurs(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !st.IsDir() || !ownedByUs(st) || st.Mode().Perm() != 0o700 && runtime.GOOS != "windows" {
		return fmt.Errorf("%s is not ours or open to others: remove it", dir)
	}
	return nil
}

// stateNames are the names of what stands in the state directory, as docs/architecture.md lists them, and locks.
var stateNames = []string{"token", "listen", "ca.key", "ca.pem", "vault.*", "ledger.*", "ledger-*.log", "policy", "days.json*", "used.json*", "run", "assistants", "control.sock", "daemon.log*", "daemon.lock"}

// Hold waits until no daemon has the state directory, and keeps one from beginning until release.
func (s State) Hold(ctx context.Context) (release func() error, err error) {
	lock := flock.New(s.Path("daemon.lock"))
	if ok, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil || !ok {
		return nil, errors.Join(ErrRunning, err)
	}
	return lock.Unlock, nil
}

// Remove takes away what is in the state directory, and the directory if nothing else is in it; left is what else is.
func (s State) Remove() (left []string, err error) {
	socket, err := s.Socket()
	if err != nil {
		return nil, err
	}
	if dir := filepath.Dir(socket); dir != s.Dir { // one of its own, because this one's name is too long
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
	}
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		ours := slices.ContainsFunc(stateNames, func(pattern string) bool {
			is, _ := filepath.Match(pattern, e.Name()) // the patterns are well formed
			return is
		})
		if !ours {
			left = append(left, e.Name())
		} else if err := os.RemoveAll(s.Path(e.Name())); err != nil {
			return nil, err
		}
	}
	if len(left) > 0 {
		return left, nil
	}
	return nil, os.Remove(s.Dir)
}

// ErrRunning says that this state directory has a daemon already.
var ErrRunning = errors.New("a daemon is already running for this state directory")
