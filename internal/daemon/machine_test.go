package daemon

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestAgentPrintsSecrets: what users report most. An agent runs env, or cat .env, in the folder it works in, and sends
// what it reads. The values have no form that a rule knows and stand where none would look; none reaches the vendor,
// and they come back in the answer.
func TestAgentPrintsSecrets(t *testing.T) {
	home, folder := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("STAGING_TOKEN", "plain7-daemon-value")
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(home, ".netrc"), fmt.Sprintf("machine git.acme.dev login jay password %s\n", "netrc-5-value"))
	write(filepath.Join(home, ".pgpass"), fmt.Sprintf("db.acme.dev:5432:app:jay:%s\n", "pgpass4value"))
	env := filepath.Join(folder, "services", "api", ".env.local")
	write(env, fmt.Sprintf("# settings\nexport ADMIN_PASSWORD='%s'\nDEBUG=true\nPORT=\"8080\"\nAPI_SECRET=%s # rotate\nDATABASE_URL=postgres://app:%s@db/app\nAPP_NAME=billing-2-service\nCACHE_URL=redis://:%s@cache/0\nSIGNING_SECRET=%s\n",
		"kiwi-1-harbor", "plum-2-harbor", "env3value", "ZqWmXnTrLp", "uUQEBCWUXkTQqLpeYnVXBktNxEoDni"))
	write(filepath.Join(folder, ".env.example"), "ADMIN_PASSWORD=example-1-value\n")
	write(filepath.Join(folder, "node_modules", "x", ".env"), "ADMIN_PASS"+"WORD=other-1-people\n")

	elsewhere := t.TempDir()
	var more []string // what the files of credentialsOf hold
	for _, f := range credentialsOf(home, folder, elsewhere) {
		write(f.path, f.text)
		more = append(more, f.values...)
	}

	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	r := start(t, fmt.Sprintf("providers: {openai: {format: openai, url: %q}}\n", vendor.URL()))
	if err := r.client.Known(t.Context(), control.Known{Folders: []string{folder}, Environment: []string{"PATH=/usr/bin", "DEPLOY_KEY=run-6-value", "HOME=/home/jay",
		"KUBECONFIG=" + filepath.Join(elsewhere, "none") + string(filepath.ListSeparator) + filepath.Join(elsewhere, "kube", "config"), "CARGO_HOME=" + filepath.Join(elsewhere, "cargo"), "NETRC=relative"}}); err != nil {
		t.Fatal(err)
	}
	names, err := r.client.Secrets(t.Context(), control.Secrets{Name: "staging", Value: []byte("quite normal 8 words")})
	if err != nil || !slices.Equal(names.Names, []string{"staging"}) {
		t.Fatalf("%v, %v", names, err)
	}
	token, err := r.state.Token()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(text string) (sent, got string) {
		t.Helper()
		body, _ := json.Marshal(map[string]any{"model": "m", "messages": []any{map[string]any{"role": "user", "content": text}}})
		req, _ := http.NewRequestWithContext(t.Context(), "POST", "http://"+r.hello.Proxy.Listen+"/t/"+token+"/openai/v1/chat/completions", strings.NewReader(string(body)))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer k")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		answer, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("status %d, %v", res.StatusCode, err)
		}
		// As the model and the person read them: values have quotes and line feeds.
		var request struct{ Messages []struct{ Content string } }
		var reply struct {
			Choices []struct{ Message struct{ Content string } }
		}
		err = errors.Join(json.Unmarshal(vendor.Requests()[len(vendor.Requests())-1].Body, &request), json.Unmarshal(answer, &reply))
		if err != nil || len(request.Messages) != 1 || len(reply.Choices) != 1 {
			t.Fatalf("%v: %d messages, %d choices", err, len(request.Messages), len(reply.Choices))
		}
		return request.Messages[0].Content, reply.Choices[0].Message.Content
	}
	planted := []string{"plain7-daemon-value", "netrc-5-value", "pgpass4value", "kiwi-1-harbor", "plum-2-harbor", "env3value", "run-6-value", "quite normal 8 words", token, "ZqWmXnTrLp", "uUQEBCWUXkTQqLpeYnVXBktNxEoDni",
		base64.StdEncoding.EncodeToString([]byte("kiwi-1-harbor"))[:17]}
	planted = append(planted, more...)
	others := []string{"postgres", "ordinary", "jay-harbor-7", "true", "8080", "billing-2-service", "example-1-value", "other-1-people", "/home/jay"}
	sent, got := ask("It prints:\n" + strings.Join(slices.Concat(planted, others), "\n") + "\nand that is all.")
	for _, s := range planted {
		if strings.Contains(sent, s) {
			t.Errorf("%q was sent", s)
		}
		if !strings.Contains(got, s) {
			t.Errorf("%q did not come back", s)
		}
	}
	for _, s := range others {
		if !strings.Contains(sent, s) {
			t.Errorf("%q was masked", s)
		}
	}

	// A file that changes is read again.
	write(env, "ADMIN_PASS"+"WORD=newer-9-harbor\n")
	if err := r.client.Known(t.Context(), control.Known{Folders: []string{folder}}); err != nil {
		t.Fatal(err)
	}
	if sent, _ = ask("newer-9-harbor"); strings.Contains(sent, "newer-9-harbor") {
		t.Error("the changed file was not read")
	}

	// What was named is known after a restart; nothing of any of them is on disk.
	r.stop()
	r = startIn(t, r.state, fmt.Sprintf("providers: {openai: {format: openai, url: %q}}\n", vendor.URL()))
	if sent, _ = ask("quite normal 8 words"); strings.Contains(sent, "normal 8") {
		t.Error("what was named is forgotten after a restart")
	}
	if _, err := r.client.Secrets(t.Context(), control.Secrets{Name: "other"}); err == nil {
		t.Error("what was never named is removed")
	}
	files, _ := filepath.Glob(filepath.Join(r.state.Dir, "*"))
	for _, f := range files {
		text, _ := os.ReadFile(f)
		for _, s := range planted {
			if s != token && strings.Contains(string(text), s) {
				t.Errorf("%s holds %q", f, s)
			}
		}
	}
}

// TestMachineIdles: files are looked at once a second at most, and unchanged ones are not read.
func TestMachineIdles(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("HOME", t.TempDir())
	env := filepath.Join(folder, ".env")
	put := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(env, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(env, at, at); err != nil {
			t.Fatal(err)
		}
	}
	vault, err := redact.OpenVault(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer vault.Close()
	knows := func(text string) bool { return len(vault.Known([]byte(text))) > 0 }
	now := time.Unix(1e9, 0)
	m := newMachine(vault.Secrets(), detect.Default, strings.Repeat("ab12", 16), zap.NewNop())
	m.now = func() time.Time { return now }
	put("A_TOKEN=first-1-value", now)
	if _, err := m.learn(control.Known{Folders: []string{folder, "relative"}}); err != nil || !knows("first-1-value") {
		t.Fatalf("not known: %v", err)
	}
	put("A_TOKEN=other-1-value", now.Add(time.Hour))
	if m.fresh(); knows("other-1-value") {
		t.Error("it was read again within the second")
	}
	now = now.Add(lookEvery)
	if m.fresh(); !knows("other-1-value") || knows("first-1-value") {
		t.Error("the change was not read")
	}
	put("A_TOKEN=third-1-value", now.Add(time.Hour-lookEvery)) // the same size, at the same time
	now = now.Add(lookEvery)
	if m.fresh(); knows("third-1-value") {
		t.Error("an unchanged file was read")
	}
	if err := os.Remove(env); err != nil {
		t.Fatal(err)
	}
	now = now.Add(lookEvery)
	if m.fresh(); knows("other-1-value") {
		t.Error("a file that is gone is still known")
	}
	if _, err := m.learn(control.Known{Version: control.Version + 1}); err == nil {
		t.Error("a message of a newer version is taken")
	}

	// A hook that says where it is has the folder walked once; whoever begins to work there has it walked anew.
	deep := filepath.Join(folder, "deep", "er")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	env = filepath.Join(deep, ".env")
	put("A_TOKEN=fourth-1-value", now)
	now = now.Add(lookEvery)
	if _, err := m.learn(control.Known{From: "hook of an assistant", Folders: []string{folder}}); err != nil || knows("fourth-1-value") {
		t.Errorf("a hook has a folder walked that was walked lately: %v", err)
	}
	if _, err := m.learn(control.Known{Folders: []string{folder}}); err != nil || !knows("fourth-1-value") {
		t.Errorf("whoever begins does not have it walked: %v", err)
	}
}
