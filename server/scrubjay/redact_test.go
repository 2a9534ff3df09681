package main

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// TestRedactLeavesNoCopy: a password is found by its name, and is replaced wherever else the text has it, before and
// after, bare and in base64.
func TestRedactLeavesNoCopy(t *testing.T) {
	p := "Jay-" + rand.Text()[:9] + "+7"
	encoded := base64.StdEncoding.EncodeToString([]byte("jay:" + p))
	text := "login " + p + "\nADMIN_PASSWORD=" + p + "\nAuthorization is " + encoded + "\n" + p
	left, end := "", 0
	for _, m := range sensitive(detect.Default(), []byte(text)) {
		if m.Start < end {
			t.Fatalf("%d begins before %d", m.Start, end)
		}
		left, end = left+text[end:m.Start], m.End
	}
	left += text[end:]
	if strings.Contains(left, p) || strings.Contains(left, encoded[6:len(encoded)-4]) || !strings.Contains(left, "login ") {
		t.Errorf("left: %q", left)
	}
}
