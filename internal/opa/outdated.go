package opa

import (
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// outdated is the version that the bundle's data asks for at least, if this program is an older one; else nothing.
func (s source) outdated() string {
	if s.bundle == nil {
		return ""
	}
	minimum, _ := s.bundle.org()["minimum_version"].(string)
	program, wanted := semantic(s.who.Program), semantic(minimum)
	if minimum == "" || unreleased(program) || semver.Compare(program, wanted) >= 0 {
		return ""
	}
	return minimum
}

// semantic is a version as package semver takes it.
func semantic(version string) string { return "v" + strings.TrimPrefix(version, "v") }

// commits are what git describe adds behind the tag of a release.
var commits = text.Expression(`-[0-9]+-g[0-9a-f]+(-dirty)?$|-dirty$`)

// unreleased tells whether a version is none of a release, such as a commit's: whoever runs one knows what it can do.
func unreleased(version string) bool {
	return !semver.IsValid(version) || module.IsPseudoVersion(version) || semver.Build(version) != "" || commits().MatchString(version)
}

// minimumVersion checks the oldest program that may send to vendors. A slip there would ask for nothing.
func (sp *spelling) minimumVersion(org map[string]any) (all []problem) {
	given, there := org["minimum_version"]
	if !there || given == "" {
		return nil
	}
	text, _ := given.(string)
	if v := semantic(text); unreleased(v) || strings.Count(v, ".") < 2 {
		all = append(all, problem{[]string{"minimum_version"}, text, "it is no version of a release, such as \"0.3.0\""})
	}
	if sp.bundle.org()["minimum_version"] != given {
		all = append(all, problem{[]string{"minimum_version"}, text, "a rule makes it: it has to stand in data"})
	}
	return all
}
