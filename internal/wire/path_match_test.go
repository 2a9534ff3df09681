package wire

import (
	"strings"
	"testing"
)

// TestMatch: what a pattern stands for.
func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/v1/chat", "/v1/chat", true},
		{"/v1/chat", "/v1/chat/", false},
		{"/v1/responses/{}", "/v1/responses/resp_1", true},
		{"/v1/responses/{}", "/v1/responses/", false},
		{"/v1/responses/{}", "/v1/responses/a/b", false},
		{"/v1/responses/{}/input_items", "/v1/responses/a/input_items", true},
		{"/v1beta/models/{}:generateContent", "/v1beta/models/gemini-3:generateContent", true},
		{"/v1beta/models/{}:generateContent", "/v1beta/models/gemini-3:countTokens", false},
		{"/v1beta/models/{}:generateContent", "/v1beta/models/a/b:generateContent", false},
		{"/{}/{}", "/a/b", true},
		{"/{}/{}", "/a", false},
		{"/{...}/{model}:countTokens", "/v1beta/models/m:countTokens", true},
		{"/{...}/{model}:countTokens", "/v1/projects/p/locations/l/publishers/google/models/m:countTokens", true},
		{"/{...}/{model}:countTokens", "/v1/projects/google.com:p/locations/l/publishers/google/models/m:countTokens", true},
		{"/{...}/{model}:countTokens", "/m:countTokens", false},
		{"/{...}/{model}:countTokens", "//m:countTokens", false},
		{"/{...}/{model}:countTokens", "/v1/models/:countTokens", false},
		{"/{...}/{model}:countTokens", "/v1/models/m:countTokens/", false},
	} {
		from, to, got := match(c.pattern, c.path)
		model := c.path[from:to]
		if got != c.want {
			t.Errorf("%s matches %s: %v, want %v", c.pattern, c.path, got, c.want)
		}
		if named := got && strings.Contains(c.pattern, "{model}"); named != (model == "m") {
			t.Errorf("%s finds the model %q in %s", c.pattern, model, c.path)
		}
	}
}
