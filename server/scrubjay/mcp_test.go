package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// mcpServer is a server of tools as a program of its own: its argument is a directory, where it reads "values" and
// leaves what it was handed.
func mcpServer() {
	dir := os.Args[1]
	text := func(s string) *mcp.CallToolResult {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: s}}}
	}
	values := func() string {
		all, err := os.ReadFile(filepath.Join(dir, "values"))
		if err != nil {
			return err.Error()
		}
		return string(all)
	}
	s := mcp.NewServer(&mcp.Implementation{Name: "values", Version: "1"}, nil)
	tool := func(name string, f func(ctx context.Context, req *mcp.CallToolRequest, in map[string]any) (*mcp.CallToolResult, any, error)) {
		mcp.AddTool(s, &mcp.Tool{Name: name, Description: "see " + values()}, f)
	}
	tool("read", func(context.Context, *mcp.CallToolRequest, map[string]any) (*mcp.CallToolResult, any, error) {
		r := text(values())
		r.Content = append(r.Content, &mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: "file:///values", Blob: []byte(values())}})
		return r, map[string]any{"all": []string{values()}}, nil
	})
	tool("env", func(context.Context, *mcp.CallToolRequest, map[string]any) (*mcp.CallToolResult, any, error) {
		return text(strings.Join(os.Environ(), " | ")), nil, nil
	})
	tool("fail", func(context.Context, *mcp.CallToolRequest, map[string]any) (*mcp.CallToolResult, any, error) {
		return nil, nil, errors.New("no such thing: " + values())
	})
	tool("big", func(_ context.Context, _ *mcp.CallToolRequest, in map[string]any) (*mcp.CallToolResult, any, error) {
		return text(strings.Repeat("x\n", int(in["half"].(float64))) + values()), nil, nil
	})
	tool("same", func(_ context.Context, _ *mcp.CallToolRequest, in map[string]any) (*mcp.CallToolResult, any, error) {
		return text(fmt.Sprint(in["n"], " ", values())), nil, nil
	})
	tool("store", func(_ context.Context, _ *mcp.CallToolRequest, in map[string]any) (*mcp.CallToolResult, any, error) {
		return text("stored"), nil, os.WriteFile(filepath.Join(dir, "stored"), []byte(in["text"].(string)), 0o600)
	})
	tool("sample", func(ctx context.Context, req *mcp.CallToolRequest, _ map[string]any) (*mcp.CallToolResult, any, error) {
		said, ok := req.Params.InputResponses["said"].(*mcp.CreateMessageWithToolsResult) //nolint:staticcheck // on its way out of the protocol, and until then asked for
		if !ok {
			ask := &mcp.CreateMessageParams{MaxTokens: 9, Messages: []*mcp.SamplingMessage{{Role: "user", Content: &mcp.TextContent{Text: "repeat " + values()}}}} //nolint:staticcheck // on its way out of the protocol, and until then asked for
			return &mcp.CallToolResult{InputRequests: mcp.InputRequestMap{"said": ask}, RequestState: "state"}, nil, nil
		}
		return text("sampled"), nil, os.WriteFile(filepath.Join(dir, "stored"), []byte(said.Content[0].(*mcp.TextContent).Text), 0o600)
	})
	tool("wait", func(ctx context.Context, req *mcp.CallToolRequest, _ map[string]any) (*mcp.CallToolResult, any, error) {
		_ = req.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: req.Params.GetProgressToken(), Message: "waiting for " + values()})
		<-ctx.Done()
		return nil, nil, os.WriteFile(filepath.Join(dir, "cancelled"), nil, 0o600)
	})
	tool("crash", func(context.Context, *mcp.CallToolRequest, map[string]any) (*mcp.CallToolResult, any, error) {
		fmt.Println("on my way out I say " + values()) // no message
		fmt.Fprintln(os.Stderr, "the server's own words")
		os.Exit(3)
		return nil, nil, nil
	})
	s.AddPrompt(&mcp.Prompt{Name: "ask"}, func(_ context.Context, req *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{{Role: "user", Content: &mcp.TextContent{Text: values()}}}}, nil
	})
	s.AddResource(&mcp.Resource{URI: "file:///values", Name: "values"}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: "file:///values", Text: values()}}}, nil
	})
	_ = s.Run(context.Background(), &mcp.StdioTransport{})
}

// tools is a server of tools, and what is between it and a client.
type tools struct {
	t      *testing.T
	dir    string // the server's
	env    []string
	values []string
	// heard is all that came to the client, and problems what was said beside it.
	heard, problems *tee
}

// tee keeps what is written to it.
type tee struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *tee) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

// reads keeps, of what a client's transport logs, what came.
type reads struct{ *tee }

func (w reads) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("read: ")) {
		return w.tee.Write(p)
	}
	return len(p), nil
}

func (w *tee) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

func made(n int, alphabet string) string {
	b := make([]byte, n)
	rand.Read(b)
	for i, c := range b {
		b[i] = alphabet[int(c)%len(alphabet)]
	}
	return string(b)
}

// newTools makes values of several kinds, and starts a daemon with these settings.
func newTools(t *testing.T, config string) *tools {
	t.Helper()
	const small, big, all = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	join := func(parts ...string) string { return strings.Join(parts, "") }
	m := &tools{t: t, dir: t.TempDir(), heard: &tee{}, problems: &tee{}, values: []string{
		join("AK", "IA", made(16, big)),
		join("gl", "pat-", made(20, all)),
		join("sk_", "live_", made(24, all)),
		join(made(7, small), "@", made(6, small), ".com"),
		join(made(14, small), "Q7!x"),
		join(made(6, all), "-4h7-", made(6, all)),
	}}
	text := fmt.Sprintf("key %s, token %s and %s\nof %s\npassword = \"%s\"\nknown: %s\n", sliced(m.values)...)
	state, home := t.TempDir(), t.TempDir()
	for name, content := range map[string]string{
		filepath.Join(m.dir, "values"): text, filepath.Join(m.dir, ".env"): "POOL_SECRET=" + m.values[5] + "\n", filepath.Join(state, "config.yaml"): config,
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m.env = append(os.Environ(), "SCRUBJAY_STATE="+state, "SCRUBJAY_CONFIG="+filepath.Join(state, "config.yaml"), "SCRUBJAY_LISTEN=127.0.0.1:0", "HOME="+home, "XDG_CONFIG_HOME="+home)
	serve := exec.Command("scrubjay", "serve", "--listen", "127.0.0.1:0")
	serve.Env = m.env
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		serve.Process.Signal(os.Interrupt)
		serve.Wait()
		if m.heard.String() == "" {
			t.Error("the client heard nothing")
		}
		for place, text := range map[string]string{"what the client heard": m.heard.String(), "what was said beside it": m.problems.String()} {
			m.clean(place, text)
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, "listens") {
		t.Fatalf("serve says %q, %v", line, err)
	}
	return m
}

func sliced(values []string) (all []any) {
	for _, v := range values {
		all = append(all, v)
	}
	return all
}

// clean fails if a value stands in a text.
func (m *tools) clean(place, text string) {
	m.t.Helper()
	for i, v := range m.values {
		if strings.Contains(text, v) {
			m.t.Errorf("value %d stands in %s", i, place)
		}
	}
}

func (m *tools) command(args ...string) *exec.Cmd {
	c := exec.Command("scrubjay", args...)
	c.Env, c.Dir, c.Stderr = m.env, m.dir, m.problems
	return c
}

// connect starts the server, through us, as a client of the official SDK does.
func (m *tools) connect(o *mcp.ClientOptions) *mcp.ClientSession {
	m.t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, o)
	transport := &mcp.CommandTransport{Command: m.command("mcp", "--name", "values", "--", "mcpserver", m.dir)}
	session, err := client.Connect(m.t.Context(), &mcp.LoggingTransport{Transport: transport, Writer: reads{m.heard}}, nil)
	if err != nil {
		m.t.Fatal(err, m.problems)
	}
	m.t.Cleanup(func() { session.Close() })
	return session
}

func (m *tools) call(s *mcp.ClientSession, tool string, args any) string {
	m.t.Helper()
	if args == nil {
		args = map[string]any{}
	}
	r, err := s.CallTool(m.t.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		m.t.Fatal(tool, ": ", err)
	}
	return r.Content[0].(*mcp.TextContent).Text
}

// TestMCP: whatever a server says - results, structured ones, files, errors, prompts, resources, descriptions, notes
// of progress - comes to the client with placeholders, and is otherwise what it said.
func TestMCP(t *testing.T) {
	m := newTools(t, "")
	progress := make(chan string, 1)
	m.env = append(m.env, "DEPLOY_TOKEN="+m.values[4])
	s := m.connect(&mcp.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) { progress <- r.Params.Message },
		CreateMessageHandler: func(_ context.Context, r *mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) { //nolint:staticcheck // on its way out of the protocol, and until then asked for
			asked := r.Params.Messages[0].Content.(*mcp.TextContent).Text
			return &mcp.CreateMessageResult{Role: "assistant", Model: "m", Content: &mcp.TextContent{Text: asked + " and " + m.values[0]}}, nil //nolint:staticcheck // on its way out of the protocol, and until then asked for
		},
	})
	read := m.call(s, "read", nil)
	if n := len(redact.Find([]byte(read))); n != len(m.values) || !strings.HasPrefix(read, "key AWS_") || !strings.Contains(read, "\npassword = \"") {
		t.Errorf("%d placeholders in %q", n, read)
	}
	r, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: "read"})
	if err != nil {
		t.Fatal(err)
	}
	if blob := string(r.Content[1].(*mcp.EmbeddedResource).Resource.Blob); blob != read {
		t.Errorf("the file holds %q", blob)
	}
	if all := fmt.Sprint(r.StructuredContent); !strings.Contains(all, strings.TrimSpace(read)) {
		t.Errorf("as a structure it is %q", all)
	}
	if env := m.call(s, "env", nil); !strings.Contains(env, "DEPLOY_TOKEN=") {
		t.Error("the server's environment lacks what it was given")
	}
	if failed := m.call(s, "fail", nil); !strings.Contains(failed, strings.TrimSpace(read)) {
		t.Errorf("it fails with %q", failed)
	}
	if p, err := s.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: "ask"}); err != nil || p.Messages[0].Content.(*mcp.TextContent).Text != read {
		t.Errorf("the prompt is %v, %v", p, err)
	}
	if p, err := s.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "file:///values"}); err != nil || p.Contents[0].Text != read {
		t.Errorf("the resource is %v, %v", p, err)
	}
	if l, err := s.ListTools(t.Context(), nil); err != nil || !strings.Contains(l.Tools[0].Description, strings.TrimSpace(read)) {
		t.Errorf("the tools are %v, %v", l, err)
	}
	// What a model says to a server is scrubbed, too.
	sampled := m.call(s, "sample", nil)
	if stored, err := os.ReadFile(filepath.Join(m.dir, "stored")); err != nil || len(redact.Find(stored)) != len(m.values)+1 || strings.Contains(string(stored), m.values[0]) {
		t.Errorf("a model's words come to the server as %q, %v: %s", stored, err, sampled)
	}
	// What is cancelled is cancelled at the server.
	ctx, cancel := context.WithCancel(t.Context())
	params := &mcp.CallToolParams{Name: "wait", Arguments: map[string]any{}}
	params.SetProgressToken("p1")
	failed := make(chan error, 1)
	go func() {
		_, err := s.CallTool(ctx, params)
		failed <- err
	}()
	if note := <-progress; !strings.Contains(note, strings.TrimSpace(read)) {
		t.Errorf("its progress is %q", note)
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for _, err := os.Stat(filepath.Join(m.dir, "cancelled")); err != nil; _, err = os.Stat(filepath.Join(m.dir, "cancelled")) {
		m.call(s, "same", map[string]any{"n": 0}) // until the server has heard of it
	}
	// Many at once each have their own answer, and long ones come whole.
	var wg sync.WaitGroup
	for n := range 50 {
		wg.Go(func() {
			if got, want := m.call(s, "same", map[string]any{"n": n}), fmt.Sprint(n, " ", read); got != want {
				t.Errorf("call %d answers %q", n, got)
			}
		})
	}
	wg.Wait()
	for _, half := range []int{1 << 15, 1 << 18} {
		if got := m.call(s, "big", map[string]any{"half": half}); got != strings.Repeat("x\n", half)+read {
			t.Errorf("of %d bytes come %d", 2*half+len(read), len(got))
		}
	}
}

// TestMCPAgentLoop: what a tool said goes to the vendor as placeholders, and the vendor's answer comes back with the
// values; what the assistant then hands a tool has them only if a setting names the tool.
func TestMCPAgentLoop(t *testing.T) {
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	for setting, handed := range map[string]bool{"": false, "tools: {mcp__values__store: allow}\n": true} {
		m := newTools(t, fmt.Sprintf("providers: {openai: {url: %q}, anthropic: {url: %q}}\n%s", vendor.URL(), vendor.URL(), setting))
		s := m.connect(nil)
		read := m.call(s, "read", nil)
		out, err := m.command("env", "--json").Output()
		var env environment
		if err != nil || json.Unmarshal(out, &env) != nil {
			t.Fatal(err, m.problems)
		}
		text, _ := json.Marshal(read)
		for path, body := range map[string]string{
			env.Variables["OPENAI_BASE_URL"] + "/chat/completions": `{"model":"m","messages":[{"role":"user","content":%s}]}`,
			env.Variables["ANTHROPIC_BASE_URL"] + "/v1/messages":   `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":%s}]}`,
		} {
			req, _ := http.NewRequest("POST", path, strings.NewReader(fmt.Sprintf(body, text)))
			req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer k"}, "X-Api-Key": {"k"}}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			answer, _ := io.ReadAll(res.Body)
			res.Body.Close()
			for i, v := range m.values {
				if !strings.Contains(string(answer), v) {
					t.Errorf("value %d is not in the answer: %d %.300s", i, res.StatusCode, answer)
				}
			}
		}
		for _, r := range vendor.Requests() {
			m.clean("what the vendor got", string(r.Body))
		}
		m.call(s, "store", map[string]any{"text": read})
		stored, err := os.ReadFile(filepath.Join(m.dir, "stored"))
		if err != nil {
			t.Fatal(err)
		}
		values, _ := os.ReadFile(filepath.Join(m.dir, "values"))
		if want := map[bool]string{false: read, true: string(values)}[handed]; string(stored) != want {
			t.Errorf("with %q the tool is handed %d bytes, not %d", setting, len(stored), len(want))
		}
		s.Close() // after which all that was said beside it is there, too
		if told := strings.Contains(m.problems.String(), "placeholders were kept out"); told == handed {
			t.Errorf("with %q it says %q", setting, m.problems)
		}
		var record []byte
		for err == nil && !strings.Contains(string(record), "values store") { // the ledger is written a moment later
			record, err = m.command("audit", "show").Output()
		}
		if err != nil || !strings.Contains(string(record), "mcp  values  scrub") || strings.Contains(string(record), "withheld") == handed {
			t.Errorf("on record: %v %s", err, record)
		}
		m.clean("the ledger", string(record))
	}
}

// TestMCPForbidden: a result that policy forbids is an error that the model can read: rule, class and place. What is no
// tool's is an error of the protocol.
func TestMCPForbidden(t *testing.T) {
	m := newTools(t, "verdicts: {credential: {public: forbid}}\n")
	s := m.connect(nil)
	r, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: "read", Arguments: map[string]any{}})
	if err != nil || !r.IsError {
		t.Fatal(r, err)
	}
	if text := r.Content[0].(*mcp.TextContent).Text; !strings.Contains(text, "aws-access-key-id (credential) at result.content[0].text: ") || !strings.Contains(text, "Policy revision") {
		t.Errorf("it says %q", text)
	}
	if _, err := s.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "file:///values"}); err == nil || !strings.Contains(err.Error(), "aws-access-key-id") {
		t.Errorf("a resource: %v", err)
	}
	if err := s.Ping(t.Context(), nil); err != nil {
		t.Errorf("the session does not go on: %v", err)
	}
}

// TestMCPServerEnds: a server's exit code is ours, its standard error passes, and what it says last is no exception; a
// signal reaches it, and a daemon that is gone takes nothing along.
func TestMCPServerEnds(t *testing.T) {
	m := newTools(t, "")
	c := m.command("mcp", "--name", "values", "--", "mcpserver", m.dir)
	in, _ := c.StdinPipe()
	c.Stdout = m.heard
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for _, l := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"crash","arguments":{}}}`,
	} {
		fmt.Fprintln(in, l)
	}
	var exit *exec.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("it ends with %v", err)
	}
	if said := m.problems.String(); !strings.Contains(said, "the server's own words") || !strings.Contains(said, "that is no message") {
		t.Errorf("beside it: %s", said)
	}
	if n := len(strings.Fields(strings.ReplaceAll(m.heard.String(), " ", ""))); n != 1 {
		t.Errorf("the client heard %d messages: %s", n, m.heard)
	}

	s := m.connect(nil)
	if before := m.call(s, "read", nil); before == "" {
		t.Fatal("nothing read")
	}
	state := slices.IndexFunc(m.env, func(e string) bool { return strings.HasPrefix(e, "SCRUBJAY_STATE=") })
	killDaemon(t, strings.TrimPrefix(m.env[state], "SCRUBJAY_STATE="))
	// Another is started in its place, which knows as much.
	if after := m.call(s, "read", nil); len(redact.Find([]byte(after))) != len(m.values) {
		t.Errorf("by another daemon it reads %q", after)
	}
	killDaemon(t, strings.TrimPrefix(m.env[state], "SCRUBJAY_STATE="))

	c = m.command("mcp", "--name", "values", "--", "mcpserver", m.dir)
	in, _ = c.StdinPipe()
	out, _ := c.StdoutPipe()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(in, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	c.Process.Signal(syscall.SIGTERM)
	if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 128+int(syscall.SIGTERM) {
		t.Errorf("after a signal it ends with %v", err)
	}
	killDaemon(t, strings.TrimPrefix(m.env[state], "SCRUBJAY_STATE="))
}

// TestServerName: without a name of its own, a server has that of its program, or of what a launcher runs.
func TestServerName(t *testing.T) {
	for command, want := range map[string]string{
		"mcp-server-git":         "mcp-server-git",
		"/opt/bin/My.Server.exe": "My-Server",
		"npx -y @modelcontextprotocol/server-filesystem .": "server-filesystem",
		"node dist/server.mjs":                             "server",
		"python3 -m mcp_server_time":                       "mcp_server_time",
		"docker run -i --rm mcp/git":                       "git",
		"npx":                                              "npx",
		"...":                                              "server",
	} {
		if got, err := serverName("", strings.Fields(command)); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", command, got, err, want)
		}
	}
	if _, err := serverName("a b", []string{"cat"}); err == nil {
		t.Error("a name with a space is taken")
	}
}
