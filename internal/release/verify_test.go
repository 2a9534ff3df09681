package main

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// documented are the commands of docs/install.md that verify a release: the signature's, and the checksums'.
func documented(t *testing.T) (signature, checksums string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(page), "\n## Verifying\n")
	_, block, _ = strings.Cut(block, "```sh\n")
	block, _, _ = strings.Cut(block, "\n```")
	signature, checksums, found := strings.Cut(block, "\n")
	if !found || !strings.HasPrefix(signature, "openssl ") || !strings.HasPrefix(checksums, "sha256sum ") {
		t.Fatalf("docs/install.md, Verifying, has these commands:\n%s", block)
	}
	return signature, checksums
}

// changed changes the middle byte of a file until the function that comes back is called.
func changed(t *testing.T, name string) (back func()) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	other := slices.Clone(data)
	other[len(other)/2] ^= 1
	if err := os.WriteFile(name, other, 0o644); err != nil {
		t.Fatal(err)
	}
	return func() { os.WriteFile(name, data, 0o644) }
}

// TestVerifying: the documented commands believe a release, and none of whose files a byte was changed.
func TestVerifying(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not here")
	}
	r := made(t)
	signature, checksums := documented(t)
	verify := func(command string) (string, error) {
		c := exec.Command("sh", "-c", command)
		c.Dir = r.out
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if out, err := verify(signature); err != nil || !strings.Contains(out, "Verified OK") {
		t.Errorf("%s: %v\n%s", signature, err, out)
	}
	out, err := verify(checksums)
	if err != nil {
		t.Errorf("%s: %v\n%s", checksums, err, out)
	}
	for _, name := range left(t, r.out) {
		rel, err := filepath.Rel(r.out, name)
		if err != nil {
			t.Fatal(err)
		}
		switch rel {
		case sumsFile, signatureFile:
			back := changed(t, name)
			if out, err := verify(signature); err == nil {
				t.Errorf("%s was changed and is believed:\n%s", rel, out)
			}
			back()
		default:
			if !strings.Contains(out, rel+": OK") {
				t.Errorf("%s is not in %s", rel, sumsFile)
			}
			back := changed(t, name)
			if out, err := verify(checksums); err == nil {
				t.Errorf("%s was changed and is believed:\n%s", rel, out)
			}
			back()
		}
	}
}

// TestTheProgramsOwnKeysSign: scrubjay policy sign --new-key makes keys for releases, too. A release without one says so.
func TestTheProgramsOwnKeysSign(t *testing.T) {
	r := made(t)
	key := filepath.Join(t.TempDir(), "release.key")
	c := exec.Command(unpacked(t, r, programs[0].name), "policy", "sign", "--new-key", "--key", key)
	c.Env = home(t)
	run(t, c)
	text, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	for what, given := range map[string]string{"its file": key, "itself": string(text)} {
		got, err := readKey(given)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		public, err := publicKey(got)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := os.ReadFile(key + ".pub"); err != nil || string(want) != string(public) {
			t.Errorf("%s: the public key is another one (%v)", what, err)
		}
	}
	unsigned := &release{version: testVersion, time: time.Unix(0, 0), out: t.TempDir(), say: io.Discard, sums: map[string][32]byte{}}
	if err := unsigned.writeSums(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := left(t, unsigned.out); len(names) != 1 {
		t.Errorf("without a key there are %q", names)
	}
}

// TestThePublicKeyIsTheSigners: and nothing of the private one is in a release.
func TestThePublicKeyIsTheSigners(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(made(t).out, publicFile))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, errKey := signer()
	if err != nil || errKey != nil || !key.PublicKey.Equal(public.(*ecdsa.PublicKey)) {
		t.Errorf("%s is another key: %v, %v", publicFile, err, errKey)
	}
	for _, name := range left(t, made(t).out) {
		if data, err := os.ReadFile(name); err != nil || strings.Contains(string(data), "-----BEGIN PRIVATE KEY-----\nM") {
			t.Errorf("%s holds a private key (%v)", name, err)
		}
	}
}

// TestSBOM: a bill of materials lists what is linked, and nothing else: Go's library, and the modules that go version -m lists.
func TestSBOM(t *testing.T) {
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) { checkSBOM(t, made(t), p.name) })
	}
}

func checkSBOM(t *testing.T, r *release, name string) {
	text, err := os.ReadFile(filepath.Join(r.out, r.sbomFile(host(), name)))
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		BomFormat  string
		Metadata   struct{ Component struct{ Version string } }
		Components []struct{ Name, Version, PackageURL string }
	}
	if err := json.Unmarshal(text, &bom); err != nil {
		t.Fatal(err)
	}
	var listed, linked []string
	for _, c := range bom.Components {
		listed = append(listed, c.Name+" "+c.Version)
	}
	for i, line := range strings.Split(run(t, exec.Command("go", "version", "-m", unpacked(t, r, name))), "\n") {
		fields := strings.Fields(line)
		switch {
		case i == 0:
			linked = append(linked, "std "+fields[len(fields)-1])
		case len(fields) > 2 && fields[0] == "dep":
			linked = append(linked, fields[1]+" "+fields[2])
		}
	}
	slices.Sort(listed)
	slices.Sort(linked)
	for i := range listed { // Go's own version is written go1.26 by the one, 1.26 by the other
		listed[i] = strings.Replace(listed[i], "std go", "std ", 1)
	}
	for i := range linked {
		linked[i] = strings.Replace(linked[i], "std go", "std ", 1)
	}
	if bom.BomFormat != "CycloneDX" || bom.Metadata.Component.Version != testVersion || len(linked) < 10 || !slices.Equal(listed, linked) {
		t.Errorf("the %s bill of %s lists\n%s\nand linked are\n%s", bom.BomFormat, bom.Metadata.Component.Version, strings.Join(listed, "\n"), strings.Join(linked, "\n"))
	}
}
