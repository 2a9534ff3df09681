package scan

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// SARIF 2.1.0: the part of it that a scan has something to say in. There is neither a value nor a snippet.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string         `json:"id"`
		ShortDescription     sarifText      `json:"shortDescription"`
		DefaultConfiguration sarifLevel     `json:"defaultConfiguration"`
		Properties           map[string]any `json:"properties"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		ExecutionSuccessful        bool                `json:"executionSuccessful"`
		ToolExecutionNotifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifResult struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifText         `json:"message"`
		Locations           []sarifLocation   `json:"locations"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
		Properties          sarifProperties   `json:"properties"`
	}
	sarifProperties struct {
		Class      detect.Class `json:"class"`
		Severity   string       `json:"severity"`
		Confidence string       `json:"confidence"`
		Validated  bool         `json:"validated"`
		Commit     string       `json:"commit,omitempty"`
		Blob       string       `json:"blob,omitempty"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
		ByteOffset  int `json:"byteOffset"`
		ByteLength  int `json:"byteLength"`
	}
)

func sarifLevelOf(severity string) string {
	switch severity {
	case "critical", "high":
		return "error"
	case "medium":
		return "warning"
	}
	return "note"
}

// securitySeverity is what code hosts sort by; theirs is critical from 9, high from 7, medium from 4.
var securitySeverity = map[detect.Severity]string{detect.Critical: "9.5", detect.High: "8.0", detect.Medium: "5.5", detect.Low: "2.0", detect.Info: "0.0"}

func (s *scan) sarif(out io.Writer, res workspace.Result) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	driver := sarifDriver{Name: "scrubjay", Version: s.Version, Rules: []sarifRule{}}
	index := map[string]int{}
	for _, f := range s.found {
		at, ok := index[f.Rule]
		if !ok {
			at = len(driver.Rules)
			index[f.Rule] = at
			driver.Rules = append(driver.Rules, sarifRule{
				f.Rule, sarifText{f.rule.Description}, sarifLevel{sarifLevelOf(f.rule.Severity.String())},
				map[string]any{"class": f.Class, "security-severity": securitySeverity[f.rule.Severity], "tags": []string{"security"}},
			})
		}
		location := s.sarifLocation(f.raw)
		location.PhysicalLocation.Region = &sarifRegion{f.from.Line, f.from.Unit, f.to.Line, f.to.Unit, f.Start, f.End - f.Start}
		run.Results = append(run.Results, sarifResult{
			RuleID: f.Rule, RuleIndex: at, Level: sarifLevelOf(f.Severity), Message: sarifText{f.rule.Description + " (" + string(f.Class) + ")"},
			Locations: []sarifLocation{location}, PartialFingerprints: map[string]string{"value/v1": f.Fingerprint},
			Properties: sarifProperties{f.Class, f.Severity, f.Confidence, f.Validated, f.Commit, f.Blob},
		})
	}
	run.Tool.Driver = driver
	ran := sarifInvocation{ExecutionSuccessful: len(res.Unscanned) == 0}
	for _, u := range res.Unscanned {
		ran.ToolExecutionNotifications = append(ran.ToolExecutionNotifications,
			sarifNotification{"error", sarifText{"not scanned: " + u.Err.Error()}, []sarifLocation{s.sarifLocation(u.Path)}})
	}
	run.Invocations = []sarifInvocation{ran}
	enc := json.NewEncoder(out)
	enc.SetIndent("", " ")
	return enc.Encode(sarifLog{"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// sarifLocation names a file as it is seen from the repository's root.
func (s *scan) sarifLocation(path string) (l sarifLocation) {
	a := &l.PhysicalLocation.ArtifactLocation
	path = s.below(s.top, path)
	a.URI = uriPath(path)
	switch {
	case !filepath.IsAbs(filepath.FromSlash(path)):
		a.URIBaseID = "%SRCROOT%"
	case strings.HasPrefix(path, "/"):
		a.URI = "file://" + a.URI
	default:
		a.URI = "file:///" + a.URI
	}
	return l
}

// uriPath escapes all but what a path may hold as it is; a name need not be UTF-8.
func uriPath(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(path) {
		switch c := path[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~/!", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
