package standin

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Request is what a script sees.
type Request struct {
	Model  string
	Stream bool
	// Text is that of the last message: the person's, or a tool's result.
	Text string
	// Tools are the names of the tools on offer.
	Tools []string
	// Choice counts from 0 if several are asked for.
	Choice int
	Body   []byte
}

// Reply is one choice of an answer. With a Status it is an error instead, whose message is Text.
type Reply struct {
	Thinking  string
	Text      string
	ToolCalls []ToolCall
	Status    int
}

// ToolCall is one call; Arguments are JSON.
type ToolCall struct {
	Name      string
	Arguments string
}

// Echo says what it was told. Lines such as
//
//	call Write {"path": "a.txt"}
//
// that name a tool on offer call that tool, all of them at once.
func Echo(r Request) Reply {
	var reply Reply
	var said []string
	for line := range strings.Lines(r.Text) {
		if words := strings.SplitN(strings.TrimSpace(line), " ", 3); len(words) == 3 && words[0] == "call" &&
			slices.Contains(r.Tools, words[1]) && json.Valid([]byte(words[2])) {
			reply.ToolCalls = append(reply.ToolCalls, ToolCall{words[1], words[2]})
			continue
		}
		said = append(said, line)
	}
	reply.Text = strings.Join(said, "")
	return reply
}

// chop cuts text into pieces of n characters.
func chop(text string, n int) []string {
	var pieces []string
	from, count := 0, 0
	for at := range text {
		if count == n {
			pieces = append(pieces, text[from:at])
			from, count = at, 0
		}
		count++
	}
	if from < len(text) {
		pieces = append(pieces, text[from:])
	}
	return pieces
}

// interleave takes one of each list in turn.
func interleave[T any](lists ...[]T) []T {
	var all []T
	for i := 0; ; i++ {
		more := false
		for _, list := range lists {
			if i < len(list) {
				all = append(all, list[i])
				more = true
			}
		}
		if !more {
			return all
		}
	}
}

// texts joins what is text in a content: a string, or an array of parts that may have contents themselves.
func texts(content json.RawMessage) string {
	var text string
	if json.Unmarshal(content, &text) == nil {
		return text
	}
	var parts []struct {
		Text    string
		Content json.RawMessage
	}
	if json.Unmarshal(content, &parts) != nil {
		return ""
	}
	var all []string
	for _, p := range parts {
		if p.Text != "" {
			all = append(all, p.Text)
		}
		if p.Content != nil {
			all = append(all, texts(p.Content))
		}
	}
	return strings.Join(all, "\n")
}

// marshal writes JSON as the vendors do, without escaping for HTML.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // a type of ours that JSON does not have
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func event(name string, data []byte) []byte {
	var b bytes.Buffer
	if name != "" {
		b.WriteString("event: " + name + "\n")
	}
	b.WriteString("data: ")
	b.Write(data)
	b.WriteString("\n\n")
	return b.Bytes()
}
