//go:build !noasm

package neuron

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
)

type rawKernel func(c *byte) int

// vector returns a kernel, nil where the processor cannot run it.
func vector(raw rawKernel) kernel {
	if !cpu.X86.HasAVX2 {
		return nil
	}
	return func(c *lanes.Call) int { return raw((*byte)(unsafe.Pointer(c))) }
}

// vectors returns two kernels, without and with nmda, for the dendrite's driving force at the soma or at the dendrite.
func vectors(soma bool, raw [4]rawKernel) (kernels [2]kernel) {
	for nmda := range kernels {
		i := nmda
		if soma {
			i += 2
		}
		kernels[nmda] = vector(raw[i])
	}
	return kernels
}

func twoKernels(soma bool) [2]kernel {
	return vectors(soma, [4]rawKernel{twoStepAVX2, twoStepNMDAAVX2, twoStepSomaAVX2, twoStepSomaNMDAAVX2})
}

func burstKernels(soma bool) [2]kernel {
	return vectors(soma, [4]rawKernel{burstStepAVX2, burstStepNMDAAVX2, burstStepSomaAVX2, burstStepSomaNMDAAVX2})
}

func lifKernel(conductance bool) kernel {
	if conductance {
		return vector(lifStepAVX2)
	}
	return vector(lifCurrentStepAVX2)
}

func deltaKernel() kernel { return vector(deltaStepAVX2) }
func adexKernel() kernel  { return vector(adexStepAVX2) }

// pairsAt views cells as kernels do.
func pairsAt(cells []Pair) *lanes.Pair { return (*lanes.Pair)(unsafe.Pointer(&cells[0])) }
