package pointer

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// pass keeps an entry a file, whose first line is the password by its own convention.
var passStore = store{
	scheme: "pass", title: "pass", program: "pass", form: "pass://FOLDER/ENTRY",
	parse: func(rest string) (place, bool) { return place{item: rest}, strings.Trim(rest, "/") != "" },
	read: func(ctx context.Context, m Machine, p place) ([]byte, error) {
		out, err := m.run(ctx, nil, "pass", "show", p.item)
		first, _, _ := bytes.Cut(out, []byte("\n"))
		return first, err
	},
	keep: func(ctx context.Context, m Machine, p place, value []byte) error {
		if bytes.ContainsAny(value, "\r\n") {
			return errors.New("a password there is one line, and this value has several")
		}
		// Without a terminal pass writes over an entry and does not ask.
		if _, err := os.Lstat(filepath.Join(m.passwords(), filepath.FromSlash(p.item)+".gpg")); !errors.Is(err, fs.ErrNotExist) {
			return errors.New("there is an entry of this name already, and it cannot be read")
		}
		_, err := m.run(ctx, append(bytes.Clone(value), '\n'), "pass", "insert", "--multiline", p.item)
		return err
	},
	usual: func(m Machine) string {
		if _, err := os.Stat(filepath.Join(m.passwords(), ".gpg-id")); err != nil {
			return "" // pass init was never run
		}
		return m.folder()
	},
	name: func(where, name string) string { return "pass://" + where + "/" + name },
	cure: "pass ls shows what there is; pass insert FOLDER/ENTRY puts a value there",
}

// passwords is where pass keeps its entries.
func (m Machine) passwords() string {
	if dir := m.getenv("PASSWORD_STORE_DIR"); dir != "" {
		return dir
	}
	home := m.getenv("HOME")
	return filepath.Join(home, ".password-store")
}

func (m Machine) getenv(name string) (value string) {
	for _, pair := range m.Environment {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			value = v // the last one counts
		}
	}
	return value
}

// folder is the name of the folder, fit to be one in a store.
func (m Machine) folder() string {
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r < 0x80 && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return '-'
	}, filepath.Base(m.Folder))
	if name = strings.Trim(name, "-."); name == "" {
		return "scrubjay"
	}
	return name
}
