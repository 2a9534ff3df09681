package wire_test

import (
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// The proxy hands redact's restorers to wire as they are.
var _ wire.Restorer = (*redact.Restorer)(nil)
