package detect

import "strconv"

// Counted says how many findings there are.
func Counted(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return strconv.Itoa(n) + " findings"
}
