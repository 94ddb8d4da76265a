//go:build !amd64 || noasm

package neuron

import "github.com/burstplex/burstplex/neuron/internal/lanes"

func twoKernel(soma, nmda bool) stepKernel   { return nil }
func burstKernel(soma, nmda bool) stepKernel { return nil }

func pairsAt(cells []Pair, i int) *[lanes.Width]lanes.Pair { panic("neuron: no kernels") }
