package proxy

import (
	"mime"

	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// Heard is one text of an answer by itself, in however many pieces it came. It holds values.
type Heard struct {
	// Tool is what the text was handed to, and Key where in its arguments; empty for what is only said.
	Tool, Key string
	Text      []byte
}

// ear takes a text down, and lets it be.
type ear struct{ of *Heard }

func (e ear) Write(piece []byte) []byte {
	e.of.Text = append(e.of.Text, piece...)
	return piece
}

func (ear) Flush() []byte { return nil }

func (ear) Held() bool { return false }

// heard are the texts of an answer, in the order that they began. There are none in one that is not understood.
func (x *exchange) heard(contentType string, answered []byte) (all []*Heard) {
	listen := func(l wire.Lane) wire.Restorer {
		all = append(all, &Heard{Tool: l.Tool.Name, Key: l.Key})
		return ear{all[len(all)-1]}
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	stream := x.route.Stream(kind, listen)
	if stream == nil {
		_, _ = x.route.Answer(answered, listen) // what is not understood has no texts
		return all
	}
	_, err := stream.Write(answered)
	stream.Close(err)
	return all
}
