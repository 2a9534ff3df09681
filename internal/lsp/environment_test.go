package lsp

import (
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
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

func TestAllowPaths(t *testing.T) {
	tests := []struct {
		pattern, rel string
		want         bool
	}{
		{"a.env", "a.env", true},
		{"a.env", "deep/down/a.env", true},
		{"testdata", "x/testdata/y/z.txt", true},
		{"*.pem", "x/y.pem", true},
		{"/a.env", "a.env", true},
		{"/a.env", "x/a.env", false},
		{"test/*", "test/a.env", true},
		{"test/*", "test/x/a.env", false},
		{"test/**", "test/x/a.env", true},
		{"**/fixtures/**", "fixtures/a", true},
		{"**/fixtures/**", "a/b/fixtures/c/d", true},
		{"**/fixtures/**", "a/myfixtures/c", false},
		{"src/a.go", "other/src/a.go", false},
	}
	for _, tt := range tests {
		rule, err := compileEntry(policy.AllowEntry{Path: tt.pattern})
		if err != nil {
			t.Fatal(err)
		}
		if got := rule.matches(tt.rel); got != tt.want {
			t.Errorf("%s matches %s: %v", tt.pattern, tt.rel, got)
		}
	}
	if _, err := compileEntry(policy.AllowEntry{Path: "["}); err == nil || !strings.Contains(err.Error(), `path "[" is not a pattern`) {
		t.Errorf("a broken pattern: %v", err)
	}
}
