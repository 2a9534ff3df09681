package rename

import (
	"errors"
	"syscall"
)

// sharing is ERROR_SHARING_VIOLATION.
const sharing = syscall.Errno(32)

func isOpenElsewhere(err error) bool {
	return errors.Is(err, sharing) || errors.Is(err, syscall.ERROR_ACCESS_DENIED)
}
