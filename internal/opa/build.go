package opa

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// manifest is OPA's, with our claims in its metadata; signing makes them part of the signature.
type manifest struct {
	Revision string   `json:"revision"`
	Roots    []string `json:"roots"`
	Rego     int      `json:"rego_version"`
	Metadata struct {
		Scope string `json:"scope"`
		Seq   int64  `json:"seq"`
		Exp   int64  `json:"exp"`
	} `json:"metadata"`
}

// Build writes an unsigned bundle of a directory: *.rego in package scrubjay.org and its *_test.rego,
// data.json or data.yaml below scrubjay/org/, settings.yaml, rules/*.toml and indexes. What Check and Test
// would refuse is refused here. Equal directories give equal bytes. The sequence number has to be larger than that of
// every bundle before; scope is the organisation's, and after expires the bundle counts as stale.
func Build(dir string, w io.Writer, seq int64, expires time.Time, scope string) error {
	if seq < 1 {
		return errors.New("a sequence number starts at 1 and grows with every bundle")
	}
	if scope == "" {
		return errors.New("a bundle needs a scope: the word that organisation.scope has on the machines")
	}
	b, files, err := readDir(dir)
	if err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	if err := b.passes(context.Background()); err != nil {
		return err
	}
	if err := b.alone().answers(context.Background(), time.Now()); err != nil {
		return err
	}
	var packed bytes.Buffer
	if err := b.pack(files, &packed, seq, expires, scope); err != nil {
		return err
	}
	if packed.Len() > bundleLimit {
		return fmt.Errorf("the bundle is larger than %d MiB, which no machine takes: put large indexes on the machines, and name them under rules.files", bundleLimit>>20)
	}
	_, err = w.Write(packed.Bytes())
	return err
}

// pack writes the bundle of these files, as they are.
func (b *Bundle) pack(files archive, w io.Writer, seq int64, expires time.Time, scope string) error {
	data, err := json.Marshal(b.data)
	if err != nil {
		return err
	}
	files[dataFile] = data
	m := manifest{Roots: []string{orgRoot}, Rego: 1}
	for _, module := range b.tests {
		if module.Package.Path.String() == "data.scrubjay.org_test" {
			m.Roots = []string{orgRoot, testRoot}
		}
	}
	m.Metadata.Scope, m.Metadata.Seq, m.Metadata.Exp = scope, seq, expires.Unix()
	h := sha256.New()
	for _, name := range files.names() {
		fmt.Fprintf(h, "%s %d\n", name, len(files[name]))
		h.Write(files[name])
	}
	m.Revision = fmt.Sprintf("%d-%s", seq, hex.EncodeToString(h.Sum(nil)[:4]))
	if files[manifestFile], err = json.Marshal(m); err != nil {
		return err
	}
	return files.pack(w)
}

// readDir reads a directory as the unverified bundle that it would become, and the files of it that are
// to be packed. Data files are merged into one.
func readDir(dir string) (*Bundle, archive, error) {
	files, data := archive{}, archive{}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	err = filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if strings.HasPrefix(e.Name(), ".") && name != dir {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		into := files
		switch {
		case isData(rel):
			into = data
		case misplaced(rel) != "":
			return fmt.Errorf("%s would not be read there: put it into %s", rel, misplaced(rel))
		case rel != settingsFile && filepath.Ext(rel) != ".rego" && !carried(rel):
			return nil // a README, a licence
		}
		into[rel], err = root.ReadFile(rel)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if len(files)+len(data) == 0 {
		return nil, nil, fmt.Errorf("%s holds no policy: put *.rego, scrubjay/org/data.yaml, settings.yaml or rules/*.toml there", dir)
	}
	all := archive{manifestFile: []byte(`{"revision":"unsigned","roots":["scrubjay/org","scrubjay/org_test"],"rego_version":1}`)}
	maps.Copy(all, files)
	maps.Copy(all, data)
	read, err := bundle.NewCustomReader(all.loader()).WithSkipBundleVerification(true).WithLazyLoadingMode(false).
		WithCapabilities(capabilities()).WithProcessAnnotations(true).Read()
	if err != nil {
		return nil, nil, fmt.Errorf("%w (data belongs into scrubjay/org/data.yaml, rules into package scrubjay.org)", err)
	}
	b, err := newBundle(read, claims{}, all)
	if err != nil {
		if r, ok := errors.AsType[*Refusal](err); ok {
			err = errors.Unwrap(r.Err)
		}
		return nil, nil, err
	}
	return b, files, nil
}
