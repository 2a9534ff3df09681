package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/hex"
	"fmt"
	"text/template"
)

//go:embed templates/*.tmpl
var templates embed.FS

// described are the files by which other people's package managers find a release: for each the template, and the archives that it
// names. One is left out if an archive is not in the release.
var described = []struct {
	file, template string
	needs          []platform
}{
	{"homebrew/scrubjay.rb", "scrubjay.rb.tmpl", []platform{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}}},
	{"scoop/scrubjay.json", "scoop.json.tmpl", []platform{{"windows", "amd64"}, {"windows", "arm64"}}},
	{"winget/ScrubjayDev.Scrubjay.yaml", "winget.version.yaml.tmpl", []platform{{"windows", "amd64"}, {"windows", "arm64"}}},
	{"winget/ScrubjayDev.Scrubjay.installer.yaml", "winget.installer.yaml.tmpl", []platform{{"windows", "amd64"}, {"windows", "arm64"}}},
	{"winget/ScrubjayDev.Scrubjay.locale.en-US.yaml", "winget.locale.yaml.tmpl", []platform{{"windows", "amd64"}, {"windows", "arm64"}}},
}

// download is where a file of this release can be had once it is published.
func (r *release) download(name string) string {
	return repository + "/releases/download/" + r.version + "/" + name
}

// writeManifests fills in Homebrew's formula, Scoop's and winget's manifests.
func (r *release) writeManifests(context.Context) error {
	all, err := template.New("").Funcs(template.FuncMap{
		"archive": func(system, processor string) string { return r.archiveName(platform{system, processor}) },
		"url":     func(system, processor string) string { return r.download(r.archiveFile(platform{system, processor})) },
		"sha256": func(system, processor string) (string, error) {
			sum, ok := r.sums[r.archiveFile(platform{system, processor})]
			if !ok {
				return "", fmt.Errorf("there is no archive for %s on %s", system, processor)
			}
			return hex.EncodeToString(sum[:]), nil
		},
	}).ParseFS(templates, "templates/*.tmpl")
	if err != nil {
		return err
	}
	var names []string
	for _, prog := range programs {
		names = append(names, prog.name)
	}
	for _, d := range described {
		if !r.has(d.needs) {
			continue
		}
		var out bytes.Buffer
		if err := all.ExecuteTemplate(&out, d.template, struct {
			Version, Number, Repository string
			Programs                    []string
			Processors                  map[string]string // Go's names, and winget's
		}{r.version, r.number(), repository, names, map[string]string{"amd64": "x64", "arm64": "arm64"}}); err != nil {
			return err
		}
		if err := r.write(d.file, out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// has tells whether the archives of all these platforms are in the release.
func (r *release) has(all []platform) bool {
	for _, p := range all {
		if _, ok := r.sums[r.archiveFile(p)]; !ok {
			return false
		}
	}
	return true
}
