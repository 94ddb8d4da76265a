//go:build !linux && !darwin && !freebsd

package session

// freeDisk returns that it is unknown.
func freeDisk(string) (bytes int64, known bool) { return 0, false }
