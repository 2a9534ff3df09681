package scan

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// gitleaksIgnored are the places that a .gitleaksignore names: file:rule:line, or the same behind a commit. The rules are
// gitleaks' own, so that any credential on the line is meant.
type gitleaksIgnored map[gitleaksPlace]bool

type gitleaksPlace struct {
	commit, path string
	line         int
}

// readGitleaksIgnore reads the one at the root of the repository; none names nothing.
func readGitleaksIgnore(top string) (gitleaksIgnored, error) {
	name := filepath.Join(top, ".gitleaksignore")
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all := gitleaksIgnored{}
	for n, entry := range strings.Split(strings.TrimPrefix(string(text), "\ufeff"), "\n") {
		entry = strings.TrimSpace(entry)
		if entry == "" || entry[0] == '#' {
			continue
		}
		fields := strings.Split(entry, ":")
		if len(fields) < 3 {
			return nil, fmt.Errorf("%s:%d: %q is no fingerprint of gitleaks: write file:rule:line or commit:file:rule:line", name, n+1, entry)
		}
		line, err := strconv.Atoi(fields[len(fields)-1])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %q ends with no number of a line: write file:rule:line or commit:file:rule:line", name, n+1, entry)
		}
		at := gitleaksPlace{line: line}
		fields = fields[:len(fields)-2]
		if commit, err := hex.DecodeString(fields[0]); err == nil && len(commit) == 20 && len(fields) > 1 {
			at.commit, fields = fields[0], fields[1:]
		}
		at.path = filepath.ToSlash(strings.Join(fields, ":"))
		all[at] = true
	}
	return all, nil
}

// without leaves out what is named.
func (g gitleaksIgnored) without(found []finding, s *scan) []finding {
	return slices.DeleteFunc(found, func(f finding) bool {
		at := gitleaksPlace{path: s.below(s.top, f.raw), line: f.Line}
		if f.Class != detect.Credential {
			return false
		}
		anywhere := g[at]
		at.commit = f.Commit
		return anywhere || g[at]
	})
}
