package lsp

import (
	"testing"
)

func TestNamesOfVariables(t *testing.T) {
	for name, want := range map[string]string{
		"apiKey": "API_KEY", "api_key": "API_KEY", "api-key": "API_KEY", "APIKey": "API_KEY", "API_KEY": "API_KEY",
		"key2": "KEY2", "myOAuthToken": "MY_O_AUTH_TOKEN", "_private": "PRIVATE", "x": "X",
	} {
		if got := screaming(name); got != want {
			t.Errorf("%s becomes %s, want %s", name, got, want)
		}
	}
}

func TestQuoting(t *testing.T) {
	for value, want := range map[string]string{
		"plain-_./:@%+,=1": "plain-_./:@%+,=1",
		"with space":       "'with space'",
		"$HOME #x":         "'$HOME #x'",
		`"quoted"`:         `'"quoted"'`,
		"it's $5`":         "\"it's \\$5\\`\"",
		"ключ":             "'ключ'",
	} {
		if got := quoteEnv(value); got != want {
			t.Errorf("%s is written %s, want %s", value, got, want)
		}
	}
}
