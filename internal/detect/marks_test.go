package detect

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// frames are where a token stands that nothing names.
var frames = []string{"%s", "x %s y", `"%s"`, `["%s"]`, "`%s`", "t=%s", "(t=%s)", "$ echo %s", "https://x.io/?k=%s", "see %s, ok", `x\n%s\n`, "<b>%s</b>", "- %s"}

// weakForms are tokens of vendors whose form says little, cutForms tokens with a known mark whose rest is cut off. In braces
// stands what is drawn: h hex digits, a letters and digits, u capitals and digits, d digits, and how many.
var (
	weakForms = strings.Fields(`sk-{h32} sk-{a48} {h32}.{a16} {h32}.{a24} cr-{h56} live_{h32} live_{h35} test_{h35} key-{h32} SK{h32} AstraCS:{a24}:{h64}
		glc_{a60} st.{h24}.{h32}.{h32} st.{h8}-{h4}-{h4}-{h4}-{h12}.{h32}.{h32} ctx7sk-{h8}-{h4}-{h4}-{h4}-{h12} depot_{h64} ak-{a22} as-{a22}
		tsec_{a60} unkey_{a24} aph0_{a60} 3{a26}_{a21} 00{a40} OC|{d15}|{a32} endr+{a16} secret-{a43} tss_{a36} MT{a22}.G{a5}.{a38}`)
	cutForms = strings.Fields(`ghp_{a20} glpat-{a14} sk-proj-{a24} sk-svcacct-{a24} AIza{a18} SG.{a20} hf_{a18} hvs.{a24} xai-{a24} pypi-AgEIcHlwaS5vcmc{a12} tskey-auth-{a14}
		AKIA2{u11} gsk_{a24} xoxb-{d11}-{a14} eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ{a20} dckr_pat_{a14} npm_{a20} ATATT3xFfGF0{a40}`)
	formPart = regexp.MustCompile(`\{([haud])(\d+)\}`)
)

func drawForm(d *rand.Rand, form string) string {
	sets := map[string]string{"h": "0123456789abcdef", "a": shapeAlnum, "u": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "d": shapeDigits}
	return formPart.ReplaceAllStringFunc(form, func(part string) string {
		m := formPart.FindStringSubmatch(part)
		n, _ := strconv.Atoi(m[2])
		b := make([]byte, n)
		for i := range b {
			b[i] = sets[m[1]][d.IntN(len(sets[m[1]]))]
		}
		return string(b)
	})
}

// TestWeakForms: what has a vendor's form is found wherever it stands, and in doubt where nothing says what it is.
func TestWeakForms(t *testing.T) {
	e, d := Default(), rand.New(rand.NewPCG(3, 4))
	for _, form := range append(weakForms[:len(weakForms):len(weakForms)], cutForms...) {
		tried, missed, example := 0, 0, ""
		for _, frame := range frames {
			for range 8 {
				value := drawForm(d, form)
				text := fmt.Sprintf(frame, value)
				at := strings.Index(text, value)
				hidden := make([]byte, len(text))
				for _, f := range e.Find("a.txt", []byte(text)) {
					for i := f.Start; i < f.End && f.Severity > Info; i++ {
						hidden[i] = 1
					}
				}
				tried++
				if strings.Contains(string(hidden[at:at+len(value)]), "\x00") {
					missed++
					example = text
				}
			}
		}
		if missed*25 > tried {
			t.Errorf("%s: missed %d of %d: %s", form, missed, tried, example)
		}
	}
}

// TestMarksAlone: a mark with a word behind it is no token.
func TestMarksAlone(t *testing.T) {
	for _, text := range []string{
		"sk-learn-classifier", "sk-fading-circle", ".sk-cube-grid", "key-value-pairs and key-down", "cr-overlay-panel", "live_migration_enabled", "test_user_can_log_in",
		"st.pretty_print(x)", "st.session_state.messages", "ak-sidebar-left", "as-navigation-item", "depot_path_separator", "unkey_everything", "tss_create_context",
		"hf_hub_download", "hvs.", "the prefix SG.", "AIza begins it", "glpat-xxxxxxxxxxxxxxxxxxxx", "sk-...", "secret-santa-list-of-the-year", "SKeleton", "OC|a|b",
		"0000000000000000000000000000000000000000", "eyJhbGciOiJIUzI1NiJ9", strings.Repeat("ab", 16) + ".tar.gz", "Etag: \"d41d8cd98f00b204e9800998ecf8427e\"",
		"main.3f9c2a1b7d8e4f60a1b2c3d4e5f60718.js", "chunk-3f9c2a1b.css",
	} {
		if found := Default().Find("", []byte(text)); len(found) > 0 {
			t.Errorf("%q gives %v", text, ids(found))
		}
	}
}
