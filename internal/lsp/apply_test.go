package lsp_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

// Whatever is typed between the action and its edit, and whatever the editor makes of it: what was typed stays and the
// value is gone whole, or the person is told.
func TestTypingBetweenActionAndEdit(t *testing.T) {
	lsptest.Prepare(t)
	placeholder := regexp.MustCompile(`REDACTED_[A-Z_]+_\w+`)
	for name, o := range map[string]lsptest.Options{
		"honest":        {},
		"honest, lazy":  {Lazy: true},
		"lies":          {Lies: true},
		"lies and lazy": {Lies: true, Lazy: true, Encoding: "utf-8"},
	} {
		t.Run(name, func(t *testing.T) {
			told, done := 0, 0
			for seed := range uint64(150) {
				synctest.Test(t, func(t *testing.T) {
					r := rand.New(rand.NewPCG(seed, 1))
					cfg := config()
					cfg.Daemon = lsptest.NewDaemon()
					aws, github := key(t, "aws"), key(t, "github")
					e := lsptest.Start(t, cfg, o, aws, github)
					text := []string{"# é😀\nA=%s\nB=%s", "x = '%s' # 😀\r\ny = \"%s\"\r\n", "%s %s"}[r.IntN(3)]
					text = fmt.Sprintf(text, aws, github)
					e.Open(file, "dotenv", text)
					synctest.Wait()
					gone, title := []string{aws}, "Redact: "
					if r.IntN(2) == 0 {
						gone, title = []string{aws, github}, "Redact all"
					}
					typed := r.IntN(4)
					e.BeforeEdit(func() {
						for range typed {
							now, _ := e.TextOf(file)
							at := edge(now, r.IntN(len(now)+1))
							end := edge(now, min(len(now), at+r.IntN(3)*r.IntN(2)))
							e.Replace(file, at, end, []string{"", "k", "é", "😀\n", " typed "}[r.IntN(5)])
						}
						text, _ = e.TextOf(file)
					})
					do(t, e, file, strings.Index(text, aws)+4, title)
					got, _ := e.TextOf(file)
					want := text
					for _, v := range gone {
						want = strings.ReplaceAll(want, v, "<>")
					}
					switch said := e.Messages(); {
					case len(said) > 0:
						told++
						if typed == 0 || strings.Contains(said[0], "refused") {
							t.Errorf("seed %d: %d times was typed, and the person is told %q", seed, typed, said)
						}
					case placeholder.ReplaceAllString(got, "<>") != want:
						t.Errorf("seed %d: in silence the text became\n%q and should be\n%q", seed, hide(got, gone), want)
					default:
						done++
					}
				})
			}
			if told == 0 || done == 0 {
				t.Errorf("told %d times, done %d times: that proves little", told, done)
			}
		})
	}
}

// An editor that compares no versions does the edit in the wrong place; the person hears of it.
func TestAnEditInTheWrongPlaceIsTold(t *testing.T) {
	lsptest.Prepare(t)
	for _, lazy := range []bool{false, true} {
		for typed, told := range map[string]int{"": 0, "ab": 1, "😀": 1} {
			synctest.Test(t, func(t *testing.T) {
				cfg := config()
				cfg.Daemon = lsptest.NewDaemon()
				value := key(t, "aws")
				e := lsptest.Start(t, cfg, lsptest.Options{Blind: true, Lazy: lazy}, value)
				e.Open(file, "dotenv", "A="+value+" # the end")
				synctest.Wait()
				e.BeforeEdit(func() {
					if typed != "" {
						e.Replace(file, 0, 0, typed)
					}
				})
				do(t, e, file, 5, "Redact: ")
				if said := e.Messages(); len(said) != told || told > 0 && !strings.Contains(said[0], "is not as it should be; look whether all of the value is gone") {
					t.Errorf("typed %q: the person was told %q", typed, said)
				}
			})
		}
	}
}

// edge is where a letter begins.
func edge(text string, at int) int {
	for at < len(text) && text[at]&0xc0 == 0x80 {
		at++
	}
	return at
}

func hide(text string, values []string) string {
	for _, v := range values {
		text = strings.ReplaceAll(text, v, "<value>")
	}
	return text
}
