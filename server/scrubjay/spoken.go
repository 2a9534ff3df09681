package main

import (
	"fmt"
	"io"
	"strings"

	"go.uber.org/zap/zapcore"
)

// spoken is a log as a person reads it who ran a command: a sentence, without a time and without the program's own lines.
type spoken struct {
	zapcore.LevelEnabler
	out  io.Writer
	with []zapcore.Field
}

func (s spoken) With(fields []zapcore.Field) zapcore.Core {
	s.with = append(s.with[:len(s.with):len(s.with)], fields...)
	return s
}

func (s spoken) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if s.Enabled(e.Level) {
		c = c.AddCore(e, s)
	}
	return c
}

func (s spoken) Write(e zapcore.Entry, fields []zapcore.Field) error {
	said := zapcore.NewMapObjectEncoder()
	var text strings.Builder
	fmt.Fprintf(&text, "scrubjay: %s", e.Message)
	for _, f := range append(s.with[:len(s.with):len(s.with)], fields...) {
		f.AddTo(said)
		if value, ok := said.Fields[f.Key]; ok {
			if f.Key != "error" {
				fmt.Fprintf(&text, "; %s", f.Key)
			}
			fmt.Fprintf(&text, ": %v", value)
		}
	}
	_, err := fmt.Fprintln(s.out, text.String())
	return err
}

func (spoken) Sync() error { return nil }
