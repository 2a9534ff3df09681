package proxy

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// signatures are the bytes by which files that are no text say what they are, the longer before the shorter of the
// same beginning. A declaration may err or lie; these are what a vendor goes by, too.
var signatures = []struct {
	at           int
	bytes, media string
}{
	{0, "\x89PNG\r\n\x1a\n", "image/png"},
	{0, "\xff\xd8\xff", "image/jpeg"},
	{0, "GIF8", "image/gif"},
	{8, "WEBP", "image/webp"},
	{0, "II*\x00", "image/tiff"},
	{0, "MM\x00*", "image/tiff"},
	{0, "\x00\x00\x00\x0cJXL ", "image/jxl"},
	{0, "\x00\x00\x01\x00", "image/x-icon"},
	{4, "ftypavi", "image/avif"},
	{4, "ftyphei", "image/heic"},
	{4, "ftypmif1", "image/heif"},
	{4, "ftypmsf1", "image/heif"},
	{4, "ftypM4A", "audio/mp4"},
	{4, "ftypM4B", "audio/mp4"},
	{4, "ftyp", "video/mp4"},
	{0, "%PDF-", "application/pdf"},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"}, // Office before 2007
	{0, "PK\x03\x04", zip},
	{8, "WAVE", "audio/wav"},
	{8, "AIFF", "audio/aiff"},
	{0, "ID3", "audio/mpeg"},
	{0, "\xff\xfb", "audio/mpeg"},
	{0, "\xff\xf3", "audio/mpeg"},
	{0, "OggS", "audio/ogg"},
	{0, "fLaC", "audio/flac"},
	{8, "AVI ", "video/x-msvideo"},
	{0, "\x1aE\xdf\xa3", "video/webm"},
	{0, "\x00\x00\x01\xba", "video/mpeg"},
	{0, "\x00\x00\x01\xb3", "video/mpeg"},
}

const zip = "application/zip"

// inZip are names at the beginning of a zip file that is a document.
var inZip = []string{"[Content_Types].xml", "_rels/", "word/", "xl/", "ppt/", "mimetypeapplication/vnd.oasis.opendocument", "mimetypeapplication/epub+zip"}

// ofDocuments are what the media types of documents hold.
var ofDocuments = []string{"pdf", "ole-storage", "officedocument", "opendocument", "msword", "ms-excel", "ms-powerpoint", "epub"}

// sniff is the media type that a file's first bytes tell; empty if they tell none.
func sniff(first []byte) string {
	for _, s := range signatures {
		if len(first) >= s.at && bytes.HasPrefix(first[s.at:], []byte(s.bytes)) {
			return s.media
		}
	}
	return ""
}

// kindOf judges a file by its first bytes, else by what is declared of it, else by the names under which it stands.
func kindOf(first []byte, declared, names string) (kind policy.Attachment, media string) {
	declared = strings.ToLower(declared)
	media = sniff(first)
	said := kindOfMedia(declared)
	switch kind = kindOfMedia(media); {
	case media == zip:
		for _, name := range inZip {
			if bytes.Contains(first, []byte(name)) {
				return policy.Document, media
			}
		}
		if said == policy.Document {
			return said, declared
		}
	case media == "":
		media = declared
		if kind = said; kind == policy.Other {
			kind = kindOfNames(names)
		}
	case (kind == policy.Audio || kind == policy.Video) && (said == policy.Audio || said == policy.Video):
		return said, declared // the same container holds either
	}
	return kind, media
}

func kindOfMedia(media string) policy.Attachment {
	top, _, _ := strings.Cut(media, "/")
	switch kind := policy.Attachment(top); kind {
	case policy.Image, policy.Audio, policy.Video:
		return kind
	}
	for _, d := range ofDocuments {
		if strings.Contains(media, d) {
			return policy.Document
		}
	}
	return policy.Other
}

// kindOfNames goes by the names of fields, such as input_audio.data and images.
func kindOfNames(names string) policy.Attachment {
	for _, kind := range []policy.Attachment{policy.Audio, policy.Video, policy.Image, policy.Document} {
		if strings.Contains(names, string(kind)) {
			return kind
		}
	}
	return policy.Other
}
