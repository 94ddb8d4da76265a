//go:build !unix

package machine

import "time"

// CPU returns wall time where processor time is unknown.
func CPU() time.Duration { return time.Duration(time.Now().UnixNano()) }
