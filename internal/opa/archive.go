package opa

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/loader/filter"
)

// The limits of a bundle: as it travels, unpacked, and the number of its files.
const (
	bundleLimit   = 16 << 20
	unpackedLimit = 64 << 20
	fileLimit     = 4096
)

const (
	manifestFile  = ".manifest"
	signatureFile = ".signatures.json"
	settingsFile  = "settings.yaml"
	dataFile      = "data.json"
)

// archive is an unpacked bundle: files by their path, without a slash before it. It is read once, so that
// what OPA has verified and what we take settings from are the same bytes.
type archive map[string][]byte

var errNotBundle = errors.New("it is not a bundle: a gzipped tar file is expected, whole")

func unpack(raw []byte) (archive, error) {
	if len(raw) > bundleLimit {
		return nil, fmt.Errorf("it is larger than %d MiB: make it smaller", bundleLimit>>20)
	}
	zipped, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, errNotBundle
	}
	plain, err := io.ReadAll(io.LimitReader(zipped, unpackedLimit+1))
	if err != nil {
		return nil, errNotBundle
	}
	if len(plain) > unpackedLimit {
		return nil, fmt.Errorf("it is larger than %d MiB unpacked: make it smaller", unpackedLimit>>20)
	}
	files := archive{}
	for r := tar.NewReader(bytes.NewReader(plain)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, errNotBundle
		}
		if h.Typeflag == tar.TypeDir {
			continue
		}
		// opa build writes a slash before each path.
		name := strings.TrimPrefix(strings.TrimPrefix(h.Name, "/"), "./")
		switch {
		case h.Typeflag != tar.TypeReg:
			return nil, errors.New("it holds something else than files: leave links out")
		case !fs.ValidPath(name):
			return nil, errors.New("it holds a file whose path leads out of it: use relative paths")
		case files[name] != nil:
			return nil, errors.New("it holds a file twice")
		case len(files) == fileLimit:
			return nil, fmt.Errorf("it holds more than %d files", fileLimit)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, errNotBundle
		}
		files[name] = append([]byte{}, content...) // never nil
	}
}

// pack writes the files in the order of their paths and without times, so that equal content is equal
// bytes.
func (a archive) pack(w io.Writer) error {
	zipped := gzip.NewWriter(w)
	out := tar.NewWriter(zipped)
	for _, name := range a.names() {
		if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(a[name]))}); err != nil {
			return err
		}
		if _, err := out.Write(a[name]); err != nil {
			return err
		}
	}
	return errors.Join(out.Close(), zipped.Close())
}

func (a archive) names() []string {
	names := make([]string, 0, len(a))
	for name := range a {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// isData tells whether a file is read as data.
func isData(name string) bool {
	return slices.Contains([]string{dataFile, "data.yaml", "data.yml"}, path.Base(name))
}

// isTest tells whether a module holds a bundle's tests, which do not decide.
func isTest(name string) bool { return strings.HasSuffix(path.Base(name), "_test.rego") }

// fileLoader hands an archive to OPA's reader.
type fileLoader struct {
	files archive
	names []string
}

func (a archive) loader() *fileLoader { return &fileLoader{a, a.names()} }

func (l *fileLoader) NextFile() (*bundle.Descriptor, error) {
	if len(l.names) == 0 {
		return nil, io.EOF
	}
	name := l.names[0]
	l.names = l.names[1:]
	return bundle.NewDescriptor(name, name, bytes.NewBuffer(slices.Clone(l.files[name]))), nil
}

// The rest of the interface is of no use here: nothing is left out, and limits were kept before.

func (l *fileLoader) WithFilter(filter.LoaderFilter) bundle.DirectoryLoader   { return l }
func (l *fileLoader) WithPathFormat(bundle.PathFormat) bundle.DirectoryLoader { return l }
func (l *fileLoader) WithSizeLimitBytes(int64) bundle.DirectoryLoader         { return l }
func (l *fileLoader) WithFollowSymlinks(bool) bundle.DirectoryLoader          { return l }
