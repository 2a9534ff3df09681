package workspace

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// Models make up the names of packages, and somebody else may have taken the name since. So those that a text brings in are
// looked for in the file that says what the project has. Where that is in doubt nothing is said: a path's alias, a module of the
// project's own, a project without such a file.

// Import is a package that a text brings in.
type Import struct {
	Name string // as its registry has it
	Span detect.Span
}

// ecosystem is how one language brings packages in.
type ecosystem struct {
	languages []string // as editors call them
	locks     []string // names of files, or patterns of them
	imports   func() *regexp.Regexp
	// name is the package that an import is of, or nothing if it can be no package.
	name func(spelt string) string
	// has says whether a lock file knows a package, or something else explains the import.
	has func(p project, name string) bool
}

// project is the lock file that stands nearest above a file.
type project struct {
	dir, file string
	lock      []byte
	lockPath  string
}

var ecosystems = []ecosystem{
	{
		languages: []string{"javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte", "astro"},
		locks:     []string{"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"},
		imports:   text.Expression(`(?m)(?:\bfrom|\bimport|\brequire\(|\bimport\()[ \t]*["']([^"'\n]+)["']`),
		name:      npmName,
		has: func(p project, name string) bool {
			return mentions(p.lock, name) || p.own(strings.Split(name, "/")[0], "", "src") || p.configured(name)
		},
	},
	{
		languages: []string{"python"},
		locks:     []string{"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "requirements*.txt"},
		imports:   text.Expression(`(?m)^[ \t]*(?:from[ \t]+([A-Za-z]\w*)(?:\.[\w.]+)?[ \t]+import\b|import[ \t]+([A-Za-z]\w*)(?:\.[\w.]+)?[ \t]*(?:as[ \t]+\w+[ \t]*)?(?:#|;|\r?$))`),
		name: func(spelt string) string {
			if pythonOwn()[spelt] {
				return ""
			}
			return spelt
		},
		has: pythonHas,
	},
	{
		languages: []string{"go"},
		locks:     []string{"go.mod"},
		imports:   text.Expression(`(?m)^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?"([a-z0-9-]+(?:\.[a-z0-9-]+)+/[\w./~-]+)"[ \t]*(?://.*)?\r?$`),
		name:      func(spelt string) string { return spelt },
		has:       goHas,
	},
}

// MissingPackages are those that a piece of a file brings in and the project's lock file lacks, with that file's name.
func MissingPackages(path, language string, code []byte) (missing []Import, lock string) {
	at := slices.IndexFunc(ecosystems, func(e ecosystem) bool { return slices.Contains(e.languages, language) })
	if at < 0 || path == "" {
		return nil, ""
	}
	e := ecosystems[at]
	var p project
	known := map[string]bool{}
	for _, m := range e.imports().FindAllSubmatchIndex(code, -1) {
		group := 1
		if m[2] < 0 {
			group = 2
		}
		span := detect.Span{Start: m[2*group], End: m[2*group+1]}
		name := e.name(string(code[span.Start:span.End]))
		if name == "" {
			continue
		}
		if p.dir == "" {
			var ok bool
			if p, ok = projectOf(path, e.locks); !ok {
				return nil, ""
			}
		}
		has, asked := known[name]
		if !asked {
			has = e.has(p, name)
			known[name] = has
		}
		if !has {
			missing = append(missing, Import{name, span})
		}
	}
	return missing, filepath.Base(p.lockPath)
}

// maxLock is the largest lock file that is read between two keys.
const maxLock = 16 << 20

// projectOf looks upwards, but not out of the repository.
func projectOf(file string, locks []string) (project, bool) {
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		for _, pattern := range locks {
			found, _ := filepath.Glob(filepath.Join(escaped(dir), pattern))
			var all []byte
			for _, path := range found {
				if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() || st.Size() > maxLock {
					return project{}, false
				}
				text, err := os.ReadFile(path)
				if err != nil {
					return project{}, false
				}
				all = append(append(all, text...), '\n')
			}
			if len(found) > 0 {
				return project{dir, file, all, found[0]}, true
			}
		}
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil || filepath.Dir(dir) == dir {
			return project{}, false
		}
	}
}

// escaped is a directory's name in a pattern.
func escaped(dir string) string {
	if filepath.Separator == '\\' {
		return dir // there a pattern has no escapes
	}
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(dir)
}

// own says whether the project has a file or directory of that name itself: in one of these places, or beside the file and
// anywhere between.
func (p project) own(name, ending string, places ...string) bool {
	dirs := []string{}
	for _, place := range places {
		dirs = append(dirs, filepath.Join(p.dir, place))
	}
	for dir := filepath.Dir(p.file); len(dir) >= len(p.dir); dir = filepath.Dir(dir) {
		dirs = append(dirs, dir, filepath.Join(dir, "src"))
		if filepath.Dir(dir) == dir {
			break
		}
	}
	return slices.ContainsFunc(dirs, func(dir string) bool {
		for _, path := range []string{filepath.Join(dir, name), filepath.Join(dir, name+ending)} {
			if _, err := os.Stat(path); err == nil {
				return true
			}
		}
		return false
	})
}

// configured says whether one of the files that give paths other names speaks of a package.
func (p project) configured(name string) bool {
	for dir := filepath.Dir(p.file); len(dir) >= len(p.dir); dir = filepath.Dir(dir) {
		for _, file := range []string{"package.json", "tsconfig.json", "tsconfig.base.json", "jsconfig.json", "deno.json", "vite.config.ts", "vite.config.js", "webpack.config.js"} {
			if text, err := os.ReadFile(filepath.Join(dir, file)); err == nil && mentions(text, strings.Split(name, "/")[0]) {
				return true
			}
		}
		if filepath.Dir(dir) == dir {
			break
		}
	}
	return false
}

// mentions says whether a text has a name that is not a part of a longer one. A lock file of any format names its packages.
func mentions(text []byte, name string) bool {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte(name))
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(name)
		if (start == 0 || !inName(text[start-1])) && (end == len(text) || !inName(text[end])) {
			return true
		}
		at = start + 1
	}
}

func inName(c byte) bool {
	return c == '-' || c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

var npmForm = text.Expression(`^(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$`)

const nodeOwn = " assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib "

// npmName leaves out Node's own, paths, and what only a bundler knows.
func npmName(spelt string) string {
	parts := strings.SplitN(spelt, "/", 3)
	name := parts[0]
	if strings.HasPrefix(name, "@") && len(parts) > 1 {
		name += "/" + parts[1]
	}
	if !npmForm().MatchString(name) || strings.Contains(nodeOwn, " "+name+" ") {
		return ""
	}
	return name
}

func goHas(p project, path string) bool {
	mod, err := modfile.ParseLax(p.lockPath, p.lock, nil)
	if err != nil || mod.Module == nil {
		return true
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(p.dir), "go.work")); err == nil {
		return true // the modules beside it count too
	}
	within := func(module string) bool { return path == module || strings.HasPrefix(path, module+"/") }
	return within(mod.Module.Mod.Path) || slices.ContainsFunc(mod.Require, func(r *modfile.Require) bool { return within(r.Mod.Path) })
}
