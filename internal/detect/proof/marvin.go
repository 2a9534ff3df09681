package proof

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

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
func azureMarvin32(v []byte) Result {
	text := strings.TrimRight(string(v), "=")
	var seeds []string
	for sig, list := range azureSeeds {
		if strings.Contains(text[max(0, len(text)-12):], sig) {
			seeds = append(seeds, list...)
		}
	}
	if seeds == nil {
		return Unproved
	}
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		raw, err = base64.RawURLEncoding.DecodeString(text)
	}
	if err != nil || len(raw) < 8 {
		return Failed
	}
	n := len(raw) - 4
	for _, seed := range seeds {
		if seed == "" {
			return Unproved
		}
		if marvin32(raw[:n], binary.BigEndian.Uint64([]byte(seed))) == binary.LittleEndian.Uint32(raw[n:]) {
			return Proved
		}
	}
	return Failed
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

// entraMarvin32: the last three of 40 characters begin the Marvin32 of those before, in base 66. Newer secrets
// are made otherwise, so only length 40 is judged.
func entraMarvin32(v []byte) Result {
	if len(v) != 40 || !bytes.Equal(v[3:6], []byte("8Q~")) {
		return Unproved
	}
	const digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~"
	sum := marvin32(v[:37], binary.BigEndian.Uint64([]byte("AadPwd00")))
	return yes(inBase(sum, digits, 6)[:3] == string(v[37:]))
}
