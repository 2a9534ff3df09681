package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestWithNote: the note stands at the end of the system's text, wherever a format has one, and nothing else changes; a
// request without such a text stays what it is, byte for byte.
func TestWithNote(t *testing.T) {
	const note = `Keep "these" as they are.`
	const said = `Keep \"these\" as they are.`
	const part, input = `{"type":"text","text":"` + said + `"}`, `{"type":"input_text","text":"` + said + `"}`
	for _, c := range []struct {
		format, path string
		// body has ¦ where the note is to stand, as added.
		body, added string
	}{
		{"anthropic", "/v1/messages", `{"model":"m","system":"Be brief.¦","messages":[]}`, `\n\n` + said},
		{"anthropic", "/v1/messages", "{ \"messages\" : [ {\"role\":\"user\",\"content\":\"system\"} ] ,\n\t\"system\" : [ {\"type\":\"text\",\"text\":\"You are\",\"cache_control\":{\"type\":\"ephemeral\"}} ¦] }", "," + part},
		{"anthropic", "/v1/messages", `{"sys\u0074em":"Say \"x\\\\\".¦"}`, `\n\n` + said},
		{"anthropic", "/v1/messages/count_tokens", `{"system":"Be brief.¦"}`, `\n\n` + said},
		{"anthropic", "/us/publishers/anthropic/models/m:streamRawPredict", `{"system":"Be brief.¦"}`, `\n\n` + said},
		{"anthropic", "/v1/messages", `{"messages":[{"role":"user","content":"x"}]}`, ""},
		{"anthropic", "/v1/messages", `{"system":"","messages":[]}`, ""},
		{"anthropic", "/v1/messages", `{"system":[ ],"messages":[]}`, ""},
		{"anthropic", "/v1/messages", `{"system":null,"a":[{"system":"no"}]}`, ""},
		{"anthropic", "/v1/messages/batches", `{"requests":[{"params":{"system":"Be brief."}}]}`, ""},
		{"openai", "/v1/chat/completions", `{"n":1,"x":[{}],"messages":[{"role":"system","content":"Be brief.¦"},{"role":"user","content":"hello"}]}`, `\n\n` + said},
		{"openai", "/chat/completions", `{"messages":[{"content":[{"type":"text","text":"a"}¦],"role":"developer"},{"role":"system","content":"b"}]}`, "," + part},
		{"openai", "/v1/chat/completions", `{"messages":[{"role":"user","content":"{\"role\":\"system\",\"content\":\"x\"}"}]}`, ""},
		{"openai", "/v1/chat/completions", `{"messages":[]}`, ""},
		{"openai", "/v1/chat/completions", `{"messages":[{"role":"system","content":null}]}`, ""},
		{"openai", "/v1/messages", `{"system":"Be brief.¦"}`, `\n\n` + said},
		{"openai", "/v1/responses", `{"input":"hi","instructions":"Be brief.¦"}`, `\n\n` + said},
		{"openai", "/v1/responses", `{"instructions":null,"input":[{"type":"message","role":"developer","content":[{"type":"input_text","text":"a"}¦]},{"role":"user","content":"b"}]}`, "," + input},
		{"openai", "/v1/responses", `{"input":[{"role":"system","content":"a¦"}]}`, `\n\n` + said},
		{"openai", "/v1/responses", `{"input":"system"}`, ""},
		{"openai", "/v1/completions", `{"prompt":"system","system":"x"}`, ""},
		{"openai", "/v1/embeddings", `{"input":"system"}`, ""},
		{"mistral", "/v1/chat/completions", `{"messages":[{"role":"system","content":"Be brief.¦"}]}`, `\n\n` + said},
		{"ollama", "/api/chat", `{"messages":[{"role":"system","content":"Be brief.¦"}]}`, `\n\n` + said},
		{"ollama", "/api/generate", `{"prompt":"x","system":"Be brief.¦"}`, `\n\n` + said},
		{"gemini", "/v1beta/models/m:generateContent", `{"contents":[],"systemInstruction":{"role":"user","parts":[{"text":"a"}¦]}}`, `,{"text":"` + said + `"}`},
		{"gemini", "/v1beta/models/m:streamGenerateContent", `{"system_instruction":{"parts":[{"text":"a"},{"text":"]}"}¦]}}`, `,{"text":"` + said + `"}`},
		{"gemini", "/v1beta/models/m:generateContent", `{"contents":[{"parts":[{"text":"a"}]}]}`, ""},
		{"gemini", "/v1beta/models/m:generateContent", `{"systemInstruction":{"parts":[]}}`, ""},
		{"gemini", "/v1internal:streamGenerateContent", `{"model":"m","request":{"systemInstruction":{"parts":[{"text":"a"}¦]}}}`, `,{"text":"` + said + `"}`},
		{"gemini", "/v1beta/interactions", `{"input":"x","system_instruction":"Be brief.¦"}`, `\n\n` + said},
	} {
		f, err := ByName(c.format)
		if err != nil {
			t.Fatal(err)
		}
		r, match := f.Route("POST", c.path)
		if match != Completion {
			t.Fatalf("%s %s is not known", c.format, c.path)
		}
		body := strings.ReplaceAll(c.body, "¦", "")
		want := strings.ReplaceAll(c.body, "¦", c.added)
		if _, err := r.Request([]byte(body)); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		got := string(r.WithNote([]byte(body), note))
		if got != want || !json.Valid([]byte(got)) {
			t.Errorf("%s %s:\n%s\nnot\n%s", c.format, c.path, got, want)
		}
		if again := r.WithNote([]byte(body), note); string(again) != got {
			t.Errorf("%s: not the same again", c.path)
		}
	}
}

// FuzzWithNote: whatever a request is, with the note it is one still, and holds nothing else that is new.
func FuzzWithNote(f *testing.F) {
	for _, body := range []string{
		`{"system":"x","messages":[{"role":"system","content":"a"}],"instructions":"i","systemInstruction":{"parts":[{}]}}`,
		`{"system":[1,"]",{"a":[]}],"messages":[[],{"role":"developer","content":["\\"]}],"n":-1.5e3}`, `{ }`, `{"messages":{"role":"system"}}`, `{"input":[{"role":1}]}`,
		`{"system":{"a":1},"messages":[{"role":"system"}]}`, `{"a":"\"","system":"\\"}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, format := range formats {
			for _, r := range format.routes {
				if r.request == nil || r.Bodiless {
					continue
				}
				if _, err := r.Request(body); err != nil {
					continue
				}
				got := r.WithNote(body, "the note")
				if !json.Valid(got) {
					t.Fatalf("%s: %s became %s", r.Path, body, got)
				}
				if bytes.Equal(got, body) {
					continue
				}
				var before, after any
				if json.Unmarshal(body, &before) != nil || json.Unmarshal(got, &after) != nil || reflect.DeepEqual(before, after) || bytes.Count(got, []byte("the note")) != bytes.Count(body, []byte("the note"))+1 {
					t.Fatalf("%s: %s became %s", r.Path, body, got)
				}
			}
		}
	})
}
