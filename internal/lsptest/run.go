package lsptest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/lsp"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// running is an archive in one world.
type running struct {
	t *testing.T
	*archive
	editor  *Editor
	daemon  *Daemon
	decider *Decider
	folder  string
	crlf    bool
}

// settings are what the wire obeys in archives.
func settings() policy.Settings {
	return policy.Settings{Providers: map[string]policy.Provider{
		"anthropic": {Format: "anthropic", Kind: policy.Public}, "openai": {Format: "openai", Kind: policy.Public},
		"house": {Format: "openai", Kind: policy.Private},
	}}
}

// withRules has the rules of files besides the shipped ones.
func withRules(files []string) (*detect.Engine, error) {
	var sets []*detect.Set
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		set, err := detect.Load(file, text)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return detect.Default().With(sets...)
}

// run is called in a bubble: what happens is over when all its goroutines wait.
func (a *archive) run(t *testing.T, o Options, withCRLF bool, folder string) {
	r := &running{t: t, archive: a, daemon: NewDaemon(), decider: &Decider{}, folder: folder, crlf: withCRLF}
	for _, f := range a.files {
		r.writeDisk(f.name, r.ends(f.text))
	}
	for line := range strings.Lines(a.special["policy"]) {
		r.must("policy", r.decider.Rule(strings.Fields(line)...))
	}
	for line := range strings.Lines(a.special["vault"]) {
		p, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		r.daemon.Keep(p, value)
	}
	o.Folder = folder
	if init := a.special["init.json"]; init != "" {
		o.Init = json.RawMessage(init)
	}
	r.editor = Start(t, lsp.Config{
		Engine: detect.Default, Rules: withRules, Decider: r.decider, Settings: settings, Daemon: r.daemon, Fingerprint: fingerprint, Program: "scrubjay", Version: "test",
	}, o, a.secrets...)
	synctest.Wait()
	for _, s := range a.script {
		r.step(s)
		synctest.Wait()
		if t.Failed() {
			t.Fatalf("in %s", s.where)
		}
	}
	if left := r.editor.Messages(); len(left) > 0 {
		t.Errorf("the person was told what the script does not know of: %q", left)
	}
	r.editor.HangUp()
}

func (r *running) ends(text string) string {
	if r.crlf {
		return crlf(text)
	}
	return text
}

func (r *running) must(where string, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("%s: %v", where, err)
	}
}

func (r *running) path(name string) string { return filepath.Join(r.folder, filepath.FromSlash(name)) }
func (r *running) uri(name string) string  { return string(uri.File(r.path(name))) }

func (r *running) writeDisk(name, text string) {
	r.must(name, os.MkdirAll(filepath.Dir(r.path(name)), 0o755))
	r.must(name, os.WriteFile(r.path(name), []byte(text), 0o644))
}

// text is the editor's, or else the disk's.
func (r *running) text(name string) string {
	if text, open := r.editor.TextOf(r.uri(name)); open {
		return text
	}
	text, err := os.ReadFile(r.path(name))
	r.must(name, err)
	return string(text)
}

func (r *running) wanted(name string) string {
	text, ok := r.archive.want[name]
	if !ok {
		r.t.Fatalf("the archive has no %s", name)
	}
	return r.ends(text)
}

// verbs are the steps, with how many arguments they need at least.
var verbs = map[string]struct {
	args int
	do   func(*running, []string)
}{
	"open":    {1, (*running).open},
	"close":   {1, func(r *running, args []string) { r.editor.Close(r.uri(args[0])) }},
	"edit":    {3, (*running).edit},
	"replace": {2, func(r *running, args []string) { r.editor.ReplaceAll(r.uri(args[0]), r.wanted(args[1])) }},
	"write":   {2, (*running).write},
	"diags":   {1, (*running).diags},
	"act":     {3, (*running).act},
	"only":    {3, (*running).only},
	"want":    {2, (*running).compare},
	"message": {0, (*running).message},
	"hover":   {2, (*running).hover},
	"status":  {1, (*running).status},
	"answer":  {1, func(r *running, args []string) { r.editor.Answer(args[0]) }},
	"meanwhile": {3, func(r *running, args []string) {
		r.editor.BeforeEdit(func() { r.edit(args) })
	}},
	"settings": {1, func(r *running, args []string) {
		r.editor.Notify("workspace/didChangeConfiguration", map[string]any{"settings": json.RawMessage(args[0])})
	}},
	"policy": {3, func(r *running, args []string) {
		r.must("policy", r.decider.Rule(args...))
		r.daemon.Send(control.Event{Kind: "policy", Revision: "next"})
	}},
	"later": {1, func(r *running, args []string) {
		d, err := time.ParseDuration(args[0])
		r.must("later", err)
		<-time.After(d) // of the bubble
	}},
	"event": {1, func(r *running, args []string) {
		var e control.Event
		r.must("event", json.Unmarshal([]byte(args[0]), &e))
		r.daemon.Send(e)
	}},
	"said": {0, func(r *running, args []string) {
		if said := r.daemon.Said(); !slices.Equal(said, args) {
			r.t.Errorf("the daemon was answered %q, want %q", said, args)
		}
	}},
	"daemon": {1, func(r *running, args []string) {
		r.daemon.Down(args[0] == "down")
		if args[0] == "down" {
			r.daemon.Send(control.Event{Kind: "gone"})
		}
	}},
}

func (r *running) step(s step) {
	v, ok := verbs[s.verb]
	if !ok || len(s.args) < v.args {
		r.t.Fatalf("%s: there is no such step", s.where)
	}
	v.do(r, s.args)
}

func (r *running) open(args []string) {
	name := args[0]
	i := slices.IndexFunc(r.files, func(f file) bool { return f.name == name })
	if i < 0 {
		r.t.Fatalf("the archive has no %s", name)
	}
	r.editor.Open(r.uri(name), language(name), r.text(name))
	synctest.Wait()
	if r.text(name) == r.ends(r.files[i].text) {
		r.check(r.files[i])
	}
}

func (r *running) edit(args []string) {
	text := r.text(args[0])
	at := strings.Index(text, r.ends(args[1]))
	if at < 0 {
		r.t.Errorf("%s has no %q", args[0], args[1])
		return
	}
	r.editor.Replace(r.uri(args[0]), at, at+len(r.ends(args[1])), r.ends(args[2]))
}

func (r *running) write(args []string) {
	r.writeDisk(args[0], r.wanted(args[1]))
	r.editor.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": r.uri(args[0]), "type": 2}}})
}

func (r *running) diags(args []string) {
	var codes []string
	for _, d := range r.editor.Diagnostics(r.uri(args[0])) {
		codes = append(codes, string(d.Code.(protocol.String)))
	}
	if !slices.Equal(codes, args[1:]) {
		r.t.Errorf("diagnostics of %s are %q, want %q", args[0], codes, args[1:])
	}
}

// at is where a text stands that matches all of an expression.
func (r *running) at(name, expr string) (start, end int) {
	m := regexp.MustCompile(expr).FindStringIndex(r.text(name))
	if m == nil {
		r.t.Fatalf("%s has no %s", name, expr)
	}
	return m[0], m[1]
}

func whole(expr string) *regexp.Regexp { return regexp.MustCompile("^(?:" + expr + ")$") }

func (r *running) act(args []string) {
	start, end := r.at(args[0], args[1])
	var found []protocol.CodeAction
	for _, a := range r.editor.Actions(r.uri(args[0]), start, end) {
		if whole(args[2]).MatchString(a.Title) {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		r.t.Errorf("%d actions are called %s", len(found), args[2])
		return
	}
	r.must(args[2], r.editor.Do(found[0]))
}

func (r *running) only(args []string) {
	start, end := r.at(args[1], args[2])
	r.titles(r.editor.Actions(r.uri(args[1]), start, end, args[0]), args[3:])
}

func (r *running) titles(actions []protocol.CodeAction, want []string) {
	var titles []string
	for _, a := range actions {
		titles = append(titles, a.Title)
	}
	if len(titles) != len(want) {
		r.t.Errorf("offered are %q, want %q", titles, want)
		return
	}
	for i, w := range want {
		if !whole(w).MatchString(titles[i]) {
			r.t.Errorf("offered is %q, want %q", titles[i], w)
		}
	}
}

func (r *running) compare(args []string) {
	want := r.wanted(args[1])
	if !slices.ContainsFunc(r.files, func(f file) bool { return f.name == args[0] }) {
		want = r.archive.want[args[1]] // a file that was made has plain line ends
	}
	if difference := firstDifference(r.text(args[0]), want); difference != "" {
		r.t.Errorf("%s: %s", args[0], difference)
	}
}

// hover expects what a hover over a text says, and, after a dash, what it does not.
func (r *running) hover(args []string) {
	start, _ := r.at(args[0], args[1])
	says, want := r.editor.Hover(r.uri(args[0]), start), true
	for _, expr := range args[2:] {
		if expr == "-" {
			want = false
		} else if regexp.MustCompile(expr).MatchString(says) != want {
			r.t.Errorf("hover over %s of %s says %q; %s: %v", args[1], args[0], says, expr, !want)
		}
	}
}

func (r *running) message(args []string) {
	got := r.editor.Messages()
	if len(got) != len(args) {
		r.t.Errorf("the person was told %q, want %q", got, args)
		return
	}
	for i, expr := range args {
		if !regexp.MustCompile(expr).MatchString(got[i]) {
			r.t.Errorf("the person was told %q, want %q", got[i], expr)
		}
	}
}

func (r *running) status(args []string) {
	st := r.editor.Status(r.uri(args[0]))
	got := []string{"verdict=" + st.Verdict, "listen=" + st.Proxy.Listen, "revision=" + st.Policy.Revision, "refused=" + st.Policy.Refused}
	for class, n := range st.Classes {
		got = append(got, fmt.Sprintf("%s=%d", class, n))
	}
	if st.Daemon == "" {
		got = append(got, "daemon=")
	} else {
		got = append(got, "daemon=gone")
	}
	if st.Exchange != nil {
		got = append(got, "exchange="+st.Exchange.Provider, "text="+st.Exchange.Text)
	}
	for _, want := range args[1:] {
		if !slices.Contains(got, want) {
			r.t.Errorf("status says %q, not %q", got, want)
		}
	}
}

// check looks at every mark of a file that was just opened.
func (r *running) check(f file) {
	text := r.text(f.name)
	lines := strings.SplitAfter(text, "\n")
	starts := []int{0}
	for _, l := range lines {
		starts = append(starts, starts[len(starts)-1]+len(l))
	}
	diagnostics := slices.Clone(r.editor.Diagnostics(r.uri(f.name)))
	for _, m := range f.marks {
		line := strings.TrimRight(lines[m.line], "\r\n")
		each := func(do func(start, end int)) {
			found := regexp.MustCompile(m.args[0]).FindAllStringIndex(line, -1)
			for _, at := range found {
				do(starts[m.line]+at[0], starts[m.line]+at[1])
			}
			if found == nil {
				r.t.Errorf("%s: the line has no such text", m.where)
			}
		}
		switch m.verb {
		case "diag":
			i := slices.IndexFunc(diagnostics, func(d protocol.Diagnostic) bool { return int(d.Range.Start.Line) == m.line && r.fits(d, text, m.args) })
			if i < 0 {
				r.t.Errorf("%s: no such diagnostic", m.where)
				continue
			}
			diagnostics = slices.Delete(diagnostics, i, i+1)
		case "hover", "nohover":
			each(func(start, end int) {
				for _, at := range []int{start, end - 1} {
					says := r.editor.Hover(r.uri(f.name), at)
					if m.verb == "nohover" && says != "" {
						r.t.Errorf("%s: it says %q", m.where, says)
					}
					for _, expr := range m.args[1:] {
						if !regexp.MustCompile(expr).MatchString(says) {
							r.t.Errorf("%s: it says %q", m.where, says)
						}
					}
				}
			})
		case "actions":
			each(func(start, end int) { r.titles(r.editor.Actions(r.uri(f.name), start, end), m.args[1:]) })
		case "noaction":
			each(func(start, end int) {
				for _, a := range r.editor.Actions(r.uri(f.name), start, end) {
					if whole(m.args[1]).MatchString(a.Title) {
						r.t.Errorf("%s: it is offered", m.where)
					}
				}
			})
		default:
			r.t.Fatalf("%s: there is no such mark", m.where)
		}
	}
	for _, d := range diagnostics {
		r.t.Errorf("%s:%d: the finding %v (%s) has no mark: add #@ diag(\"TEXT\", %q) to its line", f.name, d.Range.Start.Line+1, d.Code, d.Message, d.Code)
	}
}

var severities = map[string]protocol.DiagnosticSeverity{"error": 1, "warning": 2, "information": 3, "hint": 4}

func (r *running) fits(d protocol.Diagnostic, text string, args []string) bool {
	covered := text[r.editor.offset(text, d.Range.Start):r.editor.offset(text, d.Range.End)]
	source, _ := d.Source.Get()
	if source != "scrubjay" || !whole(args[0]).MatchString(covered) {
		return false
	}
	if len(args) > 1 && string(d.Code.(protocol.String)) != args[1] || len(args) > 2 && d.Severity != severities[args[2]] {
		return false
	}
	return len(args) < 4 || regexp.MustCompile(args[3]).MatchString(string(d.Message.(protocol.String)))
}
