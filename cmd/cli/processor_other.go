//go:build !unix

package cli

// processorSeconds is 0: it is unknown.
func processorSeconds() float64 { return 0 }
