package main

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/tailscale/hujson"
	"go.yaml.in/yaml/v3"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// What run_programs.txtar starts are stand-ins for the programs that run knows: each looks for its address where the real
// one does, which was seen with the real ones, and sends one request there. One that finds none goes round the proxy, as
// the real one would.

// fakes are those programs, by name.
var fakes = map[string]func() fakeRequest{
	"claude": fakeClaude, "codex": fakeCodex, "gemini": fakeGemini, "qwen": fakeQwen, "cn": fakeContinue, "aider": fakeAider,
	"opencode": func() fakeRequest { return fakeOpen("OPENCODE_CONFIG_CONTENT", "opencode") },
	"kilo":     func() fakeRequest { return fakeOpen("KILO_CONFIG_CONTENT", "kilo") },
	"kilocode": func() fakeRequest { return fakeOpen("KILO_CONFIG_CONTENT", "kilo") },
	"copilot":  fakeCopilot, "code": fakeProxied, "code-insiders": fakeProxied, "codium": fakeProxied,
	"zed": fakeZed, "zeditor": fakeZed,
	"cursor": goesRound, "cursor-agent": goesRound,
}

type fakeRequest struct {
	url, body string
	header    map[string]string
}

const (
	fakeMessages  = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"%"}]}`
	fakeChat      = `{"model":"m","messages":[{"role":"user","content":"%"}]}`
	fakeResponses = `{"model":"m","input":"%"}`
	fakeGenerate  = `{"contents":[{"role":"user","parts":[{"text":"%"}]}]}`
)

func goesRound() fakeRequest { return fakeRequest{} }

// runFake sends what a program would, with the key in it, and prints the answer.
func runFake(program func() fakeRequest) func() {
	return func() {
		r := program()
		if r.url == "" {
			fmt.Println("it went round the proxy")
			os.Exit(3)
		}
		req, err := http.NewRequest(http.MethodPost, r.url, strings.NewReader(strings.Replace(r.body, "%", "my key is "+os.Getenv("KEY"), 1)))
		if err != nil {
			fmt.Println("no address:", err)
			os.Exit(3)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+os.Getenv("CREDENTIAL"))
		for name, value := range r.header {
			req.Header.Set(name, value)
		}
		transport := &http.Transport{DisableKeepAlives: true}
		if req.URL.Scheme == "https" {
			through, err := url.Parse(os.Getenv("HTTPS_PROXY"))
			pem, perr := os.ReadFile(os.Getenv("NODE_EXTRA_CA_CERTS"))
			if err != nil || perr != nil {
				fmt.Println("it went round the proxy:", err, perr)
				os.Exit(3)
			}
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM(pem)
			transport.Proxy, transport.TLSClientConfig = http.ProxyURL(through), &tls.Config{RootCAs: roots}
		}
		res, err := transport.RoundTrip(req)
		if err != nil {
			fmt.Println("nobody answers:", err)
			os.Exit(3)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		fmt.Println(res.StatusCode, res.Header.Get("X-Scrubjay-Error"), err, string(text))
	}
}

func homeFile(parts ...string) string {
	home, _ := os.UserHomeDir()
	return filepath.Join(append([]string{home}, parts...)...)
}

// settingsOf is what a file says; nothing if there is none.
func settingsOf(name string) map[string]any {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return settingsIn(text, filepath.Ext(name))
}

func settingsIn(text []byte, kind string) map[string]any {
	var doc map[string]any
	var err error
	switch kind {
	case ".toml":
		err = toml.Unmarshal(text, &doc)
	case ".yaml", ".yml":
		err = yaml.Unmarshal(text, &doc)
	default:
		if text, err = hujson.Standardize(text); err == nil {
			err = json.Unmarshal(text, &doc)
		}
	}
	if err != nil {
		fmt.Println("settings:", err)
		os.Exit(4)
	}
	return doc
}

func at(doc any, path ...string) string {
	for _, step := range path {
		m, _ := doc.(map[string]any)
		doc = m[step]
	}
	if doc == nil {
		return ""
	}
	return fmt.Sprint(doc)
}

// argument is the last value of a flag.
func argument(names ...string) (value string) {
	for i, word := range os.Args {
		if slices.Contains(names, word) && i+1 < len(os.Args) {
			value = os.Args[i+1]
		}
	}
	return value
}

func fakeClaude() fakeRequest {
	env := map[string]string{}
	for _, name := range []string{"ANTHROPIC_BASE_URL", "CLAUDE_CODE_USE_FOUNDRY", "ANTHROPIC_FOUNDRY_BASE_URL"} {
		env[name] = os.Getenv(name)
		for _, file := range []string{homeFile(".claude", "settings.json"), ".claude/settings.json", ".claude/settings.local.json", argument("--settings")} {
			env[name] = cmp.Or(at(settingsOf(file), "env", name), env[name])
		}
	}
	base := env["ANTHROPIC_BASE_URL"]
	if env["CLAUDE_CODE_USE_FOUNDRY"] == "1" {
		base = env["ANTHROPIC_FOUNDRY_BASE_URL"]
	}
	return fakeRequest{url: below(base, "/v1/messages"), body: fakeMessages, header: map[string]string{"Anthropic-Version": "2023-06-01"}}
}

// below is the path below an address; without one the program would ask its vendor.
func below(base, path string) string {
	if base == "" {
		return ""
	}
	return strings.TrimRight(base, "/") + path
}

func fakeCodex() fakeRequest {
	doc := settingsOf(filepath.Join(cmp.Or(os.Getenv("CODEX_HOME"), homeFile(".codex")), "config.toml"))
	if doc == nil {
		doc = map[string]any{}
	}
	for i, word := range os.Args {
		if (word == "-c" || word == "--config") && i+1 < len(os.Args) {
			key, value, _ := strings.Cut(os.Args[i+1], "=")
			put := doc
			steps := strings.Split(key, ".")
			for _, step := range steps[:len(steps)-1] {
				next, ok := put[step].(map[string]any)
				if !ok {
					next = map[string]any{}
					put[step] = next
				}
				put = next
			}
			put[steps[len(steps)-1]] = strings.Trim(value, `"`)
		}
	}
	provider := at(doc, "model_provider")
	r := fakeRequest{url: below(at(doc, "model_providers", provider, "base_url"), "/responses"), body: fakeResponses, header: map[string]string{}}
	list, _ := doc["model_providers"].(map[string]any)
	table, _ := list[provider].(map[string]any)
	fixed, _ := table["http_headers"].(map[string]any)
	for name, value := range fixed {
		r.header[name] = fmt.Sprint(value)
	}
	fromEnv, _ := table["env_http_headers"].(map[string]any)
	for name, value := range fromEnv {
		r.header[name] = os.Getenv(fmt.Sprint(value))
	}
	return r
}

// fakeDotenv is the first .env file of those that there are.
func fakeDotenv(name string, files ...string) string {
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			m := regexp.MustCompile(`(?m)^` + name + `=(.*)$`).FindSubmatch(text)
			if m == nil {
				return ""
			}
			return string(m[1])
		}
	}
	return ""
}

func fakeGemini() fakeRequest {
	base := cmp.Or(os.Getenv("GOOGLE_GEMINI_BASE_URL"), fakeDotenv("GOOGLE_GEMINI_BASE_URL", ".env", homeFile(".gemini", ".env")))
	return fakeRequest{url: below(base, "/v1beta/models/m:generateContent"), body: fakeGenerate, header: map[string]string{"X-Goog-Api-Key": "k"}}
}

func fakeQwen() fakeRequest {
	if os.Getenv("HTTPS_PROXY") != "" {
		return goesRound()
	}
	doc := settingsOf(homeFile(".qwen", "settings.json"))
	kinds, _ := doc["modelProviders"].(map[string]any)
	models, _ := kinds["openai"].([]any)
	own := ""
	if len(models) > 0 {
		own = at(models[0], "baseUrl")
	}
	return fakeRequest{body: fakeChat, url: below(cmp.Or(own, argument("--openai-base-url"), os.Getenv("OPENAI_BASE_URL"), fakeDotenv("OPENAI_BASE_URL", ".env"),
		at(doc, "env", "OPENAI_BASE_URL"), at(doc, "security", "auth", "baseUrl")), "/chat/completions")}
}

func fakeOpen(variable, name string) fakeRequest {
	docs := []map[string]any{settingsIn([]byte(cmp.Or(os.Getenv(variable), "{}")), ".json"), settingsOf("opencode.json"),
		settingsOf(homeFile("config", name, name+".json"))}
	provider, _, _ := strings.Cut(argument("-m"), "/")
	base := ""
	for _, doc := range slices.Backward(docs) {
		base = cmp.Or(at(doc, "provider", provider, "options", "baseURL"), base)
		if list, ok := doc["enabled_providers"].([]any); ok && !slices.Contains(list, any(provider)) {
			fmt.Println("model not found:", provider)
			os.Exit(5)
		}
	}
	switch provider {
	case "anthropic":
		return fakeRequest{url: below(cmp.Or(base, os.Getenv("ANTHROPIC_BASE_URL")), "/messages"), body: fakeMessages}
	case "google":
		return fakeRequest{url: below(base, "/models/m:generateContent"), body: fakeGenerate}
	case "openai":
		return fakeRequest{url: below(cmp.Or(base, os.Getenv("OPENAI_BASE_URL")), "/responses"), body: fakeResponses}
	}
	return fakeRequest{url: below(base, "/chat/completions"), body: fakeChat}
}

func fakeContinue() fakeRequest {
	models, _ := settingsOf(cmp.Or(argument("--config"), homeFile(".continue", "config.yaml")))["models"].([]any)
	for _, m := range models {
		switch base := at(m, "apiBase"); at(m, "provider") {
		case "anthropic":
			return fakeRequest{url: below(base, "/messages"), body: fakeMessages}
		case "gemini":
			return fakeRequest{url: below(os.Getenv("GOOGLE_GEMINI_BASE_URL"), "/v1beta/models/m:generateContent"), body: fakeGenerate}
		default:
			return fakeRequest{url: below(base, "/chat/completions"), body: fakeChat}
		}
	}
	return fakeRequest{}
}

func fakeAider() fakeRequest {
	base := os.Getenv("OPENAI_API_BASE")
	for _, file := range []string{homeFile(".aider.conf.yml"), ".aider.conf.yml"} {
		base = cmp.Or(at(settingsOf(file), "openai-api-base"), base)
	}
	return fakeRequest{url: below(cmp.Or(argument("--openai-api-base"), base), "/chat/completions"), body: fakeChat}
}

func fakeCopilot() fakeRequest {
	if base := os.Getenv("COPILOT_PROVIDER_BASE_URL"); base != "" {
		return fakeRequest{url: below(base, "/chat/completions"), body: fakeChat}
	}
	return fakeProxied()
}

func fakeProxied() fakeRequest {
	return fakeRequest{url: "https://api.copilot.invalid/chat/completions", body: fakeChat}
}

func fakeZed() fakeRequest {
	doc := settingsOf(homeFile("config", "zed", "settings.json"))
	return fakeRequest{url: below(at(doc, "language_models", "anthropic", "api_url"), "/v1/messages"), body: fakeMessages, header: map[string]string{"Anthropic-Version": "2023-06-01"}}
}

// vendors are the stand-in vendors of a script.
type vendors map[string]*vendor

type vendor struct {
	*standin.Server
	seen int
}

type vendorsKey struct{}

// scriptVendor starts a stand-in vendor, whose address becomes a variable: vendor NAME.
func scriptVendor(ts *testscript.TestScript, _ bool, args []string) {
	v := &vendor{Server: standin.New(standin.Options{})}
	ts.Check(v.Start())
	ts.Defer(func() { _ = v.Close() })
	ts.Value(vendorsKey{}).(vendors)[args[0]] = v
	ts.Setenv(args[0], v.URL())
}

// scriptArrived sees that a vendor got one request more, on a path, without the key, and, if one is named, with a credential;
// and that no other vendor got any: arrived NAME PATH [CREDENTIAL].
func scriptArrived(ts *testscript.TestScript, neg bool, args []string) {
	for name, v := range ts.Value(vendorsKey{}).(vendors) {
		got := v.Requests()[v.seen:]
		v.seen += len(got)
		if neg || name != args[0] {
			if len(got) > 0 {
				ts.Fatalf("%s got %d requests", name, len(got))
			}
			continue
		}
		if len(got) != 1 {
			ts.Fatalf("%s got %d requests", name, len(got))
		}
		if !strings.HasSuffix(got[0].Path, args[1]) {
			ts.Fatalf("%s was asked on %s", name, got[0].Path)
		}
		if bytes.Contains(got[0].Body, []byte(ts.Getenv("KEY"))) {
			ts.Fatalf("%s saw the key", name)
		}
		if len(args) > 2 && got[0].Header.Get("Authorization") != "Bearer "+args[2] {
			ts.Fatalf("%s got the credential %s", name, got[0].Header.Get("Authorization"))
		}
	}
}

// TestEveryProgramIsDriven: no program is in run's table that no script starts.
func TestEveryProgramIsDriven(t *testing.T) {
	script, err := os.ReadFile(filepath.Join("testdata", "run_programs.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	known := assistants.Programs()
	if len(known) < 10 || len(known) != len(fakes) {
		t.Errorf("%d programs are known and %d are driven", len(known), len(fakes))
	}
	for _, name := range known {
		if fakes[name] == nil || !regexp.MustCompile(`(?m)^!? ?exec scrubjay run -- `+name+`( |$)`).Match(script) {
			t.Errorf("no script starts %s", name)
		}
	}
}
