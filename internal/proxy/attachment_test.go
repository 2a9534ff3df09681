package proxy

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestAttachments: a text in base64 is scrubbed like a text and encoded as it was; an image goes as it came.
func TestAttachments(t *testing.T) {
	key := awsKey()
	text := "id,key\n1," + key + "\n" + strings.Repeat("2,näher\n", 20)
	image := append([]byte("\x89PNG\r\n\x1a\n\x00"), strings.Repeat("pixels ", 30)+key...)
	pdf := "%PDF-1.7\n" + strings.Repeat("stream ", 30)
	for name, c := range map[string]struct {
		path, body string
		encoding   *base64.Encoding
		scrubbed   bool
	}{
		"data URL": {chat, `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.csv","file_data":"data:text/csv;base64,%s"}}]}]}`, base64.StdEncoding, true},
		"escaped":  {chat, `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:text\/csv;base64,%s"}}]}]}`, base64.RawStdEncoding, true},
		"document": {"/anthropic/v1/messages", `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"text/plain","data":"%s"}}]}]}`, base64.StdEncoding, true},
		"inline":   {"/gemini/v1beta/models/m:generateContent", `{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"text/csv","data":"%s"}}]}]}`, base64.URLEncoding, true},
	} {
		b := newBench(t, standin.Options{})
		b.proxy.Ask = func(context.Context, Question) Answer { return Once }
		for what, content := range map[string][]byte{"text": []byte(text), "image": image, "pdf": []byte(pdf)} {
			encoded := c.encoding.EncodeToString(content)
			body := fmt.Sprintf(c.body, encoded)
			status, answer, _ := b.post(c.path, body, "X-Goog-Api-Key", "k")
			if status != http.StatusOK {
				t.Fatalf("%s, %s: %s", name, what, answer)
			}
			sent := string(b.vendor.Requests()[len(b.vendor.Requests())-1].Body)
			if what != "text" {
				if sent != body {
					t.Errorf("%s: the %s changed", name, what)
				}
				continue
			}
			at := strings.Index(body, encoded)
			if !strings.HasPrefix(sent, body[:at]) || !strings.HasSuffix(sent, body[at+len(encoded):]) {
				t.Fatalf("%s: more than the attachment changed:\n%s", name, sent)
			}
			got, err := c.encoding.DecodeString(sent[at : len(sent)-len(body)+at+len(encoded)])
			if err != nil || bytes.Contains(got, []byte(key)) || !bytes.HasPrefix(got, []byte("id,key\n1,AWS_KEY")) || !bytes.HasSuffix(got, []byte(text[len(text)-160:])) {
				t.Errorf("%s: it went as %.60q: %v", name, got, err)
			}
		}
	}
}

// TestAttachmentHead: what a data URL says of its data is text, whatever the data are.
func TestAttachmentHead(t *testing.T) {
	b := newBench(t, standin.Options{})
	b.proxy.Ask = func(context.Context, Question) Answer { return Once }
	key, other := awsKey(), awsKey()
	for _, data := range []string{"\x89PNG\r\n\x1a\n\x00" + strings.Repeat("pixels ", 30), strings.Repeat("text ", 30) + other} {
		url := "data:image/png;name=" + key + ";base64," + base64.StdEncoding.EncodeToString([]byte(data))
		body := fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"%s"}}]}]}`, url)
		if status, text, _ := b.post(chat, body); status != http.StatusOK {
			t.Fatal(text)
		}
		sent := string(b.vendor.Requests()[len(b.vendor.Requests())-1].Body)
		_, encoded, ok := strings.Cut(strings.TrimSuffix(sent, `"}}]}]}`), ";base64,")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if strings.Contains(sent, key) || !strings.Contains(sent, `"data:image/png;name=AWS_KEY`) || !ok || err != nil || strings.Contains(string(got), other) || got[0] != data[0] {
			t.Errorf("it went as %s", sent)
		}
	}
}

// TestNoAttachment: what merely stands where base64 should is text.
func TestNoAttachment(t *testing.T) {
	b := newBench(t, standin.Options{})
	key := awsKey()
	data := strings.Repeat("A", 100) + "/" + key // base64 has no such length
	body, _ := json.Marshal(map[string]any{"model": "m", "messages": []any{map[string]any{"role": "user", "content": []any{map[string]any{"type": "file", "file": map[string]any{"file_data": data}}}}}})
	if status, text, _ := b.post(chat, string(body)); status != http.StatusOK {
		t.Fatal(text)
	}
	if strings.Contains(b.upstream(), key) {
		t.Error("the key went out")
	}
}

// TestKindOf: a file is what its first bytes say, else what is declared, else what its place is for.
func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		first, declared, names string
		want                   policy.Attachment
		media                  string
	}{
		{"\x89PNG\r\n\x1a\n", "application/pdf", "file.file_data", policy.Image, "image/png"},
		{"\xff\xd8\xff\xe0", "", "", policy.Image, "image/jpeg"},
		{"RIFF\x00\x00\x00\x00WEBPVP8 ", "", "", policy.Image, "image/webp"},
		{"RIFF\x00\x00\x00\x00WAVEfmt ", "", "", policy.Audio, "audio/wav"},
		{"\x00\x00\x00\x18ftypheic", "video/mp4", "", policy.Image, "image/heic"},
		{"\x00\x00\x00\x18ftypisom", "", "", policy.Video, "video/mp4"},
		{"\x00\x00\x00\x18ftypisom", "audio/mp4", "", policy.Audio, "audio/mp4"},
		{"\x1aE\xdf\xa3", "audio/webm", "", policy.Audio, "audio/webm"},
		{"%PDF-1.7", "image/png", "image_url.url", policy.Document, "application/pdf"},
		{"PK\x03\x04....[Content_Types].xml", "", "", policy.Document, "application/zip"},
		{"PK\x03\x04\x14", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "", policy.Document, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"PK\x03\x04\x14", "image/png", "image_url.url", policy.Other, "application/zip"},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "", policy.Document, "application/x-ole-storage"},
		{"\x01\x02\x03", "Image/X-Raw", "data", policy.Image, "image/x-raw"},
		{"\x01\x02\x03", "application/octet-stream", "input_audio.data", policy.Audio, "application/octet-stream"},
		{"\x01\x02\x03", "", "images", policy.Image, ""},
		{"\x01\x02\x03", "", "document_url", policy.Document, ""},
		{"\x01\x02\x03", "", "source.data", policy.Other, ""},
		{"", "", "", policy.Other, ""},
	} {
		if kind, media := kindOf([]byte(c.first), c.declared, c.names); kind != c.want || media != c.media {
			t.Errorf("%q, %q, %q: %s %s", c.first, c.declared, c.names, kind, media)
		}
	}
}

// FuzzAttachment: whatever stands where a file should is a text that encodes to what decodes to it again, or a file of a
// kind that policy knows.
func FuzzAttachment(f *testing.F) {
	for _, s := range []string{"", "data:;base64,", "DATA:text/plain;base64,aGVsbG8gd29ybGQ", lines(picture()), pdf() + "=", "data:\u212a\xec;BAse64,", "data:image/png;base64," + picture(), strings.Repeat("A", 700) + "B"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, span []byte) {
		a, readable := openAttachment(span)
		if a.head > len(span) {
			t.Fatalf("a head of %d in %d bytes", a.head, len(span))
		}
		if !readable {
			if kind, _ := kindOf(a.first, string(span), ""); !slices.Contains(policy.Attachments, kind) {
				t.Errorf("it is of kind %q", kind)
			}
			return
		}
		again := a.with(nil)
		if a.encoding == nil {
			if string(again) != string(span) {
				t.Error("a text changed")
			}
			return
		}
		if text, err := a.encoding.DecodeString(string(again)); err != nil || string(text) != string(a.text) {
			t.Errorf("%q became %q: %v", a.text, text, err)
		}
	})
}
