package lsp

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.yaml.in/yaml/v3"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

const (
	// settingsFile is a repository's own settings.
	settingsFile = ".scrubjay.yaml"
	// maxSettings is the largest settings file that is read.
	maxSettings = 1 << 20
)

// folder is one that the editor has open. A nil folder has no settings.
type folder struct {
	uri  string
	root string
}

func (f *folder) settingsPath() string { return filepath.Join(f.root, settingsFile) }
func (f *folder) settingsURI() string  { return string(uri.File(f.settingsPath())) }

// rel is a path below the folder, with slashes; the path's last element if it is not below.
func (f *folder) rel(path string) string {
	if f != nil {
		if rel, err := filepath.Rel(f.root, path); err == nil && !strings.HasPrefix(rel, "..") {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.Base(path)
}

func (s *Server) addFolder(u string) {
	root := uri.URI(u).FsPath()
	if !strings.HasPrefix(u, "file:") || root == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.folders, func(f *folder) bool { return f.root == root }) {
		s.folders = append(s.folders, &folder{uri: strings.Clone(u), root: filepath.Clean(strings.Clone(root))})
	}
}

func (s *Server) removeFolder(u string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folders = slices.DeleteFunc(s.folders, func(f *folder) bool {
		if f.uri != u {
			return false
		}
		s.pending[f.settingsURI()] = true // what was shown of it is cleared
		return true
	})
}

// folderOf is the innermost folder that holds the path, or nil. What has no path belongs to the folder that is open, if
// there is one alone.
func (s *Server) folderOf(path string) *folder {
	s.mu.Lock()
	defer s.mu.Unlock()
	return innermost(s.folders, path)
}

func innermost(folders []*folder, path string) (best *folder) {
	if path == "" && len(folders) == 1 {
		return folders[0]
	}
	for _, f := range folders {
		rel, err := filepath.Rel(f.root, path)
		if path == "" || err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			continue
		}
		if best == nil || len(f.root) > len(best.root) {
			best = f
		}
	}
	return best
}

// repository is what the folder's settings say. A file that cannot be read or understood quiets nothing, and nor does
// one of a folder that the person does not trust.
func (s *Server) repository(f *folder) policy.Settings {
	if !s.trusts() {
		return policy.Settings{}
	}
	settings, _ := f.settings(s.buffers)
	return settings
}

// settings reads the folder's settings and says what is wrong with them.
func (f *folder) settings(open *workspace.Buffers) (policy.Settings, []problem) {
	if f == nil {
		return policy.Settings{}, nil
	}
	content, err := f.content(open)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return policy.Settings{}, nil
	case err != nil:
		return policy.Settings{}, []problem{{text: err.Error()}}
	}
	return parseSettings(content)
}

// inspect says what is wrong with the folder's settings, and what they say in vain, in the order of the lines.
func (s *Server) inspect(f *folder) []problem {
	settings, problems := f.settings(s.buffers)
	content, err := f.content(s.buffers)
	if err != nil {
		return problems
	}
	problems = append(problems, doubt(content, settings, s.cfg.Settings(), s.rulesOf(f, settings))...)
	slices.SortStableFunc(problems, func(a, b problem) int { return a.line - b.line })
	return problems
}

// content is the settings file as the editor has it, or as it is on disk.
func (f *folder) content(open *workspace.Buffers) ([]byte, error) {
	if b, ok := open.Of(f.settingsPath()); ok {
		return b.Text.Bytes(), nil
	}
	return readSmall(f.settingsPath(), maxSettings)
}

func readSmall(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read", filepath.Base(path))
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("%s is larger than %d KiB", filepath.Base(path), limit>>10)
	}
	return content, nil
}

// problem is what is wrong with a line of a settings file, and what follows from it.
type problem struct {
	line     int // from zero
	text     string
	severity protocol.DiagnosticSeverity // an error if zero
}

var (
	yamlLine  = text.Expression(`^(?:yaml: )?line (\d+): (.*)`)
	yamlField = text.Expression(`^field (\S+) not found in type `)
	yamlTwice = text.Expression(`^mapping key "([\w.-]+)" already defined at line (\d+)`)
)

// parseSettings reads a repository's settings.
func parseSettings(content []byte) (policy.Settings, []problem) {
	var settings policy.Settings
	decoder := yaml.NewDecoder(strings.NewReader(string(content)))
	decoder.KnownFields(true)
	err := decoder.Decode(&settings)
	if err != nil && !errors.Is(err, io.EOF) {
		texts := []string{err.Error()}
		if typed, ok := errors.AsType[*yaml.TypeError](err); ok {
			texts = typed.Errors
		}
		problems := make([]problem, len(texts))
		for i, t := range texts {
			problems[i] = explain(t)
		}
		return policy.Settings{}, problems
	}

	var problems []problem
	if _, err := policy.NewAllowList(settings.Allow); err != nil {
		problems = append(problems, problem{line: lineOf(content, "allow"), text: err.Error()})
	}
	return settings, problems
}

// explain says what a decoder complains of without quoting what stands there.
func explain(complaint string) problem {
	p := problem{text: "this is not yaml"}
	m := yamlLine().FindStringSubmatch(complaint)
	if m == nil {
		p.text += "; none of the file is used"
		return p
	}
	if n, err := strconv.Atoi(m[1]); err == nil {
		p.line = max(n-1, 0)
	}
	switch what := m[2]; {
	case yamlField().MatchString(what):
		p.text = fmt.Sprintf("no setting is called %q", yamlField().FindStringSubmatch(what)[1])
	case yamlTwice().MatchString(what):
		p.text = fmt.Sprintf("%q is set twice", yamlTwice().FindStringSubmatch(what)[1])
	case strings.HasPrefix(what, "cannot unmarshal"):
		p.text = "this value has the wrong type"
	case !strings.ContainsAny(what, "`\"'"):
		p.text += ": " + what
	}
	p.text += "; none of the file is used"
	return p
}

// lineOf is where a top-level key stands.
func lineOf(content []byte, key string) int {
	for i, line := range strings.Split(string(content), "\n") {
		if strings.HasPrefix(line, key+":") {
			return i
		}
	}
	return 0
}
