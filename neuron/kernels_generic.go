//go:build !amd64 || noasm

package neuron

import "github.com/burstplex/burstplex/neuron/internal/lanes"

func twoKernels(soma bool) (none [2]kernel)   { return none }
func burstKernels(soma bool) (none [2]kernel) { return none }
func lifKernel(conductance bool) kernel       { return nil }
func deltaKernel() kernel                     { return nil }
func adexKernel() kernel                      { return nil }

func pairsAt(cells []Pair) *lanes.Pair { panic("neuron: no kernels") }
