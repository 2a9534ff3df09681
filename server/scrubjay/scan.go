package main

import (
	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func scanCommand() *cobra.Command {
	return command.Scan(programVersion(), func(state installation.State) (command.Settings, error) {
		governance, err := commandGovernance(state)
		if err != nil {
			return nil, err
		}
		return governance.EditorSettings, nil
	})
}
