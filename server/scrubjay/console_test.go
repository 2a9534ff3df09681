package main

import (
	"slices"
	"testing"
)

// TestBrowser: a browser is opened where there is one, and not on a machine that somebody only reaches by a terminal.
func TestBrowser(t *testing.T) {
	for _, c := range []struct {
		system, variable string
		want             []string
	}{
		{"linux", "", nil},
		{"linux", "DISPLAY", []string{"xdg-open"}},
		{"linux", "WAYLAND_DISPLAY", []string{"xdg-open"}},
		{"freebsd", "DISPLAY", []string{"xdg-open"}},
		{"darwin", "", []string{"open"}},
		{"windows", "", []string{"rundll32", "url.dll,FileProtocolHandler"}},
	} {
		got := browser(c.system, func(name string) string {
			if name == c.variable {
				return ":0"
			}
			return ""
		})
		if !slices.Equal(got, c.want) {
			t.Errorf("%s with %s: %q", c.system, c.variable, got)
		}
	}
}
