// Package peer holds internal/credentials to the readers that programs have: whatever one of them takes from a line is
// among what is read there. It is a module of its own, so that the program depends on none of them.
package peer

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	compose "github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/jackc/pgpassfile"
	"github.com/jdx/go-netrc"
	"github.com/joho/godotenv"
	"github.com/magiconair/properties"
	"github.com/sirupsen/logrus"

	"github.com/scrubjay-dev/scrubjay/internal/credentials"
)

var pieces = strings.Split(`a|B|7|word|é|%40| |  |	|#| #|;|'|"|\|\n|\t|\"|\'|\\|\$|\:|\u0041|$|$$|$B|${B}|${C:-d}|=|:|!`, "|")

// drawn makes a value that readers differ about, within quotes or not.
func drawn(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(6) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	switch s := b.String(); r.IntN(5) {
	case 0:
		return `"` + s + `"`
	case 1:
		return "'" + s + "'"
	case 2:
		return `"` + s + "\n" + pieces[r.IntN(len(pieces))] + `"`
	case 3:
		return s + " # note"
	default:
		return s
	}
}

// TestReaders asks each about the same kind of lines.
func TestReaders(t *testing.T) {
	logrus.SetOutput(io.Discard) // compose says each variable that is not set
	file := filepath.Join(t.TempDir(), "file")
	for _, c := range []struct {
		name   string
		format credentials.Format
		line   string // with the value
		read   func(text string) (string, error)
	}{
		{"godotenv", credentials.Env, "B=x\nA=%s\nC=z\n", func(text string) (string, error) {
			all, err := godotenv.Unmarshal(text)
			return all["A"], err
		}},
		{"compose", credentials.Env, "B=x\nA=%s\nC=z\n", func(text string) (string, error) {
			all, err := compose.UnmarshalWithLookup(text, nil)
			return all["A"], err
		}},
		{"pgpassfile", credentials.Pgpass, "db:5432:app:jay:%s\n", func(text string) (string, error) {
			f, err := pgpassfile.ParsePassfile(strings.NewReader(text))
			if err != nil {
				return "", err
			}
			return f.FindPassword("db", "5432", "app", "jay"), nil
		}},
		{"properties", credentials.Properties, "other=x\npassword=%s\nnext:y\n", func(text string) (string, error) {
			l := properties.Loader{Encoding: properties.UTF8, DisableExpansion: true}
			p, err := l.LoadBytes([]byte(text))
			if err != nil {
				return "", err
			}
			return p.GetString("password", ""), nil
		}},
		{"properties by a blank", credentials.Properties, "password %s\n", func(text string) (string, error) {
			l := properties.Loader{Encoding: properties.UTF8, DisableExpansion: true}
			p, err := l.LoadBytes([]byte(text))
			if err != nil {
				return "", err
			}
			return p.GetString("password", ""), nil
		}},
		{"netrc", credentials.Netrc, "machine h login jay\n\tpassword %s\nmachine other login x password y\n", func(text string) (value string, err error) {
			n, err := netrc.ParseString(text)
			if err != nil || n.Machine("h") == nil {
				return "", err
			}
			return n.Machine("h").Get("password"), nil
		}},
		{"aws", credentials.INI, "[default]\naws_access_key_id = AKID\naws_secret_access_key = %s\naws_session_token=x\n", func(text string) (string, error) {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				return "", err
			}
			s, err := config.LoadSharedConfigProfile(t.Context(), "default", func(o *config.LoadSharedConfigOptions) {
				o.CredentialsFiles, o.ConfigFiles = []string{file}, []string{}
			})
			return s.Credentials.SecretAccessKey, err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			read, missed := 0, 0
			const lines = 3000
			for range lines {
				text := fmt.Sprintf(c.line, drawn(r))
				want, err := safely(c.read, text)
				if err != nil || want == "" {
					continue
				}
				read++
				if !slices.ContainsFunc(c.format([]byte(text)), func(v credentials.Value) bool { return string(v.Text) == want }) {
					if missed++; missed < 8 {
						t.Errorf("%q is %q to it, and not to us", text, want)
					}
				}
			}
			if t.Logf("%d lines, %d read, %d missed", lines, read, missed); read < lines/4 {
				t.Errorf("it read %d lines of %d", read, lines)
			}
		})
	}
}

// safely asks a reader that may panic: some do, of a text that they cannot read.
func safely(read func(string) (string, error), text string) (value string, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = "", fmt.Errorf("it panics: %v", p)
		}
	}()
	return read(text)
}
