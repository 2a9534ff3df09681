// Package scrubjay_test holds the repository to what its pages promise: which room may import which, what
// the binary links, and what no file may say.
package scrubjay_test

import (
	"encoding/json"
	"errors"
	"flag"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write docs/linked-modules.txt anew")

const module = "github.com/scrubjay-dev/scrubjay/"

// floors are the rooms in the order of their imports: a room imports from floors below its own, never
// from its own or from above.
var floors = [][]string{
	{"internal/text", "internal/rename", "rules", "internal/detect/letters", "internal/detect/packed", "internal/detect/trial",
		"internal/wire/jsontext", "internal/wire/event", "server/scrubjay/screen"},
	// Each of these knows one thing of bytes: none needs another to say what it says.
	{"internal/detect/words", "internal/detect/phones", "internal/detect/guess", "internal/detect/automaton", "internal/detect/look"},
	// What has no checksum is proved by its structure, and a password in it is guessed.
	{"internal/detect/proof"},
	// Finders know no rules and no engine: each is read by itself, and what it emits somebody else judges.
	{"internal/detect/find"},
	{"internal/detect", "internal/credentials", "internal/wire"},
	{"internal/redact", "internal/pointer", "internal/policy", "internal/audit", "internal/authority"},
	{"internal/opa", "internal/workspace", "internal/standin", "internal/compliance"},
	{"internal/rpc", "internal/completion", "internal/control", "internal/service", "internal/assistants", "internal/otlp"},
	{"internal/installation", "internal/proxy", "internal/lsp", "internal/mcp", "internal/console"},
	{"internal/daemon", "internal/lsptest"},
	// What a command does that is more than a file of it: it is told all that it needs, and knows no flags.
	{"server/scrubjay/scan", "server/scrubjay/demo"},
	{"server/scrubjay/command"},
	{"server/scrubjay", "server/quick"},
}

// wing is detection's rooms. What holds for one holds for all: they are bytes in, findings out.
var wing = []string{
	"internal/detect", "internal/detect/find", "internal/detect/proof", "internal/detect/look", "internal/detect/automaton", "internal/detect/guess",
	"internal/detect/phones", "internal/detect/words", "internal/detect/packed", "internal/detect/letters",
}

// formats are the rooms of the vendors' formats: bytes in, bytes out.
var formats = []string{"internal/wire", "internal/wire/jsontext", "internal/wire/event"}

// bans say what a room does not import, and why. Either only names who may, or not names who may not.
var bans = []struct {
	path   string // a package, or a module with all of its packages
	only   []string
	not    []string
	reason string
}{
	{path: "github.com/open-policy-agent/opa", only: []string{"internal/opa"},
		reason: "what a policy is and how it is evaluated is one room's business: everyone else asks Decide"},
	{path: "go.lsp.dev/jsonrpc2", only: []string{"internal/rpc"},
		reason: "order, limits and guard of a connection are one room's: with a second wiring they would hold only by luck"},
	{path: "golang.org/x/crypto", only: []string{"internal/redact"},
		reason: "the vault alone encrypts; a second place with ciphers would be a second format to keep"},
	{path: "github.com/zalando/go-keyring", only: []string{"internal/pointer"},
		reason: "where people keep secrets is asked in one room, which runs no other program with a value"},
	{path: "github.com/spf13/cobra", only: []string{"server/scrubjay", "server/scrubjay/command", "server/quick"},
		reason: "rooms do not know that there is a command line"},
	{path: "testing", only: []string{"internal/lsptest", "internal/detect/trial"},
		reason: "the program must not carry the test framework's flags"},
	{path: "log", reason: "the log is zap's, whose fields are chosen; a line that is printed takes along what it is given"},
	{path: "os", not: slices.Concat([]string{"internal/text", "internal/credentials", "internal/rpc", "internal/proxy", "internal/mcp", "internal/console"}, formats, wing),
		reason: "it works on bytes that it is given: what it cannot open it cannot leak, and its tests need no files"},
	{path: "net/http", not: append([]string{"internal/text", "internal/credentials", "internal/redact", "internal/audit", "internal/authority", "internal/workspace", "internal/rpc", "internal/pointer"}, wing...),
		reason: "it has nothing to say to anybody: values that never meet a network do not leave by it"},
	{path: "net", not: append([]string{"internal/credentials", "internal/redact", "internal/audit"}, wing...),
		reason: "a finding is proved by its checksum, never by asking anybody"},
	{path: "go.uber.org/zap", not: slices.Concat([]string{"internal/text", "internal/pointer", "internal/credentials", "internal/redact", "internal/audit", "internal/authority", "internal/mcp", "internal/console"}, formats, wing),
		reason: "it handles values, and what cannot log cannot log a value"},
	{path: "crypto/x509", only: []string{"internal/authority", "internal/policy"},
		reason: "who signs a certificate, or reads a key, is one room's: a bundle's key is policy's, a host's certificate the authority's"},
	{path: "go.opentelemetry.io", only: []string{"internal/otlp"},
		reason: "a span with an attribute from anywhere would be a way out; one room sees to it that there is no content in any"},
	{path: "github.com/coder/websocket", only: []string{"internal/proxy"},
		reason: "a websocket that is not scrubbed would be a way round"},
	{path: module + "internal/detect", not: []string{"internal/audit"},
		reason: "the ledger holds names and counts; who has never seen a finding cannot write down its value"},
	{path: module + "internal/redact", not: []string{"internal/audit", "internal/policy", "internal/opa", "internal/wire", "internal/control"},
		reason: "values and their placeholders stay between the vault and whoever asked it"},
}

type listed struct {
	ImportPath, Dir string
	Imports, Deps   []string
	GoFiles         []string
	IgnoredGoFiles  []string
	Module          *struct{ Path, Version, Dir string }
}

var systems = []string{"linux", "darwin", "windows"}

// list is go list over every system that we build for: a file of another system has imports too.
func list(t *testing.T, args ...string) []listed {
	t.Helper()
	var all []listed
	place := map[string]int{}
	for _, system := range systems {
		c := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json"}, args...)...)
		c.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		var problem strings.Builder
		c.Stderr = &problem
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", c.Args, err, problem.String())
		}
		for d := json.NewDecoder(strings.NewReader(string(out))); ; {
			var l listed
			if err := d.Decode(&l); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			i, seen := place[l.ImportPath]
			if !seen {
				place[l.ImportPath] = len(all)
				all = append(all, l)
				continue
			}
			all[i].Imports, all[i].Deps = union(all[i].Imports, l.Imports), union(all[i].Deps, l.Deps)
		}
	}
	if len(all) == 0 {
		t.Fatalf("go list %v lists nothing", args)
	}
	return all
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func floorOf(room string) int {
	return slices.IndexFunc(floors, func(f []string) bool { return slices.Contains(f, room) })
}

// TestImportsRunDownwards: a room knows its neighbours below and nobody above, or beside.
func TestImportsRunDownwards(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t, "./internal/...", "./rules/...", "./server/...") {
		room := strings.TrimPrefix(p.ImportPath, module)
		floor := floorOf(room)
		if floor < 0 {
			t.Errorf("%s is a room that has no floor: say in architecture_test.go and docs/architecture.md where it stands", room)
		}
		seen[room] = true
		for _, i := range p.Imports {
			if to, ours := strings.CutPrefix(i, module); ours && floorOf(to) >= floor {
				t.Errorf("%s imports %s, which does not stand below it", room, to)
			}
		}
	}
	for _, floor := range floors {
		for _, room := range floor {
			if !seen[room] {
				t.Errorf("%s is listed here and is gone", room)
			}
		}
	}
}

// TestWingsAreAskedByTheirDoor: who asks for findings asks internal/detect, and who asks for a format internal/wire. The
// rooms behind them are their own business, so that a detector can change without anybody else's change.
func TestWingsAreAskedByTheirDoor(t *testing.T) {
	for _, p := range list(t, "./internal/...", "./rules/...", "./server/...") {
		for _, i := range p.Imports {
			for _, door := range []string{"internal/detect", "internal/wire"} {
				if strings.HasPrefix(i, module+door+"/") && !within(p.ImportPath, module+door) {
					t.Errorf("%s imports %s: ask %s", p.ImportPath, i, door)
				}
			}
		}
	}
}

// within tells whether a package is the banned one, or a part of the banned module.
func within(pkg, banned string) bool {
	return pkg == banned || strings.Contains(banned, ".") && strings.HasPrefix(pkg, banned+"/")
}

// TestBans: who may import what, and why. A ban whose name nobody imports any more says nothing, and fails.
func TestBans(t *testing.T) {
	packages := list(t, "./internal/...", "./rules/...", "./server/...")
	known := map[string]bool{}
	for _, p := range packages {
		for _, d := range p.Deps {
			known[d] = true
		}
	}
	for _, ban := range bans {
		exists := false
		for d := range known {
			exists = exists || within(d, ban.path)
		}
		if !exists {
			t.Errorf("%s is banned, and nothing has that name any more", ban.path)
		}
		for _, room := range slices.Concat(ban.only, ban.not) {
			if floorOf(room) < 0 {
				t.Errorf("the ban of %s names %s, which is no room", ban.path, room)
			}
		}
		for _, p := range packages {
			room := strings.TrimPrefix(p.ImportPath, module)
			if ban.not != nil && !slices.Contains(ban.not, room) || slices.Contains(ban.only, room) {
				continue
			}
			for _, i := range p.Imports {
				if within(i, ban.path) {
					t.Errorf("%s imports %s: %s", room, i, ban.reason)
				}
			}
		}
	}
}

// TestNobodyLinksTheTestHelpers: the fake editor and the texts of benchmarks are for tests.
func TestNobodyLinksTheTestHelpers(t *testing.T) {
	for _, p := range list(t, "./server/scrubjay", "./server/quick") {
		for _, helper := range []string{"internal/lsptest", "internal/detect/trial"} {
			if slices.Contains(p.Deps, module+helper) {
				t.Errorf("server/scrubjay links %s, which is for tests", helper)
			}
		}
	}
}

// TestTheSmallProgramIsSmall: what the full program needs for policy, proxy and editors takes longer to start than all that the
// small one does.
func TestTheSmallProgramIsSmall(t *testing.T) {
	for _, p := range list(t, "./server/quick") {
		for _, d := range p.Deps {
			for _, heavy := range []string{"github.com/open-policy-agent/opa", "oras.land/oras-go/v2", "github.com/prometheus/client_golang", "google.golang.org/protobuf", "go.opentelemetry.io/otel",
				"go.lsp.dev/protocol", "go.uber.org/zap"} {
				if within(d, heavy) {
					t.Errorf("server/quick links %s: go list -deps ./server/quick has it, and go mod why says by which way", d)
				}
			}
			for _, room := range []string{"internal/daemon", "internal/proxy", "internal/lsp", "internal/opa"} {
				if d == module+room {
					t.Errorf("server/quick links %s", room)
				}
			}
		}
	}
}

// TestEveryPackageHasOneComment: it is the contract by which a newcomer finds the way. A file's licence or
// build line must not become it.
func TestEveryPackageHasOneComment(t *testing.T) {
	for _, p := range list(t, "./...") {
		if len(p.GoFiles) == 0 {
			continue
		}
		var holders []string
		for _, name := range append(p.GoFiles, p.IgnoredGoFiles...) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc == nil {
				continue
			}
			holders = append(holders, name)
			if text := f.Doc.Text(); !strings.HasPrefix(text, "Package ") && !strings.HasPrefix(text, "Command ") {
				t.Errorf("%s/%s: its package comment begins %q: begin with Package or Command and the name, or put an empty line below it",
					p.ImportPath, name, strings.SplitN(text, "\n", 2)[0])
			}
		}
		if len(holders) != 1 {
			t.Errorf("%s has package comments in %q: keep exactly one", p.ImportPath, holders)
		}
	}
}

// TestLinkedModules: docs/linked-modules.txt lists every module that the program links on any system, so
// that a new one shows itself in review.
func TestLinkedModules(t *testing.T) {
	const name = "docs/linked-modules.txt"
	var lines []string
	for _, p := range list(t, "-deps", "./server/scrubjay", "./server/quick") {
		if p.Module != nil && p.Module.Version != "" {
			lines = append(lines, p.Module.Path+" "+p.Module.Version)
		}
	}
	slices.Sort(lines)
	now := strings.Join(slices.Compact(lines), "\n") + "\n"
	if *update {
		if err := os.WriteFile(name, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if string(before) != now {
		t.Errorf("the program links other modules than %s lists.\nIf that is meant: make generate\nNow:\n%s", name, now)
	}
}

// files are the repository's own: what is committed, and what would be.
var files = sync.OnceValues(func() ([]string, error) {
	out, err := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		// What is deleted and not yet committed is still listed.
		if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
			names = append(names, name)
		}
	}
	return names, nil
})

func repositoryFiles(t *testing.T) []string {
	t.Helper()
	names, err := files()
	if err != nil {
		t.Fatal("git ls-files: ", err)
	}
	if !slices.Contains(names, "go.mod") {
		t.Fatalf("git lists %d files and go.mod is not among them", len(names))
	}
	return names
}

// TestNoFileNamesAMachine: a path of the machine it was written on, or the host of a package registry (which
// a mirror's user does not have), works for nobody else. Lock files are no exception.
func TestNoFileNamesAMachine(t *testing.T) {
	at := func(parts ...string) string { return strings.Join(parts, "") }
	forbidden := []string{
		at("/wo", "rk/"), at("/ro", "ot/"), at("/ho", "me/runner"),
		at("proxy.", "golang.org"), at("sum.", "golang.org"), at("registry.", "npmjs.org"), at("registry.", "yarnpkg.com"),
		at("deb.", "debian.org"), at("security.", "debian.org"), at("snapshot.", "debian.org"),
	}
	for _, name := range repositoryFiles(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range forbidden {
			if i := strings.Index(string(text), f); i >= 0 {
				t.Errorf("%s:%d: names %s", name, 1+strings.Count(string(text[:i]), "\n"), f)
			}
		}
	}
}

// TestTheRepositoryPassesItsOwnScan: no finding but what .scrubjay.yaml and inline comments give a reason for.
func TestTheRepositoryPassesItsOwnScan(t *testing.T) {
	names := repositoryFiles(t)
	binary := filepath.Join(t.TempDir(), "scrubjay")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", binary, "./server/scrubjay").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	scan := func(args ...string) (string, error) {
		c := exec.CommandContext(t.Context(), binary, append([]string{"scan"}, args...)...)
		// The person's own settings could hide what everybody else would see.
		c.Env = append(os.Environ(), "SCRUBJAY_STATE="+t.TempDir(), "SCRUBJAY_CONFIG="+filepath.Join(t.TempDir(), "none.yaml"))
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if out, err := scan(names...); err != nil {
		t.Errorf("%v\n%s\nMake the value up at run time; or, if it must stand there, say why in a comment scrubjay:allow or in .scrubjay.yaml", err, out)
	}
	planted := filepath.Join(t.TempDir(), "planted.env")
	if err := os.WriteFile(planted, []byte(strings.Join([]string{"AWS_ACCESS_KEY_ID=AK", "IAQ3EGRZ5TPLW7MNX2\n"}, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := scan(planted); err == nil || !strings.Contains(out, "aws-access-key") {
		t.Errorf("a planted key is not found: %v\n%s", err, out)
	}
}
