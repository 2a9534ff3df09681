package compliance

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A sealed archive is a tar.gz of evidence whose first file is a signed note of all others' hashes.

const (
	manifest     = "MANIFEST"
	manifestHead = "scrubjay incident"
	// sealedLimit is how much an archive may hold.
	sealedLimit = 1 << 30
)

// Seal makes one.
func Seal(files map[string][]byte, signer note.Signer, now time.Time) ([]byte, error) {
	names := slices.Sorted(maps.Keys(files))
	text := fmt.Sprintf("%s\n%s\n", manifestHead, now.UTC().Format(time.RFC3339))
	for _, name := range names {
		text += fmt.Sprintf("%x  %s\n", sha256.Sum256(files[name]), name)
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	archive := tar.NewWriter(zip)
	put := func(name string, content []byte) error {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: now}); err != nil {
			return err
		}
		_, err := archive.Write(content)
		return err
	}
	if err := put(manifest, signed); err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := put(name, files[name]); err != nil {
			return nil, err
		}
	}
	err = errors.Join(archive.Close(), zip.Close())
	return out.Bytes(), err
}

// Sealed says what an archive that is as it was signed holds.
type Sealed struct {
	Time  time.Time
	Files int
}

// ErrKey says that what was given as a key is none.
var ErrKey = errors.New("the key is none: it looks like scrubjay-ledger+12345678+AbC..., as scrubjay audit checkpoint --public prints it")

// Open checks an archive against the key of the machine that it is from.
func Open(archive []byte, public string) (s Sealed, err error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return s, ErrKey
	}
	zip, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return s, errors.New("it is no archive of scrubjay incident")
	}
	hashes := map[string]string{}
	files := tar.NewReader(io.LimitReader(zip, sealedLimit))
	for n := 0; ; n++ {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s, fmt.Errorf("it is damaged: %w", err)
		}
		content, err := io.ReadAll(files)
		if err != nil {
			return s, fmt.Errorf("it is damaged: %w", err)
		}
		if n > 0 {
			if want := hashes[h.Name]; want == "" || want != fmt.Sprintf("%x", sha256.Sum256(content)) {
				return s, fmt.Errorf("%s was changed or put in", h.Name)
			}
			delete(hashes, h.Name)
			s.Files++
			continue
		}
		if h.Name != manifest {
			return s, errors.New("it is no archive of scrubjay incident")
		}
		signed, err := note.Open(content, note.VerifierList(verifier))
		if err != nil {
			return s, errors.New("it is not signed with this key, or was changed")
		}
		lines := strings.Split(strings.TrimSuffix(signed.Text, "\n"), "\n")
		if len(lines) < 2 || lines[0] != manifestHead {
			return s, errors.New("it is no archive of scrubjay incident")
		}
		if s.Time, err = time.Parse(time.RFC3339, lines[1]); err != nil {
			return s, err
		}
		for _, line := range lines[2:] {
			hash, name, _ := strings.Cut(line, "  ")
			hashes[name] = hash
		}
	}
	if len(hashes) > 0 {
		return s, fmt.Errorf("%s was taken out", slices.Sorted(maps.Keys(hashes))[0])
	}
	return s, nil
}
