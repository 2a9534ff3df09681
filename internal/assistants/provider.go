package assistants

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// AddProvider adds a provider to Scrubjay's own settings, and touches nothing else there. undo takes it back.
func AddProvider(file, name, format, url, kind string) (undo func() error, err error) {
	was, existed, err := read(file)
	if err != nil {
		return nil, err
	}
	text, err := addProvider(was, name, format, url, kind)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if _, err := replace(file, was, text); err != nil {
		return nil, err
	}
	return func() error {
		if !existed {
			return os.Remove(file)
		}
		_, err := replace(file, text, was)
		return err
	}, nil
}

func addProvider(text []byte, name, format, url, kind string) ([]byte, error) {
	before, err := yamlFile.decode(text)
	if err != nil {
		return nil, err
	}
	entry := fmt.Sprintf("%s: {format: %s, url: %s, kind: %s}", strconv.Quote(name), format, strconv.Quote(url), kind)
	n, left := yamlDescend(text, []string{"providers", name})
	var out []byte
	switch {
	case n == nil || n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && len(left) == 2 && n.Content != nil:
		if bytes.HasSuffix(bytes.TrimRight(text, " \r\n"), []byte("...")) {
			return nil, errByHand
		}
		out = addLine(text, len(text), "providers:"+newline(text)+"  "+entry)
	case n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0:
		at := yamlOffset(text, n) + 1
		if len(left) == 2 {
			entry = strconv.Quote("providers") + ": {" + entry + "}"
		}
		if len(n.Content) > 0 {
			entry += ", "
		}
		out = splice(text, at, at, entry)
	case n.Kind == yaml.MappingNode && len(left) == 1 && len(n.Content) > 0:
		at := yamlOffset(text, n.Content[0])
		if strings.TrimSpace(string(text[lineStart(text, at):at])) != "" {
			return nil, errByHand
		}
		out = splice(text, at, at, entry+newline(text)+string(text[lineStart(text, at):at]))
	default:
		return nil, errByHand
	}
	// Nothing else may have changed.
	want := assign(before, []string{"providers", name}, map[string]any{"format": format, "url": url, "kind": kind})
	if err := yamlFile.meant(out, want); err != nil {
		return nil, err
	}
	return out, nil
}
