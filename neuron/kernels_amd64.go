//go:build !noasm

package neuron

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
)

// twoKernel returns the kernel of two-compartment neurons, nil where the processor has none.
func twoKernel(soma, nmda bool) stepKernel {
	return choose(soma, nmda, [4]rawKernel{twoStepAVX2, twoStepNMDAAVX2, twoStepSomaAVX2, twoStepSomaNMDAAVX2})
}

// burstKernel returns the kernel of burst-Poisson neurons.
func burstKernel(soma, nmda bool) stepKernel {
	return choose(soma, nmda, [4]rawKernel{burstStepAVX2, burstStepNMDAAVX2, burstStepSomaAVX2, burstStepSomaNMDAAVX2})
}

type rawKernel func(c, u, v, before *float32) uint32

func choose(soma, nmda bool, kernels [4]rawKernel) stepKernel {
	if !cpu.X86.HasAVX2 {
		return nil
	}
	i := 0
	if soma {
		i += 2
	}
	if nmda {
		i++
	}
	raw := kernels[i]
	return func(c *lanes.Constants, u *lanes.State, v *lanes.Input, before *lanes.State) uint32 {
		return raw(&c[0][0], &u[0][0], &v.Shared[0], &before[0][0])
	}
}

// pairsAt views eight cells as the kernels do.
func pairsAt(cells []Pair, i int) *[lanes.Width]lanes.Pair {
	return (*[lanes.Width]lanes.Pair)(unsafe.Pointer((*[lanes.Width]Pair)(cells[i:])))
}
