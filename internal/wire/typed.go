package wire

import "bytes"

// typed finds the text that the person has typed last: the contents of the newest message of theirs, without what tools and
// programs put into it. Most requests are never asked, so that it is read when one is.
func (q *Request) typed() (ranges []Edit) {
	if q.media != nil {
		return nil
	}
	members(q.body, func(name, value []byte) {
		switch string(name) {
		case "messages", "contents", "input":
			if text := newest(q.body, value); text != nil {
				ranges = text
			}
		}
	})
	return ranges
}

// newest lists the texts of the last message of a conversation that has one of the person's.
func newest(body, messages []byte) (ranges []Edit) {
	at := func(v []byte) Edit { // where a part of the body stands in it
		start := cap(body) - cap(v)
		return Edit{Start: start, End: start + len(v)}
	}
	if len(messages) > 0 && messages[0] == '"' {
		return []Edit{at(messages)}
	}
	objects(messages, func(message []byte) {
		var role, content, parts []byte
		members(message, func(name, value []byte) {
			switch string(name) {
			case "role":
				role = value
			case "content":
				content = value
			case "parts":
				parts = value
			}
		})
		if string(role) != `"user"` {
			return
		}
		var own []Edit
		if len(content) > 0 && content[0] == '"' {
			own = append(own, at(content))
		}
		for _, list := range [][]byte{content, parts} {
			objects(list, func(part []byte) {
				kind := []byte(`"text"`)
				var text []byte
				members(part, func(name, value []byte) {
					switch string(name) {
					case "type":
						kind = value
					case "text":
						text = value
					}
				})
				if (string(kind) == `"text"` || string(kind) == `"input_text"`) && len(text) > 1 && !isProgrammed(text) {
					own = append(own, at(text))
				}
			})
		}
		if own != nil {
			ranges = own
		}
	})
	return ranges
}

// isProgrammed tells what assistants put beside the person's words: <system-reminder>, <environment_details>.
func isProgrammed(text []byte) bool {
	text = bytes.TrimLeft(text[1:], ` \nrt`)
	if len(text) < 2 || text[0] != '<' {
		return false
	}
	end := bytes.IndexByte(text, '>')
	return end > 1 && bytes.ContainsAny(text[:end], "-_")
}

// objects calls f for each element of a JSON array that is an object.
func objects(array []byte, f func(object []byte)) {
	s := scanner{data: array, lax: true}
	s.space()
	if s.next() != '[' {
		return
	}
	for s.pos++; ; s.pos++ {
		s.space()
		from := s.pos
		if s.value(nil, 0, -1) != nil {
			return
		}
		if array[from] == '{' {
			f(array[from:s.pos])
		}
		s.space()
		if s.next() != ',' {
			return
		}
	}
}

// Typed tells whether a span is of what the person has typed last.
func (q *Request) Typed(sp Span) bool {
	if !q.looked {
		q.looked, q.newest = true, q.typed()
	}
	for _, r := range q.newest {
		if r.Start <= sp.Start && sp.End <= r.End {
			return true
		}
	}
	return false
}
