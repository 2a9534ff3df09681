package pointer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var forms = []struct{ text, item, field, region string }{
	{"keyring://shop/api", "shop", "api", ""},
	{"keyring://shop/maria/api", "shop", "maria/api", ""},
	{"pass://shop/api", "shop/api", "", ""},
	{"pass://api", "api", "", ""},
	{"sops://secrets.enc.yaml#API_KEY", "secrets.enc.yaml", "API_KEY", ""},
	{"sops:///srv/shop/secrets.json#db/password", "/srv/shop/secrets.json", "db/password", ""},
	{"sops://odd#name.yaml#db/port", "odd#name.yaml", "db/port", ""},
	{"op://Private/shop/password", "Private/shop/password", "", ""},
	{"op://My Vault/shop/admin/password", "My Vault/shop/admin/password", "", ""},
	{"vault://secret/shop/api#key", "secret/shop/api", "key", ""},
	{"bao://kv/shop#key", "kv/shop", "key", ""},
	{"awssecretsmanager://shop/api", "shop/api", "", ""},
	{"awssecretsmanager://shop/api?region=eu-central-1#key", "shop/api", "key", "eu-central-1"},
	{"awssecretsmanager://arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf#key", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf", "key", ""},
}

func TestParse(t *testing.T) {
	for _, f := range forms {
		p, is, err := Parse(f.text)
		if !is || err != nil || p.place != (place{f.item, f.field, f.region}) || p.String() != f.text {
			t.Errorf("%s: %+v, %v, %v", f.text, p.place, is, err)
		}
	}
	for _, wrong := range []string{
		"keyring://shop", "keyring:///api", "pass://", "pass:///", "pass://-rf", "pass://a\nb", "sops://secrets.yaml", "sops://#KEY", "sops://s.yaml#", `sops://s.yaml#a"]["b`, "sops://s.yaml#/a",
		"op://Private/shop", "op://a//b", "op://a/b/c/d/e", "vault://secret#key", "vault://secret/shop", "vault://secret/#key", "vault://secret/shop#a=b", "bao://-flag/x#y",
		"awssecretsmanager://", "awssecretsmanager://a#", "awssecretsmanager://a?zone=b", "awssecretsmanager://?region=x",
	} {
		if _, is, err := Parse(wrong); !is || err == nil || !strings.Contains(err.Error(), "it is written") {
			t.Errorf("%q is taken for a pointer, or for none: %v, %v", wrong, is, err)
		}
	}
	for _, none := range []string{"", "value", "op:/a/b/c", "https://a/b", "OP://a/b/c", "see op://a/b/c", "pass"} {
		if _, is, err := Parse(none); is || err != nil {
			t.Errorf("%q: %v, %v", none, is, err)
		}
	}
}

func TestOffers(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	folder := filepath.Join(t.TempDir(), "my shop!")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	offers := func(m Machine, named map[string]string) (all []string) {
		for _, o := range m.Offers(named) {
			p, err := o.Pointer("API_KEY")
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, p.String())
		}
		return all
	}
	m := Machine{Folder: folder, Environment: []string{"HOME=" + folder}}
	if got := offers(m, nil); got != nil {
		t.Errorf("nothing is on the PATH, and these are offered: %v", got)
	}
	for _, s := range stores {
		if s.program != "" {
			if err := os.WriteFile(filepath.Join(bin, s.program), nil, 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := offers(m, nil); !slices.Equal(got, []string{"op://Private/API_KEY/password"}) {
		t.Errorf("only 1Password needs nothing but its program: %v", got)
	}
	for _, name := range []string{".sops.yaml", ".password-store/.gpg-id"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	m.Environment = append(m.Environment, "VAULT_ADDR=http://127.0.0.1:1", "AWS_PROFILE=dev")
	want := []string{"keyring://my-shop/API_KEY", "pass://my-shop/API_KEY", "sops://secrets.enc.yaml#API_KEY", "op://Private/API_KEY/password",
		"vault://secret/my-shop/API_KEY#value", "bao://secret/my-shop/API_KEY#value", "awssecretsmanager://my-shop/API_KEY"}
	if got := offers(m, nil); !slices.Equal(got, want) {
		t.Errorf("%v\nand should be\n%v", got, want)
	}
	if got := offers(m, map[string]string{"vault": "kv/team", "op": "Shop"}); !slices.Equal(got, []string{"op://Shop/API_KEY/password", "vault://kv/team/API_KEY#value"}) {
		t.Errorf("the settings name two: %v", got)
	}
}
