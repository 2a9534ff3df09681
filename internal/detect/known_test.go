package detect

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// TestNamesSecret: which variables hold secrets.
func TestNamesSecret(t *testing.T) {
	for name, want := range map[string]bool{
		"STRIPE_KEY": true, "GITHUB_TOKEN": true, "DB_PASSWORD": true, "PGPASSWORD": true, "MYSQL_ROOT_PASS": true, "APP_SECRET": true,
		"SECRET_FOR_STAGING": true, "DOCKER_AUTH": true, "SENTRY_DSN": true, "deploy-token": true, "apiKey": true, "APIKEY": true, "DB_PWD": true,
		"HASH_SALT": true, "TOKENS": true, "VAULT_TOKEN": true, "AWS_SECRET_ACCESS_KEY": true, "SIGNING_KEY": true,
		"PWD": false, "OLDPWD": false, "PATH": false, "NEXT_PUBLIC_MAPS_KEY": false, "SSH_PUBLIC_KEY": false, "PRIMARY_KEY": false, "SORT_KEY": false,
		"KEY_COUNT": false, "TOKEN_PATH": false, "SECRET_NAME": false, "PASSWORD_FILE": false, "STRIPE_PUBLISHABLE_KEY": false, "COMPASS": false,
		"SSH_AUTH_SOCK": false, "KEYBOARD": false, "MONKEY": false, "": false, "TOKEN_URL": false, "AUTHOR": false,
	} {
		if got := NamesSecret([]byte(name)); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// TestCouldBeSecret: what is short, common or only names something is not masked wherever it stands.
func TestCouldBeSecret(t *testing.T) {
	for value, want := range map[string]bool{
		"Tr7#kq9Lm2": true, "b7Xq-92kd-PPz1": true, "9f8a7c6b5d4e3f2a1b0c": true, "winter2024!": true, "correct-horse-7": true,
		"true": false, "localhost": false, "development": false, "production": false, "changeme": false, "password": false, "12345678": false,
		"my-app-production": false, "/home/jay/.ssh/id_ed25519": false, "https://example.com/a1": false, "${TOKEN}": false, "xxxxxxxxxxxx": false,
		"2024-11-20": false, "correcthorse": false, "Tr7#kq9": false, "one two three": false, "postgres": false, "<your-token>": false,
	} {
		if got := CouldBeSecret([]byte(value)); got != want {
			t.Errorf("%s: %v, want %v", value, got, want)
		}
	}
}

// TestLettersCouldBeSecret: a value needs no digit to be somebody's secret; ordinary words and what is made of them stay.
func TestLettersCouldBeSecret(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const lower = "abcdefghijklmnopqrstuvwxyz"
	for _, alphabet := range []string{lower, strings.ToUpper(lower), lower + strings.ToUpper(lower)} {
		for _, n := range []int{8, 10, 12, 16, 24, 30} {
			missed := 0
			for range 1000 {
				v := make([]byte, n)
				for i := range v {
					v[i] = alphabet[r.IntN(len(alphabet))]
				}
				if !CouldBeSecret(v) {
					missed++
				}
			}
			if missed > 60/(n-6)+5 {
				t.Errorf("%d of 1000 values of %d of %d letters are taken for words", missed, n, len(alphabet))
			}
		}
	}
	words, masked := strings.Fields(string(rules.Words)), 0
	const tried = 2000
	for range tried {
		word := words[r.IntN(len(words))]
		if r.IntN(2) == 0 {
			more := words[r.IntN(len(words))]
			word += strings.ToUpper(more[:1]) + more[1:]
		}
		if CouldBeSecret([]byte(word)) {
			masked++
		}
	}
	if masked*100 > tried*12 {
		t.Errorf("%d of %d words are taken for secrets", masked, tried)
	}
	for value, want := range map[string]bool{"uUQEBCWUXkTQqLpeYnVXBktNxEoDni": true, "ZqWmXnTrLp": true, "correct horse battery staple": true, "the quick fox": false, "billing service account": false} {
		if got := CouldBeSecret([]byte(value)); got != want {
			t.Errorf("%s: %v, want %v", value, got, want)
		}
	}
}
