package lsp_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
	"github.com/scrubjay-dev/scrubjay/internal/pointer"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// A store's program that keeps a file an entry, with the words of pass.
const fakePass = `#!/bin/sh
case $1 in
show) cat "$PASSWORD_STORE_DIR/$2.gpg" 2>/dev/null || { echo "Error: $2 is not in the password store." >&2; exit 1; };;
insert) mkdir -p "$(dirname "$PASSWORD_STORE_DIR/$3")" && cat > "$PASSWORD_STORE_DIR/$3.gpg";;
esac
`

// A literal leaves the text only after its store has it, and what takes its place fits the file.
func TestUseReference(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the store is a script of a shell")
	}
	lsptest.Prepare(t)
	secret := key(t, "github")
	for _, tt := range []struct {
		name, file, language, text string
		answer                     string
		stores                     policy.Stores
		init                       string
		want                       string // {} is the value; empty: nothing is offered
		env                        string
		kept                       string // where in the store
	}{
		{name: "a file of variables", file: ".env", language: "dotenv", text: "A=1\nGITHUB_TOKEN={}", answer: "pass", want: "A=1\nGITHUB_TOKEN=pass://shop/GITHUB_TOKEN", kept: "shop/GITHUB_TOKEN"},
		{name: "one with quotes", file: ".env", language: "dotenv", text: "export GITHUB_TOKEN=\"{}\" # mine\n", answer: "pass", want: "export GITHUB_TOKEN=\"pass://shop/GITHUB_TOKEN\" # mine\n", kept: "shop/GITHUB_TOKEN"},
		{name: "YAML", file: "a.yaml", language: "yaml", text: "apiKey: \"{}\"\n", answer: "pass", want: "apiKey: \"pass://shop/API_KEY\"\n", kept: "shop/API_KEY"},
		{name: "code", file: "a.py", language: "python", text: "import os\ntoken = '{}'\n", answer: "pass", want: "import os\ntoken = os.environ[\"TOKEN\"]\n", env: "TOKEN=pass://shop/TOKEN\n", kept: "shop/TOKEN"},
		{name: "a part of a text", file: "a.yaml", language: "yaml", text: "url: https://x/{}/y\n", answer: "pass", want: ""},
		{name: "a part of code", file: "a.py", language: "python", text: "f('https://x/{}')\n", answer: "pass", want: ""},
		{name: "prose", file: "a.md", language: "markdown", text: "it is {}\n", answer: "pass", want: ""},
		{name: "no", file: ".env", language: "dotenv", text: "T={}\n", answer: "Cancel", want: "T={}\n"},
		{name: "no answer", file: ".env", language: "dotenv", text: "T={}\n", want: "T={}\n"},
		{name: "a setting says where", file: ".env", language: "dotenv", text: "TOKEN={}\n", answer: "pass", stores: policy.Stores{Pass: "team/web"}, want: "TOKEN=pass://team/web/TOKEN\n", kept: "team/web/TOKEN"},
		{name: "a setting names what is not here", file: ".env", language: "dotenv", text: "TOKEN={}\n", answer: "Vault", stores: policy.Stores{Vault: "kv/web"}, want: "TOKEN={}\n"},
		{name: "a folder that is not trusted", file: ".env", language: "dotenv", text: "TOKEN={}\n", answer: "pass", init: `{"trusted": false}`, want: ""},
		{name: "another value is there", file: ".env", language: "dotenv", text: "TAKEN={}\n", answer: "pass", want: "TAKEN={}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bin, store, dir := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "shop")
			for name, text := range map[string]string{filepath.Join(bin, "pass"): fakePass, filepath.Join(store, ".gpg-id"): "", filepath.Join(store, "shop", "TAKEN.gpg"): "another", filepath.Join(dir, tt.file): ""} {
				if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, []byte(text), 0o700); err != nil { //nolint:gosec // the program is to be run
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", bin+string(os.PathListSeparator)+"/usr/bin"+string(os.PathListSeparator)+"/bin")
			t.Setenv("PASSWORD_STORE_DIR", store)
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
			cfg := config()
			cfg.Daemon = lsptest.NewDaemon()
			cfg.Settings = func() policy.Settings { return policy.Settings{Stores: tt.stores} }
			e := lsptest.Start(t, cfg, lsptest.Options{Folder: dir, Answer: tt.answer, Init: json.RawMessage(cmp.Or(tt.init, "{}"))})
			defer e.HangUp()
			u := string(uri.File(filepath.Join(dir, tt.file)))
			text := strings.ReplaceAll(tt.text, "{}", secret)
			e.Open(u, tt.language, text)
			offered := useReference(t, e, u, text, secret)
			if !offered {
				if tt.want != "" {
					t.Error("it is not offered")
				}
				return
			}
			if got, _ := e.TextOf(u); tt.want == "" || got != strings.ReplaceAll(tt.want, "{}", secret) {
				t.Errorf("the text is %q", strings.ReplaceAll(got, secret, "{}"))
			}
			if got, err := os.ReadFile(filepath.Join(store, tt.kept+".gpg")); tt.kept != "" && (err != nil || strings.TrimSpace(string(got)) != secret) {
				t.Errorf("the store does not have it: %v", err)
			}
			if tt.env != "" {
				if got, err := os.ReadFile(filepath.Join(dir, ".env")); err != nil || string(got) != tt.env {
					t.Errorf(".env is %q, %v", got, err)
				}
			}
		})
	}
}

// useReference chooses the action at a value, if there is one.
func useReference(t *testing.T, e *lsptest.Editor, u, text, secret string) bool {
	t.Helper()
	start := strings.Index(text, secret)
	for _, a := range e.Actions(u, start, start+len(secret)) {
		if strings.HasPrefix(a.Title, "Use a reference: ") {
			if err := e.Do(a); err != nil {
				t.Error(err)
			}
			return true
		}
	}
	return false
}

// TestPointersAreNoFindings: where a secret would be found a pointer is not, however much its names look like one.
func TestPointersAreNoFindings(t *testing.T) {
	secret := strings.Join([]string{"aB3xK9mQ", "2wLz7PvNtR5"}, "")
	places := []string{"API_KEY=%", "DB_PASSWORD=\"%\"\nX=1\n", "export SECRET_TOKEN='%'", "password: %\n", `{"password": "%", "api_key":"%"}`, "secret = \"%\"", "-e DB_PASSWORD=% image"}
	for _, text := range []string{"keyring://shop/*", "pass://prod/*", "pass://*", "sops://secrets.enc.yaml#*", "sops:///srv/*/a.json#db/*", "op://x7kq2m9vw3/*/password",
		"op://My Vault/*/admin/key", "vault://secret/*#value", "bao://secret/*#value", "awssecretsmanager://shop/*?region=eu-central-1", "awssecretsmanager://arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-*#key"} {
		text = strings.ReplaceAll(text, "*", secret)
		if _, is, err := pointer.Parse(text); !is || err != nil {
			t.Errorf("%s is no pointer: %v", text, err)
		}
		// As the daemon reads variables and .env files: a pointer that is masked would be none for the model.
		if detect.CouldBeSecret([]byte(text)) || len(detect.Default().FindNamed([]byte("DB_PASSWORD"), []byte(text))) > 0 {
			t.Errorf("%s is taken for a secret of this machine", text)
		}
		for _, in := range places {
			body := []byte(strings.ReplaceAll(in, "%", text))
			for _, f := range detect.Default().Find(".env", body) {
				t.Errorf("%s: %s is found: %s", body, f.Rule.ID, body[f.Start:f.End])
			}
		}
	}
	for _, in := range places {
		if len(detect.Default().Find(".env", []byte(strings.ReplaceAll(in, "%", secret)))) == 0 {
			t.Errorf("a secret is not found there either: %s", in)
		}
	}
}
