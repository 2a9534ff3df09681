package assistants

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Ask is a request by which an assistant is proved to be scrubbed.
type Ask struct {
	URL string
	// Header is what it must have besides.
	Header map[string]string
}

// bodies are requests in each format, by how their paths end. % stands for the text.
var bodies = []struct{ ending, body string }{
	{"messages", `{"model":"canary","max_tokens":64,"messages":[{"role":"user","content":"%"}]}`},
	{"responses", `{"model":"canary","input":[{"role":"user","content":[{"type":"input_text","text":"%"}]}]}`},
	{":generateContent", `{"contents":[{"role":"user","parts":[{"text":"%"}]}]}`},
	{"", `{"model":"canary","stream":false,"messages":[{"role":"user","content":"%"}]}`},
}

// Body is what it sends, with a text in it that needs no escapes.
func (a Ask) Body(text string) string {
	for _, b := range bodies {
		if strings.HasSuffix(a.URL, b.ending) {
			return strings.Replace(b.body, "%", text, 1)
		}
	}
	return ""
}

// Canary is a made-up value that the rules find: an access key's form, and this installation's own, so that the
// vault learns one and no more.
func Canary(token string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("canary"))
	return "AK" + "IA" + base32.StdEncoding.EncodeToString(mac.Sum(nil))[:16]
}
