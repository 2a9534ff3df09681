package workspace

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// runGit runs git without anybody's settings.
func runGit(t *testing.T, dir string, stdin string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "git", args...)
	c.Dir, c.Stdin = dir, strings.NewReader(stdin)
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "HOME="+dir,
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
	var problem bytes.Buffer
	c.Stderr = &problem
	out, err := c.Output()
	if err != nil && problem.Len() > 0 {
		t.Fatalf("git %v: %v\n%s", args, err, problem.String())
	}
	return string(out)
}

// TestIgnoredIsWhatGitIgnores asks git itself, for random patterns and names made of the same few pieces.
func TestIgnoredIsWhatGitIgnores(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	patternPieces := []string{"a", "b", "ab", "*", "**", "/", "/", "?", "[ab]", "[!a]", "[^b-z]", "[[:alpha:]]", "[]a]", "[a-", `\a`, `\*`, `\\`, "!", "#", " ", ".log", "é", "**/", "/**"}
	namePieces := []string{"a", "b", "ab", "ba", "c.log", "é", "*", "#", "!", " ", "-", "]"}
	dir := t.TempDir()
	runGit(t, dir, "", "init", "-q")
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	var names []string
	for range 300 {
		var parts []string
		for range 1 + r.IntN(3) {
			part := ""
			for range 1 + r.IntN(2) {
				part += namePieces[r.IntN(len(namePieces))]
			}
			parts = append(parts, part)
		}
		names = append(names, "sub/"+strings.Join(parts, "/"))
	}
	differ, ignored := 0, 0
	for range 300 {
		var lists [2]string
		for i := range lists {
			for range 1 + r.IntN(4) {
				for range 1 + r.IntN(4) {
					lists[i] += patternPieces[r.IntN(len(patternPieces))]
				}
				lists[i] += []string{"\n", "/\n", "\r\n", " \n"}[r.IntN(4)]
			}
		}
		for i, name := range []string{".gitignore", "sub/.gitignore"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(lists[i]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out := runGit(t, dir, strings.Join(names, "\x00")+"\x00", "check-ignore", "--no-index", "--stdin", "-z")
		want := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
		sub := newIgnoreList(newIgnoreList(nil, lists[0], 0, ""), lists[1], len("sub/"), "")
		for _, name := range names {
			// None of the names exists, so that git takes the last part for a file and those before for directories.
			got := false
			for at := 0; at < len(name) && !got; {
				end, isDir := len(name), false
				if i := strings.IndexByte(name[at:], '/'); i >= 0 {
					end, isDir = at+i, true
				}
				list := sub
				if at == 0 {
					list = newIgnoreList(nil, lists[0], 0, "")
				}
				got = list.ignored(name[:end], name[at:end], isDir)
				at = end + 1
			}
			if got {
				ignored++
			}
			if got != slices.Contains(want, name) {
				if differ++; differ < 10 {
					t.Errorf("%q is ignored: %v, git says otherwise. .gitignore: %q, sub/.gitignore: %q", name, got, lists[0], lists[1])
				}
			}
		}
	}
	if ignored < 1000 {
		t.Errorf("only %d names were ignored: the patterns say nothing", ignored)
	}
}

// TestSlowPattern: a pattern that makes a naive matcher try for ever is answered. The test ends, or hangs.
func TestSlowPattern(t *testing.T) {
	if wildMatch(strings.Repeat("*a", 100)+"/"+strings.Repeat("**/a*", 50)+"b", strings.Repeat("a", 200)+strings.Repeat("/aaaa", 100)) {
		t.Error("it has no b")
	}
}
