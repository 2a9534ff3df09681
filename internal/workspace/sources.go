package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sources reads what people of a directory wrote themselves, or all of its texts: to know them again.
type Sources struct {
	// All takes in what would be left out because others, or programs, wrote it.
	All bool
	// Read is called for each text.
	Read func(path string, text []byte)
	// Files is how many there were, and LeftOut how many were passed over, by what they are.
	Files   int
	LeftOut map[string]int
}

// maxSource is the largest file that a person wrote.
const maxSource = 4 << 20

// Walk reads a directory or a file. Like Scanner.Walk it passes over what .gitignore names, .git and links. It ends at
// what cannot be read, so that nothing is missing unnoticed.
func (s *Sources) Walk(ctx context.Context, path string) error {
	if path != "" { // which is nothing, and not the current directory
		path = filepath.Clean(path)
	}
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case st.IsDir():
		return s.dir(ctx, path, ignoredAbove(path))
	case st.Mode().IsRegular():
		return s.file(path)
	}
	return fmt.Errorf("%s: %w", path, errNoFile)
}

func (s *Sources) dir(ctx context.Context, dir string, ignore *ignoreList) error {
	return visit(dir, ignore, func(path string, e fs.DirEntry, ignore *ignoreList) error {
		what := foreign[strings.ToLower(e.Name())]
		switch {
		case ctx.Err() != nil:
			return errors.New("stopped before the end")
		case e.IsDir() && !s.All && what != "":
			s.leaveOut(what)
		case e.IsDir():
			return s.dir(ctx, path, ignore)
		case e.Type().IsRegular():
			return s.file(path)
		}
		return nil
	})
}

func (s *Sources) file(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.Size() > maxSource {
		s.leaveOut("large")
		return nil
	}
	text, err := os.ReadFile(path)
	switch {
	case err != nil:
		return err
	case bytes.IndexByte(text[:min(len(text), sniffed)], 0) >= 0:
		s.leaveOut("binary")
	case !s.All && generated(path, text):
		s.leaveOut("generated")
	default:
		s.Files++
		s.Read(path, text)
	}
	return nil
}

func (s *Sources) leaveOut(what string) {
	if s.LeftOut == nil {
		s.LeftOut = map[string]int{}
	}
	s.LeftOut[what]++
}

// foreign are directories of what others wrote, or of data for tests.
var foreign = map[string]string{
	"vendor": "vendored", "node_modules": "vendored", "third_party": "vendored", "third-party": "vendored", "bower_components": "vendored",
	"pods": "vendored", "site-packages": "vendored", ".venv": "vendored", "venv": "vendored",
	"testdata": "test data", "fixtures": "test data", "__fixtures__": "test data", "__snapshots__": "test data", "cassettes": "test data",
}

var generatedNames = []string{"*.min.*", "*.bundle.*", "*.map", "*.svg", "*.lock", "*-lock.json", "*-lock.yaml", "npm-shrinkwrap.json", "go.sum", "*.pb.go", "*_pb2.py", "*.snap"}

// generated tells whether a program wrote a file, by its name or by what it says of itself.
func generated(path string, text []byte) bool {
	base := strings.ToLower(filepath.Base(path))
	for _, pattern := range generatedNames {
		if ok, _ := filepath.Match(pattern, base); ok {
			return true
		}
	}
	head := text[:min(len(text), 2<<10)]
	return bytes.Contains(head, []byte("Code generated")) && bytes.Contains(head, []byte("DO NOT EDIT")) ||
		bytes.Contains(head, []byte("@"+"generated")) || bytes.Contains(head, []byte("<auto-"+"generated"))
}
