package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// action is action.yml, as far as it is of interest here.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []struct {
			ID, Shell, Run, If, Uses string
			Env                      map[string]string
		}
	}
}

func readAction(t *testing.T) (a action) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(string(read(t, "../../action.yml"))))
	if err := d.Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

var expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)

// TestActionIsWhole: every input is used and every one that is used is there; what the workflow says is in variables, and in no script;
// an output is a step's, whose script writes it.
func TestActionIsWhole(t *testing.T) {
	a := readAction(t)
	script := string(read(t, "../../clients/ci/scrubjay.sh"))
	used, ids := map[string]bool{}, map[string]bool{}
	for _, step := range a.Runs.Steps {
		if strings.Contains(step.Run, "${{") || step.Uses != "" || step.If != "" {
			t.Errorf("the step %s has an expression in its script, is somebody else's, or is done only sometimes", step.ID)
		}
		for name, value := range step.Env {
			for _, m := range expression.FindAllStringSubmatch(value, -1) {
				for term := range strings.SplitSeq(m[1], " || ") {
					if input, ok := strings.CutPrefix(term, "inputs."); ok {
						used[input] = true
					}
				}
			}
			if !strings.Contains(script+step.Run, name) {
				t.Errorf("the step %s has the variable %s, which nobody reads", step.ID, name)
			}
		}
		ids[step.ID] = true
	}
	if inputs, named := slices.Sorted(maps.Keys(a.Inputs)), slices.Sorted(maps.Keys(used)); !slices.Equal(inputs, named) || len(named) < 5 {
		t.Errorf("the inputs are %q, and used are %q", inputs, named)
	}
	for name, o := range a.Outputs {
		m := regexp.MustCompile(`^\$\{\{ steps\.(\w+)\.outputs\.(\w+) \}\}$`).FindStringSubmatch(o.Value)
		if m == nil || !ids[m[1]] || m[2] != name || !strings.Contains(script, "output "+name+" ") {
			t.Errorf("the output %s is %s", name, o.Value)
		}
	}
}

// TestShellcheck: what CI jobs and install.sh do is right in every shell that shellcheck knows.
func TestShellcheck(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("no shellcheck here: make test-release unpacks it")
	}
	run(t, exec.Command("shellcheck", "../../clients/ci/scrubjay.sh", filepath.Join(made(t).out, "install.sh")))
	for _, step := range readAction(t).Runs.Steps {
		c := exec.Command("shellcheck", "--shell=sh", "-")
		c.Stdin = strings.NewReader(step.Run)
		run(t, c)
	}
}

// job is a job of somebody's, in a repository of theirs.
type job struct {
	t   *testing.T
	dir string
	env []string
}

func newJob(t *testing.T) *job {
	t.Helper()
	for _, tool := range []string{"git", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not here")
		}
	}
	j := &job{t: t, dir: t.TempDir()}
	j.env = home(t, "RUNNER_TEMP="+t.TempDir(), "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@acme.example", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@acme.example")
	j.git("init", "-q", "-b", "main")
	j.write(".scrubjay.yaml", "attest: {paths: [pay.go]}\n")
	j.write("clean.txt", "nothing\n")
	j.commit("begin")
	return j
}

func (j *job) git(words ...string) {
	j.t.Helper()
	c := exec.Command("git", words...)
	c.Dir, c.Env = j.dir, j.env
	run(j.t, c)
}

func (j *job) write(name, text string) {
	j.t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(j.dir, name)), 0o755); err != nil {
		j.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(j.dir, name), []byte(text), 0o644); err != nil {
		j.t.Fatal(err)
	}
}

func (j *job) commit(message string) {
	j.t.Helper()
	j.git("add", "-A")
	j.git("commit", "-q", "-m", message)
}

// sh runs a step, and answers with its exit code and all that it says.
func (j *job) sh(script string, env ...string) (int, string) {
	j.t.Helper()
	c := exec.Command("sh", "-e", "-c", script)
	c.Dir, c.Env = j.dir, append(slices.Clone(j.env), env...)
	out, err := c.CombinedOutput()
	if c.ProcessState == nil {
		j.t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// act does the action's steps as GitHub's runner does, until one fails.
func (j *job) act(a action, inputs map[string]string) (code int, outputs map[string]string, said string) {
	j.t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		j.t.Fatal(err)
	}
	files := j.t.TempDir()
	lines := func(name string) []string {
		text, _ := os.ReadFile(filepath.Join(files, name)) // it may have written none
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	known := map[string]string{"github.action_ref": testVersion}
	for name, in := range a.Inputs {
		known["inputs."+name] = in.Default
	}
	for name, value := range inputs {
		known["inputs."+name] = value
	}
	value := func(text string) string {
		return expression.ReplaceAllStringFunc(text, func(e string) string {
			for term := range strings.SplitSeq(expression.FindStringSubmatch(e)[1], " || ") {
				if known[term] != "" {
					return known[term]
				}
			}
			return ""
		})
	}
	for _, step := range a.Runs.Steps {
		env := []string{"GITHUB_ACTION_PATH=" + root, "GITHUB_OUTPUT=" + filepath.Join(files, step.ID), "GITHUB_PATH=" + filepath.Join(files, "path")}
		for name, text := range step.Env {
			env = append(env, name+"="+value(text))
		}
		var out string
		code, out = j.sh(step.Run, env...)
		said += out
		for _, line := range lines(step.ID) {
			name, value, _ := strings.Cut(line, "=")
			known["steps."+step.ID+".outputs."+name] = value
		}
		if code != 0 {
			break
		}
	}
	outputs = map[string]string{}
	for name, o := range a.Outputs {
		outputs[name] = value(o.Value)
	}
	if p := lines("path"); code == 0 && (len(p) != 1 || !strings.HasPrefix(p[0], "/")) {
		j.t.Errorf("later steps get the path %q", p)
	}
	return code, outputs, said
}

func plantedKey() string {
	return strings.Join([]string{"AWS_ACCESS_KEY_ID=AK", "IAQ3EGRZ5TPLW7MNX2\n"}, "")
}

// TestCI: the action and GitLab's template install a release that they have verified, and do what a workflow asks.
func TestCI(t *testing.T) {
	r := made(t)
	where := mirror(t, r, nil)
	a := readAction(t)
	archive := r.archiveFile(host())
	for _, c := range []struct {
		what    string
		prepare func(*job)
		inputs  map[string]string
		code    int
		finds   string // yes, no, or nothing if it does not come to that
		says    string
	}{
		{what: "clean", finds: "no"},
		{what: "a key", prepare: func(j *job) { j.write("a/b.env", plantedKey()) }, code: 1, finds: "yes", says: "a/b.env:1:"},
		{what: "a key elsewhere", prepare: func(j *job) { j.write("a/b.env", plantedKey()) }, inputs: map[string]string{"paths": "clean.txt\n\n.scrubjay.yaml"}, finds: "no"},
		{what: "a key below paths with spaces", prepare: func(j *job) { j.write("my docs/b.env", plantedKey()) }, inputs: map[string]string{"paths": "clean.txt\nmy docs"}, code: 1, finds: "yes", says: "my docs/b.env:1:"},
		{what: "a path that is a command", prepare: func(j *job) { j.write("$(touch pwned);`touch pwned`/x", "nothing") }, inputs: map[string]string{"paths": "$(touch pwned);`touch pwned`"}, finds: "no"},
		{what: "a path that looks like a flag", prepare: func(j *job) { j.write("--all/b.env", plantedKey()) }, inputs: map[string]string{"paths": "--all"}, code: 1, finds: "yes"},
		{what: "a key of the past", prepare: func(j *job) {
			j.write("b.env", plantedKey())
			j.commit("a key")
			j.git("rm", "-q", "b.env")
			j.commit("none")
		}, inputs: map[string]string{"history": "true"}, code: 1, finds: "yes", says: "b.env"},
		{what: "an old key", prepare: func(j *job) {
			j.write(".scrubjay.yaml", "salt: \"0123456789abcdef0123456789abcdef\"\n")
			j.write("b.env", plantedKey())
			c := exec.Command(unpacked(t, r, programs[0].name), "scan", "--write-baseline", "known.json")
			c.Dir, c.Env = j.dir, j.env
			run(t, c)
		}, inputs: map[string]string{"baseline": "known.json"}, finds: "no"},
		{what: "no such path", inputs: map[string]string{"paths": "nowhere"}, code: 2, says: "nowhere"},
		{what: "an assistant's change, not attested", prepare: func(j *job) {
			j.write("pay.go", "package pay\n")
			j.commit("void\n\nCo-authored-by: Claude <noreply@anthropic.com>")
		}, inputs: map[string]string{"attest": "HEAD~1..HEAD"}, code: 1, finds: "no", says: "not attested: pay.go"},
		{what: "an assistant's change elsewhere", prepare: func(j *job) {
			j.write("other.go", "package pay\n")
			j.commit("void\n\nCo-authored-by: Claude <noreply@anthropic.com>")
		}, inputs: map[string]string{"attest": "HEAD~1..HEAD"}, finds: "no", says: "nothing to attest"},
		{what: "no merge request", inputs: map[string]string{"attest": "..HEAD"}, finds: "no", says: "there is no range"},
		{what: "no such range", inputs: map[string]string{"attest": "nowhere..HEAD"}, code: 2, finds: "no", says: "nowhere"},
		{what: "a range that is a flag", inputs: map[string]string{"attest": "--output=x"}, code: 2, finds: "no", says: "a range of commits is A..B"},
		{what: "a branch for a version", inputs: map[string]string{"version": "main"}, code: 2, says: "say which release"},
		{what: "another path for a version", inputs: map[string]string{"version": "v1.2.3/../../x"}, code: 2, says: "say which release"},
		{what: "no such release", inputs: map[string]string{"base-url": where + "/nowhere"}, code: 2, says: "cannot be fetched"},
		{what: "a changed archive", inputs: map[string]string{"base-url": mirror(t, r, map[string][]byte{archive: []byte("something else")})}, code: 2, says: "is not what SHA256SUMS says"},
	} {
		t.Run(c.what, func(t *testing.T) {
			inputs := map[string]string{"base-url": where}
			maps.Copy(inputs, c.inputs)
			j := newJob(t)
			if c.prepare != nil {
				c.prepare(j)
			}
			code, outputs, said := j.act(a, inputs)
			if code != c.code || outputs["findings"] != c.finds || !strings.Contains(said, c.says) || strings.Contains(said, strings.TrimSpace(plantedKey()[20:])) {
				t.Errorf("GitHub: exit code %d, findings %q\n%s", code, outputs["findings"], said)
			}
			j.wrote(outputs["report"], c.finds)
			if is := outputs["evidence"]; (is != "") != strings.Contains(inputs["attest"], "HEAD~1") {
				t.Errorf("the evidence is %q", is)
			} else if is != "" && !strings.Contains(string(read(t, filepath.Join(j.dir, is))), `"scrubjay_attest": 1`) {
				t.Error("there is no evidence in it")
			}

			j = newJob(t)
			if c.prepare != nil {
				c.prepare(j)
			}
			code, said = j.gitlab(inputs)
			if code != c.code && (c.code != 2 || code == 0) || strings.Contains(said, strings.TrimSpace(plantedKey()[20:])) {
				t.Errorf("GitLab: exit code %d\n%s", code, said)
			}
			if c.finds != "" {
				j.wrote("scrubjay.sarif", c.finds)
			}
			if _, err := os.Stat(filepath.Join(j.dir, "pwned")); err == nil {
				t.Error("a path was run")
			}
		})
	}
}

// wrote looks at the report that a job has written.
func (j *job) wrote(report, finds string) {
	j.t.Helper()
	if finds == "" {
		return
	}
	var sarif struct {
		Version string
		Runs    []struct{ Results []any }
	}
	if err := json.Unmarshal(read(j.t, filepath.Join(j.dir, report)), &sarif); err != nil || sarif.Version != "2.1.0" || len(sarif.Runs) != 1 || (len(sarif.Runs[0].Results) > 0) != (finds == "yes") {
		j.t.Errorf("the report is %+v, %v", sarif, err)
	}
}

// gitlab does the template's job as GitLab's runner does.
func (j *job) gitlab(inputs map[string]string) (int, string) {
	j.t.Helper()
	var file struct {
		Scrubjay struct {
			Variables map[string]string
			Script    []string
		}
	}
	if err := yaml.Unmarshal(read(j.t, "../../clients/ci/gitlab.yml"), &file); err != nil {
		j.t.Fatal(err)
	}
	env := []string{"SCRUBJAY_VERSION=" + testVersion, "RUNNER_TEMP="}
	for name, value := range file.Scrubjay.Variables {
		env = append(env, name+"="+value)
	}
	for name, value := range inputs {
		variable, ok := map[string]string{"attest": "SCRUBJAY_RANGE"}[name]
		if !ok {
			variable = "SCRUBJAY_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		}
		env = append(env, variable+"="+value)
	}
	return j.sh(strings.Join(file.Scrubjay.Script, "\n"), env...)
}
