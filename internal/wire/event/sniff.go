package event

import "bytes"

// ByteOrderMark may stand before all events.
var ByteOrderMark = []byte("\xef\xbb\xbf")

// fields are what a line of server-sent events may begin with. A comment has no name.
var fields = []string{"data:", "event:", "id:", "retry:", ":"}

// Sniff tells whether a text begins like server-sent events. It is not ok while more is needed.
func Sniff(t []byte) (events, ok bool) {
	ok = true
	for _, f := range fields {
		if bytes.HasPrefix(t, []byte(f)) {
			return true, true
		}
		ok = ok && !bytes.HasPrefix([]byte(f), t)
	}
	return false, ok
}
