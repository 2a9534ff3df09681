package policy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// EngineFor is the engine that settings ask for: the built-in rules and those of its files, less those
// that are turned off.
func EngineFor(s Settings) (*detect.Engine, error) {
	e := detect.Default()
	var errs []error
	for _, file := range s.Rules.Files {
		set, err := loadRules(file, s.Rules.Carried)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		// A file of a lower layer must not take a built-in rule's place: it adds, it does not replace.
		set.Rules = slices.DeleteFunc(set.Rules, func(r *detect.Rule) bool { return detect.Default().Rule(r.ID) != nil })
		set.Published = nil // they would quiet built-in rules
		if e, err = e.With(set); err != nil {
			errs = append(errs, err)
		}
	}
	if own, err := e.WithDomains(s.InternalDomains...); err != nil {
		errs = append(errs, fmt.Errorf("internal_domains: %w", err))
	} else {
		e = own
	}
	if len(s.Rules.Disable) > 0 && len(errs) == 0 {
		var err error
		if e, err = e.Without(s.Rules.Disable...); err != nil {
			errs = append(errs, fmt.Errorf("rules.disable: %w", err))
		}
	}
	return e, errors.Join(errs...)
}

// loadRules reads a file of the machine with what it extends, or what the organisation's bundle carries below that name.
func loadRules(file string, carried map[string][]byte) (*detect.Set, error) {
	if text, ok := carried[file]; ok {
		return detect.Load(file, text)
	}
	text, err := readRules(file)
	if err != nil {
		return nil, fmt.Errorf("rules.files: %w", err)
	}
	return detect.LoadExtending(file, text, ReadBeside(file))
}

// rulesLimit is the largest file of rules that is read; an index has a limit of its own.
const rulesLimit = 16 << 20

func readRules(file string) ([]byte, error) {
	st, err := os.Stat(file)
	limit := int64(rulesLimit)
	if strings.HasSuffix(file, detect.IndexExtension) {
		limit = detect.IndexLimit
	}
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file: name a file of rules or an index", file)
	case st.Size() > limit:
		return nil, fmt.Errorf("%s is larger than %d MiB: make several of less", file, limit>>20)
	}
	return os.ReadFile(file)
}

// ReadBeside reads what a rule file extends: a path that is there as gitleaks takes it, from the current
// directory, or else beside the file, which is what people mean.
func ReadBeside(file string) func(path string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		text, err := readRules(path)
		if errors.Is(err, os.ErrNotExist) && !filepath.IsAbs(path) {
			return readRules(filepath.Join(filepath.Dir(file), path))
		}
		return text, err
	}
}
