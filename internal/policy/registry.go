package policy

import (
	"net/url"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// RegistryScheme begins the address of a bundle in a registry.
const RegistryScheme = "oci://"

var (
	registryRepository = text.Expression(`^[a-z0-9]+(?:(?:[._]|__|[-]*)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|[-]*)[a-z0-9]+)*)*$`)
	registryTag        = text.Expression(`^[\w][\w.-]{0,127}$`)
	registryDigest     = text.Expression(`^(sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$`)
)

// InRegistry tells whether an address is oci://registry/repository:tag, or has a digest behind @. Who asks the registry has a
// client that reads it; who only reads settings need not link that.
func InRegistry(address string) bool {
	host, path, _ := strings.Cut(strings.TrimPrefix(address, RegistryScheme), "/")
	if u, err := url.ParseRequestURI("dummy://" + host); err != nil || u.Host == "" || u.Host != host {
		return false
	}
	if name, digest, ok := strings.Cut(path, "@"); ok {
		name, _, _ = strings.Cut(name, ":")
		return registryRepository().MatchString(name) && registryDigest().MatchString(digest)
	}
	name, tag, _ := strings.Cut(path, ":")
	return registryRepository().MatchString(name) && registryTag().MatchString(tag)
}
