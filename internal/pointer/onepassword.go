package pointer

import (
	"context"
	"encoding/json"
	"strings"
)

// 1Password's own form of a reference.
var onePasswordStore = store{
	scheme: "op", title: "1Password", program: "op", form: "op://VAULT/ITEM/FIELD, or op://VAULT/ITEM/SECTION/FIELD",
	parse: func(rest string) (place, bool) {
		parts := strings.Split(rest, "/")
		for _, part := range parts {
			if part == "" {
				return place{}, false
			}
		}
		return place{item: rest}, len(parts) == 3 || len(parts) == 4
	},
	read: func(ctx context.Context, m Machine, p place) ([]byte, error) {
		return m.run(ctx, nil, "op", "read", "--no-newline", "op://"+p.item)
	},
	keep: func(ctx context.Context, m Machine, p place, value []byte) error {
		parts := strings.Split(p.item, "/")
		type field struct {
			ID      string `json:"id"`
			Type    string `json:"type"`
			Purpose string `json:"purpose"`
			Label   string `json:"label"`
			Value   string `json:"value"`
		}
		item, err := json.Marshal(map[string]any{"title": parts[1], "category": "PASSWORD",
			"fields": []field{{"password", "CONCEALED", "PASSWORD", "password", string(value)}}})
		if err != nil {
			return err
		}
		_, err = m.run(ctx, item, "op", "item", "create", "--vault", parts[0], "-")
		return err
	},
	usual: func(Machine) string { return "Private" },
	name:  func(where, name string) string { return "op://" + where + "/" + name + "/password" },
	cure:  "op signin signs in, and op vault list names the vaults; the setting stores.op says which of them takes new values",
}
