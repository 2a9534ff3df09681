package workspace

import (
	"os"
	"path/filepath"
	"sync"
)

// AIIgnored is the label of a file that its repository keeps from AI assistants.
const AIIgnored = "ai-ignored"

// aiIgnoreFiles are the files in which a repository names what an assistant must not read, one for each assistant.
// All have .gitignore's syntax. Each is asked by itself: what one takes back does not take back another's.
var aiIgnoreFiles = []string{".aiexclude", ".aiignore", ".clineignore", ".codeiumignore", ".copilotignore", ".cursorignore", ".cursorindexingignore", ".geminiignore", ".rooignore"}

// noAI is a file that keeps its whole directory from assistants.
const noAI = ".noai"

// AIIgnoreFiles are the names of the files that label others.
func AIIgnoreFiles() []string { return append([]string{noAI}, aiIgnoreFiles...) }

// Labels knows what a repository says of its files. The ignore files of a directory are read once; who wants to
// know what has changed makes another.
type Labels struct {
	mu   sync.Mutex
	dirs map[string]*labelled
}

// labelled is what is known of a directory: which file labels all of it, and each ignore file's patterns.
type labelled struct {
	by    string
	lists []*ignoreList
}

// Label is one of a file, and the name of the ignore file that gives it.
type Label struct{ Name, By string }

// Of lists the labels of a file. Ignore files count from its directory up to the root of its repository.
func (l *Labels) Of(path string) []Label {
	if !filepath.IsAbs(path) {
		return nil
	}
	path = filepath.Clean(path)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dirs == nil {
		l.dirs = map[string]*labelled{}
	}
	if by := l.dir(filepath.Dir(path)).names(path, false); by != "" {
		return []Label{{AIIgnored, by}}
	}
	return nil
}

// dir reads what a directory and those above it say.
func (l *Labels) dir(dir string) *labelled {
	if known := l.dirs[dir]; known != nil {
		return known
	}
	d := &labelled{lists: make([]*ignoreList, len(aiIgnoreFiles))}
	up := filepath.Dir(dir)
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err != nil && up != dir {
		above := l.dir(up)
		d.by = above.names(dir, true)
		copy(d.lists, above.lists)
	}
	skip := len(filepath.Join(dir, "x")) - 1
	for i, name := range aiIgnoreFiles {
		d.lists[i] = newIgnoreList(d.lists[i], ignoreFile(filepath.Join(dir, name)), skip, "")
	}
	if _, err := os.Stat(filepath.Join(dir, noAI)); err == nil && d.by == "" {
		d.by = noAI
	}
	l.dirs[dir] = d
	return d
}

// names is the ignore file that names an entry of the directory, or nothing.
func (d *labelled) names(path string, dir bool) string {
	if d.by != "" {
		return d.by
	}
	for i, list := range d.lists {
		if list.ignored(path, filepath.Base(path), dir) {
			return aiIgnoreFiles[i]
		}
	}
	return ""
}
