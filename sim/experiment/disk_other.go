//go:build !linux && !darwin && !freebsd

package experiment

// freeDisk returns that it is unknown.
func freeDisk(string) (bytes int64, known bool) { return 0, false }
