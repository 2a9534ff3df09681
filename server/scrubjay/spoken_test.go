package main

import (
	"errors"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// TestSpoken: a command says what is wrong in a line for a person.
func TestSpoken(t *testing.T) {
	var out strings.Builder
	log := zap.New(spoken{LevelEnabler: zapcore.WarnLevel, out: &out})
	log.Info("not said")
	log.Warn("the settings stay as they were", zap.Error(errors.New("config.yaml:3: no key is called x")))
	log.With(zap.String("file", "a")).Error("it is late", zap.Int("seconds", 3))
	if want := "scrubjay: the settings stay as they were: config.yaml:3: no key is called x\nscrubjay: it is late; file: a; seconds: 3\n"; out.String() != want {
		t.Errorf("it says\n%s", out.String())
	}
}
