package daemon

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
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
	folders []string // the latest last
	files   map[string]fileState
	now     func() time.Time
}

// fileState tells whether a file is as it was when it was read.
type fileState struct {
	modified time.Time
	size     int64
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
	// largestSecrets is the largest file that is read.
	largestSecrets = 1 << 20
)

// credentialFiles are where tools keep what they log in with, below the home directory.
var credentialFiles = []string{
	".npmrc", ".yarnrc.yml", ".netrc", "_netrc", ".pgpass", ".my.cnf", ".pypirc", ".git-credentials", ".vault-token", ".s3cfg", ".boto", ".env",
	".kube/config", ".docker/config.json", ".aws/credentials", ".aws/config", ".azure/accessTokens.json", ".azure/msal_token_cache.json",
	".config/gcloud/application_default_credentials.json", ".config/gh/hosts.yml", ".config/glab-cli/config.yml", ".config/hub",
	".config/doctl/config.yaml", ".config/containers/auth.json", ".config/rclone/rclone.conf", ".terraform.d/credentials.tfrc.json",
	".cargo/credentials.toml", ".gem/credentials", ".m2/settings.xml", ".gradle/gradle.properties", ".composer/auth.json",
	".databrickscfg", ".snowflake/config.toml", ".fly/config.yml", ".huggingface/token", ".cache/huggingface/token", ".ngrok2/ngrok.yml",
	".codex/auth.json", ".claude/.credentials.json", ".gemini/oauth_creds.json", ".local/share/opencode/auth.json",
	"AppData/Roaming/postgresql/pgpass.conf", "AppData/Roaming/gcloud/application_default_credentials.json",
}

// credentialVariables name such a file in another place.
var credentialVariables = []string{
	"GOOGLE_APPLICATION_CREDENTIALS", "KUBECONFIG", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "NPM_CONFIG_USERCONFIG", "NETRC", "PGPASSFILE",
}

// notOurs are directories of other people's code, and of what tools make.
var notOurs = map[string]bool{"node_modules": true, "vendor": true, "dist": true, "build": true, "target": true, "venv": true, "__pycache__": true}

func newMachine(secrets *redact.Secrets, engine func() *detect.Engine, token string) *machine {
	home, _ := os.UserHomeDir() // without one there are no files below it
	m := &machine{secrets: secrets, engine: engine, home: home, files: map[string]fileState{}, now: time.Now}
	secrets.Set("token", [][]byte{[]byte(token)}) // base URLs hold it, and agents print them
	m.environment("daemon", os.Environ())
	return m
}

// learn takes what an editor or scrubjay run says of where secrets are.
func (m *machine) learn(k control.Known) (control.Knows, error) {
	if err := tooNew(k.Version); err != nil {
		return control.Knows{}, err
	}
	m.mu.Lock()
	for _, f := range k.Folders {
		if !filepath.IsAbs(f) {
			continue
		}
		f = filepath.Clean(f)
		m.folders = append(slices.DeleteFunc(m.folders, func(other string) bool { return other == f }), f)
	}
	if n := len(m.folders) - mostFolders; n > 0 {
		m.folders = slices.Delete(m.folders, 0, n)
	}
	m.looked, m.walked = time.Time{}, time.Time{}
	m.mu.Unlock()
	if len(k.Environment) > 0 {
		m.environment(cmp.Or(k.From, "run "+strings.Join(k.Folders, " ")), k.Environment)
	}
	m.fresh()
	return control.Knows{}, nil
}

// environment takes the secrets of a list of NAME=value.
func (m *machine) environment(source string, list []string) {
	var values [][]byte
	for _, pair := range list {
		name, value, _ := strings.Cut(pair, "=")
		values = append(values, m.named([]byte(name), []byte(value))...)
	}
	m.secrets.Set(source, values)
}

// named are the secrets of a variable: all of it if its name says so, else what a rule finds in it, such as the
// password of a URL.
func (m *machine) named(name, value []byte) [][]byte {
	if detect.NamesSecret(name) && detect.CouldBeSecret(value) {
		return [][]byte{value}
	}
	return credentials(value, m.engine().FindNamed(name, value))
}

func credentials(text []byte, findings []detect.Finding) (values [][]byte) {
	for _, f := range findings {
		if v := text[f.Start:f.End]; f.Rule.Class == detect.Credential && f.Severity > detect.Info && (f.Validated || detect.CouldBeSecret(v)) {
			values = append(values, v)
		}
	}
	return values
}

// fresh brings up to date what is known, at most once in lookEvery. Requests call it, so that idling costs nothing.
func (m *machine) fresh() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if now.Sub(m.looked) < lookEvery {
		return
	}
	m.looked = now
	depth := 1
	if now.Sub(m.walked) >= walkEvery {
		m.walked, depth = now, envDepth
	}
	there := map[string]bool{}
	look := func(path string) {
		if path != "" && !there[path] && m.read(path) {
			there[path] = true
		}
	}
	if m.home != "" {
		for _, name := range credentialFiles {
			look(filepath.Join(m.home, filepath.FromSlash(name)))
		}
	}
	for _, name := range credentialVariables {
		for _, path := range filepath.SplitList(os.Getenv(name)) {
			look(path)
		}
	}
	directories := 0
	for _, folder := range slices.Backward(m.folders) {
		envFiles(folder, depth, &directories, look)
	}
	for path := range m.files {
		look(path) // one deep in a folder
		if !there[path] {
			delete(m.files, path)
			m.secrets.Set("file "+path, nil)
		}
	}
}

// envFiles calls look for the .env files of a directory and of those in it. It follows no links.
func envFiles(dir string, depth int, directories *int, look func(path string)) {
	if *directories++; *directories > mostDirectories {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // it is gone, or not for us: then not for the agent either
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case e.Type().IsRegular() && isEnvFile(name):
			look(filepath.Join(dir, name))
		case e.IsDir() && depth > 1 && !strings.HasPrefix(name, ".") && !notOurs[name]:
			envFiles(filepath.Join(dir, name), depth-1, directories, look)
		}
	}
}

// isEnvFile tells .env, .env.local, .envrc and prod.env from .env.example, which holds no secret.
func isEnvFile(name string) bool {
	if !strings.HasPrefix(name, ".env") && !strings.HasSuffix(name, ".env") {
		return false
	}
	for _, ending := range []string{".example", ".sample", ".template", ".dist", ".tpl"} {
		if strings.Contains(name, ending) {
			return false
		}
	}
	return true
}

// read takes a file's secrets if it has changed. It tells whether the file is there.
func (m *machine) read(path string) bool {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() > largestSecrets {
		return false
	}
	state := fileState{st.ModTime(), st.Size()}
	if has, ok := m.files[path]; ok && has == state {
		return true
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return !os.IsNotExist(err) && !os.IsPermission(err)
	}
	m.files[path] = state
	values := credentials(text, m.engine().Find(path, text))
	if isEnvFile(filepath.Base(path)) {
		for name, value := range assignments(text) {
			values = append(values, m.named([]byte(name), value)...)
		}
	}
	m.secrets.Set("file "+path, values)
	return true
}

// assignments reads the NAME=value lines of an .env file, as a shell and the libraries for such files do.
func assignments(text []byte) map[string][]byte {
	all := map[string][]byte{}
	for line := range bytes.Lines(text) {
		name, value, ok := bytes.Cut(bytes.TrimSpace(line), []byte("="))
		name = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(name), []byte("export ")))
		if !ok || len(name) == 0 || name[0] == '#' {
			continue
		}
		value = bytes.TrimSpace(value)
		if len(value) > 1 && (value[0] == '"' || value[0] == '\'' || value[0] == '`') {
			if end := bytes.IndexByte(value[1:], value[0]); end >= 0 {
				value = value[1 : 1+end]
			}
		} else if i := bytes.Index(value, []byte(" #")); i >= 0 {
			value = bytes.TrimSpace(value[:i])
		}
		all[string(name)] = value
	}
	return all
}
