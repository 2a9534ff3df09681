package detect

import (
	"fmt"
	"slices"
)

// maxExtends is how many files extend each other in gitleaks; a further extend is passed over there, too.
const maxExtends = 2

// extend adds what the file extends by extend.path, as gitleaks does: rules of one id are one, in which the
// extending file's keys go before. For extend.useDefault our own rules stand in, which are there anyway.
func (f *fileTOML) extend(name string, open func(path string) ([]byte, error), depth int) error {
	if f.Extend.Path == "" || depth == maxExtends {
		return nil
	}
	if f.Extend.UseDefault {
		return fmt.Errorf("%s: extend has both path and useDefault: keep one", name)
	}
	text, err := open(f.Extend.Path)
	if err != nil {
		return fmt.Errorf("%s: extend.path %s: %w", name, f.Extend.Path, err)
	}
	base, err := decode(f.Extend.Path, text)
	if err != nil {
		return err
	}
	if err := base.extend(f.Extend.Path, open, depth+1); err != nil {
		return err
	}
	for _, b := range base.Rules {
		if slices.Contains(f.Extend.DisabledRules, b.ID) {
			continue
		}
		i := slices.IndexFunc(f.Rules, func(t ruleTOML) bool { return t.ID == b.ID })
		if i < 0 {
			f.Rules = append(f.Rules, b)
			continue
		}
		f.Rules[i] = f.Rules[i].over(b)
	}
	// Those that name their rules count in the outermost file only.
	for _, a := range base.Allowlists {
		if len(a.TargetRules) == 0 {
			f.Allowlists = append(f.Allowlists, a)
		}
	}
	return nil
}

// over is a rule with what it leaves to the one that it extends.
func (t ruleTOML) over(base ruleTOML) ruleTOML {
	replace := func(to *string, by string) {
		if by != "" {
			*to = by
		}
	}
	for _, key := range []struct {
		to *string
		by string
	}{{&base.Description, t.Description}, {&base.Regex, t.Regex}, {&base.Path, t.Path}, {&base.Find, t.Find}, {&base.Class, t.Class}, {&base.Severity, t.Severity},
		{&base.Confidence, t.Confidence}, {&base.Placeholder, t.Placeholder}, {&base.Validate, t.Validate}} {
		replace(key.to, key.by)
	}
	if t.Entropy != 0 {
		base.Entropy = t.Entropy
	}
	if t.SecretGroup != 0 {
		base.SecretGroup = t.SecretGroup
	}
	base.Keywords = slices.Concat(base.Keywords, t.Keywords)
	base.Allowlists = slices.Concat(base.Allowlists, t.Allowlists)
	base.Context = slices.Concat(base.Context, t.Context)
	base.Examples = slices.Concat(base.Examples, t.Examples)
	base.Negatives = slices.Concat(base.Negatives, t.Negatives)
	base.at = t.at
	return base
}
