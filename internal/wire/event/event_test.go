package event

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestSplit: in every framing, the events are the same however a stream is cut, and together with the rest are the stream.
func TestSplit(t *testing.T) {
	for _, c := range []struct {
		framing      Framing
		events, rest string // events end in |
	}{
		{ServerSent, "data: a\n\n|: x\r\ndata: b\r\n\r\n|\n|data: c\r\r|", "data: d\n"},
		{ServerSent, "data: {}\n|data: [1]\n|", "data: {"}, // no blank lines
		{Lines, "{}\n|\n|[1,\"\"]\n|", "{"},
		{Elements, "[{\"a\":\"}\"}|,\n{\"b\":{}}|", "]"},
		{Documents, "{\"\\\"\":1}|{}| {}|", "\n"},
	} {
		want := strings.Split(strings.TrimSuffix(c.events, "|"), "|")
		stream := strings.ReplaceAll(c.events, "|", "") + c.rest
		for cut := range stream {
			s := Splitter{Framing: c.framing, IsWhole: json.Valid}
			var got []string
			for _, piece := range []string{stream[:cut], stream[cut:]} {
				s.Write([]byte(piece))
				for {
					event, err := s.Next()
					if err != nil {
						t.Fatal(err)
					}
					if event == nil {
						break
					}
					got = append(got, string(event))
				}
			}
			rest := string(s.Rest())
			if strings.Join(got, "")+rest != stream {
				t.Fatalf("%q cut at %d loses bytes: %q and %q", stream, cut, got, rest)
			}
			// Half a line end may be an event of its own: it has no data.
			dataOf := func(all []string) (data []string) {
				for _, raw := range all {
					var e Event
					if c.framing != ServerSent {
						data = append(data, raw)
					} else if e.Read([]byte(raw)); e.Data != nil {
						data = append(data, string(e.Data))
					}
				}
				return data
			}
			if !slices.Equal(dataOf(got), dataOf(want)) {
				t.Errorf("%q cut at %d is %q, want %q", stream, cut, got, want)
			}
		}
	}
}

func TestTooLarge(t *testing.T) {
	s := Splitter{Framing: Lines}
	s.Write(make([]byte, MaxSize+1))
	if _, err := s.Next(); !errors.Is(err, ErrTooLarge) {
		t.Errorf("an event that does not end: %v", err)
	}
}

// TestPlaces: data of several lines is found, with the way back to each of its bytes.
func TestPlaces(t *testing.T) {
	raw := []byte("event: x\r\ndata: {\"a\":\r\nid: 7\r\ndata:1}\r\n\r\n")
	var e Event
	e.Read(raw)
	if string(e.Data) != "{\"a\":\n1}" {
		t.Fatalf("data is %q", e.Data)
	}
	for i, c := range e.Data {
		if c != '\n' && raw[e.At(i)] != c {
			t.Errorf("byte %d of the data is %q at %d", i, raw[e.At(i)], e.At(i))
		}
	}
	if got := string(e.InLines([]byte("2\n3"))); got != "2\r\ndata: 3" {
		t.Errorf("two lines are written %q", got)
	}
}
