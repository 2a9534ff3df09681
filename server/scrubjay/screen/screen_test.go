package screen

import (
	"strings"
	"testing"
)

// TestColumns: two of them and the line between stand in a terminal, as long as anything can be read there.
func TestColumns(t *testing.T) {
	for _, width := range []int{43, 60, 80, 100, 119, 120, 300} {
		column := columnOf(width)
		if 2*column+3 > width || column > widest {
			t.Errorf("in %d: %d", width, column)
		}
		for _, line := range wrap(strings.Repeat("long ", 60), column) {
			if cells(line) > column {
				t.Errorf("in %d a line of %d", width, cells(line))
			}
		}
	}
	if columnOf(0) != narrowest {
		t.Errorf("in none: %d", columnOf(0))
	}
}
