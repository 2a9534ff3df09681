package workspace

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Remotes knows to which repository of a server directories belong. A directory is looked at once; who wants to know what
// has changed makes another.
type Remotes struct {
	mu   sync.Mutex
	dirs map[string]string
}

// Of is the host and path of the remote origin of the repository that a directory stands in, as github.com/acme/shop;
// empty without one. Git itself is not run: a repository's settings name programs.
func (r *Remotes) Of(dir string) string {
	if !filepath.IsAbs(dir) {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dirs == nil {
		r.dirs = map[string]string{}
	}
	return r.of(filepath.Clean(dir))
}

func (r *Remotes) of(dir string) string {
	remote, known := r.dirs[dir]
	if known {
		return remote
	}
	git := filepath.Join(dir, ".git")
	if _, err := os.Lstat(git); err == nil {
		remote = place(origin(settings(git)))
	} else if up := filepath.Dir(dir); up != dir {
		remote = r.of(up)
	}
	r.dirs[dir] = remote
	return remote
}

// settings are those of a repository. Of a worktree or a submodule .git is a file that says where they are.
func settings(git string) string {
	if text, err := readSmall(git); err == nil {
		dir, ok := strings.CutPrefix(strings.TrimSpace(text), "gitdir: ")
		if !ok {
			return ""
		}
		git = beside(git, dir)
		if common, err := readSmall(filepath.Join(git, "commondir")); err == nil {
			git = beside(filepath.Join(git, "commondir"), strings.TrimSpace(common))
		}
	}
	text, _ := readSmall(filepath.Join(git, "config")) // without it there is no remote
	return text
}

// beside is a path that a file names, from where the file stands.
func beside(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// largestSettings is what is read of a file of git's.
const largestSettings = 1 << 20

func readSmall(path string) (string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !st.Mode().IsRegular() || st.Size() > largestSettings {
		return "", os.ErrInvalid
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// origin is the first address of the remote origin in git's settings.
func origin(settings string) string {
	within := false
	for line := range strings.Lines(settings) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			within = strings.HasPrefix(strings.Join(strings.Fields(line), " "), `[remote "origin"]`)
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if within && ok && strings.EqualFold(strings.TrimSpace(name), "url") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// place is the host and path of a remote's address, without account, password and port; empty for a path of this machine.
func place(address string) string {
	if host, path, ok := strings.Cut(address, ":"); ok && !strings.HasPrefix(path, "//") {
		// As ssh has it: git@github.com:acme/shop. One letter is a drive.
		if strings.ContainsAny(host, `/\`) || len(host) < 2 {
			return ""
		}
		address = "ssh://" + host + "/" + strings.TrimPrefix(path, "/")
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme == "file" {
		return ""
	}
	return strings.ToLower(u.Hostname()) + "/" + strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
}
