package mcp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// TestPromises: what a tool promises of its results is not passed on if a placeholder could break it; all else of the
// list is, byte for byte, and only lists of tools are looked at.
func TestPromises(t *testing.T) {
	const (
		strictOne = `{"type":"object","properties":{"mail":{"type":"string","format":"email"}}}`
		plain     = `{"type":"object","properties":{"mail":{"type":"string"}}}`
	)
	list := func(tools string) string {
		return `{"jsonrpc":"2.0", "id":1,"result":{"tools":[` + tools + `]}}` + "\n"
	}
	for name, c := range map[string]struct{ said, hears string }{
		"in the middle": {`{"name":"a", "outputSchema" : ` + strictOne + `, "title":"A"}`, `{"name":"a", "title":"A"}`},
		"first":         {`{ "outputSchema":` + strictOne + `,"name":"a"}`, `{ "name":"a"}`},
		"last":          {`{"name":"a" ,"outputSchema":` + strictOne + ` }`, `{"name":"a"  }`},
		"alone":         {`{"outputSchema":` + strictOne + `}`, `{}`},
		"a number":      {`{"name":"a","outputSchema":{"properties":{"n":{"type":["integer","null"]}}}}`, `{"name":"a"}`},
		"one of words":  {`{"name":"a","outputSchema":{"properties":{"n":{"enum":["x"]}}}}`, `{"name":"a"}`},
		"text":          {`{"name":"a","outputSchema":` + plain + `}`, `{"name":"a","outputSchema":` + plain + `}`},
		"two of three": {`{"name":"a","outputSchema":` + strictOne + `},{"name":"b","outputSchema":` + plain + `},{"name":"c","outputSchema":` + strictOne + `}`,
			`{"name":"a"},{"name":"b","outputSchema":` + plain + `},{"name":"c"}`},
		"not its own":  {`{"name":"a","inputSchema":` + strictOne + `,"annotations":{"outputSchema":` + strictOne + `}}`, `{"name":"a","inputSchema":` + strictOne + `,"annotations":{"outputSchema":` + strictOne + `}}`},
		"like its own": {`{"name":"a","inputSchema":` + strictOne + `,"outputSchema":` + strictOne + `}`, `{"name":"a","inputSchema":` + strictOne + `}`},
	} {
		b := relay(&fake{})
		if got := b.hears(t, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`+"\n", list(c.said)); got != list(c.hears) {
			t.Errorf("%s: the client hears %s", name, got)
		}
		if (len(b.notes) > 0) != (c.said != c.hears) {
			t.Errorf("%s: notes %q", name, b.notes)
		}
		batch := relay(&fake{})
		if got, want := batch.hears(t, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`+"\n", "["+strings.TrimSuffix(list(c.said), "\n")+"]\n"), list(c.hears); strings.Trim(got, "[]\n") != strings.TrimSuffix(want, "\n") {
			t.Errorf("%s: in a batch the client hears %s", name, got)
		}
		other := relay(&fake{})
		if got := other.hears(t, `{"jsonrpc":"2.0","id":1,"method":"prompts/list"}`+"\n", list(c.said)); got != list(c.said) {
			t.Errorf("%s: in another answer the client hears %s", name, got)
		}
	}
}

// TestMark: the mark that some servers on Windows write before their first message is no part of it.
func TestMark(t *testing.T) {
	b := relay(&fake{})
	if got := b.hears(t, "", "\ufeff"+`{"id":1,"result":"`+value+`"}`+"\n"+`{"id":2,"result":1}`+"\n"); got != `{"id":1,"result":"`+masked+`"}`+"\n"+`{"id":2,"result":1}`+"\n" {
		t.Errorf("the client hears %q, and %q is noted", got, b.notes)
	}
}

// TestGrown: placeholders make a message longer, but never than a line may be: a client ends its session over that.
func TestGrown(t *testing.T) {
	n := control.DocumentLimit/len(masked) + 1
	said := `{"jsonrpc":"2.0","id":7,"result":"` + strings.Repeat(value, n) + `"}`
	if len(said) > control.DocumentLimit {
		t.Fatal("it is too long before")
	}
	for what, line := range map[string]string{"a message": said, "a batch": "[" + said + "]"} {
		b := relay(&fake{})
		got := b.hears(t, `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}`+"\n", line+"\n")
		if len(got) > control.DocumentLimit || !strings.Contains(got, "longer than 10 MiB") || !strings.Contains(got, `"isError":true`) {
			t.Errorf("%s: the client hears %d bytes", what, len(got))
		}
	}
	b := relay(&fake{})
	short := strings.Repeat(masked, control.DocumentLimit/len(masked)-10)
	if b.hears(t, fmt.Sprintf(`{"jsonrpc":"2.0","id":8,"method":"tools/call","params":%q}`+"\n", short), ""); b.toServer.Len() == 0 {
		t.Errorf("what does not grow is kept back: %.200s", b.toClient.String())
	}
}
