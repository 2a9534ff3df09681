package detect

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"
	"strings"
)

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
	"github-crc32":    githubCRC32,
	"gitlab-routable": gitlabRoutable,
	"grafana-crc32":   grafanaCRC32,
	"atlassian-crc32": atlassianCRC32,
	"azure-marvin32":  azureMarvin32,
	"age-bech32":      ageBech32,
	"jwt":             jwtStructure,
	"card":            func(v []byte) proof { return yes(digitsLuhn(compacted(nil, v))) },
	"iban":            func(v []byte) proof { return yes(mod97(compacted(nil, v)) == 1) },
	"codice-fiscale":  func(v []byte) proof { return yes(validCodiceFiscale(compacted(nil, v))) },
	"bitcoin":         func(v []byte) proof { return yes(validBase58(v) || validBech32(v)) },
	"ethereum":        eip55,
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

// githubCRC32: the last six characters are the base 62 CRC32 of the thirty between them and the prefix.
// GitHub publishes it for its tokens; npm's are made the same way. The longer ghr_ tokens follow it by
// analogy only, so a mismatch proves nothing there.
func githubCRC32(v []byte) proof {
	_, body, ok := bytes.Cut(v, []byte("_"))
	if !ok || len(body) < 12 {
		return unproved
	}
	n := len(body) - 6
	if inBase(crc32.ChecksumIEEE(body[:n]), base62Digits, 6) == string(body[n:]) {
		return proved
	}
	if len(body) != 36 {
		return unproved
	}
	return failed
}

// gitlabRoutable: glpat-PAYLOAD.VV.LLCCCCCCC, C the base 36 CRC32 of all before it. Tokens of the older
// form have no dot and no checksum.
func gitlabRoutable(v []byte) proof {
	dot := bytes.LastIndexByte(v, '.')
	if dot < 0 || len(v)-dot-1 != 9 {
		return unproved
	}
	n := len(v) - 7
	return yes(inBase(crc32.ChecksumIEEE(v[:n]), base36Digits, 7) == string(v[n:]))
}

// grafanaCRC32: the last eight are the CRC32 of the first 37, little-endian, in hex.
func grafanaCRC32(v []byte) proof {
	if len(v) != 46 {
		return failed
	}
	var sum [4]byte
	binary.LittleEndian.PutUint32(sum[:], crc32.ChecksumIEEE(v[:37]))
	return yes(strings.EqualFold(hex.EncodeToString(sum[:]), string(v[38:])))
}

// atlassianCRC32: the last eight are the CRC32 of all before, in upper-case hex.
func atlassianCRC32(v []byte) proof {
	v = bytes.ReplaceAll(bytes.ReplaceAll(v, []byte("%3D"), []byte("=")), []byte(`\=`), []byte("="))
	n := len(v) - 8
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.ChecksumIEEE(v[:n]))
	return yes(strings.ToUpper(hex.EncodeToString(sum[:])) == string(v[n:]))
}

// azureSeeds are the Marvin32 seeds of Microsoft's identifiable keys, by the signature that stands in
// their last twelve characters. A signature whose seeds are not all published ends its list with "".
var azureSeeds = map[string][]string{
	"+ASt": {"Default0"},
	"ACDb": {"MastRW00", "MastRO00", ""},
	"+ASb": {"Send0000", "Listen00", "Manage00"},
	"+AEh": {"Send0000", "Listen00", "Manage00"},
	"+ARm": {"Send0000", "Listen00", "Manage00"},
	"AIoT": {"IoTHub00", "DpsKey00", "Device00"},
	"AzCa": {"Access00"},
	"+ACR": {"ACRDflt0"},
	"AzFu": {"Master00", "System00", "Functi00"},
	"AzSe": {"PAdmin00", "Query000"},
	"+ABa": {"AbAcct00"},
	"+AMC": {"Classic0"},
	"APIM": {"Tenant00", "IoTHub00", "Gatewy00", "GitKey00"},
}

// azureMarvin32: the last four bytes are the Marvin32 of those before. Keys from before 2022 carry no
// signature and no checksum.
func azureMarvin32(v []byte) proof {
	text := strings.TrimRight(string(v), "=")
	var seeds []string
	for sig, list := range azureSeeds {
		if strings.Contains(text[max(0, len(text)-12):], sig) {
			seeds = append(seeds, list...)
		}
	}
	if seeds == nil {
		return unproved
	}
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		raw, err = base64.RawURLEncoding.DecodeString(text)
	}
	if err != nil || len(raw) < 8 {
		return failed
	}
	n := len(raw) - 4
	for _, seed := range seeds {
		if seed == "" {
			return unproved
		}
		if marvin32(raw[:n], binary.BigEndian.Uint64([]byte(seed))) == binary.LittleEndian.Uint32(raw[n:]) {
			return proved
		}
	}
	return failed
}

func marvin32(data []byte, seed uint64) uint32 {
	p0, p1 := uint32(seed), uint32(seed>>32)
	mix := func() {
		p1 ^= p0
		p0 = p0<<20 | p0>>12
		p0 += p1
		p1 = p1<<9 | p1>>23
		p1 ^= p0
		p0 = p0<<27 | p0>>5
		p0 += p1
		p1 = p1<<19 | p1>>13
	}
	for len(data) >= 4 {
		p0 += binary.LittleEndian.Uint32(data)
		mix()
		data = data[4:]
	}
	tail := [4]byte{}
	copy(tail[:], data)
	tail[len(data)] = 0x80
	p0 += binary.LittleEndian.Uint32(tail[:])
	mix()
	mix()
	return p0 ^ p1
}

// ageBech32: Bech32 (BIP-173) over the whole key, upper case throughout.
func ageBech32(v []byte) proof {
	text := strings.ToLower(string(v))
	at := strings.LastIndexByte(text, '1')
	if at < 1 {
		return failed
	}
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	var values []byte
	for i := range at {
		values = append(values, text[i]>>5)
	}
	values = append(values, 0)
	for i := range at {
		values = append(values, text[i]&31)
	}
	for i := at + 1; i < len(text); i++ {
		d := strings.IndexByte(charset, text[i])
		if d < 0 {
			return failed
		}
		values = append(values, byte(d))
	}
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	check := uint32(1)
	for _, d := range values {
		top := check >> 25
		check = check&0x1ffffff<<5 ^ uint32(d)
		for i, g := range generator {
			if top>>i&1 == 1 {
				check ^= g
			}
		}
	}
	return yes(check == 1)
}

// jwtStructure: the first two parts are JSON objects and the first names an algorithm.
func jwtStructure(v []byte) proof {
	parts := bytes.Split(v, []byte("."))
	if len(parts) < 3 {
		return failed
	}
	var header struct {
		Alg string `json:"alg"`
	}
	head, err := base64.RawURLEncoding.DecodeString(string(parts[0]))
	if err != nil || json.Unmarshal(head, &header) != nil || header.Alg == "" {
		return failed
	}
	if len(parts) == 5 {
		return proved // encrypted: the second part is a key
	}
	claims := map[string]json.RawMessage{}
	body, err := base64.RawURLEncoding.DecodeString(string(parts[1]))
	return yes(err == nil && json.Unmarshal(body, &claims) == nil)
}
