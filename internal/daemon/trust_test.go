package daemon

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestTrust: the file that ca_file names is read when it comes and when it changes; what is wrong with it is said, and
// then nobody is believed by it.
func TestTrust(t *testing.T) {
	s := httptest.NewTLSServer(standin.New(standin.Options{}))
	defer s.Close()
	good := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	file := filepath.Join(t.TempDir(), "ours.pem")
	path := ""
	trust := &trust{file: func() string { return path }}
	if c, err := trust.config(); c != nil || err != nil {
		t.Errorf("no file is named: %v %v", c, err)
	}
	path = file
	for _, step := range []struct {
		text []byte
		want string
	}{
		{nil, "ca_file cannot be read"},
		{[]byte("no certificate"), "holds no certificate in PEM"},
		{good, ""},
		{s.Certificate().Raw, "holds no certificate in PEM"},
		{[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "certificate 1 is damaged"},
		{append([]byte("# Acme's\r\n"), strings.ReplaceAll(string(good), "\n", "\r\n")...), ""},
	} {
		if step.text != nil {
			if err := os.WriteFile(file, step.text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c, err := trust.config()
		if step.want == "" {
			again, _ := trust.config()
			if err != nil || c == nil || again != c {
				t.Errorf("%q: %v", step.text, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), step.want) || c != nil {
			t.Errorf("%q: %v", step.text, err)
		}
		if err := CheckTrust(file); err == nil {
			t.Errorf("doctor finds nothing wrong with %q", step.text)
		}
	}
	// So does whoever asks for the organisation's bundle.
	client := http.Client{Transport: &trusting{trust: trust}}
	res, err := client.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	path = ""
	if _, err := client.Get(s.URL); err == nil {
		t.Error("an authority is believed that nobody names any more")
	}
}
