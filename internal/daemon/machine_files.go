package daemon

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/credentials"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

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
		// In a large folder this takes longer than a request may: it waits only for the first look at a folder.
		if m.walked.IsZero() {
			m.kept.look(m.folders, m.log)
		} else {
			go m.kept.look(slices.Clone(m.folders), m.log)
		}
		m.walked, depth = now, envDepth
		m.remote = onlyRemote(m.folders)
	}
	there := map[string]bool{}
	look := func(path string, format credentials.Format) {
		if path != "" && !there[path] {
			m.read(path, format, there)
		}
	}
	directories := 0
	places := func(dir string, all []credentials.Place) {
		for _, p := range all {
			path := filepath.Join(dir, filepath.FromSlash(p.Path))
			if p.Directory {
				filesOf(path, cacheDepth, &directories, func(string) bool { return true }, func(file string) { look(file, p.Format) })
			} else {
				look(path, p.Format)
			}
		}
	}
	if m.home != "" {
		places(m.home, credentials.Home)
	}
	places("", m.pointed)
	for _, folder := range slices.Backward(m.folders) {
		filesOf(folder, depth, &directories, credentials.IsEnv, func(file string) { look(file, credentials.Env) })
	}
	for path, state := range m.files {
		look(path, state.format) // one deep in a folder
		if !there[path] {
			delete(m.files, path)
			m.secrets.Set("file "+path, nil)
		}
	}
}

// filesOf calls look for the files of a directory, and of those in it, whose names are right. It follows no links.
func filesOf(dir string, depth int, directories *int, right func(name string) bool, look func(path string)) {
	if *directories++; *directories > mostDirectories {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // it is gone, or not for us: then not for the agent either
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case e.Type().IsRegular() && right(name):
			look(filepath.Join(dir, name))
		case e.IsDir() && depth > 1 && !strings.HasPrefix(name, ".") && !notOurs[name]:
			filesOf(filepath.Join(dir, name), depth-1, directories, right, look)
		}
	}
}

// read takes a file's secrets if it has changed, and those of the files that it says a token is in. It notes which are
// there.
func (m *machine) read(path string, format credentials.Format, there map[string]bool) {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() > largestSecrets {
		return
	}
	state := fileState{format: format, modified: st.ModTime(), size: st.Size()}
	if has, ok := m.files[path]; ok && has.modified.Equal(state.modified) && has.size == state.size {
		there[path] = true
		m.follow(has.tokens, there)
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		there[path] = !os.IsNotExist(err) && !os.IsPermission(err)
		return
	}
	there[path] = true
	values := found(text, m.engine().Find(path, text))
	for _, v := range format(text) {
		switch {
		case v.Kind == credentials.Path:
			token := filepath.FromSlash(string(v.Text))
			if !filepath.IsAbs(token) {
				token = filepath.Join(filepath.Dir(path), token)
			}
			state.tokens = append(state.tokens, token)
		case v.Kind == credentials.Password && detect.CouldBePassword(v.Text):
			values = append(values, v.Text)
		default:
			values = append(values, m.named([]byte(v.Name), v.Text)...)
		}
	}
	m.files[path] = state
	m.secrets.Set("file "+path, values)
	m.follow(state.tokens, there)
}

// follow reads the files that another says a token is in.
func (m *machine) follow(tokens []string, there map[string]bool) {
	for _, path := range tokens {
		if !there[path] {
			m.read(path, credentials.Token, there)
		}
	}
}
