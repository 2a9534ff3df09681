package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// TestManifests: each names the archives that it should, with their checksums, in the form that its reader wants.
func TestManifests(t *testing.T) {
	two := append(programs[:1:1], program{"scrubjay-second", "./none"})
	defer func(before []program) { programs = before }(programs)
	programs = two
	r := &release{version: testVersion, out: t.TempDir(), say: io.Discard, sums: map[string][sha256.Size]byte{}}
	for i, p := range platforms {
		r.sums[r.archiveFile(p)] = [sha256.Size]byte{byte(i + 1)}
	}
	if err := r.writeManifests(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, d := range described {
		text := read(t, filepath.Join(r.out, d.file))
		if !strings.Contains(string(text), testNumber) || strings.Contains(string(text), "{{") {
			t.Errorf("%s:\n%s", d.file, text)
		}
		if d.file == "winget/ScrubjayDev.Scrubjay.yaml" || strings.Contains(d.file, "locale") {
			continue // these name no file
		}
		for _, p := range platforms {
			url := "https://github.com/scrubjay-dev/scrubjay/releases/download/v1.2.3/" + r.archiveFile(p)
			sum := "0" + string(rune('1'+indexOf(p))) + strings.Repeat("0", 62)
			_, after, named := strings.Cut(string(text), url)
			if wanted := names(d.file, p); named != wanted {
				t.Errorf("%s names %s: %v", d.file, url, named)
			} else if named && strings.Index(after, sum) > 100 || named && !strings.Contains(after, sum) {
				t.Errorf("%s does not say behind %s that it is %s", d.file, url, sum)
			}
		}
		if !strings.Contains(string(text), "scrubjay-second") {
			t.Errorf("%s does not name the second program", d.file)
		}
	}
	var scoop struct{ Bin []string }
	if err := json.Unmarshal(read(t, filepath.Join(r.out, "scoop/scrubjay.json")), &scoop); err != nil || len(scoop.Bin) != 2 {
		t.Errorf("scoop: %+v, %v", scoop, err)
	}
	for _, kind := range []string{"", ".installer", ".locale.en-US"} {
		var m struct {
			PackageIdentifier string `yaml:"PackageIdentifier"`
			Installers        []struct {
				NestedInstallerFiles []struct {
					RelativeFilePath string `yaml:"RelativeFilePath"`
				} `yaml:"NestedInstallerFiles"`
			} `yaml:"Installers"`
		}
		if err := yaml.Unmarshal(read(t, filepath.Join(r.out, "winget/ScrubjayDev.Scrubjay"+kind+".yaml")), &m); err != nil || m.PackageIdentifier != "ScrubjayDev.Scrubjay" {
			t.Errorf("winget%s: %+v, %v", kind, m, err)
		}
		if kind == ".installer" && (len(m.Installers) != 2 || m.Installers[0].NestedInstallerFiles[1].RelativeFilePath != `scrubjay_1.2.3_windows_amd64\scrubjay-second.exe`) {
			t.Errorf("winget's installers are %+v", m.Installers)
		}
	}
}

func indexOf(p platform) int {
	for i, one := range platforms {
		if one == p {
			return i
		}
	}
	return -1
}

// names tells whether a manifest names a platform's archive.
func names(file string, p platform) bool {
	return strings.HasPrefix(file, "homebrew/") != (p.os == "windows")
}

// TestZip: a .zip is the same bytes in whatever order and time zone its files come, and keeps what may be run.
func TestZip(t *testing.T) {
	files := []file{{"top/b", 0o644, []byte("two")}, {"top/a.exe", 0o755, []byte("one")}}
	at := time.Unix(1_700_000_000, 0)
	one, err := zipped(files, at.UTC())
	if err != nil {
		t.Fatal(err)
	}
	two, err := zipped([]file{files[1], files[0]}, at.In(time.FixedZone("elsewhere", 3600)))
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("in another order and zone it is another one (%v)", err)
	}
	z, err := zip.NewReader(bytes.NewReader(one), int64(len(one)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != 2 || z.File[0].Name != "top/a.exe" || z.File[0].Mode() != fs.FileMode(0o755) || !z.File[0].Modified.Equal(at) {
		t.Errorf("it has %+v", z.File)
	}
}
