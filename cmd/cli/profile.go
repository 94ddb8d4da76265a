package cli

import (
	"os"
	"runtime/pprof"
)

// profiled is what commands have that can say where their time goes.
type profiled struct {
	Profile string `name:"cpuprofile" help:"Write a CPU profile." placeholder:"FILE"`
}

// profile begins a profile, if one was asked for, and returns what ends it.
func (p profiled) profile() (stop func(), err error) {
	if p.Profile == "" {
		return func() {}, nil
	}
	f, err := os.Create(p.Profile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		f.Close()
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}, nil
}
