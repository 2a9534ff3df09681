package pointer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// SOPS keeps values encrypted in a file of the repository, to age's keys or those of a cloud: .sops.yaml says to which.
var sopsStore = store{
	scheme: "sops", title: "SOPS", program: "sops", form: "sops://FILE#KEY, or #KEY/KEY further down",
	parse: func(rest string) (place, bool) {
		file, key, ok := split(rest, "#")
		return place{item: file, field: key}, ok && !strings.ContainsAny(key, `"'[]\`) && strings.Trim(key, "/") == key
	},
	read: func(ctx context.Context, m Machine, p place) ([]byte, error) {
		return m.run(ctx, nil, "sops", "decrypt", "--extract", inTree(p.field), p.item)
	},
	keep: func(ctx context.Context, m Machine, p place, value []byte) error {
		quoted, err := json.Marshal(string(value))
		if err != nil {
			return err
		}
		path := p.item
		if !filepath.IsAbs(path) {
			path = filepath.Join(m.Folder, path)
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			if strings.Contains(p.field, "/") {
				return errors.New("the file is not there")
			}
			return m.newFile(ctx, p, path, quoted)
		}
		_, err = m.run(ctx, quoted, "sops", "set", "--value-stdin", p.item, inTree(p.field))
		return err
	},
	usual: func(m Machine) string {
		if _, err := os.Stat(filepath.Join(m.Folder, ".sops.yaml")); err != nil {
			return ""
		}
		for _, name := range []string{"secrets.enc.yaml", "secrets.sops.yaml", "secrets.enc.json"} {
			if _, err := os.Stat(filepath.Join(m.Folder, name)); err == nil {
				return name
			}
		}
		return "secrets.enc.yaml"
	},
	name: func(where, name string) string { return "sops://" + where + "#" + name },
	cure: "sops decrypt FILE says whether the key is at hand, such as in SOPS_AGE_KEY_FILE; .sops.yaml says to which keys it encrypts",
}

// newFile makes the file with one value in it. It stands in clear in the memory of sops and nowhere else.
func (m Machine) newFile(ctx context.Context, p place, path string, quoted []byte) error {
	kind := strings.TrimPrefix(filepath.Ext(path), ".")
	if kind == "yml" {
		kind = "yaml"
	}
	if kind != "yaml" && kind != "json" {
		return errors.New("the file is not there, and only YAML and JSON are made anew")
	}
	key, err := json.Marshal(p.field)
	if err != nil {
		return err
	}
	text := fmt.Appendf(nil, "{%s: %s}\n", key, quoted) // JSON is YAML, too
	sealed, err := m.run(ctx, text, "sops", "encrypt", "--filename-override", p.item, "--input-type", kind, "--output-type", kind)
	if err != nil {
		return err
	}
	return rename.Durable(path, sealed, 0o600)
}

// inTree is a key as sops wants it: ["db"]["password"].
func inTree(key string) string {
	return `["` + strings.ReplaceAll(key, "/", `"]["`) + `"]`
}
