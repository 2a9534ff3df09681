package detect

import "testing"

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
