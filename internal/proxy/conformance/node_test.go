package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const nodeDir = "../../../clients/conformance"

// TestNode has the vendors' clients for Node do the same. Their tests are in clients/conformance, and make installs
// what they need.
func TestNode(t *testing.T) {
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	node, err := filepath.Abs(filepath.Join(nodeDir, "node_modules", "node-"+runtime.GOOS+"-"+arch, "bin", "node"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(node); err != nil {
		if node, err = exec.LookPath("node"); err != nil {
			t.Skip("there is no Node: make conformance installs one on Linux")
		}
	}
	if _, err := os.Stat(filepath.Join(nodeDir, "node_modules", "openai")); err != nil {
		t.Skip("the clients are not installed: make conformance does it")
	}
	b, p := newBench(t), plant()
	cuts := []string{"", "none", "each"}
	at, random := 10, 5
	if *full {
		at, random = 200, 200
	}
	for i := range at {
		cuts = append(cuts, fmt.Sprintf("at-%d", 1+i*2000/at))
	}
	for seed := range random {
		cuts = append(cuts, fmt.Sprintf("random-%d", seed))
	}
	direct, proxied := map[string]string{}, map[string]string{}
	for _, f := range formats {
		direct[f], proxied[f] = b.direct.base(f), b.proxied+"/"+f
	}
	results := filepath.Join(t.TempDir(), "results")
	say, err := json.Marshal(map[string]any{
		"direct": direct, "proxied": proxied, "cuts": cuts, "results": results,
		"planted": map[string]string{"question": p.question(), "key": p.key, "mail": p.mail, "pem": p.pem, "picture": p.picture},
	})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), node, "--test", "--test-reporter=spec")
	command.Dir = nodeDir
	command.Env = append(os.Environ(), "SCRUBJAY_CONFORMANCE="+string(say), "AI_SDK_LOG_WARNINGS=false")
	out, err := command.CombinedOutput()
	hide := strings.NewReplacer(p.key, "KEY", p.mail, "MAIL", p.pem, "PEM")
	if err != nil {
		t.Errorf("%v\n%s", err, hide.Replace(string(out)))
	}
	sent := b.behind.take()
	for i, v := range p.values() {
		if bytes.Contains(sent, []byte(v)) {
			t.Errorf("value %d went to the vendor", i)
		}
	}
	if !bytes.Contains(sent, []byte(p.picture)) {
		t.Error("no picture arrived as it was sent")
	}
	b.stop()
	b.leaks(t, p.values())
	n, err := nodeRows(results)
	if err != nil || n < 40 {
		t.Errorf("%d features were run: %v", n, err)
	}
}

// nodeRows adds what was run to the table.
func nodeRows(results string) (int, error) {
	f, err := os.Open(results)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var one struct {
			Client, Format, Feature, Failed string
			Whole, None, Each, At, Random   int
		}
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return n, err
		}
		table = append(table, row{one.Client, one.Format, one.Feature, one.Whole + one.None, one.Each, one.At, one.Random, one.Failed})
	}
	return n, nil
}
