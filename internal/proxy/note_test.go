package proxy

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestPlaceholdersExplained: with the setting the note is in every request that has a system's text, the same whether or not
// something is hidden, and answers come back whole or streamed as without; without the setting no byte is added.
func TestPlaceholdersExplained(t *testing.T) {
	said, _ := json.Marshal(note)
	said = bytes.Trim(said, `"`)
	for _, c := range []struct{ path, body string }{
		{"/anthropic/v1/messages", `{"model":"m","max_tokens":9,"stream":STREAM,"system":"Be brief.","messages":[{"role":"user","content":"TEXT"}]}`},
		{chat, `{"model":"m","stream":STREAM,"messages":[{"role":"developer","content":[{"type":"text","text":"Be brief."}]},{"role":"user","content":"TEXT"}]}`},
		{"/openai/v1/responses", `{"model":"m","stream":STREAM,"instructions":"Be brief.","input":"TEXT"}`},
		{"/gemini/v1beta/models/m:STREAM", `{"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"TEXT"}]}]}`},
	} {
		for _, on := range []bool{true, false} {
			b := newBenchWith(t, standin.Options{Piece: 3}, func(config *Config) {
				settings := config.Settings
				config.Settings = func() policy.Settings {
					s := settings()
					s.ExplainPlaceholders = on
					return s
				}
			})
			for _, stream := range []bool{false, true} {
				key := awsKey()
				var heads []string
				for _, text := range []string{"hello", "deploy with " + key} {
					streamed, method := "false", "generateContent"
					if stream {
						streamed, method = "true", "streamGenerateContent?alt=sse"
					}
					path := strings.Replace(c.path, "STREAM", method, 1)
					body := strings.NewReplacer("STREAM", streamed, "TEXT", text).Replace(c.body)
					before := len(b.vendor.Requests())
					status, answer, _ := b.post(path, body)
					if status != 200 || text != "hello" && !stream && !strings.Contains(answer, key) || strings.Contains(answer, "six small letters") {
						t.Fatalf("%s: %d %s", path, status, answer)
					}
					got := b.vendor.Requests()[before].Body
					if n := bytes.Count(got, said); n != map[bool]int{true: 1, false: 0}[on] {
						t.Errorf("%s, the setting %v: the note is there %d times", path, on, n)
					}
					if !on && text == "hello" && string(got) != body {
						t.Errorf("%s: %s arrived as %s", path, body, got)
					}
					if bytes.Contains(got, []byte(key)) {
						t.Errorf("%s: the key went out", path)
					}
					if at := bytes.Index(got, said); at >= 0 {
						heads = append(heads, string(got[:at+len(said)]))
					}
				}
				// What stands before the messages is what the vendor keeps; in Gemini's it stands first, too.
				if on && (len(heads) != 2 || heads[0] != heads[1]) {
					t.Errorf("%s: not the same twice: %q", c.path, heads)
				}
			}
		}
	}
	if found := redact.Find([]byte(note)); len(found) > 0 {
		t.Error("the note holds a placeholder itself")
	}
}
