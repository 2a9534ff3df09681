//go:build !windows

package rename

func isOpenElsewhere(error) bool { return false }
