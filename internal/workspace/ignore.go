package workspace

import (
	"path/filepath"
	"strings"
)

// ignoreList holds the patterns of one .gitignore, and knows those of the directories above it.
type ignoreList struct {
	up *ignoreList
	// The patterns speak of names below the list's directory: of a path without its first skip bytes, behind
	// above, which is not empty where the walk begins below that directory.
	skip     int
	above    string
	patterns []ignorePattern
}

// ignorePattern is one line of a .gitignore. What most lines are, a name or *.ending, needs no matching.
type ignorePattern struct {
	text                   string
	negated, dirs          bool // !pattern, pattern/
	anchored, name, ending bool // has a slash, has no wildcard, is * and no other wildcard
}

// newIgnoreList reads patterns as git does; nil and up if there are none.
func newIgnoreList(up *ignoreList, text string, skip int, above string) *ignoreList {
	l := &ignoreList{up: up, skip: skip, above: above}
	for line := range strings.Lines(strings.TrimPrefix(text, "\uFEFF")) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if p, ok := parseIgnore(line); ok {
			l.patterns = append(l.patterns, p)
		}
	}
	if l.patterns == nil {
		return up
	}
	return l
}

func parseIgnore(line string) (p ignorePattern, ok bool) {
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	if line == "" || line[0] == '#' {
		return p, false
	}
	if line[0] == '!' {
		p.negated, line = true, line[1:]
	}
	if strings.HasSuffix(line, "/") {
		p.dirs, line = true, line[:len(line)-1]
	}
	p.anchored = strings.Contains(line, "/")
	p.text = strings.TrimPrefix(line, "/")
	p.name = !strings.ContainsAny(p.text, `*?[\`)
	p.ending = strings.HasPrefix(p.text, "*") && !p.anchored && !strings.ContainsAny(p.text[1:], `*?[\`)
	return p, p.text != ""
}

// ignored tells whether git would not look at a directory's entry. The deepest list speaks first, and in a
// list the last line. What is below an ignored directory is never asked for.
func (l *ignoreList) ignored(path, name string, dir bool) bool {
	for ; l != nil; l = l.up {
		for i := len(l.patterns) - 1; i >= 0; i-- {
			p := &l.patterns[i]
			if (dir || !p.dirs) && p.matches(l, path, name) {
				return !p.negated
			}
		}
	}
	return false
}

func (p *ignorePattern) matches(l *ignoreList, path, name string) bool {
	if p.anchored {
		name = l.above + filepath.ToSlash(path[l.skip:])
	}
	switch {
	case p.name:
		return name == p.text
	case p.ending:
		return strings.HasSuffix(name, p.text[1:])
	}
	return wildMatch(p.text, name)
}

// wildMatch matches as git does: * and ? and [a-z] stay within a name, ** between slashes stands for any
// directories. Of the stars only the last of each kind is ever tried anew: that is enough, and a pattern
// made to be slow is not.
func wildMatch(pattern, name string) bool {
	type retry struct{ i, j int }
	none := retry{-1, 0}
	// git compares what stands before the first wildcard by itself, and so ** is special right behind it too.
	plain := strings.IndexAny(pattern, `*?[\`)
	star, deep := none, none
	i, j := 0, 0
	for {
		if i < len(pattern) && pattern[i] == '*' {
			stars := i
			for i < len(pattern) && pattern[i] == '*' {
				i++
			}
			switch {
			case i-stars < 2 || i < len(pattern) && pattern[i] != '/' || stars > plain && pattern[stars-1] != '/':
				star = retry{i, j}
			case i == len(pattern):
				return true
			default:
				i++
				star, deep = none, retry{i, j}
			}
			continue
		}
		if i == len(pattern) && j == len(name) {
			return true
		}
		if i < len(pattern) && j < len(name) {
			if n := matchOne(pattern[i:], name[j]); n > 0 {
				i, j = i+n, j+1
				continue
			}
		}
		if star.i >= 0 && star.j < len(name) && name[star.j] != '/' {
			star.j++
			i, j = star.i, star.j
			continue
		}
		if deep.i < 0 {
			return false
		}
		slash := strings.IndexByte(name[deep.j:], '/')
		if slash < 0 {
			return false
		}
		deep.j += slash + 1
		star, i, j = none, deep.i, deep.j
	}
}

// matchOne is how many bytes of the pattern stand for the byte; 0 if they do not.
func matchOne(pattern string, b byte) int {
	switch pattern[0] {
	case '?':
		if b == '/' {
			return 0
		}
	case '[':
		n, ok := matchClass(pattern, b)
		if !ok || b == '/' {
			return 0
		}
		return n
	case '\\':
		if len(pattern) < 2 || pattern[1] != b {
			return 0
		}
		return 2
	default:
		if pattern[0] != b {
			return 0
		}
	}
	return 1
}

// matchClass matches [a-z], [!a-z], [[:alpha:]]; a class that is not closed matches nothing.
func matchClass(pattern string, b byte) (n int, ok bool) {
	i := 1
	negated := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if negated {
		i++
	}
	for first := true; ; first = false {
		if i >= len(pattern) {
			return 0, false
		}
		if pattern[i] == ']' && !first {
			return i + 1, ok != negated
		}
		if name, found := strings.CutPrefix(pattern[i:], "[:"); found {
			if end := strings.IndexByte(name, ']'); end > 0 && name[end-1] == ':' {
				is, known := posixClasses[name[:end-1]]
				if !known {
					return 0, false
				}
				ok = ok || is(b)
				i += len("[:") + end + 1
				continue
			}
		}
		low, at := classByte(pattern, i)
		high := low
		if at+1 < len(pattern) && pattern[at] == '-' && pattern[at+1] != ']' {
			high, at = classByte(pattern, at+1)
		}
		ok = ok || b == low || low < b && b <= high
		i = at
	}
}

func classByte(pattern string, i int) (b byte, next int) {
	if pattern[i] == '\\' && i+1 < len(pattern) {
		i++
	}
	return pattern[i], i + 1
}

var posixClasses = map[string]func(byte) bool{
	"alpha": func(b byte) bool { return lower(b) || upper(b) }, "digit": digit, "lower": lower, "upper": upper,
	"alnum":  func(b byte) bool { return lower(b) || upper(b) || digit(b) },
	"xdigit": func(b byte) bool { return digit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' },
	"space":  func(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' }, "blank": func(b byte) bool { return b == ' ' || b == '\t' },
	"punct": func(b byte) bool { return b > ' ' && b < 0x7f && !lower(b) && !upper(b) && !digit(b) },
	"print": func(b byte) bool { return b >= ' ' && b < 0x7f }, "graph": func(b byte) bool { return b > ' ' && b < 0x7f },
	"cntrl": func(b byte) bool { return b < ' ' || b == 0x7f },
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
func lower(b byte) bool { return b >= 'a' && b <= 'z' }
func upper(b byte) bool { return b >= 'A' && b <= 'Z' }
