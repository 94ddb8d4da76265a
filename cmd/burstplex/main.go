// Command burstplex runs experiments on networks of neurons that speak in events and bursts.
//
//	burstplex list                        the built-in experiments
//	burstplex init NAME [-o FILE]         a copy to edit
//	burstplex check FILE-or-NAME          is the experiment right? simulates nothing
//	burstplex run FILE-or-NAME [-o DIR]   simulate, and write a directory of results
//	burstplex plot DIR [NAME...]          draw the figures of results again
//	burstplex spikes info FILE            and stats, head, verify, cut, merge, export, import...: recordings
//
// It is thin: every command calls a library function that a Go program could call too. Exit codes are 0 for done, 1
// for failed, 2 for bad input, which is reported in one line per mistake, and 130, 143 and 129 for a run that was
// interrupted by Ctrl-C, by SIGTERM (batch systems) and by SIGHUP (a terminal that is closed): it has left a
// checkpoint, and resume goes on with it.
package main

import (
	"os"

	"github.com/burstplex/burstplex/cmd/cli"
	"github.com/burstplex/burstplex/sim/report"
)

func main() {
	os.Exit(cli.Main(report.NewRegistries(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
