package wire

import (
	"slices"
	"strings"
)

// Paths near those of the tables are read by them: gateways put names of their own before a vendor's path, clients are
// given an address with a slash too many or without the version.

// Tidy is a path without the slashes that an address with one at its end brings along, if a table then knows it. A query
// stays.
func (f *Format) Tidy(path string) string {
	plain, query, found := strings.Cut(path, "?")
	tidy := plain
	for strings.Contains(tidy, "//") {
		tidy = strings.ReplaceAll(tidy, "//", "/")
	}
	if tidy == plain || !slices.ContainsFunc(slices.Concat(f.routes, f.sockets), func(r *Route) bool { return r.knows(tidy) }) {
		return path
	}
	if found {
		tidy += "?" + query
	}
	return tidy
}

func (r *Route) knows(path string) bool {
	_, _, ok := r.match(path)
	if !ok {
		_, _, ok = r.near(path)
	}
	return ok
}

// Exact tells whether a path is one of the route's own, rather than one near it.
func (r *Route) Exact(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	_, _, ok := r.match(path)
	return ok
}

// version begins the paths that some clients leave it out of.
const version = "/v1"

// WithVersion is the path as the vendor has it, if it came without the version.
func (r *Route) WithVersion(path string) string {
	plain, _, _ := strings.Cut(path, "?")
	if _, _, ok := match(r.Path, version+strings.TrimSuffix(plain, "/")); ok && strings.HasPrefix(r.Path, version+"/") {
		return version + path
	}
	return path
}

// near is match for a path that ends in a slash, lacks the version, or has others' names before it.
func (r *Route) near(path string) (from, to int, ok bool) {
	path = strings.TrimSuffix(path, "/")
	if from, to, ok = r.match(path); ok {
		return from, to, true
	}
	if _, _, ok = match(r.Path, version+path); ok && strings.HasPrefix(r.Path, version+"/") {
		return 0, 0, true
	}
	for at := 1; at < len(path); at++ {
		if path[at] != '/' {
			continue
		}
		for _, pattern := range append([]string{r.Path}, r.also...) {
			if !speaksForItself(pattern, path[:at]) {
				continue
			}
			if from, to, ok = match(pattern, path[at:]); ok {
				return at + from, at + to, true
			}
		}
	}
	return 0, 0, false
}

// speaksForItself tells whether a pattern says enough of what is asked, behind any names: two words of its own, or one
// behind a version. /messages alone may be anything.
func speaksForItself(pattern, before string) bool {
	words := strings.Split(strings.TrimPrefix(pattern, "/"), "/")
	if strings.HasPrefix(words[0], "{") {
		return false
	}
	if len(words) > 1 && !strings.HasPrefix(words[1], "{") {
		return true
	}
	last := before[strings.LastIndexByte(before, '/')+1:]
	return len(last) > 1 && last[0] == 'v' && last[1]-'0' <= 9
}
