package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// imageUser is nobody's number, and the one that distroless images have taught clusters to expect.
const imageUser = "65532:65532"

func (r *release) imageFile() string { return fmt.Sprintf("scrubjay_%s_image.tar", r.number()) }

// authorities are the roots that Mozilla trusts, as PEM. Those that it trusts only with conditions, which PEM cannot say, are
// left out.
func authorities() []byte {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			out.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}))
		}
	}
	return out.Bytes()
}

// writeImage makes one image for both processors of Linux, from nothing, as a tar of an OCI layout.
func (r *release) writeImage(context.Context) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range r.platforms {
		if p.os != "linux" {
			continue
		}
		image, err := r.image(p)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: p.os, Architecture: p.arch}}})
	}
	dir := filepath.Join(r.work, "image")
	to, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	// docker and podman name what they load by this.
	if err := to.AppendIndex(index, layout.WithAnnotations(map[string]string{
		"org.opencontainers.image.ref.name": r.number(), "io.containerd.image.name": "docker.io/library/scrubjay:" + r.number(),
	})); err != nil {
		return err
	}
	files, err := readTree(dir, "")
	if err != nil {
		return err
	}
	data, err := tarballOf(files, r.time)
	if err != nil {
		return err
	}
	return r.write(r.imageFile(), data)
}

func (r *release) image(p platform) (v1.Image, error) {
	files, err := r.binaries(p, "usr/bin/")
	if err != nil {
		return nil, err
	}
	files = append(files,
		file{"etc/ssl/certs/ca-certificates.crt", 0o644, authorities()},
		file{"usr/share/licenses/scrubjay/LICENSE", 0o644, r.pages.license}, file{"usr/share/licenses/scrubjay/NOTICES.txt", 0o644, r.pages.notices},
		file{"tmp/", fs.ModeSticky | 0o777, nil}) // where state is kept if there is no home
	data, err := tarballOf(files, r.time)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: r.time}, CreatedBy: "make release"}})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = p.os, p.arch, v1.Time{Time: r.time}
	config.Config = v1.Config{
		User: imageUser, Entrypoint: []string{"/usr/bin/" + programs[0].name}, Env: []string{"PATH=/usr/bin"}, WorkingDir: "/",
		Labels: map[string]string{
			"org.opencontainers.image.source": repository, "org.opencontainers.image.version": r.number(), "org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.title": "scrubjay",
		},
	}
	return mutate.ConfigFile(image, config)
}
