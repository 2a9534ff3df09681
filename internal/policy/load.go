package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// settingsLimit is the largest settings file that is read.
const settingsLimit = 1 << 20

// Paths says where the layers stand that are files of this machine. An empty one is left out.
type Paths struct {
	Managed string
	User    string
	// Explicit is set if a person named User, so that a missing file is a mistake.
	Explicit bool
}

// DefaultPaths are the usual places; config, the flag of that name, goes before SCRUBJAY_CONFIG and that
// before $XDG_CONFIG_HOME/scrubjay/config.yaml. Nothing moves the managed file.
func DefaultPaths(config string) (Paths, error) {
	p := Paths{Managed: managedPath(), User: config, Explicit: config != ""}
	if p.User == "" {
		p.User = os.Getenv("SCRUBJAY_CONFIG")
	}
	if p.User == "" {
		base := os.Getenv("XDG_CONFIG_HOME")
		if base == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return p, nil // whose home is not known has no file in it
			}
			base = filepath.Join(home, ".config")
		}
		p.User = filepath.Join(base, "scrubjay", "config.yaml")
	}
	return p, nil
}

// LoadSettings reads the layers that are files of this machine; the bundle's joins them in the Engine.
// A file that is there but cannot be understood is an error: what it forbids must not be lost.
func LoadSettings(paths Paths) (*Layers, error) {
	managed, merr := readSettings(paths.Managed, ManagedLayer, nil)
	user, uerr := readSettings(paths.User, UserLayer, managed)
	if user == nil && uerr == nil && paths.Explicit {
		uerr = fmt.Errorf("%s does not exist: name a settings file that does", paths.User)
	}
	if err := errors.Join(merr, uerr); err != nil {
		return nil, err
	}
	return &Layers{Managed: managed, User: user, files: paths}, nil
}

// readSettings reads one file; above are the settings of the layer above it, whose providers it can name.
func readSettings(path string, l Layer, above *Settings) (*Settings, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("settings cannot be read: %w", err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, settingsLimit+1))
	if err != nil {
		return nil, fmt.Errorf("settings cannot be read: %w", err)
	}
	s, err := ParseSettings(path, content, l, above)
	if err != nil {
		return nil, err
	}
	for i, file := range s.Rules.Files {
		if !filepath.IsAbs(file) {
			s.Rules.Files[i] = filepath.Join(filepath.Dir(path), file)
		}
	}
	if s.CAFile != "" && !filepath.IsAbs(s.CAFile) {
		s.CAFile = filepath.Join(filepath.Dir(path), s.CAFile)
	}
	return &s, nil
}

// ParseSettings reads one layer and checks it. Every problem is told with the line it stands on.
func ParseSettings(name string, content []byte, l Layer, above *Settings) (Settings, error) {
	var s Settings
	if len(content) > settingsLimit {
		return s, fmt.Errorf("%s: settings larger than %d KiB are not read: make them smaller", name, settingsLimit>>10)
	}
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	err := d.Decode(&s)
	if errors.Is(err, io.EOF) {
		return s, nil
	}
	if err != nil {
		return Settings{}, complaints(name, err)
	}
	var more yaml.Node
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return Settings{}, fmt.Errorf("%s:%d: settings are one document: remove what follows the first", name, max(more.Line, 1))
	}
	var root yaml.Node
	if err := yaml.Unmarshal(content, &root); err != nil {
		return Settings{}, complaints(name, err)
	}
	v := validation{file: name, root: &root}
	v.settings(s, l)
	v.destinations(s, l, above)
	return s, errors.Join(v.problems...)
}

var (
	yamlLine    = text.Expression(`^(?:yaml: )?line (\d+): (.*)`)
	yamlUnknown = text.Expression(`^field (\S+) not found in type `)
	yamlTwice   = text.Expression(`^mapping key "([\w.-]+)" already defined`)
	yamlFixed   = text.Expression(`^(did|could) not find expected '.' ?\w*$`)
	yamlInto    = text.Expression(`(?s)^cannot unmarshal .* into (\S+)$`)
)

// complaints says in our words what the decoder found wrong. Its own may quote what stands in the file.
func complaints(name string, err error) error {
	texts := []string{err.Error()}
	if typed, ok := errors.AsType[*yaml.TypeError](err); ok {
		texts = typed.Errors
	}
	var all []error
	for _, text := range texts {
		line, what := "1", text
		if m := yamlLine().FindStringSubmatch(text); m != nil {
			line, what = m[1], m[2]
		}
		all = append(all, fmt.Errorf("%s:%s: %s", name, line, complaint(what)))
	}
	return errors.Join(all...)
}

func complaint(what string) string {
	if m := yamlUnknown().FindStringSubmatch(what); m != nil {
		return fmt.Sprintf("no setting is called %q here: correct its name or remove it", m[1])
	}
	if m := yamlTwice().FindStringSubmatch(what); m != nil {
		return fmt.Sprintf("%q is set twice: remove one of them", m[1])
	}
	if m := yamlInto().FindStringSubmatch(what); m != nil {
		return "this value has the wrong type: write " + expected(m[1])
	}
	if !strings.ContainsAny(what, "`\"'") || yamlFixed().MatchString(what) {
		return "this is not YAML: " + what
	}
	return "this is not YAML: correct this line or the one before it"
}

func expected(goType string) string {
	switch {
	case goType == "time.Duration":
		return "a duration such as 60s or 5m"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case strings.HasPrefix(goType, "map[") || strings.HasPrefix(goType, "policy.") && goType != "policy.Kind":
		return "keys with values, indented"
	}
	return "one word or text"
}
