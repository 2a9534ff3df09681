package wire

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestJoins(t *testing.T) {
	for _, test := range []struct{ format, path, body, want string }{
		{"openai", "/v1/completions", `{"suffix":"b","prompt":"a"}`, "a|b"},
		{"openai", "/v1/completions", `{"prompt":["a","c",""],"suffix":"b"}`, "a|b c|b"},
		{"openai", "/v1/completions", `{"prompt":"a","x":{"suffix":"b"}}`, ""},
		{"openai", "/v1/completions", `{"prompt":"a","suffix":null}`, ""},
		{"openai", "/v1/engines/copilot-x/completions", `{"prompt":"a","suffix":"b","extra":{"prompt":"x"}}`, "a|b"},
		{"openai", "/infill", `{"input_prefix":"a","input_suffix":"c","prompt":"b"}`, "a|b|c"},
		{"openai", "/infill", `{"input_prefix":"a","input_suffix":"c","prompt":""}`, "a|c"},
		{"mistral", "/v1/fim/completions", `{"prompt":"a","suffix":"b"}`, "a|b"},
		{"openai", "/v1/chat/completions", `{"prompt":"a","suffix":"b"}`, ""},
	} {
		f, err := ByName(test.format)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := f.Route("POST", test.path)
		q, err := r.Request([]byte(test.body))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, j := range q.Joins() {
			var texts []string
			for _, i := range j {
				texts = append(texts, string(q.Text(q.Spans[i], nil)))
			}
			got = append(got, strings.Join(texts, "|"))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s %s joins %v, want %s", test.path, test.body, got, test.want)
		}
	}
}

// A chain of joined fields names fields of the table, or nothing would be joined.
func TestJoinedFieldsAreInTheirTable(t *testing.T) {
	for _, f := range formats {
		for _, r := range f.routes {
			for _, name := range r.joined {
				if r.request.node().field([]byte(name)) == nil {
					t.Errorf("%s %s joins %s, which its table does not name", f.Name, r.Path, name)
				}
			}
		}
	}
}

func TestTooManyJoins(t *testing.T) {
	body := fmt.Sprintf(`{"suffix":"b","prompt":[%s"a"]}`, strings.Repeat(`"a",`, maxJoins))
	r, _ := openai.Route("POST", "/v1/completions")
	var m *Malformed
	if _, err := r.Request([]byte(body)); !errors.As(err, &m) {
		t.Errorf("%v", err)
	}
	// Many texts that go on in none are as many as there may be strings.
	if _, err := r.Request([]byte(strings.Replace(body, "suffix", "x", 1))); err != nil {
		t.Error(err)
	}
}

func TestTokensAreRefused(t *testing.T) {
	for _, test := range []struct{ path, body string }{
		{"/v1/completions", `{"prompt":[1,2]}`},
		{"/v1/completions", `{"prompt":[[1],[-2]]}`},
		{"/v1/completions", `{"prompt":["a",7]}`},
		{"/v1/completions", `{"prompt":7}`},
		{"/v1/embeddings", `{"input":[1,2]}`},
		{"/openai/deployments/d/embeddings", `{"input":[[1,2]]}`},
		{"/completion", `{"prompt":[12,34,"string",56]}`},
		{"/infill", `{"prompt":"","input_prefix":[1]}`},
	} {
		r, _ := openai.Route("POST", test.path)
		if _, err := r.Request([]byte(test.body)); !errors.Is(err, ErrTokens) {
			t.Errorf("%s %s: %v", test.path, test.body, err)
		}
	}
	r, _ := openai.Route("POST", "/v1/completions")
	if _, err := r.Request([]byte(`{"prompt":["a"],"max_tokens":7,"logit_bias":{"1":[2]}}`)); err != nil {
		t.Error(err)
	}
}
