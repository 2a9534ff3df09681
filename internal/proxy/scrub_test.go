package proxy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// TestKnownInOwnCode: what the vault knows keeps its own class where it stands in code that is the organisation's:
// policy may let the code go and not the value.
func TestKnownInOwnCode(t *testing.T) {
	var code strings.Builder
	for i := range 40 {
		fmt.Fprintf(&code, "\tif reading[%d] > limit.%s { alarm(%q, %d) }\n", i, random(5, lowerLetters), random(4, lowerLetters), i*i)
	}
	b, err := detect.NewIndexBuilder(detect.Index{ID: "acme", Class: detect.Proprietary, Severity: detect.Medium, Warn: 2, Block: 5})
	if err != nil {
		t.Fatal(err)
	}
	b.Code([]byte(code.String()))
	file, _, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	set, err := detect.Load("acme.sjindex", file)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := detect.Default().With(set)
	if err != nil {
		t.Fatal(err)
	}
	value := random(9, lowerLetters)
	text := strings.Replace(code.String(), "reading[20]", value, 1)
	at := strings.Index(text, value)
	known := redact.Match{Span: detect.Span{Start: at, End: at + len(value)}, Value: redact.Value{Type: "SECRET", Rule: "generic-secret", Class: detect.Credential}}
	var got []string
	for _, s := range merge(0, []byte(text), engine.Find("", []byte(text)), []redact.Match{known}, nil, engine) {
		got = append(got, string(s.subject.Class))
	}
	if strings.Join(got, " ") != "proprietary credential proprietary" {
		t.Errorf("found %v", got)
	}
}
