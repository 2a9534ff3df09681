package wire

import (
	"errors"
	"strings"
	"testing"
)

// TestMultipart: each part's names and what it holds are listed as they stand, and all else stays; a body that parsers
// could read differently is refused. ¶ is the end of a line.
func TestMultipart(t *testing.T) {
	const (
		field = `Content-Disposition: form-data; name="prompt"¶¶`
		file  = `Content-Disposition: form-data; name="file"; filename="a VALUE.bin"¶Content-Type: audio/mpeg¶¶`
	)
	for _, c := range []struct{ body, want string }{
		{"--B¶" + field + "say VALUE \\ \" VALUE¶--B--¶", "prompt|say VALUE \\ \" VALUE"},
		{"--B¶" + field + "¶--B--", "prompt|"},
		{"--B¶" + file + "\x00VALUE¶--C¶--B¶" + field + "a¶¶b¶--B--¶", "file|a VALUE.bin|\x00VALUE¶--C|prompt|a¶¶b"},
		{"--B¶content-disposition:form-data; name=\"model\"¶¶m¶--B--", "model|m"},
		{"--B--", ""},

		{"", "!"}, {"B", "!"}, {"x¶--B--", "!"}, {"--B¶", "!"}, {"--B¶" + field + "x", "!"}, {"--B¶" + field + "x¶--B", "!"},
		{"--B¶" + field + "x¶--B--¶--B¶" + field + "y¶--B--", "!"},
		{"--B ¶" + field + "x¶--B--", "!"},
		{"--B\n" + strings.ReplaceAll(field, "¶", "\n") + "x\n--B--", "!"},
		{"--B¶Content-Type: text/plain¶¶x¶--B--", "!"},
		{`--B¶Content-Disposition: form-data; name="a"; name="b"¶¶x¶--B--`, "!"},
		{`--B¶Content-Disposition: form-data; name="a"; filename*=UTF-8''b¶¶x¶--B--`, "!"},
		{`--B¶Content-Disposition: form-data; name=a¶¶x¶--B--`, "!"},
		{`--B¶Content-Disposition: form-data; name="a¶¶x¶--B--`, "!"},
		{`--B¶Content-Disposition: attachment; name="a"¶¶x¶--B--`, "!"},
		{"--B¶" + strings.TrimSuffix(field, "¶") + field + "x¶--B--", "!"},
		{"--B¶" + strings.TrimSuffix(field, "¶") + "Content-Transfer-Encoding: base64¶¶x¶--B--", "!"},
		{"--B¶" + strings.TrimSuffix(field, "¶") + "Content-Type: multipart/mixed; boundary=C¶¶x¶--B--", "!"},
		{"--B¶" + strings.TrimSuffix(field, "¶") + " folded¶¶x¶--B--", "!"},
	} {
		body := []byte(strings.ReplaceAll(c.body, "¶", "\r\n"))
		q, err := Multipart(body, "B")
		if c.want == "!" {
			if !errors.Is(err, ErrMultipart) {
				t.Errorf("%q: %v", c.body, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.body, err)
			continue
		}
		var got []string
		var edits []Edit
		for _, sp := range q.Spans {
			text := string(q.Text(sp, nil))
			got = append(got, strings.ReplaceAll(text, "\r\n", "¶"))
			var here []Edit
			for at := 0; ; {
				i := strings.Index(text[at:], "VALUE")
				if i < 0 {
					break
				}
				here = append(here, Edit{Start: at + i, End: at + i + 5, Text: []byte(`T"\`)})
				at += i + 5
			}
			q.Place(sp, here)
			edits = append(edits, here...)
			if sp.IsKey != (sp.Key < 0) || (sp.Kind == File) != strings.HasPrefix(text, "\x00") {
				t.Errorf("%q: %q is %+v", c.body, text, sp)
			}
		}
		if said := strings.Join(got, "|"); said != c.want {
			t.Errorf("%q lists %q, want %q", c.body, said, c.want)
		}
		if again := string(Splice(body, edits)); again != strings.ReplaceAll(string(body), "VALUE", `T"\`) {
			t.Errorf("%q becomes %q", c.body, again)
		}
		if (q.Model == "m") != strings.Contains(c.body, `"model"`) {
			t.Errorf("%q asks the model %q", c.body, q.Model)
		}
	}
}

func FuzzMultipart(f *testing.F) {
	f.Add([]byte("--B\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\nContent-Type: a/b\r\n\r\nx\r\n--B--\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := Multipart(body, "B")
		if err != nil {
			return
		}
		at := 0
		for _, sp := range q.Spans {
			if sp.Start < at || sp.End < sp.Start || sp.End > len(body) || sp.Key >= len(q.Spans) {
				t.Fatalf("%+v of %q", sp, body)
			}
			at = sp.End
			_, _, _ = q.Text(sp, nil), q.Path(sp), sp.Kind
		}
	})
}
