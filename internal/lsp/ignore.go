package lsp

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gobwas/glob"
	"go.yaml.in/yaml/v3"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// allowComment is the comment that quiets a finding, and where it goes. Values of more than one line have
// none: their lines may be inside a string, where a comment would be text. Nor have lines on which the
// comment would not be heeded, as very long ones or those that have another.
func allowComment(b *workspace.Buffer, f detect.Finding) (offset int, comment string, ok bool) {
	l, known := languageOf(b)
	line := b.Text.LineAt(f.Start)
	start, end := b.Text.Line(line)
	if !known || l.comment == "" || f.End > end || end-start > maxCommented {
		return 0, "", false
	}
	content := b.Text.Bytes()[start:end]
	comment = l.comment + " scrubjay:allow " + f.Rule.ID
	f.Start, f.End = f.Start-start, f.End-start
	if !l.alone {
		comment = " " + comment
		return end, comment, detect.Ignored(append(bytes.Clone(content), comment...), f)
	}
	indent := content[:len(content)-len(bytes.TrimLeft(content, " \t"))]
	comment = string(indent) + comment + lineEnd(b.Text.Bytes())
	f.Start, f.End = f.Start+len(comment), f.End+len(comment)
	return start, comment, detect.Ignored(append([]byte(comment), content...), f)
}

// allowComments are the comments that quiet findings, one for those of a rule on the same line.
func allowComments(b *workspace.Buffer, findings []judged) (splices []splice) {
	for _, j := range findings {
		at, comment, ok := allowComment(b, j.Finding)
		sp := splice{detect.Span{Start: at, End: at}, comment}
		if ok && !slices.Contains(splices, sp) {
			splices = append(splices, sp)
		}
	}
	return splices
}

// allowHere writes the comments.
func (s *Server) allowHere(ctx context.Context, a argument) (answer, error) {
	r, these, err := s.findings(ctx, a)
	if err != nil {
		return answer{}, err
	}
	splices := allowComments(r.buffer, these)
	if len(splices) == 0 {
		return answer{}, errMoved
	}
	if err := s.apply(ctx, "Not sensitive", r.buffer, splices); err != nil {
		return answer{}, err
	}
	s.marked(ctx, r, these)
	return answer{Said: "Not shown any more here. What goes to AI vendors is scrubbed as before.", Undo: "undo"}, nil
}

// maxCommented is the longest line that gets a comment.
const maxCommented = 1 << 10

func lineEnd(content []byte) string {
	if i := bytes.IndexByte(content, '\n'); i > 0 && content[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// allowInRepository writes an allow entry for exactly each value, rule and file into the repository's
// settings: by fingerprint, so that the file may be committed.
func (s *Server) allowInRepository(ctx context.Context, a argument) (answer, error) {
	r, these, err := s.findings(ctx, a)
	if err != nil {
		return answer{}, err
	}
	f := r.outlook.folder
	if f == nil {
		return answer{}, errors.New("the file is in no open folder, so there is no " + settingsFile + " to write to; open its folder")
	}
	old, err := f.content(s.buffers)
	existed := err == nil
	if !existed && !errors.Is(err, fs.ErrNotExist) {
		return answer{}, err
	}
	if _, problems := parseSettings(old); len(problems) > 0 { // what is said in vain does no harm
		return answer{}, fmt.Errorf("%s is not in order, so nothing was added; mend line %d first: %s", settingsFile, problems[0].line+1, problems[0].text)
	}
	next, known := old, make(map[string]bool)
	for _, j := range these {
		key := j.Rule.ID + "\x00" + string(r.buffer.Value(j.Span))
		if known[key] {
			continue
		}
		known[key] = true
		if next, err = addAllow(next, j.Finding, f.rel(r.buffer.Path), r.buffer.Value(j.Span)); err != nil {
			return answer{}, err
		}
	}
	done := answer{Said: "Not shown any more in this folder. What goes to AI vendors is scrubbed as before.", Undo: "undo"}
	if b, open := s.buffers.Of(f.settingsPath()); open {
		// On disk the editor's next save would write over it.
		err = s.apply(ctx, "Not sensitive", b, []splice{{detect.Span{End: b.Text.Len()}, string(next)}})
	} else if err = replaceFile(f.settingsPath(), next); err == nil {
		done.Undo = commandUndoAllow
		s.mu.Lock()
		s.allowed = allowance{f.settingsPath(), old, existed, next}
		s.mu.Unlock()
	}
	if err != nil {
		return answer{}, err
	}
	s.marked(ctx, r, these)
	s.Refresh()
	return done, nil
}

// allowance is the latest change of a settings file that no editor has open, so that no editor can undo it.
type allowance struct {
	path    string
	former  []byte
	existed bool
	wrote   []byte
}

// undoAllow takes back the latest entry, if the file is still as it was written.
func (s *Server) undoAllow(context.Context, argument) error {
	s.mu.Lock()
	last := s.allowed
	s.allowed = allowance{}
	s.mu.Unlock()
	if last.path == "" {
		return errors.New("there is nothing to undo")
	}
	now, err := os.ReadFile(last.path)
	if err != nil || !bytes.Equal(now, last.wrote) {
		return errors.New(settingsFile + " was changed since: take the entry out by hand")
	}
	if last.existed {
		err = replaceFile(last.path, last.former)
	} else {
		err = os.Remove(last.path)
	}
	if err != nil {
		return err
	}
	s.Refresh()
	return nil
}

// addAllow adds an entry, and the salt if there is none; comments and all other settings stay.
func addAllow(old []byte, f detect.Finding, rel string, value []byte) ([]byte, error) {
	var doc yaml.Node
	plain := bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")) // comments with "\r" come out torn
	if err := yaml.Unmarshal(plain, &doc); err != nil {
		return nil, fmt.Errorf("%s is not yaml; mend it first", settingsFile)
	}
	if len(doc.Content) == 0 {
		// Nothing but comments, perhaps: they stay on top.
		doc = yaml.Node{Kind: yaml.DocumentNode, HeadComment: strings.TrimSpace(string(plain)), Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		if root.Tag != "!!null" {
			return nil, fmt.Errorf("%s is no mapping of settings; mend it first", settingsFile)
		}
		*root = yaml.Node{Kind: yaml.MappingNode, HeadComment: root.HeadComment, FootComment: root.FootComment}
	}
	salt := child(root, "salt", yaml.ScalarNode)
	if salt.Value == "" {
		random := make([]byte, 16)
		_, _ = rand.Read(random) // it never fails
		salt.Kind, salt.Tag, salt.Value, salt.Style = yaml.ScalarNode, "!!str", hex.EncodeToString(random), yaml.DoubleQuotedStyle
	}
	allow := child(root, "allow", yaml.SequenceNode)
	if allow.Kind != yaml.SequenceNode || allow.Style == yaml.FlowStyle && len(allow.Content) == 0 {
		*allow = yaml.Node{Kind: yaml.SequenceNode, HeadComment: allow.HeadComment, LineComment: allow.LineComment, FootComment: allow.FootComment}
	}
	var entry yaml.Node
	if err := entry.Encode(struct {
		Rule        string `yaml:"rule"`
		Path        string `yaml:"path"`
		Fingerprint string `yaml:"fingerprint"`
	}{f.Rule.ID, literal(rel), detect.Fingerprint(detect.Repository, []byte(salt.Value), value)}); err != nil {
		return nil, err
	}
	allow.Content = append(allow.Content, &entry)

	return encodeYAML(&doc, lineEnd(old))
}

// encodeYAML writes settings with the file's own line ends.
func encodeYAML(doc *yaml.Node, lineEnd string) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(doc), encoder.Close()); err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(out.Bytes(), []byte("\n"), []byte(lineEnd)), nil
}

// child is a key's value in a mapping, added at the end if it is not there.
func child(mapping *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	value := &yaml.Node{Kind: kind}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
	return value
}

// literal writes a path as a pattern for itself alone.
func literal(rel string) string {
	if strings.Contains(rel, "/") {
		return glob.QuoteMeta(rel)
	}
	return "/" + glob.QuoteMeta(rel) // without a slash it would be of every file of this name
}

// replaceFile writes all of a file or nothing.
func replaceFile(path string, content []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".scrubjay-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: is the folder read-only?", filepath.Base(path))
	}
	defer os.Remove(temporary.Name()) // it is gone if all went well
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Chmod(mode), temporary.Sync(), temporary.Close()); err == nil {
		err = rename.File(temporary.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("%s could not be written, it is as it was", filepath.Base(path))
	}
	return nil
}
