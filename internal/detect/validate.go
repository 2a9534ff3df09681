package detect

import "bytes"

// proof is what a checksum says of a value.
type proof int8

const (
	// failed: the recipe is documented, and the value does not fit. It is not what it looks like.
	failed proof = iota - 1
	// unproved: the recipe says nothing of this value, or is known only by analogy.
	unproved
	// proved: the checksum holds; chance would do that once in millions.
	proved
)

type validator func(value []byte) proof

// validators are what a rule's validate may name. The recipes are the vendors' own where they publish
// them; each has a vector in validate_test.go that was made with an independent program.
var validators = map[string]validator{
	"github-crc32":     githubCRC32,
	"gitlab-routable":  gitlabRoutable,
	"grafana-crc32":    grafanaCRC32,
	"atlassian-crc32":  atlassianCRC32,
	"confluent-crc32":  confluentCRC32,
	"matrix-crc32":     matrixCRC32,
	"synapse-crc32":    synapseCRC32,
	"azure-devops-pat": azureDevOpsPAT,
	"nkey-crc16":       nkeyCRC16,
	"stellar-crc16":    stellarCRC16,

	"azure-marvin32": azureMarvin32,
	"entra-marvin32": entraMarvin32,

	"age-bech32":  bech32("age-secret-key-"),
	"nsec-bech32": bech32("nsec"),
	"base58check": base58Check,
	"xrp-seed":    xrpSeed,
	"bip39":       bip39,
	"secp256k1":   secp256k1,

	"jwt":             jwtStructure,
	"card":            func(v []byte) proof { return yes(digitsLuhn(compacted(nil, v))) },
	"iban":            func(v []byte) proof { return yes(mod97(compacted(nil, v)) == 1) },
	"codice-fiscale":  func(v []byte) proof { return yes(validCodiceFiscale(compacted(nil, v))) },
	"bitcoin":         func(v []byte) proof { return yes(validBase58(v) || validBech32(v)) },
	"ethereum":        eip55,
	"base64-32":       base64Of32,
	"ses-smtp":        sesSMTP,
	"elastic-api-key": elasticAPIKey,
	"atlassian-pat":   atlassianPAT,
	"basic-auth":      basicAuth,
	"clerk-host":      clerkHost,
	"discord-id":      discordID,
	"grafana-cloud":   jsonWith("o", "n", "k"),
	"grafana-legacy":  jsonWith("k", "n", "id"),
	"sentry-org":      sentryOrg,
	"1password-json":  jsonWith(),
}

func yes(ok bool) proof {
	if ok {
		return proved
	}
	return failed
}

const (
	base62Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base36Digits = "0123456789abcdefghijklmnopqrstuvwxyz"
)

// inBase writes n in the digits given, most significant first, padded with the first digit.
func inBase(n uint32, digits string, width int) string {
	out := bytes.Repeat([]byte{digits[0]}, width)
	for i := width - 1; i >= 0 && n > 0; i-- {
		out[i] = digits[n%uint32(len(digits))]
		n /= uint32(len(digits))
	}
	return string(out)
}
