package lsp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// ownRules are the rules in a folder: those in force, and those of the files that its settings name.
type ownRules struct {
	base    *detect.Engine // those in force
	engine  *detect.Engine
	refused map[string]string // why a file is not used, by its name in the settings
	paths   []string
	stamp   string
}

// rulesFile tells whether a folder's rules come from a file.
func (s *Server) rulesFile(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, own := range s.rules {
		if slices.Contains(own.paths, path) {
			return true
		}
	}
	return false
}

// rulesOf makes the rules of a folder anew if something that they follow from has changed.
func (s *Server) rulesOf(f *folder, repository policy.Settings) *ownRules {
	own := &ownRules{base: s.cfg.Engine(), refused: make(map[string]string)}
	own.engine = own.base
	files := repository.Rules.Files
	if len(files) == 0 || s.cfg.Rules == nil {
		return own
	}
	paths := make([]string, len(files))
	var stamp strings.Builder
	fmt.Fprintf(&stamp, "%p", own.base)
	for i, file := range files {
		paths[i] = file
		if !filepath.IsAbs(file) {
			paths[i] = filepath.Join(f.root, filepath.FromSlash(file))
		}
		fmt.Fprintf(&stamp, "\x00%s", paths[i])
		if st, err := os.Stat(paths[i]); err == nil {
			fmt.Fprintf(&stamp, "\x00%d\x00%d", st.Size(), st.ModTime().UnixNano())
		}
	}
	own.paths, own.stamp = paths, stamp.String()
	s.mu.Lock()
	known := s.rules[f.root]
	s.mu.Unlock()
	if known != nil && known.stamp == own.stamp {
		return known
	}
	var usable []string
	for i, path := range paths {
		switch _, err := s.cfg.Rules([]string{path}); {
		case err == nil:
			usable = append(usable, path)
		case errors.Is(err, fs.ErrNotExist):
			own.refused[files[i]] = fmt.Sprintf("there is no file %s: its rules are not looked for", path)
		default:
			first, _, _ := strings.Cut(err.Error(), "\n")
			own.refused[files[i]] = first + "; its rules are not looked for"
		}
	}
	if engine, err := s.cfg.Rules(usable); err == nil && len(usable) > 0 {
		own.engine = engine
	}
	s.mu.Lock()
	s.rules[f.root] = own
	s.mu.Unlock()
	return own
}

// useRules has every file scanned by the rules of its folder.
func (s *Server) useRules() {
	s.ruling.Lock() // or older rules would come behind newer ones
	defer s.ruling.Unlock()
	base := s.cfg.Engine()
	s.mu.Lock()
	folders := append([]*folder(nil), s.folders...)
	s.mu.Unlock()
	engines := make(map[*folder]*detect.Engine)
	for _, f := range folders {
		engines[f] = s.rulesOf(f, s.repository(f)).engine
	}
	s.buffers.Use(func(path string) *detect.Engine {
		if f := innermost(folders, path); f != nil {
			return engines[f]
		}
		return base
	})
}
