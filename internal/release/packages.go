package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	nfpmfiles "github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"
)

// distribution is where a kind of package has its files.
type distribution struct {
	kind     string
	packager nfpm.Packager
	zsh      string
	licenses func(pages) []file
}

var distributions = []distribution{
	{"deb", deb.Default, "usr/share/zsh/vendor-completions/", func(p pages) []file {
		return []file{{"usr/share/doc/scrubjay/copyright", 0o644, bytes.Join([][]byte{p.license, p.notices}, []byte("\n"))}}
	}},
	{"rpm", rpm.DefaultRPM, "usr/share/zsh/site-functions/", func(p pages) []file {
		return []file{{"usr/share/licenses/scrubjay/LICENSE", 0o644, p.license}, {"usr/share/licenses/scrubjay/NOTICES.txt", 0o644, p.notices}}
	}},
}

// writePackages makes a .deb and a .rpm for each processor of Linux.
func (r *release) writePackages(context.Context) error {
	for _, p := range r.platforms {
		if p.os != "linux" {
			continue
		}
		for _, d := range distributions {
			if err := r.writePackage(p, d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *release) writePackage(p platform, d distribution) error {
	files, err := r.binaries(p, "usr/bin/")
	if err != nil {
		return err
	}
	files = append(files, d.licenses(r.pages)...)
	files = append(files,
		file{"usr/share/doc/scrubjay/README.md", 0o644, r.pages.readme},
		file{"usr/share/bash-completion/completions/scrubjay", 0o644, r.pages.completions["bash"]},
		file{"usr/share/fish/vendor_completions.d/scrubjay.fish", 0o644, r.pages.completions["fish"]},
		file{d.zsh + "_scrubjay", 0o644, r.pages.completions["zsh"]})
	for _, m := range r.pages.man {
		data, err := gzipped(m.data)
		if err != nil {
			return err
		}
		files = append(files, file{"usr/share/man/man1/" + m.name + ".gz", 0o644, data})
	}
	// nfpm reads what it packs from files.
	dir := filepath.Join(r.work, "package", p.String(), d.kind)
	var contents nfpmfiles.Contents
	for _, f := range sorted(files) {
		source := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(source, f.data, 0o644); err != nil {
			return err
		}
		contents = append(contents, &nfpmfiles.Content{Source: source, Destination: path.Join("/", f.name),
			FileInfo: &nfpmfiles.ContentFileInfo{Owner: "root", Group: "root", Mode: f.mode, MTime: r.time}})
	}
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: "scrubjay", Arch: p.arch, Platform: p.os, Version: r.version, Section: "utils", Priority: "optional",
		Maintainer:  "Scrubjay's authors <scrubjay-dev@users.noreply.github.com>",
		Description: "keeps secrets and people's data on this machine while you code with AI\nA language server and a local proxy: an AI vendor gets placeholders, and the\nanswer comes back with the real values.",
		Homepage:    repository, Vendor: "Scrubjay's authors", License: "Apache-2.0", MTime: r.time, DisableGlobbing: true,
		Overridables: nfpm.Overridables{
			Contents:   contents,
			Recommends: []string{"ca-certificates"}, // who vendors are, which a bare system does not know
			// Both are read since Debian 12, Ubuntu 22.04, Fedora 31 and RHEL 8.
			Deb: nfpm.Deb{Compression: "zstd:19"},
			RPM: nfpm.RPM{Compression: "zstd:19", BuildHost: "release", Summary: "Keeps secrets and people's data on this machine while you code with AI"},
		},
	})
	if err := nfpm.PrepareForPackager(info, d.kind); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := d.packager.Package(info, &out); err != nil {
		return fmt.Errorf("the .%s of %s: %w", d.kind, p, err)
	}
	return r.write(d.packager.ConventionalFileName(info), out.Bytes())
}
