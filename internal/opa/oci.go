package opa

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
)

// A bundle in a registry is an image of one layer, which is the bundle: OPA's own convention, so that its tools and those
// of registries can handle it.
//
// manifestLimit is the largest manifest that is read.
const manifestLimit = 1 << 20

// parseOCI reads oci://registry/repository:tag.
func parseOCI(address string) (registry.Reference, error) {
	reference, err := registry.ParseReference(strings.TrimPrefix(address, policy.RegistryScheme))
	if err != nil || reference.Reference == "" {
		return reference, PlaceError("a bundle in a registry is oci://registry/repository:tag")
	}
	return reference, nil
}

// repository is where a bundle is in a registry. It is asked with the credentials of docker's config file and its helpers,
// and over plain HTTP only on this machine.
func repository(address string, client *http.Client) (*remote.Repository, error) {
	reference, err := parseOCI(address)
	if err != nil {
		return nil, err
	}
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil {
		return nil, fmt.Errorf("docker's config file, which has the registry's credentials, cannot be read: %w", err)
	}
	host, _, err := net.SplitHostPort(reference.Registry)
	if err != nil {
		host = reference.Registry
	}
	return &remote.Repository{
		Reference: reference, PlainHTTP: policy.Loopback(host), MaxMetadataBytes: manifestLimit,
		Client: &auth.Client{Client: client, Cache: auth.NewCache(), Credential: credentials.Credential(store)},
	}, nil
}

// fetchOCI asks a registry, as fetch asks a web server. The tag's digest says whether there is something new.
func (s *Source) fetchOCI(ctx context.Context) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	repo, err := repository(s.Organisation.URL, s.Client)
	if err != nil {
		return answer{}, err
	}
	manifest, err := repo.Resolve(ctx, repo.Reference.Reference)
	switch {
	case errors.Is(err, errdef.ErrNotFound):
		return answer{}, errNotThere{fmt.Errorf("its registry has no %s: push it with scrubjay policy push, or correct organisation.url", repo.Reference)}
	case err != nil:
		return answer{}, fmt.Errorf("its registry does not answer: %w", err)
	case manifest.Digest.String() == s.has.etag:
		return answer{version: s.has}, nil
	case manifest.Size > manifestLimit:
		return answer{}, refuse(Malformed, "its manifest in the registry is larger than %d MiB: push it with scrubjay policy push", manifestLimit>>20)
	}
	text, err := content.FetchAll(ctx, repo, manifest)
	if err != nil {
		return answer{}, fmt.Errorf("its registry's answer broke off: %w", err)
	}
	var image ocispec.Manifest
	if err := json.Unmarshal(text, &image); err != nil || len(image.Layers) != 1 || image.Layers[0].MediaType != ocispec.MediaTypeImageLayerGzip {
		return answer{}, refuse(Malformed, "%s in the registry is not an image of one layer (%s): push it with scrubjay policy push", repo.Reference, ocispec.MediaTypeImageLayerGzip)
	}
	layer := image.Layers[0]
	if layer.Size > bundleLimit {
		return answer{}, refuse(Malformed, "it is larger than %d MiB: make it smaller", bundleLimit>>20)
	}
	raw, err := content.FetchAll(ctx, repo, layer)
	if err != nil {
		return answer{}, fmt.Errorf("its registry's answer broke off: %w", err)
	}
	return answer{raw, version{etag: manifest.Digest.String()}}, nil
}

// pushOCI puts a bundle into a registry, below the tag of the address. Only once all of it is there is the tag moved.
func pushOCI(ctx context.Context, address string, raw []byte, client *http.Client) error {
	repo, err := repository(address, client)
	if err != nil {
		return err
	}
	config := []byte("{}")
	image := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: content.NewDescriptorFromBytes(ocispec.MediaTypeImageConfig, config),
		Layers: []ocispec.Descriptor{content.NewDescriptorFromBytes(ocispec.MediaTypeImageLayerGzip, raw)},
	}
	if err := repo.Push(ctx, image.Config, bytes.NewReader(config)); err != nil {
		return fmt.Errorf("the registry does not take it: %w", err)
	}
	if err := repo.Push(ctx, image.Layers[0], bytes.NewReader(raw)); err != nil {
		return fmt.Errorf("the registry does not take it: %w", err)
	}
	text, err := json.Marshal(image)
	if err != nil {
		return err
	}
	manifest := content.NewDescriptorFromBytes(ocispec.MediaTypeImageManifest, text)
	if err := repo.PushReference(ctx, manifest, bytes.NewReader(text), repo.Reference.Reference); err != nil {
		return fmt.Errorf("the registry does not take it: %w", err)
	}
	return nil
}
