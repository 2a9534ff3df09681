package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// shells are those that cobra completes for, with the name that each looks for.
var shells = []struct{ name, file string }{
	{"bash", "scrubjay.bash"}, {"zsh", "_scrubjay"}, {"fish", "scrubjay.fish"}, {"powershell", "scrubjay.ps1"},
}

// pages are what goes along with the programs: licence, notices, readme, completions and manual pages.
type pages struct {
	license, notices, readme []byte
	completions              map[string][]byte // by the shell
	man                      []file            // by their names alone
}

// writePages asks the program of this machine for what it knows of itself.
func (r *release) writePages(ctx context.Context) (err error) {
	ask := func(args ...string) ([]byte, error) {
		c := exec.CommandContext(ctx, r.builtFile(host(), programs[0].name), args...)
		c.Env = append(os.Environ(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.time.Unix())) // the day on the manual pages
		var problem bytes.Buffer
		c.Stderr = &problem
		out, err := c.Output()
		if err != nil {
			return nil, fmt.Errorf("%s %v: %w\n%s", programs[0].name, args, err, problem.String())
		}
		return out, nil
	}
	if r.pages.license, err = os.ReadFile(filepath.Join(r.root, "LICENSE")); err != nil {
		return err
	}
	if r.pages.readme, err = os.ReadFile(filepath.Join(r.root, "README.md")); err != nil {
		return err
	}
	if r.pages.notices, err = ask("licenses"); err != nil {
		return err
	}
	r.pages.completions = map[string][]byte{}
	for _, s := range shells {
		if r.pages.completions[s.name], err = ask("completion", s.name); err != nil {
			return err
		}
	}
	dir := filepath.Join(r.work, "man")
	if _, err := ask("man", dir); err != nil {
		return err
	}
	r.pages.man, err = readTree(dir, "")
	return err
}

// archiveName is an archive's without its ending, and of the one directory that is in it.
func (r *release) archiveName(p platform) string {
	return fmt.Sprintf("scrubjay_%s_%s", r.number(), p)
}

// archiveFile is an archive's whole name.
func (r *release) archiveFile(p platform) string {
	if p.os == "windows" {
		return r.archiveName(p) + ".zip"
	}
	return r.archiveName(p) + ".tar.gz"
}

// writeArchives makes what people unpack by hand, and what install.sh, Homebrew, winget and Scoop fetch.
func (r *release) writeArchives(context.Context) error {
	for _, p := range r.platforms {
		top := r.archiveName(p) + "/"
		files, err := r.binaries(p, top)
		if err != nil {
			return err
		}
		files = append(files, file{top + "LICENSE", 0o644, r.pages.license}, file{top + "NOTICES.txt", 0o644, r.pages.notices}, file{top + "README.md", 0o644, r.pages.readme})
		for _, s := range shells {
			files = append(files, file{top + "completions/" + s.file, 0o644, r.pages.completions[s.name]})
		}
		for _, m := range r.pages.man {
			files = append(files, file{top + "man/man1/" + m.name, 0o644, m.data})
		}
		pack := tarGz
		if p.os == "windows" {
			pack = zipped
		}
		data, err := pack(files, r.time)
		if err != nil {
			return err
		}
		if err := r.write(r.archiveFile(p), data); err != nil {
			return err
		}
	}
	return nil
}
