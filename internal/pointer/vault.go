package pointer

import (
	"context"
	"strings"
)

// Vault and OpenBao have one command line, by two names.
var (
	vaultStore = likeVault("vault", "Vault", "VAULT_ADDR and VAULT_TOKEN say where it is and who you are; vault login signs in")
	baoStore   = likeVault("bao", "OpenBao", "BAO_ADDR and BAO_TOKEN say where it is and who you are; bao login signs in")
)

func likeVault(program, title, cure string) store {
	return store{
		scheme: program, title: title, program: program, form: program + "://MOUNT/PATH#FIELD",
		parse: func(rest string) (place, bool) {
			path, field, ok := split(rest, "#")
			_, below, in := strings.Cut(path, "/")
			return place{item: path, field: field}, ok && in && below != "" && !strings.ContainsAny(field, "=/")
		},
		read: func(ctx context.Context, m Machine, p place) ([]byte, error) {
			return m.run(ctx, nil, program, "kv", "get", "-field="+p.field, p.item)
		},
		keep: func(ctx context.Context, m Machine, p place, value []byte) error {
			// A dash is standard input, and -cas=0 writes only where nothing is.
			_, err := m.run(ctx, value, program, "kv", "put", "-cas=0", p.item, p.field+"=-")
			return err
		},
		usual: func(m Machine) string {
			if m.getenv(strings.ToUpper(program)+"_ADDR") == "" && m.getenv("VAULT_ADDR") == "" {
				return "" // the command alone tells of no server
			}
			return "secret/" + m.folder()
		},
		name: func(where, name string) string { return program + "://" + where + "/" + name + "#value" },
		cure: cure,
	}
}
