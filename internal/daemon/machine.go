package daemon

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/credentials"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// machine knows where this machine's own secrets are, and tells the vault their fingerprints: an agent that runs env
// or cat .env sends values that no rule would recognise.
//
// What is read: variables whose names say secret, of the daemon and of whatever scrubjay run starts; .env files of
// the folders that editors have open and that assistants were started in; the files in which tools keep credentials.
// Values that are short or common are left out (detect.CouldBeSecret).
type machine struct {
	secrets *redact.Secrets
	engine  func() *detect.Engine
	home    string

	mu      sync.Mutex
	looked  time.Time
	walked  time.Time
	folders []string            // the latest last
	pointed []credentials.Place // where variables say that files are, the latest last
	files   map[string]fileState
	kept    kept
	remote  string // the repository that all folders are of
	log     *zap.Logger
	now     func() time.Time
}

// fileState tells whether a file is as it was when it was read.
type fileState struct {
	format   credentials.Format
	modified time.Time
	size     int64
	tokens   []string // files that it says a token is in
}

const (
	// lookEvery bounds how often a request looks whether the files have changed, walkEvery whether there are new ones
	// deep in a folder.
	lookEvery = time.Second
	walkEvery = 30 * time.Second
	// What is looked through for .env files, at most.
	mostFolders     = 64
	mostDirectories = 2000
	envDepth        = 4
	mostPointed     = 256
	cacheDepth      = 2
	// largestSecrets is the largest file that is read.
	largestSecrets = 1 << 20
)

// notOurs are directories of other people's code, and of what tools make.
var notOurs = map[string]bool{"node_modules": true, "vendor": true, "dist": true, "build": true, "target": true, "venv": true, "__pycache__": true}

func newMachine(secrets *redact.Secrets, engine func() *detect.Engine, token string, log *zap.Logger) *machine {
	home, _ := os.UserHomeDir() // without one there are no files below it
	m := &machine{secrets: secrets, engine: engine, home: home, files: map[string]fileState{}, log: log, now: time.Now}
	secrets.Set("token", [][]byte{[]byte(token)}) // base URLs hold it, and agents print them
	m.environment("daemon", os.Environ())
	return m
}

// learn takes what an editor or scrubjay run says of where secrets are.
func (m *machine) learn(k control.Known) (control.Knows, error) {
	if err := tooNew(k.Version); err != nil {
		return control.Knows{}, err
	}
	// A hook says where it is at every turn: what was walked lately is not walked again for it.
	begins := k.From == ""
	m.mu.Lock()
	for _, f := range k.Folders {
		if !filepath.IsAbs(f) {
			continue
		}
		f = filepath.Clean(f)
		begins = begins || !slices.Contains(m.folders, f)
		m.folders = append(slices.DeleteFunc(m.folders, func(other string) bool { return other == f }), f)
	}
	if n := len(m.folders) - mostFolders; n > 0 {
		m.folders = slices.Delete(m.folders, 0, n)
	}
	m.looked = time.Time{}
	if begins {
		m.walked = time.Time{}
	}
	m.mu.Unlock()
	for p, value := range k.Resolved {
		if detect.CouldBePassword(value) {
			m.secrets.Set("pointer "+p, [][]byte{value})
		}
	}
	if len(k.Environment) > 0 {
		m.environment(cmp.Or(k.From, "run "+strings.Join(k.Folders, " ")), k.Environment)
	}
	m.fresh()
	return control.Knows{}, nil
}

// repository is the one that all folders are of which this daemon was told of; empty if there are several, or if one is of none.
// A request does not say from which folder it comes.
func (m *machine) repository() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.remote
}

func onlyRemote(folders []string) (only string) {
	if len(folders) == mostFolders {
		return "" // there were others
	}
	var remotes workspace.Remotes
	for i, folder := range folders {
		of := remotes.Of(folder)
		if i > 0 && of != only {
			return ""
		}
		only = of
	}
	return only
}

// environment takes the secrets of a list of NAME=value, and the places of files that it names.
func (m *machine) environment(source string, list []string) {
	var values [][]byte
	for _, pair := range list {
		name, value, _ := strings.Cut(pair, "=")
		values = append(values, m.named([]byte(name), []byte(value))...)
		if i := slices.IndexFunc(credentials.Variables, func(v credentials.Variable) bool { return v.Name == name }); i >= 0 {
			m.point(credentials.Variables[i], value)
		}
	}
	m.secrets.Set(source, values)
}

// point takes the places that a variable names. From where a relative one counts, only its program knows.
func (m *machine) point(v credentials.Variable, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, path := range filepath.SplitList(value) {
		if !filepath.IsAbs(path) {
			continue
		}
		all := []credentials.Place{{Path: path, Format: v.Format}}
		if v.Below != nil {
			all = credentials.Below(filepath.ToSlash(path), v.Below)
		}
		for _, p := range all {
			m.pointed = append(slices.DeleteFunc(m.pointed, func(other credentials.Place) bool { return other.Path == p.Path }), p)
		}
	}
	if n := len(m.pointed) - mostPointed; n > 0 {
		m.pointed = slices.Delete(m.pointed, 0, n)
	}
}

// named are the secrets of a variable: all of it if its name says so, else what a rule finds in it, such as the
// password of a URL.
func (m *machine) named(name, value []byte) [][]byte {
	if detect.NamesSecret(name) && detect.CouldBeSecret(value) {
		return [][]byte{value}
	}
	return found(value, m.engine().FindNamed(name, value))
}

func found(text []byte, findings []detect.Finding) (values [][]byte) {
	for _, f := range findings {
		if v := text[f.Start:f.End]; f.Rule.Class == detect.Credential && f.Severity > detect.Info && (f.Validated || detect.CouldBeSecret(v)) {
			values = append(values, v)
		}
	}
	return values
}
