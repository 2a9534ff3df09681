package credentials

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
)

// XML reads the elements of Maven's and NuGet's settings: with CDATA and entities, and line feeds around a value.
func XML(text []byte) []Value {
	v := values{sure: Password}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false // an entity of somebody's own stays as it is written
	d.CharsetReader = func(_ string, text io.Reader) (io.Reader, error) { return text, nil }
	var names []string
	var said []strings.Builder
	var from []int64
	for {
		before := d.InputOffset()
		token, err := d.Token()
		if err != nil {
			if len(names) > 0 || d.InputOffset() < int64(len(text)) {
				v.lines(string(text))
			}
			return v.all
		}
		switch t := token.(type) {
		case xml.StartElement:
			names, said, from = append(names, t.Name.Local), append(said, strings.Builder{}), append(from, d.InputOffset())
			key, value := t.Name.Local, ""
			for _, a := range t.Attr {
				switch a.Name.Local {
				case "key", "name":
					key = a.Value
				case "value":
					value = a.Value
				default:
					v.keyed(a.Name.Local, a.Value)
				}
			}
			v.keyed(key, value) // <add key="ClearTextPassword" value="..."/>
		case xml.CharData:
			if n := len(said); n > 0 {
				said[n-1].Write(t)
			}
		case xml.EndElement:
			n := len(names) - 1
			if n < 0 {
				return v.all
			}
			key := names[n]
			if key == "master" {
				key = "password" // of settings-security.xml
			}
			if raw := text[from[n]:max(before, from[n])]; len(raw) <= longest {
				for _, value := range []string{said[n].String(), string(raw)} {
					v.keyed(key, value)
					v.keyed(key, strings.TrimSpace(value))
				}
			}
			names, said, from = names[:n], said[:n], from[:n]
		}
	}
}
