package detect

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"testing"
)

// gzipped is base64 of a text that was compressed.
func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// TestPacked: what is compressed and then encoded is read, once more encoded too, and is hidden as a whole; ordinary text in
// it is nothing.
func TestPacked(t *testing.T) {
	secret := gzipped(t, "DB_PASSWORD=q7Wm3ZxK"+"9pLt2VbN\nPATH=/bin\n")
	twice := base64.StdEncoding.EncodeToString([]byte(secret))
	for text, want := range map[string]string{
		"echo " + secret + " | base64 -d | gunzip":  secret,
		"data:\n  release: " + secret + "\n":        secret,
		"data:\n  release: " + twice + "\n":         twice,
		"x: " + gzipped(t, "nothing to see here\n"): "",
		"H4sI is how it begins":                     "",
	} {
		found := Default().Find("", []byte(text))
		got := ""
		for _, f := range found {
			got += text[f.Start:f.End]
		}
		if want != "" && got != want && got+"==" != want && got+"=" != want || want == "" && got != "" {
			t.Errorf("%.40q: found %q", text, got)
		}
	}
}
