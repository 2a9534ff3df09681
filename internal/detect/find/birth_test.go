package find

import "testing"

// TestDates: readDate reads real dates in the ways they are written, and says how long they are.
func TestDates(t *testing.T) {
	for text, want := range map[string]int{
		"1984-03-12 x": 10, "12.03.1984": 10, "03/12/1984": 10, "19840312": 8, "12 March 1984": 13, "Mar 12, 1984": 12, "12-Mar-1984": 11, "12. März 1984": 14, "3rd": 0, "March 3rd, 1984": 15, "12 de marzo de 1984": 19, "12.3.84": 7,
		"1984-13-12": 0, "30.02.1984": 0, "1884-03-12": 0, "12.03": 0, "12345": 0, "1984": 0, "29.02.1983": 0, "29.02.1984": 10,
	} {
		if n, ok := readDate([]byte(text)); ok != (want > 0) || ok && n != want {
			t.Errorf("%q: %d, %v, want %d", text, n, ok, want)
		}
	}
}
