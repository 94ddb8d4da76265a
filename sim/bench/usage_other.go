//go:build !unix

package bench

import "time"

// cpuTime returns wall time where processor time is unknown.
func cpuTime() time.Duration { return time.Duration(time.Now().UnixNano()) }
