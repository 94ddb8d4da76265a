package config

import (
	"strings"

	"github.com/burstplex/burstplex/neuron/nearest"
)

// Nearest returns the valid name that a misspelt one most likely means, or "" if none is close; see package nearest.
func Nearest(name string, valid []string) string { return nearest.Name(name, valid) }

// didYouMean is the end of a sentence about an unknown name: `, did you mean "x"?` or nothing.
func didYouMean(name string, valid []string) string {
	if near := Nearest(name, valid); near != "" {
		return `, did you mean "` + near + `"?`
	}
	return ""
}

// choices lists names if they are few enough to read in one line.
func choices(valid []string) string {
	if s := strings.Join(valid, ", "); len(valid) <= 24 && len(s) <= 240 {
		return s
	}
	return ""
}
