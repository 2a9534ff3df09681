// Package proof has the checks that prove a value: checksums of vendors' tokens and of wallets, and all kinds of numbers
// that people and firms have, each with how it is written, the words that name it and its check. It is told a value and
// looks at nothing around it.
package proof

import "bytes"

// Result is what a checksum says of a value.
type Result int8

const (
	// Failed: the recipe is documented, and the value does not fit. It is not what it looks like.
	Failed Result = iota - 1
	// Unproved: the recipe says nothing of this value, or is known only by analogy.
	Unproved
	// Proved: the checksum holds; chance would do that once in millions.
	Proved
)

type Check func(value []byte) Result

// Checks are what a rule's validate may name. The recipes are the vendors' own where they publish
// them; each has a vector in proof_test.go that was made with an independent program.
var Checks = map[string]Check{
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

	"jwt":             JWT,
	"card":            func(v []byte) Result { return yes(digitsLuhn(Compact(nil, v))) },
	"iban":            func(v []byte) Result { return yes(Mod97(Compact(nil, v)) == 1) },
	"codice-fiscale":  func(v []byte) Result { return yes(CodiceFiscale(Compact(nil, v))) },
	"bitcoin":         func(v []byte) Result { return yes(Base58Address(v) || Bech32Address(v)) },
	"ethereum":        EIP55,
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

func yes(ok bool) Result {
	if ok {
		return Proved
	}
	return Failed
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
