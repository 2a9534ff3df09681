package proxy

import (
	"bytes"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	gpt "github.com/openai/openai-go/v3"
	gptoption "github.com/openai/openai-go/v3/option"

	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// form is a body of parts: fields, and files whose names hold a dot.
func form(t *testing.T, parts ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		part, err := w.CreateFormField(parts[i])
		if strings.Contains(parts[i], ".") {
			part, err = w.CreateFormFile("file", parts[i])
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	return b.String(), w.FormDataContentType()
}

// TestFormData: texts and text files are scrubbed where they stand, and every other byte arrives; files that nobody can
// read are for policy.
func TestFormData(t *testing.T) {
	key := awsKey()
	audio := "ID3\x04\x00\xff\xfe" + strings.Repeat("\x00\x91", 90)
	for _, c := range []struct {
		settings string
		parts    []string
		code     string
	}{
		{"", []string{"purpose", "user_data", "notes.csv", "name,key\r\nann," + key + "\r\n\r\n"}, ""},
		{"", []string{"prompt", key + "\nsaid\\n " + key, "model", "whisper-1", key + ".txt", "text"}, ""},
		{"", []string{"prompt", "hello", "speech.mp3", audio}, "attachment_unapproved"},
		{"attachments: {audio: {public: forbid}}", []string{"prompt", "hello", "speech.mp3", audio}, "attachment_forbidden"},
		{"attachments: {audio: {public: allow}}", []string{"prompt", key, "speech.mp3", audio}, ""},
		{"attachments: {audio: {public: allow}}", []string{"x.pdf", "%PDF-1.7\n\xff"}, "attachment_unapproved"},
	} {
		b := newBench(t, standin.Options{})
		b.under(c.settings)
		body, contentType := form(t, c.parts...)
		_, text, h := b.post("/openai/v1/audio/transcriptions", body, "Content-Type", contentType)
		if h.Get("X-Scrubjay-Error") != c.code {
			t.Errorf("%.40q: %s", c.parts, text)
			continue
		}
		got := b.vendor.Requests()
		if c.code != "" {
			if len(got) > 0 {
				t.Errorf("%.40q was sent", c.parts)
			}
			continue
		}
		token := ""
		if found := redact.Find(got[0].Body); len(found) > 0 {
			token = string(got[0].Body[found[0].Start:found[0].End])
		}
		if token == "" || string(got[0].Body) != strings.ReplaceAll(body, key, token) || got[0].Header.Get("Content-Type") != contentType {
			t.Errorf("%.40q arrives as %q", c.parts, got[0].Body)
		}
		b.stop()
		b.leaks(key)
	}
}

// TestFormDataIsNoWayRound: where JSON is asked for it stays refused, and so is a body whose parts cannot be told.
func TestFormDataIsNoWayRound(t *testing.T) {
	b := newBench(t, standin.Options{})
	body, contentType := form(t, "prompt", "hello")
	for _, c := range []struct {
		path, body, kind, code string
		status                 int
	}{
		{chat, body, contentType, "not_json", 415},
		{"/openai/v1/files", body, "multipart/form-data", "not_json", 415},
		{"/openai/v1/files", body, "multipart/mixed; boundary=x", "not_json", 415},
		{"/openai/v1/files", body, "multipart/form-data; boundary=other", "malformed_multipart", 400},
		{"/openai/v1/files", body[:len(body)-9], contentType, "malformed_multipart", 400},
	} {
		if status, text, h := b.post(c.path, c.body, "Content-Type", c.kind); status != c.status || h.Get("X-Scrubjay-Error") != c.code {
			t.Errorf("%s %s: %d %s", c.path, c.kind, status, text)
		}
	}
	if n := len(b.vendor.Requests()); n > 0 {
		t.Errorf("%d were sent", n)
	}
}

// TestFilesSDK: OpenAI's own client sends a file, and its name and text are scrubbed.
func TestFilesSDK(t *testing.T) {
	b := newBench(t, standin.Options{})
	key := awsKey()
	c := gpt.NewClient(gptoption.WithBaseURL(b.url+"/openai/v1"), gptoption.WithAPIKey("k"), gptoption.WithMaxRetries(0))
	_, _ = c.Files.New(t.Context(), gpt.FileNewParams{File: gpt.File(strings.NewReader("the key is "+key), key+".txt", "text/plain"), Purpose: "user_data"})
	got := b.vendor.Requests()
	if len(got) != 1 || got[0].Method != http.MethodPost || got[0].Path != "/v1/files" {
		t.Fatalf("%d requests", len(got))
	}
	_, parameters, err := mime.ParseMediaType(got[0].Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	read, err := multipart.NewReader(bytes.NewReader(got[0].Body), parameters["boundary"]).ReadForm(1 << 20)
	if err != nil || len(read.File["file"]) != 1 || strings.Contains(string(got[0].Body), key) || len(redact.Find(got[0].Body)) != 2 {
		t.Errorf("%v: %s", err, strings.ReplaceAll(string(got[0].Body), key, "KEY"))
	}
	b.stop()
	b.leaks(key)
}
