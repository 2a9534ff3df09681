package pointer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// op, vault, bao and aws need an account or a server. Their command line's contract, as their makers document it, is what a fake
// on the PATH has: it takes these words and no others, keeps what it is given, and writes down what it was asked.

func TestMain(m *testing.M) {
	if fake := fakes[filepath.Base(os.Args[0])]; fake != nil {
		os.Exit(runFake(fake))
	}
	os.Exit(m.Run())
}

// fakeStore is what a fake has kept, in a file of the test's.
type fakeStore struct {
	Values map[string]string
	Asked  []string
}

var errUsage = errors.New("it was asked what it does not know")

var fakes = map[string]func(s *fakeStore, args []string, input string) (string, error){
	"op": func(s *fakeStore, args []string, input string) (string, error) {
		switch {
		case len(args) == 3 && args[0] == "read" && args[1] == "--no-newline":
			if v, ok := s.Values[args[2]]; ok {
				return v, nil
			}
			return "", errors.New(`[ERROR] 2026/11/30 12:00:00 could not read secret: "item" isn't an item`)
		case len(args) == 5 && slices.Equal(args[:3], []string{"item", "create", "--vault"}) && args[4] == "-":
			var item struct {
				Title, Category string
				Fields          []struct{ ID, Type, Label, Value string }
			}
			if err := json.Unmarshal([]byte(input), &item); err != nil || item.Category != "PASSWORD" || len(item.Fields) != 1 || item.Fields[0].Type != "CONCEALED" {
				return "", errUsage
			}
			s.Values["op://"+args[3]+"/"+item.Title+"/"+item.Fields[0].Label] = item.Fields[0].Value
			return "created", nil
		}
		return "", errUsage
	},
	"vault": fakeVault, "bao": fakeVault,
	"aws": func(s *fakeStore, args []string, input string) (string, error) {
		region := ""
		if n := len(args) - 2; n > 0 && args[n] == "--region" {
			region, args = args[n+1]+" ", args[:n]
		}
		switch {
		case len(args) == 6 && args[1] == "get-secret-value" && args[2] == "--secret-id" && args[5] == "json":
			v, ok := s.Values[region+args[3]]
			if !ok {
				return "", errors.New("\nAn error occurred (ResourceNotFoundException) when calling the GetSecretValue operation")
			}
			out, err := json.Marshal(map[string]string{"Name": args[3], "SecretString": v})
			return string(out) + "\n", err
		case len(args) == 8 && args[1] == "create-secret" && args[2] == "--name" && args[4] == "--secret-string" && args[5] == "file:///dev/stdin":
			s.Values[region+args[3]] = input
			return "{}", nil
		}
		return "", errUsage
	},
}

func fakeVault(s *fakeStore, args []string, input string) (string, error) {
	if os.Getenv("VAULT_TOKEN") != "opens it" {
		return "", errors.New("Error making API request.\n\nCode: 403. Errors:\n\n* permission denied")
	}
	if len(args) < 4 || args[0] != "kv" {
		return "", errUsage
	}
	switch {
	case args[1] == "get" && strings.HasPrefix(args[2], "-field="):
		if v, ok := s.Values[args[3]+"#"+strings.TrimPrefix(args[2], "-field=")]; ok {
			return v, nil // without a newline where it is no terminal
		}
		return "", errors.New("No value found at " + args[3])
	case args[1] == "put" && args[2] == "-cas=0" && len(args) == 5 && strings.HasSuffix(args[4], "=-"):
		at := args[3] + "#" + strings.TrimSuffix(args[4], "=-")
		if _, ok := s.Values[at]; ok {
			return "", errors.New("check-and-set parameter did not match the current version")
		}
		s.Values[at] = input
		return "Success!", nil
	}
	return "", errUsage
}

func runFake(fake func(*fakeStore, []string, string) (string, error)) int {
	s := fakeStore{Values: map[string]string{}}
	if text, err := os.ReadFile(os.Getenv("FAKE_STORE")); err == nil {
		if err := json.Unmarshal(text, &s); err != nil {
			panic(err)
		}
	}
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	s.Asked = append(s.Asked, strings.Join(os.Args[1:], " "))
	out, failed := fake(&s, os.Args[1:], string(input))
	text, err := json.Marshal(s)
	if err == nil {
		err = os.WriteFile(os.Getenv("FAKE_STORE"), text, 0o600)
	}
	if err != nil {
		panic(err)
	}
	if failed != nil {
		fmt.Fprintln(os.Stderr, failed)
		return 2
	}
	if _, err := io.WriteString(os.Stdout, out); err != nil {
		panic(err)
	}
	return 0
}

// fakeMachine is one with the fakes on its PATH.
func fakeMachine(t *testing.T) (Machine, func() fakeStore) {
	t.Helper()
	bin, file := t.TempDir(), filepath.Join(t.TempDir(), "store.json")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name := range fakes {
		if err := os.Symlink(self, filepath.Join(bin, name)); err != nil {
			t.Skip("links cannot be made here")
		}
	}
	t.Setenv("PATH", bin)
	// The race detector would have each of them wait a second before it ends.
	return Machine{Environment: append(os.Environ(), "FAKE_STORE="+file, "VAULT_TOKEN=opens it", "GORACE=atexit_sleep_ms=0"), Folder: t.TempDir()}, func() (s fakeStore) {
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, &s)
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func TestContracts(t *testing.T) {
	m, store := fakeMachine(t)
	for _, pointer := range []string{"op://Private/shop/password", "vault://secret/shop/api#value", "bao://kv/shop/api#value", "awssecretsmanager://shop/api", "awssecretsmanager://shop/api?region=eu-central-1"} {
		keeps(t, m, pointer, true)
	}
	s := store()
	for _, asked := range s.Asked {
		for _, v := range s.Values {
			if strings.Contains(asked, v) {
				t.Error("a value is an argument, which everybody on the machine can read")
			}
		}
	}
	if len(s.Values) != 5 || len(s.Asked) < 20 {
		t.Errorf("%d values, and %d questions", len(s.Values), len(s.Asked))
	}
}

// TestAWSFields: a secret is often an object of several values.
func TestAWSFields(t *testing.T) {
	m, _ := fakeMachine(t)
	object, _, _ := Parse("awssecretsmanager://db")
	if err := m.Keep(t.Context(), object, []byte(`{"user": "shop", "password": "hidden", "port": 5432}`)); err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{"awssecretsmanager://db#password": "hidden", "awssecretsmanager://db#nope": "", "awssecretsmanager://db#port": ""} {
		p, _, _ := Parse(pointer)
		if got, err := m.Resolve(t.Context(), p); string(got) != want || (err == nil) != (want != "") || err != nil && strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %q, %v", pointer, got, err)
		}
	}
}

// TestResolved: one store's answer opens the next, and what cannot be had is named.
func TestResolved(t *testing.T) {
	m, _ := fakeMachine(t)
	for pointer, value := range map[string]string{"op://Private/vault/password": "opens it", "vault://secret/db#value": "hidden"} {
		p, _, _ := Parse(pointer)
		if err := m.Keep(t.Context(), p, []byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	environment := append(slices.DeleteFunc(slices.Clone(m.Environment), func(v string) bool { return strings.HasPrefix(v, "VAULT_TOKEN") }),
		"DB_PASSWORD=vault://secret/db#value", "AGAIN=vault://secret/db#value", "VAULT_TOKEN=op://Private/vault/password", "PLAIN=a=b", "URL=https://op/x")
	out, values, err := m.Resolved(t.Context(), environment)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"DB_PASSWORD=hidden", "AGAIN=hidden", "VAULT_TOKEN=opens it", "PLAIN=a=b", "URL=https://op/x"} {
		if !slices.Contains(out, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if len(values) != 2 || string(values["vault://secret/db#value"]) != "hidden" || slices.Contains(environment, "AGAIN=hidden") {
		t.Errorf("%d values", len(values))
	}
	for _, tt := range []struct{ variable, want string }{
		{"KEY=op://Private/nope/password", "KEY: 1Password: op says: [ERROR]"},
		{"KEY=vault://nowhere", "KEY: this is no pointer to Vault: it is written vault://MOUNT/PATH#FIELD"},
		{"KEY=pass://shop/api", "KEY: pass: the program pass is not on the PATH"},
		{"KEY=vault://secret/db#value", "permission denied. VAULT_ADDR and VAULT_TOKEN"},
	} {
		given := append(slices.DeleteFunc(slices.Clone(environment), func(v string) bool {
			return strings.Contains(v, "://") && !strings.HasPrefix(v, "URL")
		}), tt.variable)
		if _, _, err := m.Resolved(t.Context(), given); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.variable, err)
		}
	}
}
