package cli

import (
	"io"
	"strings"

	"github.com/burstplex/burstplex/sim/report"
)

// run executes a command line of the program as it is.
func run(args []string, stdout, stderr io.Writer) int {
	return Main(report.NewRegistries(), args, strings.NewReader(""), stdout, stderr)
}
