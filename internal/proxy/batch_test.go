package proxy

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestBatchResults: the address of a batch's results, wherever the vendor gives it, leads back to us the way that the
// caller came: with the token in the path if it was there, and never otherwise. What is read there is restored.
func TestBatchResults(t *testing.T) {
	b := newBench(t, standin.Options{})
	key := awsKey()
	front := strings.TrimSuffix(b.url, "/t/"+testToken)
	ask := func(method, url, body string, inHeader bool) (string, http.Header, int64) {
		t.Helper()
		req, err := http.NewRequest(method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if body == "" {
			req.Body = http.NoBody
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Api-Key", "the-vendor-key")
		req.Header.Set("Anthropic-Version", "2023-06-01")
		if inHeader {
			req.Header.Set("X-Scrubjay-Token", testToken)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: %d %v", method, strings.TrimPrefix(url, front), res.StatusCode, err)
		}
		return string(text), res.Header, res.ContentLength
	}
	type batch struct {
		ID         string `json:"id"`
		ResultsURL string `json:"results_url"`
	}
	body := fmt.Sprintf(`{"requests":[{"custom_id":"a","params":{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"the key %s"}]}}]}`, key)
	for _, inHeader := range []bool{false, true} {
		base := b.url + "/anthropic"
		if inHeader {
			base = front + "/anthropic"
		}
		text, _, length := ask("POST", base+"/v1/messages/batches", body, inHeader)
		var created batch
		if err := json.Unmarshal([]byte(text), &created); err != nil || length != int64(len(text)) {
			t.Fatalf("%d bytes of %d: %v", len(text), length, err)
		}
		want := base + "/v1/messages/batches/" + created.ID + "/results"
		retrieved, _, _ := ask("GET", base+"/v1/messages/batches/"+created.ID, "", inHeader)
		listed, _, _ := ask("GET", base+"/v1/messages/batches?limit=9", "", inHeader)
		for name, text := range map[string]string{"created": text, "retrieved": retrieved, "listed": listed} {
			if !strings.Contains(text, `"`+want+`"`) || strings.Contains(text, b.vendor.URL()) || inHeader && strings.Contains(text, testToken) {
				t.Errorf("%s, token in a header %v: %s", name, inHeader, text)
			}
		}
		if results, _, _ := ask("GET", created.ResultsURL, "", inHeader); !strings.Contains(results, key) || strings.Contains(results, "AWS_KEY") {
			t.Errorf("the results are not restored: %d bytes", len(results))
		}
	}
	if strings.Contains(b.upstream(), key) || strings.Contains(b.upstream(), testToken) {
		t.Error("the vendor was sent the value or the token")
	}
}
