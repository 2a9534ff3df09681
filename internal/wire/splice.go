package wire

import (
	"github.com/scrubjay-dev/scrubjay/internal/wire/event"
	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// Edit replaces the bytes from Start to End.
type Edit = jsontext.Edit

// Splice applies edits, which are in order and do not overlap. Without edits the body itself is returned.
func Splice(body []byte, edits []Edit) []byte { return jsontext.Splice(body, edits) }

// MaxEvent is the largest event of a stream that is read.
const MaxEvent = event.MaxSize

// ErrEventTooLarge ends a stream.
var ErrEventTooLarge = event.ErrTooLarge
