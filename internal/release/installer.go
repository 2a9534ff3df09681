package main

import (
	"context"
	_ "embed"
	"os"
	"path/filepath"
	"strings"
)

//go:embed templates/install.sh
var installer string

// writeInstaller fills in the script that fetches, verifies and installs an archive of this very release.
func (r *release) writeInstaller(context.Context) error {
	var key string
	if r.key != nil {
		public, err := publicKey(r.key)
		if err != nil {
			return err
		}
		key = strings.TrimSpace(string(public))
	}
	var names []string
	for _, prog := range programs {
		names = append(names, prog.name)
	}
	script := strings.NewReplacer("@VERSION@", r.version, "@NUMBER@", r.number(), "@BASE@", repository+"/releases/download/"+r.version,
		"@KEY@", key, "@REPOSITORY@", repository, "@PROGRAMS@", strings.Join(names, " ")).Replace(installer)
	return r.write("install.sh", []byte(script))
}

// writeCI puts what CI jobs run beside it: those of GitHub have the repository, others only the release.
func (r *release) writeCI(context.Context) error {
	data, err := os.ReadFile(filepath.Join(r.root, "clients", "ci", "scrubjay.sh"))
	if err != nil {
		return err
	}
	return r.write("ci.sh", data)
}
