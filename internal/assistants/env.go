package assistants

import (
	"bytes"
	"fmt"
	"strings"
)

// envFile is a file of NAME=value lines.
var envFile = syntax{
	decode: func(text []byte) (any, error) {
		doc := map[string]any{}
		for at := 0; at < len(text); at = lineEnd(text, at) {
			if name, start, end := envLine(text, at); name != "" {
				doc[name] = strings.Trim(string(text[start:end]), `"'`)
			}
		}
		return doc, nil
	},
	find: func(text []byte, path []string) (start, end int, ok bool) {
		for at := 0; at < len(text); at = lineEnd(text, at) {
			if name, s, e := envLine(text, at); name == path[0] {
				start, end, ok = s, e, true
			}
		}
		return start, end, ok
	},
	insert: func(text []byte, path []string, value any) ([]byte, error) {
		return addLine(text, len(text), path[0]+"="+fmt.Sprint(value)), nil
	},
	remove: func(text []byte, path []string) ([]byte, error) {
		for at := 0; at < len(text); at = lineEnd(text, at) {
			if name, start, end := envLine(text, at); name == path[0] {
				return dropLines(text, start, end), nil
			}
		}
		return nil, errByHand
	},
	render: func(value any) string { return fmt.Sprint(value) },
}

// envLine is the name of the line at an offset, and the span of its value.
func envLine(text []byte, at int) (name string, start, end int) {
	end = at + len(bytes.TrimRight(text[at:lineEnd(text, at)], " \t\r\n"))
	key, _, ok := bytes.Cut(text[at:end], []byte("="))
	if !ok || bytes.HasPrefix(bytes.TrimSpace(key), []byte("#")) {
		return "", 0, 0
	}
	start = at + len(key) + 1
	start += len(text[start:end]) - len(bytes.TrimLeft(text[start:end], " \t"))
	return strings.TrimPrefix(strings.TrimSpace(string(key)), "export "), start, end
}
