//go:build !race

package detect

const thorough = 1
