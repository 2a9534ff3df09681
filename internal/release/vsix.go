package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// writeExtensions has the extension's own script pack a .vsix for each platform, and one without a program.
func (r *release) writeExtensions(ctx context.Context) error {
	bin, out := filepath.Join(r.work, "extension-bin"), filepath.Join(r.work, "extension")
	for _, p := range r.platforms {
		// An editor starts the language server alone, which the small program would only hand over.
		program, err := os.ReadFile(r.builtFile(p, fullName))
		if err != nil {
			return err
		}
		dir := filepath.Join(bin, p.nodeName())
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, p.executable("scrubjay")), program, 0o755); err != nil {
			return err
		}
	}
	c := exec.CommandContext(ctx, "npm", "run", "--silent", "package", "--", "--version", r.number(), "--programs", bin, "--out", out)
	c.Dir = filepath.Join(r.root, "clients", "vscode")
	c.Env = append(os.Environ(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", r.time.Unix()))
	if text, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("packing the extension: %w (npm ci in clients/vscode installs what it needs)\n%s", err, text)
	}
	made, err := filepath.Glob(filepath.Join(out, "*.vsix"))
	if err != nil || len(made) != len(r.platforms)+1 {
		return fmt.Errorf("the extension was packed as %q, and not once for each of %d platforms and once for all: %w", made, len(r.platforms), err)
	}
	for _, name := range made {
		files, err := unzip(name)
		if err != nil {
			return err
		}
		// vsce writes SOURCE_DATE_EPOCH as the local time, and modes by the umask: findings/vsce-source-date-epoch.sh.
		data, err := zipped(files, r.time)
		if err != nil {
			return err
		}
		if err := r.write(filepath.Base(name), data); err != nil {
			return err
		}
	}
	return nil
}

func unzip(name string) (all []file, err error) {
	packed, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, err
	}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			return nil, err
		}
		var data bytes.Buffer
		if _, err := io.Copy(&data, in); err != nil {
			return nil, err
		}
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(f.Name, "extension/bin/") {
			mode = 0o755
		}
		all = append(all, file{f.Name, mode, data.Bytes()})
	}
	return all, nil
}
