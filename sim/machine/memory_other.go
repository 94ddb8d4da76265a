//go:build !linux

package machine

// Where there is no /proc nothing of this is known.

func ForgetPeak()       {}
func PeakMemory() int64 { return 0 }
func Memory() int64     { return 0 }
func Name() string      { return "unknown processor" }
