//go:build !race

package trial

const Thorough = 1
