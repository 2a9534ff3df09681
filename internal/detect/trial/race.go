//go:build race

package trial

// Thorough divides how often the long tests of one goroutine repeat themselves: the race detector, which finds
// nothing in them, makes them ten times as long.
const Thorough = 8
