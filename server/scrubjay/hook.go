package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func hookCommand() *cobra.Command {
	return command.Hook(command.HookOptions{
		Attach: func(ctx context.Context) (command.Judge, control.Hello, error) {
			return attach(ctx)
		},
		Proxy: func(_ installation.State, listen string) (assistants.Proxy, error) {
			e, err := readEnvironment("", listen)
			return e.proxy(), err
		},
		BeforeCommit: hookBeforeCommit,
		Message:      hookMessage,
	})
}
