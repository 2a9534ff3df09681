package wire

import "testing"

func TestMatches(t *testing.T) {
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
	} {
		if got := matches(c.pattern, c.path); got != c.want {
			t.Errorf("%s matches %s: %v, want %v", c.pattern, c.path, got, c.want)
		}
	}
}
