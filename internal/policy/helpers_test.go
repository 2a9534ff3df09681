package policy

import (
	"testing"
	"time"
)

// today is when these tests take place.
var today = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func acme(t *testing.T) Organisation {
	t.Helper()
	_, public, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return Organisation{URL: "https://policy.acme.example/acme.tar.gz", Keys: []string{string(public)}, Scope: "acme"}
}
