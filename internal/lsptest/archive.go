package lsptest

import (
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"golang.org/x/tools/txtar"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// archive is one test, read and expanded.
type archive struct {
	name    string
	files   []file
	script  []step
	special map[string]string // init.json, policy, vault
	want    map[string]string
	secrets []string
}

// file is one of the person's files.
type file struct {
	name  string
	text  string // without marks
	marks []mark
}

// mark is what is expected of a line.
type mark struct {
	line int
	step
}

// step is a line of a script, or a mark: a word and its arguments.
type step struct {
	where string // for messages
	verb  string
	args  []string
}

func readArchive(path string) (*archive, error) {
	raw, err := txtar.ParseFile(path)
	if err != nil {
		return nil, err
	}
	a := &archive{name: filepath.Base(path), special: map[string]string{}, want: map[string]string{}}
	if first, _, _ := strings.Cut(string(raw.Comment), "\n"); !strings.HasSuffix(first, ".") {
		return nil, errors.New("an archive begins with a sentence that says what it shows")
	}
	scripted := false
	for _, f := range raw.Files {
		text, err := a.expand(f.Name, string(f.Data))
		if err != nil {
			return nil, err
		}
		switch {
		case f.Name == "script":
			scripted = true
			for i, line := range strings.Split(text, "\n") {
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					words, err := arguments(line)
					if err != nil {
						return nil, fmt.Errorf("script:%d: %w", i+1, err)
					}
					a.script = append(a.script, step{fmt.Sprintf("script:%d: %s", i+1, line), words[0], words[1:]})
				}
			}
		case slices.Contains([]string{"init.json", "policy", "vault"}, f.Name):
			a.special[f.Name] = text
		case strings.HasPrefix(f.Name, "want/"):
			a.want[f.Name] = text
		default:
			marked, err := unmark(f.Name, text)
			if err != nil {
				return nil, err
			}
			a.files = append(a.files, marked)
		}
	}
	if !scripted {
		for _, f := range a.files {
			a.script = append(a.script, step{"open " + f.name, "open", []string{f.name}})
		}
	}
	return a, nil
}

// expand fills in what is made up.
func (a *archive) expand(name, text string) (string, error) {
	t, err := template.New(name).Funcs(template.FuncMap{
		"key":         a.key,
		"placeholder": placeholder,
		"quote":       regexp.QuoteMeta,
		"fingerprint": func(kind, salt string) (string, error) {
			value, err := a.key(kind)
			return detect.Fingerprint(detect.Repository, []byte(salt), []byte(value)), err
		},
		// What the proxy calls a value by is for the server, and not for the editor.
		"installation": func(kind string) (string, error) {
			value, err := a.key(kind)
			f := fingerprint([]byte(value))
			a.secrets = append(a.secrets, f)
			return f, err
		},
	}).Parse(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = t.Execute(&out, nil)
	return out.String(), err
}

// fingerprint is the installation's of a value.
func fingerprint(value []byte) string {
	return detect.Fingerprint(detect.Installation, []byte("an archive's installation"), value)
}

// key makes up a value and remembers that nobody may see it.
func (a *archive) key(kind string, n ...int) (string, error) {
	v, err := Key(kind, n...)
	if err == nil && !slices.Contains(a.secrets, v) {
		a.secrets = append(a.secrets, v)
	}
	return v, err
}

const (
	base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Key makes up a value that the shipped rules find. The same kind and number give the same value.
func Key(kind string, n ...int) (string, error) {
	number := 1
	if len(n) > 0 {
		number = n[0]
	}
	r := rand.New(rand.NewPCG(uint64(number), uint64(crc32.ChecksumIEEE([]byte(kind)))))
	random := func(alphabet string, length int) string {
		out := make([]byte, length)
		for i := range out {
			out[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(out)
	}
	switch kind {
	case "aws":
		return "AK" + "IA" + random(base32, 16), nil
	case "awssecret":
		return random(base62+"/+", 37) + "a7Q", nil // a letter of each case and a digit for certain
	case "github":
		body := random(base62, 30)
		sum, check := crc32.ChecksumIEEE([]byte(body)), make([]byte, 6)
		for i := len(check) - 1; i >= 0; i-- {
			check[i], sum = base62[sum%62], sum/62
		}
		return "gh" + "p_" + body + string(check), nil
	case "openai":
		return "sk" + "-proj-" + random(base62, 40) + "T3Blbk" + "FJ" + random(base62, 40), nil
	case "email":
		return random(base62[36:], 9) + "@" + random(base62[36:], 8) + ".com", nil
	case "card":
		digits := []byte("4" + random("0123456789", 14) + "0")
		sum := 0
		for i, d := range digits {
			v := int(d - '0')
			if i%2 == 0 {
				if v *= 2; v > 9 {
					v -= 9
				}
			}
			sum += v
		}
		digits[15] = byte('0' + (10-sum%10)%10)
		return string(digits), nil
	}
	return "", fmt.Errorf("there is no key of kind %q", kind)
}

var word = regexp.MustCompile("\"(?:\\\\.|[^\"\\\\])*\"|`[^`]*`|[^\\s,()\"`]+")

// arguments splits a line into words and strings.
func arguments(line string) (words []string, err error) {
	for _, w := range word.FindAllString(line, -1) {
		if w[0] == '"' || w[0] == '`' {
			if w, err = strconv.Unquote(w); err != nil {
				return nil, fmt.Errorf("%s is not a string", w)
			}
		}
		words = append(words, w)
	}
	return words, nil
}

var markCall = regexp.MustCompile("^(\\w+)\\(((?:\"(?:\\\\.|[^\"\\\\])*\"|`[^`]*`|[^)\"`])*)\\)\\s*")

// unmark takes the marks out of a text.
func unmark(name, text string) (file, error) {
	f := file{name: name}
	var lines []string
	for i, line := range strings.SplitAfter(text, "\n") {
		before, marks, marked := strings.Cut(line, "#@")
		if !marked {
			lines = append(lines, line)
			continue
		}
		of := len(lines)
		if before = strings.TrimRight(before, " \t"); before == "" {
			of--
		} else {
			lines = append(lines, before+"\n")
		}
		marks = strings.TrimSpace(marks)
		for marks != "" {
			m := markCall.FindStringSubmatch(marks)
			if m == nil {
				return f, fmt.Errorf("%s:%d: %q is no mark", name, i+1, marks)
			}
			args, err := arguments(m[2])
			if err != nil {
				return f, fmt.Errorf("%s:%d: %w", name, i+1, err)
			}
			f.marks = append(f.marks, mark{of, step{fmt.Sprintf("%s: %s", name, strings.TrimSpace(m[0])), m[1], args}})
			marks = marks[len(m[0]):]
		}
	}
	f.text = strings.Join(lines, "")
	return f, nil
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// language is what an editor would call it.
func language(name string) string {
	ids := map[string]string{".go": "go", ".py": "python", ".ts": "typescript", ".sh": "shellscript", ".env": "dotenv", ".rs": "rust",
		".json": "json", ".yaml": "yaml", ".rb": "ruby", ".java": "java", ".cs": "csharp", ".php": "php", ".js": "javascript", ".txt": "plaintext"}
	return ids[filepath.Ext(name)]
}

func firstDifference(got, want string) string {
	g, w := strings.SplitAfter(got, "\n"), strings.SplitAfter(want, "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return fmt.Sprintf("line %d is %q, want %q", i+1, a, b)
		}
	}
	return ""
}
