package wire

import (
	"fmt"
	"strings"
	"testing"
)

// TestBlob: only what is base64 passes for it. Written as escapes, any text is made of base64's letters.
func TestBlob(t *testing.T) {
	escaped := ""
	for _, c := range "hunter2 is the password" {
		escaped += fmt.Sprintf(`\u%04x`, c)
	}
	picture := strings.Repeat("aZ09", 16)
	for text, want := range map[string]bool{
		picture:                            true,
		"data:image/png;base64," + picture: true,
		picture + `\/\u002B\u002b\u003D=`:  true,
		picture[1:]:                        false,
		picture[4:] + `\u002b`:             false,
		escaped:                            false,
		picture + `\u0041`:                 false,
		picture + `\n` + picture + `\r\n`:  true,
		"DATA:image/png;BASE64," + picture: true,
		"data:application/vnd.openxmlformats-officedocument.wordprocessingml.document;name=" + strings.Repeat("n", 200) + ";base64," + picture: true,
		"data:" + strings.Repeat("n", 2000) + ";base64," + picture:                                                                             false,
		picture + `\t`:               false,
		picture + `\`:                false,
		picture + `\u002`:            false,
		picture + " a password":      false,
		"data:text/plain," + picture: false,
	} {
		if got := isBlob([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// TestDataURL: a data URL is a blob wherever it stands, in JSON within a string too; in a place for text, base64 alone
// is text.
func TestDataURL(t *testing.T) {
	picture := strings.Repeat("aZ09", 16)
	url := "data:image/png;base64," + picture
	route, _ := openai.Route("POST", "/v1/chat/completions")
	body := `{"new":"` + url + `","plain":"` + picture + `","messages":[{"role":"tool","content":"` + url + `"},` +
		`{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\":\"` + url + `\"}"}}]}]}`
	q, err := route.Request([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	blobs := 0
	for _, sp := range q.Spans {
		isURL := string(q.Text(sp, nil)) == url
		if (sp.Kind == Blob) != isURL {
			t.Errorf("%s is of kind %d", q.Path(sp), sp.Kind)
		}
		if isURL {
			blobs++
		}
	}
	if blobs != 3 {
		t.Errorf("%d blobs", blobs)
	}
}

// TestDeclared: what a blob is stands beside it, before or after, and in no other object; or its names tell.
func TestDeclared(t *testing.T) {
	picture := strings.Repeat("aZ09", 16)
	for object, want := range map[string][2]string{
		`{"media_type":"image/png","data":"B"}`:                    {"image/png", "inlineData.data"},
		`{"data":"B", "x" : 7, "mimeType" : "audio/wav"}`:          {"audio/wav", "inlineData.data"},
		`{"x":"y","mime_type":"a\/b","z":"media_type","data":"B"}`: {"a/b", "inlineData.data"},
		`{"data":["B"]}`: {"", "data"},
		`{"data":"B"}`:   {"", "inlineData.data"},
		`{"media_type":"image/png","in":{"data":"B"}}`: {"", "in.data"},
		`{"in":{"media_type":"image/png"},"data":"B"}`: {"", "data"},
		`{"media_type":{"x":"image/png"},"data":"B"}`:  {"", "data"},
		`{"media_types":"image/png","data":"B"}`:       {"", "inlineData.data"},
	} {
		body := `{"contents":[{"parts":[{"inlineData":` + strings.Replace(object, `"B"`, `"`+picture+`"`, 1) + `}]}]}`
		route, _ := gemini.Route("POST", "/v1beta/models/m:generateContent")
		q, err := route.Request([]byte(body))
		if err != nil {
			t.Fatal(object, err)
		}
		found := false
		for n, sp := range q.Spans {
			if string(q.Text(sp, nil)) == picture {
				found = true
				if media, names := q.Declared(n); media != want[0] || names != want[1] {
					t.Errorf("%s: %q, %q", object, media, names)
				}
			}
		}
		if !found {
			t.Errorf("%s: there is no blob", object)
		}
	}
}
