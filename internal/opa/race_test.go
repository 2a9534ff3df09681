//go:build race

package opa

// What questions find is tried without the race detector, too, under which each takes ten times as long.
func init() { oneOf = 8 }
