package lsp_test

import (
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

func TestArchives(t *testing.T) { lsptest.Run(t, "../../testdata/lsp/*.txtar") }
