package command

import (
	"fmt"
	"io"
	"os"

	"github.com/scrubjay-dev/scrubjay/internal/installation"
)

// StateAnywhere is the state directory of commands that a container or a job runs, too, where there is no home or none that
// can be written to: then it is one in the directory of temporary files, and that is said.
func StateAnywhere(say io.Writer) (installation.State, error) {
	s, err := installation.OpenState("")
	if err == nil || os.Getenv("SCRUBJAY_STATE") != "" {
		return s, err
	}
	t, temporary := installation.TemporaryState()
	if temporary != nil {
		return s, err
	}
	fmt.Fprintf(say, "scrubjay: %v; until then it is kept in %s\n", err, t.Dir)
	return t, nil
}
