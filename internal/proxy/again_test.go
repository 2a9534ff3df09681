package proxy

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// positions are where a text stands in a request. @ is the text as a JSON string says it, and @@ as JSON within one does.
var positions = map[string]struct{ path, body string }{
	"prompt":             {chat, `{"model":"m","messages":[{"role":"user","content":"@"}]}`},
	"part of a prompt":   {chat, `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"@"}]}]}`},
	"tool result":        {chat, `{"model":"m","messages":[{"role":"tool","tool_call_id":"c","content":"@"}]}`},
	"arguments":          {chat, `{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"note","arguments":"{\"text\":\"@@\"}"}}]}]}`},
	"anthropic's prompt": {"/anthropic/v1/messages", `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"@"}]}`},
	"anthropic's result": {"/anthropic/v1/messages", `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"@"}]}]}`},
	"anthropic's input":  {"/anthropic/v1/messages", `{"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"note","input":{"output":"@"}}]}]}`},
	"gemini's response":  {"/gemini/v1beta/models/m:generateContent", `{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"note","response":{"stdout":"@"}}}]}]}`},
	"ollama's prompt":    {"/ollama/api/chat", `{"model":"m","messages":[{"role":"user","content":"@"}]}`},
}

func inString(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted[1 : len(quoted)-1])
}

// TestWireAgreesWithScan: whatever the rules find in a text is kept back wherever the text stands in a request, on a
// line of its own or between others.
func TestWireAgreesWithScan(t *testing.T) {
	b := newBench(t, standin.Options{})
	d := &draw{rand.New(rand.NewPCG(11, 12))}
	var texts []string
	for _, shape := range []string{
		`{"name":"DB_PASSWORD","value":"%p"}`, `{"auths":{"r":{"auth":"%b"}}}`, `db_password = \"%p\"`, `{"log":"{\"db_password\":\"%p\"}"}`,
		`Config { user: "x", password: "%p" }`, `password: "%p"`, `export ADMIN_PASSWORD=%p`,
	} {
		p := d.of(4, letters) + d.number(3) + d.of(7, word62)
		texts = append(texts, strings.NewReplacer("%p", p, "%b", base64.StdEncoding.EncodeToString([]byte("deploy:"+p))).Replace(shape))
	}
	for _, k := range kinds {
		text, _ := k.make(d)
		texts = append(texts, text)
	}
	for _, text := range texts {
		for _, text := range []string{text, "x\n" + text + "\ny", text + "\n"} {
			found := b.proxy.Engine().Find("", []byte(text))
			if len(found) == 0 {
				t.Errorf("nothing is found in %q", text)
			}
			for name, at := range positions {
				body := strings.NewReplacer("@@", inString(inString(text)), "@", inString(text)).Replace(at.body)
				if status, answer, _ := b.post(at.path, body); status != http.StatusOK {
					t.Fatalf("%s: %s", name, answer)
				}
				sent := unescape(unescape(b.vendor.Requests()[len(b.vendor.Requests())-1].Body))
				for _, f := range found {
					if value := text[f.Start:f.End]; f.Severity > 0 && strings.Contains(string(sent), value) {
						t.Errorf("%s: %s of %q leaves", name, f.Rule.ID, text)
					}
				}
			}
		}
	}
}

// TestMaskedInTheWholeRequest: what a name gives away in one place is kept back in all others of the same request, in
// whatever form, before and after it; and the next request is the same, byte for byte.
func TestMaskedInTheWholeRequest(t *testing.T) {
	b := newBench(t, standin.Options{})
	for range 5 {
		p := random(5, lowerLetters) + "-" + random(4, "0123456789") + random(5, lowerLetters) + "/+"
		encoded, _ := json.Marshal(p)
		bare := []string{
			p, "it was " + p + ", he said", base64.StdEncoding.EncodeToString([]byte("jay:" + p)), hex.EncodeToString([]byte(p)),
			url.QueryEscape(p), "curl -u jay:" + p + " https://git.example", `{"log":` + string(encoded) + `}`,
		}
		messages := []any{map[string]any{"role": "user", "content": "what is wrong here?"}}
		for i, text := range bare {
			if i == 3 {
				messages = append(messages, map[string]any{"role": "tool", "tool_call_id": "c", "content": "PORT=80\nADMIN_PASSWORD=" + p + "\n" + p})
			}
			messages = append(messages, map[string]any{"role": "tool", "tool_call_id": "c", "content": text})
		}
		body, _ := json.Marshal(map[string]any{"model": "m", "messages": messages})
		var sent [2]string
		for turn := range sent {
			if status, answer, _ := b.post(chat, string(body)); status != http.StatusOK {
				t.Fatal(answer)
			}
			sent[turn] = string(b.vendor.Requests()[len(b.vendor.Requests())-1].Body)
			for _, form := range []string{p, base64.StdEncoding.EncodeToString([]byte("jay:" + p))[6:], hex.EncodeToString([]byte(p)), url.QueryEscape(p)} {
				if strings.Contains(sent[turn], form) {
					t.Errorf("turn %d: %s leaves", turn, form)
				}
			}
		}
		if sent[0] != sent[1] {
			t.Errorf("the same request is another the second time:\n%s\n%s", sent[0], sent[1])
		}
	}
}

// TestACutOffWordIsNotLearnt: an editor's cursor stands between a password and the code behind it. What is taken for
// the password's end is no value that is looked for from then on.
func TestACutOffWordIsNotLearnt(t *testing.T) {
	b := newBench(t, standin.Options{})
	ask := func(prompt, suffix string) string {
		t.Helper()
		body, _ := json.Marshal(map[string]string{"model": "m", "prompt": prompt, "suffix": suffix})
		if status, answer, _ := b.post("/openai/v1/completions", string(body)); status != http.StatusOK {
			t.Fatal(answer)
		}
		return string(b.vendor.Requests()[len(b.vendor.Requests())-1].Body)
	}
	p := random(8, lowerLetters) + random(4, "0123456789") + random(4, lowerLetters)
	if sent := ask("DB_PASSWORD="+p, "export default App"); strings.Contains(sent, p) {
		t.Errorf("sent %s", sent)
	}
	for range 2 {
		if sent := ask("import x\n", "\nexport default App"); !strings.Contains(sent, "export default App") {
			t.Errorf("a word of the language became a placeholder: %s", sent)
		}
		if sent := ask("it was "+p, ""); strings.Contains(sent, p) {
			t.Errorf("the password is forgotten: %s", sent)
		}
		b.stop()
		b.start()
	}
}
