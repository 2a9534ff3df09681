package detect

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRules holds every shipped rule to its own examples: each gives exactly that rule, and each
// negative gives nothing from any rule, or what is in doubt or nobody's: a token that was cut off, or whose checksum does not
// hold, a number that is given to nobody.
func TestRules(t *testing.T) {
	e, _ := loaded(t)
	if len(e.Rules()) < 50 {
		t.Fatalf("only %d rules are built in", len(e.Rules()))
	}
	for _, r := range e.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			if r.Description == "" || len(r.Examples) < 2 || len(r.Negatives) < 1 || r.triggers == nil {
				t.Errorf("a shipped rule needs a description, two examples, a negative and a keyword")
			}
			for _, text := range r.Examples {
				found := e.Find("", []byte(text))
				if len(found) != 1 || found[0].Rule != r {
					t.Errorf("example %d gives %v, want %s alone", indexOf(r.Examples, text), ids(found), r.ID)
				} else if r.validate != nil && !found[0].Validated && r.ID != "gitlab-pat" && r.ID != "azure-connection-key" && !structural[r.source.Validate] {
					t.Errorf("example %d: its checksum does not hold", indexOf(r.Examples, text))
				}
			}
			for _, text := range r.Negatives {
				found := slices.DeleteFunc(e.Find("", []byte(text)), func(f Finding) bool { return f.Confidence == ConfidenceLow || f.Severity == Info })
				if len(found) > 0 {
					t.Errorf("negative %d gives %v", indexOf(r.Negatives, text), ids(found))
				}
			}
		})
	}
}

// structural are the checks of what has a structure and no checksum: they refuse, and prove nothing.
var structural = map[string]bool{
	"base64-32": true, "ses-smtp": true, "elastic-api-key": true, "atlassian-pat": true, "basic-auth": true, "clerk-host": true,
	"discord-id": true, "secp256k1": true,
}

// TestNothing: what is encrypted, public, a reference, a digest or an identifier has the form of keys and is none.
func TestNothing(t *testing.T) {
	hex := func(n int) string { return strings.Repeat(hex32, 4)[:n] }
	run := strings.Repeat("q7Wm3ZxK9pLt2VbN8rYc", 8)
	for _, text := range []string{
		"password: ENC[AES256_GCM,data:" + run[:24] + "=,iv:" + run[:43] + "=,tag:" + run[:22] + "==,type:str]",
		"db_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  " + hex(64) + "\n  " + hex(64),
		"kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB" + run[:30] + "...",
		"DB_PASSWORD=\"encrypted:" + run[:88] + "\"",
		"password: ENC[PKCS7," + run + "]",
		"password: op://vault/item/field\ntoken: vault:secret/data/app#token\nkey: {{resolve:secretsmanager:app:SecretString:key}}",
		"secret = \"arn:aws:secretsmanager:eu-north-1:123456789012:secret:app-AbCdEf\"",
		"connection: '@Microsoft.KeyVault(SecretUri=https://acme.vault.azure.net/secrets/db)'",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + run[:43] + " jay@acme",
		"-----BEGIN PUBLIC KEY-----\n" + run[:64] + "\n-----END PUBLIC KEY-----",
		"id: 3f2b8c1e-7a9d-4e60-b5c3-91d0a7e4f826",
		"commit " + hex(40) + "\nindex 9f86d08..4c7d659\nrev = \"" + hex(40) + "\"",
		"require github.com/acme/x v0.0.0-20261121101530-" + hex(12) + " // h1:" + run[:43] + "=",
		"image: acme/app@sha256:" + hex(64) + "\nEtag: \"" + hex(32) + "\"",
		"uses: actions/checkout@" + hex(40) + "\n  env:\n    GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}\n  uses: actions/cache@" + hex(40),
		`<script integrity="sha384-` + run[:64] + `" crossorigin="anonymous">`,
		"src=\"data:image/png;base64,iVBORw0KGgo" + run + "\"",
		"tx 0x" + hex(64) + " in block 0x" + hex(64),
		"traceparent: 00-" + hex(32) + "-" + hex(16) + "-01",
		"GITCRYPT",
	} {
		if found := Default().Find("", []byte(text)); len(found) > 0 {
			t.Errorf("%.40q gives %v", text, ids(found))
		}
	}
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

func ids(found []Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, f.Rule.ID)
	}
	return out
}

// ownPrefix are beginnings that look like a name and its sign, and are a part of the token by its vendor's word.
var ownPrefix = []string{"base64:", "AstraCS:", "secret-token:", "t1.", "$", "https:", "cloudinary:", "postgres", "-----", "==", "SCRAM-", "project:", "prod:"}

// TestAValueIsWithoutItsName: what a rule finds begins with the value. With the name in it a redacted file would lose the
// setting, and the bare value would be known to nobody.
func TestAValueIsWithoutItsName(t *testing.T) {
	named := regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.<" -]*["']?\s*[:=]\s*["']?`)
	e, sets := loaded(t)
	looked := 0
	for _, set := range sets {
		for _, r := range set.Rules {
			if r.Class != Credential {
				continue
			}
			var names []string
			for _, text := range r.Examples {
				found, err := e.Try(r, []byte(text))
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range found {
					if f.Rule.ID == r.ID {
						looked++
						names = append(names, named.FindString(text[f.Start:f.End]))
					}
				}
			}
			if len(names) < 2 || names[0] == "" || slices.ContainsFunc(names, func(n string) bool { return n != names[0] }) ||
				slices.ContainsFunc(ownPrefix, func(p string) bool { return strings.HasPrefix(names[0], p) }) {
				continue
			}
			t.Errorf("%s: its values begin with %q: put the group of its expression behind that", r.ID, names[0])
		}
	}
	if looked < 1000 {
		t.Errorf("only %d values were looked at", looked)
	}
}
