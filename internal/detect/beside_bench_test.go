package detect_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// BenchmarkBeside is what make bench-base runs in an older revision, too: it asks for nothing that those do not have.
func BenchmarkBeside(b *testing.B) {
	e := detect.Default()
	b.Run("stdlib", func(b *testing.B) {
		texts, size := librarySources(b)
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, t := range texts {
				e.Find("x.go", t)
			}
		}
	})
	for _, text := range []struct{ name, piece string }{
		{"password", "service_db_password = \"Tr7#kq9Lm2\"\n"},
		{"email", "2026-11-20T10:00:00Z INFO login user=maria.kowalska@poczta.onet.pl from session 18\n"},
		{"colon", "name: value of the thing\n"},
		{"colons", ":"},
		{"dashes", "-"},
		{"prose", "The meeting notes say that the team will look at the numbers again on Monday, 12 of 30 done.\n"},
		{"chinese", "这是一个关于会议记录的说明,团队将在星期一再次查看这些数字,并且讨论下一步的计划。\n"},
		{"russian", "Это заметки о встрече, команда снова посмотрит на числа в понедельник и обсудит план.\n"},
	} {
		content := []byte(strings.Repeat(text.piece, 1<<20/len(text.piece)))
		b.Run(text.name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				e.Find("x.log", content)
			}
		})
	}
}

func librarySources(b *testing.B) (texts [][]byte, size int) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(root)), "src"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") {
			return err
		}
		text, err := os.ReadFile(p)
		texts, size = append(texts, text), size+len(text)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return texts, size
}
