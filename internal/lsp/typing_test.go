package lsp_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

// TestTypingBetweenActionAndEdit: somebody types between asking for Redact and the edit. What was typed stays, and the
// value is gone; or it stands as it was touched, and the person is told. That holds with editors that say that an edit
// is applied when it is not, and with those that tell of changes late.
func TestTypingBetweenActionAndEdit(t *testing.T) {
	lsptest.Prepare(t)
	for _, o := range []lsptest.Options{{}, {Boasts: true}, {Late: true}, {Boasts: true, Late: true}} {
		r := rand.New(rand.NewPCG(21, 22))
		for round := range 25 {
			synctest.Test(t, func(t *testing.T) {
				value := key(t, "github")
				cfg := config()
				cfg.Daemon = lsptest.NewDaemon()
				e := lsptest.Start(t, cfg, o, value)
				const u = "file:///w/a.env"
				before, after := "# é one\nA="+value, "\n# the end\n"
				e.Open(u, "dotenv", before+after)
				synctest.Wait()
				whole := before + after
				at := r.IntN(len(whole))
				for at > 0 && whole[at]&0xc0 == 0x80 {
					at--
				}
				from := len(before) - len(value)
				inside := at > from && at < len(before)
				const typed = "typed-😀"
				e.BeforeEdit(func() { e.Replace(u, at, at, typed) })
				actions := e.Actions(u, len(before)-1, len(before)-1)
				for _, a := range actions {
					if strings.HasPrefix(a.Title, "Redact") {
						_ = e.Do(a) // what went wrong is told
						break
					}
				}
				synctest.Wait()
				got, _ := e.TextOf(u)
				where := fmt.Sprintf("%+v, round %d, typed at %d of %d-%d", o, round, at, from, len(before))
				if !strings.Contains(got, typed) {
					t.Errorf("%s: what was typed is lost: %d bytes are left", where, len(got))
				}
				redacted := strings.Contains(got, "REDACTED_")
				messages := e.Messages()
				switch told := len(messages) > 0; {
				case redacted && (strings.Contains(got, value) || strings.Contains(got, value[len(value)/2:]) || strings.Contains(got, value[:len(value)/2])):
					t.Errorf("%s: a part of the value is left beside its placeholder", where)
				case !redacted && !told:
					t.Errorf("%s: nothing happened, and nothing is said", where)
				case !redacted && !inside:
					t.Errorf("%s: typing elsewhere kept it from being redacted: %q", where, messages)
				case !redacted && strings.ReplaceAll(got, typed, "") != whole:
					t.Errorf("%s: what was not redacted is changed", where)
				}
			})
		}
	}
}
