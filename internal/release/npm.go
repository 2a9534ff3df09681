package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"strings"
)

// launcher starts the program that npm has installed for this platform.
//
//go:embed templates/launch.js
var launcher []byte

// manifest is a package.json.
type manifest struct {
	Name                 string            `json:"name"`
	Version              string            `json:"version"`
	Description          string            `json:"description"`
	License              string            `json:"license"`
	Repository           string            `json:"repository"`
	Bin                  map[string]string `json:"bin,omitempty"`
	Files                []string          `json:"files"`
	OS                   []string          `json:"os,omitempty"`
	CPU                  []string          `json:"cpu,omitempty"`
	Engines              map[string]string `json:"engines,omitempty"`
	OptionalDependencies map[string]string `json:"optionalDependencies,omitempty"`
	PreferUnplugged      bool              `json:"preferUnplugged,omitempty"`
}

// nodeName is a platform in the names of packages.
func (p platform) nodeName() string {
	system, processor := p.node()
	return system + "-" + processor
}

// writeNPM makes the package that people name, and one with the programs for each platform, of which npm takes the fitting one.
func (r *release) writeNPM(context.Context) error {
	main := manifest{
		Name: "scrubjay", Version: r.number(), License: "Apache-2.0", Repository: repository,
		Description: "Keeps secrets and people's data on this machine while you code with AI",
		Bin:         map[string]string{}, Files: []string{"bin", "launch.js", "NOTICES.txt"}, Engines: map[string]string{"node": ">=18"},
		OptionalDependencies: map[string]string{},
	}
	files := []file{{"launch.js", 0o644, launcher}}
	name := programs[0].name // which looks for the others beside itself
	main.Bin[name] = "bin/" + name + ".js"
	files = append(files, file{main.Bin[name], 0o755, []byte("#!/usr/bin/env node\nrequire('../launch.js')('" + name + "');\n")})
	for _, p := range platforms { // also those that a test leaves out: what is installed for them is the same package
		main.OptionalDependencies["@scrubjay/"+p.nodeName()] = r.number()
	}
	if err := r.writeNPMPackage(main, files); err != nil {
		return err
	}
	for _, p := range r.platforms {
		binaries, err := r.binaries(p, "bin/")
		if err != nil {
			return err
		}
		system, processor := p.node()
		err = r.writeNPMPackage(manifest{
			Name: "@scrubjay/" + p.nodeName(), Version: r.number(), License: "Apache-2.0", Repository: repository,
			Description: "scrubjay for " + p.nodeName() + ": install the package scrubjay, which brings this one",
			Files:       []string{"bin", "NOTICES.txt"}, OS: []string{system}, CPU: []string{processor}, PreferUnplugged: true,
		}, binaries)
		if err != nil {
			return err
		}
	}
	return nil
}

// writeNPMPackage packs as npm pack does: everything below package/.
func (r *release) writeNPMPackage(m manifest, files []file) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return err
	}
	files = append(files, file{"package.json", 0o644, text.Bytes()}, file{"LICENSE", 0o644, r.pages.license}, file{"NOTICES.txt", 0o644, r.pages.notices},
		file{"README.md", 0o644, r.pages.readme})
	for i := range files {
		files[i].name = "package/" + files[i].name
	}
	data, err := tarGz(files, r.time)
	if err != nil {
		return err
	}
	return r.write(strings.NewReplacer("@", "", "/", "-").Replace(m.Name)+"-"+m.Version+".tgz", data)
}
