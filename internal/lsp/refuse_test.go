package lsp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/lsp"
)

// An editor is told why there is no server by the answer to its first request, and the program ends by itself.
func TestRefuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		ended := make(chan struct{})
		go func() {
			lsp.Refuse(context.Background(), theirs, errors.New(`config.yaml:1: no setting is called "providrs"`), zap.NewNop())
			close(ended)
		}()
		in := bufio.NewReader(ours)
		for _, tt := range []struct{ say, answer string }{
			{`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`, `config.yaml:1: no setting is called \"providrs\"`},
			{`{"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{}}`, `send initialize first`},
		} {
			if _, err := fmt.Fprintf(ours, "Content-Length: %d\r\n\r\n%s", len(tt.say), tt.say); err != nil {
				t.Fatal(err)
			}
			header, err := textproto.NewReader(in).ReadMIMEHeader()
			if err != nil {
				t.Fatal(err)
			}
			n, _ := strconv.Atoi(header.Get("Content-Length"))
			body := make([]byte, n)
			if _, err := io.ReadFull(in, body); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(body), `"error"`) || !strings.Contains(string(body), tt.answer) {
				t.Errorf("the answer is %s", body)
			}
		}
		<-ended
	})
}
