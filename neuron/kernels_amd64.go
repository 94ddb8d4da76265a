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

// vectorCode returns whether the processor runs the functions below.
func vectorCode() bool { return cpu.X86.HasAVX2 }

// putArrivals puts the arrivals of n words, from the second on, onto the cells of a block.
func putArrivals(c *lanes.Arrivals, words *uint32, n int) {
	arrivalsAVX2((*byte)(unsafe.Pointer(c)), words, n)
}

// putCounts puts counts onto 8 n neurons.
func putCounts(c *lanes.Counts, n int, pairs bool) {
	if pairs {
		countPairsAVX2((*byte)(unsafe.Pointer(c)), n)
	} else {
		countSumsAVX2((*byte)(unsafe.Pointer(c)), n)
	}
}

// putNormals turns 16 n words into as many normal numbers.
func putNormals(z *float32, words *uint32, n int) { normalsAVX2(z, words, n) }

// fluctuate takes 8 n currents through a step, see ornsteinUhlenbeck.
func fluctuate(x, start, end, z *float32, n int, decay, kick, mean float32) {
	fluctuateAVX2(x, start, end, z, n, decay, kick, mean)
}
