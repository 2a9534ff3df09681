package credentials

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// compareWith asks a real program for the values of lines and wants each among ours. It takes a list in JSON and answers
// with one; an empty answer is a line that it refuses.
func compareWith(t *testing.T, c *exec.Cmd, lines []string, ours func(line string) []string) {
	t.Helper()
	in, _ := json.Marshal(lines)
	c.Stdin = bytes.NewReader(in)
	var problem strings.Builder
	c.Stderr = &problem
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, problem.String())
	}
	var theirs []string
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatal(err)
	}
	compare(t, lines, theirs, ours)
}

func compare(t *testing.T, lines, theirs []string, ours func(line string) []string) {
	t.Helper()
	if len(theirs) != len(lines) {
		t.Fatalf("%d answers to %d lines", len(theirs), len(lines))
	}
	missed, read := 0, 0
	for i, want := range theirs {
		if want == "" {
			continue
		}
		if read++; !slices.Contains(ours(lines[i]), want) {
			if missed++; missed < 10 {
				t.Errorf("%q is %q to it, and not to us", lines[i], want)
			}
		}
	}
	if t.Logf("%d lines, %d read, %d missed", len(lines), read, missed); read < len(lines)/4 {
		t.Errorf("it read %d lines of %d", read, len(lines))
	}
}

// TestFormats: each format's ways to write a password, in files as messy as real ones.
func TestFormats(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, c := range []struct {
		name   string
		format Format
		text   string
		want   []string // passwords
		not    []string
	}{
		{"npm", INI, "//r.acme.dev/:_authToken=tok1;rest\n//r.acme.dev/:_password=\"" + b64("pass1") + "\"\n_auth = " + b64("jay:pass2"), []string{"tok1", "tok1;rest", b64("pass1"), "pass1", b64("jay:pass2"), "pass2", "jay:pass2"}, []string{"jay"}},
		{"npm escapes", INI, `_authToken=a\;b\#c`, []string{"a;b#c", `a\;b\#c`}, nil},
		{"pip", INI, "[global]\nindex-url =\n  https://jay:p%40ss1@pypi.acme.dev/simple\n", []string{"p@ss1", "p%40ss1"}, nil},
		{"pypirc", INI, "[pypi]\nusername: __token__\npassword: pypi%one\n", []string{"pypi%one"}, []string{"__token__"}},
		{"aws", INI, "[default]\naws_secret_access_key = abc # note\naws_session_token='q r'\n", []string{"q r", "'q r'"}, nil},
		{"my.cnf", INI, "[client]\npassword=\"p#1\\sx\"\n", []string{"p#1 x", `p#1\sx`}, nil},
		{"my.cnf comment", INI, "[client]\npassword = p1 # mine\n", []string{"p1"}, nil},
		{"pg_service", INI, "[prod]\nhost=db\npassword=p1'x\n", []string{"p1'x"}, nil},
		{"wgetrc", INI, "http_password = p1\nheader = Authorization: Basic " + b64("jay:p2") + "\n", []string{"p1", "p2"}, nil},
		{"rclone", INI, "[drive]\ntoken = {\"access_token\":\"a1\",\"refresh_token\":\"r1\"}\n", []string{"a1", "r1"}, nil},
		{"netrc", Netrc, "machine\n\tgit.acme.dev\n login jay password \"p \\\"1\"\ndefault login anonymous password p2", []string{`p "1`, "p2"}, []string{"jay", "anonymous"}},
		{"netrc escapes", Netrc, `machine h login jay password a\ b`, []string{"a b", `a\`}, nil},
		{"netrc hash", Netrc, "machine h login jay password #p1 # note", []string{"#p1"}, nil},
		{"authinfo", Netrc, "machine imap login jay password 'p 1' port 993\n", []string{"p 1"}, []string{"993"}},
		{"pgpass", Pgpass, "# db\ndb:5432:app:jay:p\\:1\\\\x\\y \ndb:5432:*:jay:p2:more\r\n\\:\\:1:5432:*:jay:p3", []string{`p:1\xy `, `p\:1\\x\y `, "p2", "p2:more", `p:1\x\y`, "p3"}, []string{"jay"}},
		{"pgpass user", Pgpass, "localhost:5432:app:postgres:postgres\n", nil, []string{"postgres"}},
		{"git", GitCredentials, "https://jay:p%2f1+@git.acme.dev\nhttps://tok%2e1:@git.acme.dev\nhttps://tok2:x-oauth-basic@g\nhttps://tok3@g\n", []string{"p/1+", "p%2f1+"}, []string{"x-oauth-basic", "jay"}},
		{"gradle", Properties, "repo.password p\\:1\\u0041\\\n   more  \nkeyPassword:p2\\=\nsigning.password = p\\\\u0041\n# x.password=no\n", []string{"p:1Amore  ", "p2=", `p\u0041`}, []string{"no"}},
		{"maven", XML, "<settings><servers><server><username>jay</username><password>\n <![CDATA[p<1]]>&amp;x\n</password></server></servers></settings>", []string{"p<1&x"}, []string{"jay"}},
		{"maven master", XML, "<settingsSecurity><master>{p1=}</master></settingsSecurity>", []string{"{p1=}"}, nil},
		{"maven broken", XML, "<settings><server><password>p1</password>&own;</server>", []string{"p1"}, nil},
		{"nuget", XML, `<configuration><packageSourceCredentials><A><add key="Username" value="jay"/><add key="ClearTextPassword" value="p&quot;1"/></A></packageSourceCredentials></configuration>`, []string{`p"1`}, []string{"jay"}},
		{"docker", JSON, `{"auths":{"r.acme.dev":{"auth":"` + b64("jay:p:1") + `","identitytoken":"t1"}}}`, []string{b64("jay:p:1"), "jay:p:1", "p:1", "t1"}, []string{"jay"}},
		{"composer", JSON, `{"http-basic":{"a":{"username":"jay","password":"p1"}},"github-oauth":{"github.com":"t1"},"bearer":{"h":"t2"}}`, []string{"p1", "t1", "t2"}, []string{"jay"}},
		{"twins", JSON, `{"password":"p1","password":"p2"} {"password":"p3"}`, []string{"p1", "p2", "p3"}, nil},
		{"cut", JSON, `{"a":{"password":"p1", "token":"t\"1"`, []string{"p1", `t"1`}, nil},
		{"sso cache", JSON, `{"accessToken":"t1","clientSecret":"s1","region":"eu"}`, []string{"t1", "s1"}, []string{"eu"}},
		{"kubeconfig", YAML, "users:\n- name: jay\n  user:\n    token: t1\n    password: 'it''s'\n    exec: {env: [{name: DB_PASSWORD, value: p2}]}\n", []string{"t1", "it's", "it''s", "p2"}, []string{"jay"}},
		{"yaml broken", YAML, "a: [\ntoken: \"t1\"\n", []string{"t1"}, nil},
		{"yarn", YAML, "npmRegistries:\n  //r:\n    npmAuthToken: t1\n    npmAuthIdent: " + b64("jay:p1") + "\n", []string{"t1", "p1"}, nil},
		{"gem", YAML, ":rubygems_token: t1\n", []string{"t1"}, nil},
		{"bundle", YAML, "---\nBUNDLE_GEMS__ACME__DEV: \"jay:p1\"\nBUNDLE_PATH: \"vendor/x\"\n", []string{"p1", "jay:p1"}, []string{"vendor/x"}},
		{"cargo", TOML, "[registries.acme]\ntoken = \"Bearer t1\"\n[registry]\ntoken='t2'", []string{"Bearer t1", "t2"}, nil},
		{"toml broken", TOML, "[x\ntoken = \"t1\"\n", []string{"t1"}, nil},
		{"terraform", HCL, "credentials \"app.terraform.io\" { token = \"t\\\"1\" }\n", []string{`t"1`}, nil},
		{"curl", Curlrc, "# mine\nuser = \"jay:p\\\"1\"\n-ujay:p2\n--proxy-user jay:p3 x\nheader: \"Authorization: Bearer t1\"\npass p4\ncert=/x.pem:p5\n", []string{`p"1`, "p2", "p3", "t1", "p4", "p5", "jay:p2"}, []string{"jay"}},
		{"token", Token, mark + "t1\r\n", []string{"t1"}, nil},
	} {
		var got []string
		for _, v := range c.format([]byte(c.text)) {
			if v.Kind == Password {
				got = append(got, string(v.Text))
			}
		}
		for _, w := range c.want {
			if !slices.Contains(got, w) {
				t.Errorf("%s: %q is not among %q", c.name, w, got)
			}
		}
		for _, n := range c.not {
			if slices.Contains(got, n) {
				t.Errorf("%s: %q is taken for a password", c.name, n)
			}
		}
	}
}

// TestNamedValues: where only the name says that it is secret, the name says it to everybody.
func TestNamedValues(t *testing.T) {
	for _, c := range []struct {
		format     Format
		text, name string
		want       Value
	}{
		{INI, "aws_secret_access_key=abc", "", Value{Named, "aws_secret_access_key", []byte("abc")}},
		{JSON, `{"SecretAccessKey":"abc"}`, "", Value{Named, "Secret_Access_Key", []byte("abc")}},
		{JSON, `{"tokens":{"refresh":"abc"}}`, "", Value{Password, "refresh_token", []byte("abc")}},
		{GitCredentials, "https://abc:x-oauth-basic@h", "", Value{Named, "token", []byte("abc")}},
		{Netrc, "machine h login abc password x-oauth-basic", "", Value{Named, "token", []byte("abc")}},
		{YAML, "users: [{user: {tokenFile: run/token}}]", "", Value{Path, "token_File", []byte("run/token")}},
		{INI, "web_identity_token_file = /run/t", "", Value{Path, "web_identity_token_file", []byte("/run/t")}},
		{JSON, `{"credential_source":{"file":"/run/t"}}`, "", Value{Path, "token_file", []byte("/run/t")}},
		{Netrc, "machine h password #note\nabc", "", Value{Named, "password", []byte("abc")}},
	} {
		all := c.format([]byte(c.text))
		if !slices.ContainsFunc(all, func(v Value) bool {
			return v.Kind == c.want.Kind && v.Name == c.want.Name && bytes.Equal(v.Text, c.want.Text)
		}) {
			t.Errorf("%q does not give %d %s %q", c.text, c.want.Kind, c.want.Name, c.want.Text)
		}
	}
}

// TestPythonReads: Python's own netrc module.
func TestPythonReads(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 to read the entries")
	}
	var lines []string
	for n := 1; n < 30_000_000; n = n*6/5 + 7 {
		value := drawn(n)
		lines = append(lines, value, `"`+value+`"`)
	}
	script := `
import json,netrc,os,sys,tempfile
out=[]
for line in json.load(sys.stdin):
    with tempfile.NamedTemporaryFile("w",delete=False,encoding="utf-8") as f: f.write("machine h login jay password "+line+"\nmachine other login x password y\n")
    try: out.append(netrc.netrc(f.name).hosts["h"][2] or "")
    except Exception: out.append("")
    os.unlink(f.name)
print(json.dumps(out))`
	compareWith(t, exec.CommandContext(t.Context(), python, "-c", script), lines, func(line string) (all []string) {
		return read(Netrc, "machine h login jay password "+line+"\nmachine other login x password y\n", "password")
	})
}

// TestLinear: of a file made to be slow, four times as much is four times the work. All that is made of a text is kept,
// so what is kept says how much was done.
func TestLinear(t *testing.T) {
	for i, f := range []Format{Env, INI, HCL, Curlrc, Netrc, Pgpass, GitCredentials, Properties, YAML, JSON, TOML, XML, Token} {
		for _, line := range []string{"A='\n", "A=\"\\\n", "A=`x\nB=$A$A$A\n", "A=#;#;#;\n", "password \" \\", "a:b:c:d:\\", "<a>", "{\"a\":", "[[", "A=\\\n", "A:\n ", "\\u0041", "$'"} {
			kept := func(size int) (n int) {
				for _, v := range f([]byte(strings.Repeat(line, size/len(line)))) {
					n += len(v.Text)
				}
				return n
			}
			if little, much := kept(4<<10), kept(16<<10); much > 6*little+(64<<10) {
				t.Errorf("format %d makes %d bytes of 4 KiB of %q, and %d of 16", i, little, line, much)
			}
		}
	}
}
