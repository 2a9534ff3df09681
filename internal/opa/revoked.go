package opa

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// revocations are those of the bundle's data. What is wrong with them, check says.
func (b *Bundle) revocations() policy.Revocations {
	list, _ := b.org()["revoked"].(map[string]any)
	r := policy.Revocations{Salt: []byte(b.settings.OrganisationSalt)}
	for print := range list {
		if r.Prints == nil {
			r.Prints = map[string]bool{}
		}
		r.Prints[print] = true
	}
	return r
}

// OrganisationFingerprint is the fingerprint by which a directory of policy can revoke a value.
func OrganisationFingerprint(dir string, value []byte) (string, error) {
	b, _, err := readDir(dir)
	if err != nil {
		return "", err
	}
	if b.settings.OrganisationSalt == "" {
		return "", errors.New(dir + ": " + noSalt)
	}
	return detect.Fingerprint(detect.Organisation, []byte(b.settings.OrganisationSalt), value), nil
}

const noSalt = "settings.yaml has no organisation_salt, which keys the fingerprints: add one, of 16 random characters or more"

// revoked checks the table of fingerprints. A slip there would revoke nothing.
func (sp *spelling) revoked(org map[string]any) (all []problem) {
	given, there := org["revoked"]
	if !there {
		return nil
	}
	say := func(text, what string, path ...string) {
		all = append(all, problem{append([]string{"revoked"}, path...), text, what})
	}
	list, ok := given.(map[string]any)
	if !ok {
		say("", "it is not an object of fingerprints, each with why it is revoked")
	}
	for _, print := range slices.Sorted(maps.Keys(list)) {
		if !policy.FingerprintForm().MatchString(print) || print[0] != byte(detect.Organisation) {
			say(print, "it is no fingerprint of an organisation's: scrubjay policy fingerprint makes one of a value", print)
		}
		if why, _ := list[print].(string); why == "" {
			say(print, "it does not say why", print)
		}
	}
	if len(list) > 0 && sp.bundle.settings.OrganisationSalt == "" {
		say("", noSalt)
	}
	if data, _ := sp.bundle.org()["revoked"].(map[string]any); len(data) < len(list) {
		say("", fmt.Sprintf("%d of its fingerprints are made by a rule: they have to stand in data", len(list)-len(data)))
	}
	return all
}
