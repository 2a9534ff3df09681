package audit

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Export writes records in a form that other programs read. Nothing is in one that the ledger does not hold.
type Export func(w io.Writer, version string, r Record) error

// Exports are the forms, by name.
var Exports = map[string]Export{"jsonl": exportJSON, "cef": exportCEF, "ocsf": exportOCSF}

func exportJSON(w io.Writer, _ string, r Record) error { return json.NewEncoder(w).Encode(r) }

// The severities of a record. Something forbidden was kept from leaving and is not itself a breach.
const (
	informational = 1
	low           = 2
	medium        = 3
	high          = 4
)

func severity(r Record) int {
	switch {
	case r.Verdict == "forbid" && r.Classes["credential"] > 0:
		return high
	case r.Verdict == "forbid":
		return medium
	case r.Verdict == "scrub":
		return low
	}
	return informational
}

// summary is one sentence of what happened.
func summary(r Record) string {
	what := r.Kind
	if r.Verdict != "" {
		what += " " + map[string]string{"allow": "allowed", "scrub": "scrubbed", "forbid": "forbidden"}[r.Verdict]
	}
	if r.Provider != "" {
		what += " to " + r.Provider
	}
	return what
}

// exportCEF writes ArcSight's Common Event Format, revision 25, a line each.
func exportCEF(w io.Writer, version string, r Record) error {
	head := strings.NewReplacer(`\`, `\\`, `|`, `\|`, "\n", " ", "\r", " ")
	value := strings.NewReplacer(`\`, `\\`, `=`, `\=`, "\n", `\n`, "\r", `\r`)
	var b strings.Builder
	fmt.Fprintf(&b, "CEF:0|Scrubjay|scrubjay|%s|%s|%s|%d|", head.Replace(version), head.Replace(r.Kind), head.Replace(summary(r)), 2*severity(r))
	field := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s=%s ", name, value.Replace(text))
		}
	}
	number := func(name string, n int64) {
		if n != 0 {
			field(name, fmt.Sprint(n))
		}
	}
	custom := func(n int, label, text string) {
		if text != "" {
			field(fmt.Sprintf("cs%d", n), text)
			field(fmt.Sprintf("cs%dLabel", n), label)
		}
	}
	field("rt", fmt.Sprint(r.Time.UnixMilli()))
	field("externalId", fmt.Sprint(r.Seq))
	field("suser", r.User)
	field("shost", r.Machine)
	field("requestClientApplication", r.Assistant)
	field("destinationServiceName", r.Provider)
	field("request", r.Endpoint)
	field("fname", r.Path)
	field("act", r.Verdict)
	number("out", r.BytesOut)
	number("in", r.BytesIn)
	field("reason", strings.Join(r.Reasons, "; "))
	field("msg", r.Note)
	custom(1, "model", r.Model)
	custom(2, "classes", counts(r.Classes))
	custom(3, "rules", counts(r.Rules))
	custom(4, "policy", r.Revision)
	custom(5, "fingerprints", strings.Join(r.Fingerprints, " "))
	custom(6, "attachments", counts(r.Attachments))
	if r.Status != 0 {
		field("cn1", fmt.Sprint(r.Status))
		field("cn1Label", "status")
	}
	if r.Millis != 0 {
		field("cn2", fmt.Sprint(r.Millis))
		field("cn2Label", "milliseconds")
	}
	_, err := io.WriteString(w, strings.TrimSuffix(b.String(), " ")+"\n")
	return err
}

func counts(of map[string]int) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		out = append(out, fmt.Sprintf("%s:%d", name, of[name]))
	}
	return strings.Join(out, " ")
}

// ocsfVersion is the schema that exportOCSF follows.
const ocsfVersion = "1.3.0"

// exportOCSF writes events of the Open Cybersecurity Schema: what was found in an exchange as a Data Security Finding,
// anything else as a Base Event.
func exportOCSF(w io.Writer, version string, r Record) error {
	metadata := map[string]any{
		"version": ocsfVersion, "uid": fmt.Sprint(r.Seq), "logged_time": r.Time.UnixMilli(),
		"product": map[string]any{"name": "Scrubjay", "vendor_name": "Scrubjay", "version": version},
	}
	event := map[string]any{
		"activity_id": 1, "activity_name": "Create", "category_uid": 2, "category_name": "Findings", "class_uid": 2006, "class_name": "Data Security Finding", "type_uid": 200601,
		"time": r.Time.UnixMilli(), "severity_id": severity(r), "message": summary(r),
		"metadata": metadata,
		"finding_info": map[string]any{
			"uid": fmt.Sprint(r.Seq), "title": summary(r), "created_time": r.Time.UnixMilli(), "types": append([]string{}, slices.Sorted(maps.Keys(r.Rules))...),
		},
	}
	if len(r.Classes) == 0 {
		for _, of := range []string{"finding_info", "category_name", "class_name", "activity_name"} {
			delete(event, of)
		}
		event["activity_id"], event["category_uid"], event["class_uid"], event["type_uid"] = 99, 0, 0, 99
		event["activity_name"] = r.Kind
	} else {
		event["is_alert"] = r.Verdict == "forbid"
		disposition := map[string]int{"allow": 1, "forbid": 2, "scrub": 11}[r.Verdict] // Allowed, Blocked, Corrected
		if disposition > 0 {
			metadata["profiles"] = []string{"security_control"}
			event["disposition_id"] = disposition
			event["action_id"] = map[string]int{"allow": 1, "forbid": 2, "scrub": 1}[r.Verdict]
		}
		if r.User != "" {
			event["actor"] = map[string]any{"user": map[string]any{"name": r.User}, "app_name": r.Assistant}
		}
		if r.Machine != "" {
			event["device"] = map[string]any{"hostname": r.Machine, "type_id": 0}
		}
		if r.Provider != "" {
			event["dst_endpoint"] = map[string]any{"svc_name": r.Provider}
		}
		event["data_security"] = map[string]any{"data_lifecycle_state_id": 2, "detection_pattern": counts(r.Rules), "total": total(r.Classes)}
	}
	unmapped := map[string]any{}
	var fields map[string]any
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	for name, v := range fields {
		if name != "time" && name != "v" {
			unmapped[name] = v
		}
	}
	event["unmapped"] = unmapped
	return json.NewEncoder(w).Encode(event)
}

func total(of map[string]int) (n int) {
	for _, k := range of {
		n += k
	}
	return n
}

// Month is the first moment of a month such as 2026-11, in UTC, and that of the next.
func Month(text string) (from, until time.Time, err error) {
	if from, err = time.Parse("2006-01", text); err != nil {
		return from, until, fmt.Errorf("%q is no month: write one like 2026-11", text)
	}
	return from, from.AddDate(0, 1, 0), nil
}
