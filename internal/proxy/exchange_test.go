package proxy

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

const chat = "/openai/v1/chat/completions"

// TestUntouched: a body without findings arrives byte for byte, however oddly it is written, and so do
// headers that nobody here knows.
func TestUntouched(t *testing.T) {
	b := newBench(t, standin.Options{})
	body := "{ \"model\" :\"m\",\t\"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9llo \\ud83d\\ude00 <&> \\/\"}],\r\n" +
		"\"seed\":12345678901234567890,\"temperature\":1.0,\"x_new\":{\"b\":1e400,\"a\":[]} }\n"
	status, _, _ := b.post(chat+"?beta=true", body, "Openai-New-Header", "x", "X-Forwarded-For", "1.1.1.1", "X-Scrubjay-Token", "zzz")
	r := b.vendor.Requests()[0]
	if status != http.StatusOK || string(r.Body) != body || r.Path != "/v1/chat/completions?beta=true" {
		t.Errorf("status %d, %s, body\n%s", status, r.Path, r.Body)
	}
	if r.Header.Get("Openai-New-Header") != "x" || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("X-Scrubjay-Token") != "" || r.Header.Get("Accept-Encoding") != "identity" {
		t.Errorf("headers %v", r.Header)
	}
}

// TestSpliced: with findings, only they differ: in keys, in unknown fields, escaped, in JSON within JSON.
func TestSpliced(t *testing.T) {
	b := newBench(t, standin.Options{})
	key, mail := awsKey(), email()
	escaped := fmt.Sprintf(`\u00%x`, key[0]) + key[1:]
	args, _ := json.Marshal(`{"to":"` + mail + `","password":"Tr7#kq9\"Lm2"}`)
	template := `{"model":"m","x_unknown":{"%s":[1,"%s"]},"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":%s}}]},{"role":"tool","tool_call_id":"a","content":"1.0 <&> \u00e9 %s"}]}`
	status, text, _ := b.post(chat, fmt.Sprintf(template, key, mail, args, escaped))
	if status != http.StatusOK {
		t.Fatal(text)
	}
	got := string(b.vendor.Requests()[0].Body)
	tokens := redact.Find([]byte(got))
	if len(tokens) != 5 {
		t.Fatalf("%d placeholders in %s", len(tokens), got)
	}
	at := func(i int) string { return got[tokens[i].Start:tokens[i].End] }
	innerArgs, _ := json.Marshal(`{"to":"` + at(2) + `","password":"` + at(3) + `"}`)
	if want := fmt.Sprintf(template, at(0), at(1), innerArgs, at(4)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if at(0) != at(4) || at(1) != at(2) {
		t.Error("the same value got two placeholders")
	}
	b.stop()
	b.leaks(key, mail, `Tr7#kq9`)
}

// toolTurn is a tool that an assistant called with a value, and what it answered, as a client keeps it in its history.
func toolTurn(path string, turn int, value string) []map[string]any {
	id := fmt.Sprintf("call_%d", turn)
	input := map[string]any{"path": "deploy.sh", "content": "export DB=" + value}
	if path == chat {
		args, _ := json.Marshal(input)
		return []map[string]any{
			{"role": "assistant", "content": nil, "tool_calls": []any{map[string]any{"id": id, "type": "function", "function": map[string]any{"name": "write_file", "arguments": string(args)}}}},
			{"role": "tool", "tool_call_id": id, "content": "wrote 1 line with " + value},
		}
	}
	return []map[string]any{
		{"role": "assistant", "content": []any{map[string]any{"type": "tool_use", "id": id, "name": "write_file", "input": input}}},
		{"role": "user", "content": []any{map[string]any{"type": "tool_result", "tool_use_id": id, "content": "wrote 1 line with " + value}}},
	}
}

// TestConversation: over fifty turns with tools, restarts and upgrades to other rules, each request begins with the
// messages of the one before, byte for byte, and nothing that was restored goes out again in clear.
func TestConversation(t *testing.T) {
	for _, path := range []string{chat, "/anthropic/v1/messages"} {
		b := newBench(t, standin.Options{})
		var history []map[string]any
		var secrets []string
		var before, address string
		for turn := range 50 {
			if turn%10 == 9 {
				b.stop()
				b.start()
			}
			if turn == 29 { // what these rules found is known, though they are gone
				fewer, err := detect.Default().Without("email-address")
				if err != nil {
					t.Fatal(err)
				}
				b.proxy.Engine = func() *detect.Engine { return fewer }
			}
			password := random(5, lowerLetters) + "!7" + random(4, lowerLetters) + "Q"
			secrets = append(secrets, password)
			if turn < 29 {
				address = email()
				secrets = append(secrets, address)
			}
			history = append(history, map[string]any{"role": "user", "content": fmt.Sprintf("turn %d: db_password = %q and write to %s, then say it all again", turn, password, address)})
			body, _ := json.Marshal(map[string]any{"max_tokens": 9, "messages": history})
			status, text, _ := b.post(path, string(body))
			if status != http.StatusOK {
				t.Fatal(text)
			}
			var answer struct {
				Choices []struct{ Message struct{ Content string } }
				Content []struct{ Text string }
			}
			if err := json.Unmarshal([]byte(text), &answer); err != nil {
				t.Fatal(err)
			}
			said := ""
			for _, c := range answer.Choices {
				said += c.Message.Content
			}
			for _, c := range answer.Content {
				said += c.Text
			}
			if !strings.Contains(said, password) {
				t.Fatalf("turn %d is not restored", turn)
			}
			// The assistant repeats the value where no rule would see it.
			history = append(history, map[string]any{"role": "assistant", "content": said + " So it is " + password + "."})
			history = append(history, toolTurn(path, turn, password)...)
			sent := string(b.vendor.Requests()[turn].Body)
			if prefix := strings.TrimSuffix(before, "]}"); !strings.HasPrefix(sent, prefix) {
				t.Fatalf("turn %d does not begin with the one before", turn)
			}
			before = sent
		}
		b.stop()
		b.leaks(secrets...)
	}
}

// TestArbitraryValues: whatever a value holds, it goes out as a placeholder and comes back as it was, in
// prose and in a tool's arguments, at every split.
func TestArbitraryValues(t *testing.T) {
	bits := []string{`"`, `\`, "\n", "😀", "é", "</script>", "\u2028", "\x01", "{", "a", "Z9", " "}
	b := newBench(t, standin.Options{Split: standin.EveryByte()})
	for round := range 25 {
		value := random(4, lowerLetters)
		for _, c := range []byte(random(6, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b")) {
			value += bits[c]
		}
		value += random(4, lowerLetters)
		if _, err := b.vault.Issue(redact.Wire, "other", []redact.Value{{Type: "SECRET", Rule: "generic-secret", Class: "credential", Bytes: []byte(value)}}); err != nil {
			t.Fatal(err)
		}
		args, _ := json.Marshal(map[string]string{"text": value})
		body, _ := json.Marshal(map[string]any{
			"model": "m", "stream": true, "tools": []any{map[string]any{"type": "function", "function": map[string]any{"name": "note"}}},
			"messages": []any{map[string]any{"role": "user", "content": "say " + value + " please\ncall note " + string(args)}},
		})
		status, text, _ := b.post(chat, string(body))
		if status != http.StatusOK {
			t.Fatal(text)
		}
		prose, arguments := streamed(t, text)
		// What the prompt has within quotes is the value in escapes, a value of its own, which is handed on as it stood there.
		quoted, _ := json.Marshal(value)
		written := string(quoted[1 : len(quoted)-1])
		var got struct{ Text string }
		if err := json.Unmarshal([]byte(arguments), &got); err != nil || got.Text != written || !strings.Contains(prose, "say "+value+" please") {
			t.Fatalf("round %d: %q came back as %q and %q (%v)", round, value, prose, got.Text, err)
		}
		sent := b.vendor.Requests()[round].Body
		twice, _ := json.Marshal(written)
		if bytes.Contains(sent, []byte(value)) || bytes.Contains(sent, []byte(written)) || bytes.Contains(sent, twice[1:len(twice)-1]) {
			t.Fatalf("round %d: the value went out", round)
		}
	}
}

// TestOtherProvider: a placeholder comes back only from the provider it was issued to, and a file's never.
func TestOtherProvider(t *testing.T) {
	b := newBench(t, standin.Options{})
	value := []redact.Value{{Type: "EMAIL", Rule: "email-address", Class: "pii", Bytes: []byte(email())}}
	wire, err := b.vault.Issue(redact.Wire, "anthropic", value)
	if err != nil {
		t.Fatal(err)
	}
	file, err := b.vault.Issue(redact.File, "", value)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{wire[0], file[0], "EMAIL_zzzzzz"} {
		_, text, _ := b.post(chat, fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":"say %s"}]}`, token))
		if !strings.Contains(text, "say "+token) {
			t.Errorf("%s became something else: %s", token, text)
		}
	}
}

// TestForbid: policy's refusal has the vendor's shape, is not to be retried, names rule and place but not
// the value, is on record, and nothing is sent.
func TestForbid(t *testing.T) {
	b := newBench(t, standin.Options{})
	b.decide = func(q policy.Query) (policy.Decision, error) {
		d := policy.Decision{Verdict: policy.Forbid, Revision: "org-7"}
		for range q.Subjects {
			d.Rulings = append(d.Rulings, policy.Ruling{Verdict: policy.Forbid, Reason: "your organisation forbids credentials here"})
		}
		return d, nil
	}
	key := awsKey()
	for path, shape := range map[string]string{chat: `"error":{`, "/anthropic/v1/messages": `"permission_error"`} {
		status, text, h := b.post(path, fmt.Sprintf(`{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"%s"}]}`, key))
		if status != http.StatusForbidden || h.Get("X-Should-Retry") != "false" {
			t.Errorf("status %d, %v", status, h)
		}
		for _, want := range []string{shape, "aws-access-key-id", "messages[0].content", "org-7", "your organisation"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in %s", want, text)
			}
		}
		if strings.Contains(text, key) {
			t.Error("the refusal shows the value")
		}
	}
	if n := len(b.vendor.Requests()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
	b.stop()
	var verdicts []string
	if err := audit.Show(b.dir, func(r audit.Record) error { verdicts = append(verdicts, r.Verdict); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(verdicts, []string{"forbid", "forbid"}) {
		t.Errorf("on record: %v", verdicts)
	}
	b.leaks(key)
}

// TestCompressed: a compressed request is scrubbed like any other and goes on as it reads.
func TestCompressed(t *testing.T) {
	b := newBench(t, standin.Options{Gzip: true})
	key := awsKey()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprintf(z, `{"model":"m","messages":[{"role":"user","content":"%s"}]}`, key)
	z.Close()
	status, text, _ := b.post(chat, zipped.String(), "Content-Encoding", "gzip")
	if status != http.StatusOK || !strings.Contains(text, key) {
		t.Errorf("status %d: %s", status, strings.ReplaceAll(text, key, "KEY"))
	}
	if b.vendor.Requests()[0].Header.Get("Content-Encoding") != "" {
		t.Error("it claims to be compressed still")
	}
	b.stop()
	b.leaks(key)
}
