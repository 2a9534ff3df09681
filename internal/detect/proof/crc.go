package proof

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
)

// githubCRC32: the last six characters are the base 62 CRC32 of the thirty between them and the prefix.
// GitHub publishes it for its tokens; npm's are made the same way. The longer ghr_ tokens follow it by
// analogy only, so a mismatch proves nothing there.
func githubCRC32(v []byte) Result {
	_, body, ok := bytes.Cut(v, []byte("_"))
	if !ok || len(body) < 12 {
		return Unproved
	}
	n := len(body) - 6
	if inBase(crc32.ChecksumIEEE(body[:n]), base62Digits, 6) == string(body[n:]) {
		return Proved
	}
	if len(body) != 36 {
		return Unproved
	}
	return Failed
}

// gitlabRoutable: glpat-PAYLOAD.VV.LLCCCCCCC, C the base 36 CRC32 of all before it. Tokens of the older
// form have no dot and no checksum.
func gitlabRoutable(v []byte) Result {
	dot := bytes.LastIndexByte(v, '.')
	if dot < 0 || len(v)-dot-1 != 9 {
		return Unproved
	}
	n := len(v) - 7
	return yes(inBase(crc32.ChecksumIEEE(v[:n]), base36Digits, 7) == string(v[n:]))
}

// grafanaCRC32: the last eight are the CRC32 of the first 37, little-endian, in hex.
func grafanaCRC32(v []byte) Result {
	if len(v) != 46 {
		return Failed
	}
	var sum [4]byte
	binary.LittleEndian.PutUint32(sum[:], crc32.ChecksumIEEE(v[:37]))
	return yes(strings.EqualFold(hex.EncodeToString(sum[:]), string(v[38:])))
}

// atlassianCRC32: the last eight are the CRC32 of all before, in upper-case hex.
func atlassianCRC32(v []byte) Result {
	v = bytes.ReplaceAll(bytes.ReplaceAll(v, []byte("%3D"), []byte("=")), []byte(`\=`), []byte("="))
	n := len(v) - 8
	if n < 0 {
		return Failed
	}
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.ChecksumIEEE(v[:n]))
	return yes(strings.ToUpper(hex.EncodeToString(sum[:])) == string(v[n:]))
}

// confluentCRC32: cflt, 54 characters, and six of base64 of their CRC32, little-endian. Keys that were made
// before carry no checksum, so a mismatch proves nothing.
func confluentCRC32(v []byte) Result {
	if len(v) != 64 {
		return Unproved
	}
	var sum [4]byte
	binary.LittleEndian.PutUint32(sum[:], crc32.ChecksumIEEE(v[4:58]))
	return yes(base64.StdEncoding.EncodeToString(sum[:])[:6] == string(v[58:]))
}

// matrixCRC32: mat_ and 30 characters, then the base 62 CRC32 of both, its least digit first.
func matrixCRC32(v []byte) Result {
	at := bytes.LastIndexByte(v, '_')
	if at < 5 || len(v)-at-1 != 6 {
		return Failed
	}
	var out [6]byte
	for i, n := 0, crc32.ChecksumIEEE(v[:at]); i < len(out); i, n = i+1, n/62 {
		out[i] = base62Digits[n%62]
	}
	// The vendor pads on the left what is written backwards.
	text := strings.TrimRight(string(out[:]), "0")
	return yes(strings.Repeat("0", 6-len(text))+text == string(v[at+1:]))
}

// synapseCRC32: what stands after the last _ is the base 62 CRC32 of all before. The recipe is known from use only.
func synapseCRC32(v []byte) Result {
	at := bytes.LastIndexByte(v, '_')
	if at > 0 && inBase(crc32.ChecksumIEEE(v[:at]), base62Digits, 6) == string(v[at+1:]) {
		return Proved
	}
	return Unproved
}

// azureDevOpsPAT: 32 bytes in base 32, four of which, at odd places, are the CRC32 of the rest.
func azureDevOpsPAT(v []byte) Result {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(string(v)))
	if err != nil || len(b) != 32 {
		return Unproved
	}
	var rest []byte
	for _, part := range [][]byte{b[0:2], b[3:7], b[9:22], b[23:32]} {
		rest = append(rest, part...)
	}
	sum := binary.LittleEndian.Uint32([]byte{b[22], b[8], b[7], b[2]})
	if crc := crc32.ChecksumIEEE(rest); crc^0xe0b9692d == sum || crc^0x1019f92e == sum {
		return Proved
	}
	return Unproved
}

// nkeyCRC16: base 32 whose last two bytes are the CRC16 of those before, little-endian.
func nkeyCRC16(v []byte) Result {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(v))
	if err != nil || len(b) < 4 {
		return Failed
	}
	n := len(b) - 2
	return yes(crc16(b[:n]) == binary.LittleEndian.Uint16(b[n:]))
}

// stellarCRC16 is the same over a version byte that says seed.
func stellarCRC16(v []byte) Result {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(v))
	if err != nil || len(b) != 35 || b[0] != 0x90 {
		return Failed
	}
	return nkeyCRC16(v)
}

// crc16 is XMODEM's.
func crc16(data []byte) uint16 {
	crc := uint16(0)
	for _, b := range data {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
