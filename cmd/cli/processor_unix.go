//go:build unix

package cli

import (
	"syscall"
	"time"
)

// processorSeconds is the processor time of this process so far, all threads together.
func processorSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return (time.Duration(u.Utime.Nano()) + time.Duration(u.Stime.Nano())).Seconds()
}
