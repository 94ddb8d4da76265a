//go:build !noasm

package neuron

import (
	"math"
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
)

// code is a generated kernel.
type code func(c *byte) int

// vector returns those kernels of a model that the processor can run, given their variants.
func vector(avx2, avx512 []code) (ks []kernel) {
	if wideVectors() {
		ks = append(ks, kernel{16, callable(avx512)})
	}
	if cpu.X86.HasAVX2 {
		ks = append(ks, kernel{8, callable(avx2)})
	}
	return ks
}

// wideVectors returns whether processor and operating system know registers of 512 bits and what the kernels do with
// them.
func wideVectors() bool {
	return cpu.X86.HasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL
}

func callable(variants []code) (steps []rawKernel) {
	for _, f := range variants {
		steps = append(steps, func(c *lanes.Call) int { return f((*byte)(unsafe.Pointer(c))) })
	}
	return steps
}

// twoKernels returns kernels without and with nmda, for the dendrite's driving force at the soma or at the dendrite,
// and so do burstKernels and escapeKernels.
func twoKernels(soma bool) []kernel {
	if soma {
		return vector([]code{twoStepSomaAVX2, twoStepSomaNMDAAVX2}, []code{twoStepSomaAVX512, twoStepSomaNMDAAVX512})
	}
	return vector([]code{twoStepAVX2, twoStepNMDAAVX2}, []code{twoStepAVX512, twoStepNMDAAVX512})
}

func burstKernels(soma bool) []kernel {
	if soma {
		return vector([]code{burstStepSomaAVX2, burstStepSomaNMDAAVX2}, []code{burstStepSomaAVX512, burstStepSomaNMDAAVX512})
	}
	return vector([]code{burstStepAVX2, burstStepNMDAAVX2}, []code{burstStepAVX512, burstStepNMDAAVX512})
}

func escapeKernels(soma bool) []kernel {
	if soma {
		return vector([]code{escapeStepSomaAVX2, escapeStepSomaNMDAAVX2},
			[]code{escapeStepSomaAVX512, escapeStepSomaNMDAAVX512})
	}
	return vector([]code{escapeStepAVX2, escapeStepNMDAAVX2}, []code{escapeStepAVX512, escapeStepNMDAAVX512})
}

func lifKernels(conductance bool) []kernel {
	if conductance {
		return vector([]code{lifStepAVX2}, []code{lifStepAVX512})
	}
	return vector([]code{lifCurrentStepAVX2}, []code{lifCurrentStepAVX512})
}

func deltaKernels() []kernel { return vector([]code{deltaStepAVX2}, []code{deltaStepAVX512}) }
func adexKernels() []kernel  { return vector([]code{adexStepAVX2}, []code{adexStepAVX512}) }

// pairsAt views cells as kernels do.
func pairsAt(cells []Pair) *lanes.Pair { return (*lanes.Pair)(unsafe.Pointer(&cells[0])) }

// vectorCode returns whether the processor runs the functions below.
func vectorCode() bool { return cpu.X86.HasAVX2 }

// listArrivals lists those of n arrivals, at least 1, of an interval that starts at a time which are in the piece and
// the shard.
func listArrivals(c *lanes.Arrivals, cells *uint32, effects *lanes.Pair, words *uint32, n int, start int) int {
	return arrivalsAVX2((*byte)(unsafe.Pointer(c)), cells, &effects.End, words, n, start)
}

// addArrivals adds the first n arrivals of a list, at least 1, to pairs.
func addArrivals(to *lanes.Pair, cells *uint32, effects *lanes.Pair, n int) {
	addArrivalsAVX2(&to.End, cells, &effects.End, n)
}

// putCounts puts counts onto 8 n neurons.
func putCounts(c *lanes.Counts, n int, pairs bool) {
	if pairs {
		countPairsAVX2((*byte)(unsafe.Pointer(c)), n)
	} else {
		countSumsAVX2((*byte)(unsafe.Pointer(c)), n)
	}
}

// scan returns how many numbers from the first on are surely within a limit.
func scan(x []float32, limit float32) (done int) {
	if n := len(x) / 32; n > 0 && vectorCode() && scanAVX2(&x[0], n, math.Float32bits(limit)) {
		done = 32 * n
	}
	return done
}

// putNormals turns words into normal numbers and returns how many, a multiple of 4 and all but at most 15.
func putNormals(z []float32, words []uint32) (done int) {
	if n := len(words) / 32; n > 0 && wideVectors() {
		normalsAVX512(&z[0], &words[0], n)
		done = 32 * n
	}
	if n := (len(words) - done) / 16; n > 0 && vectorCode() {
		normalsAVX2(&z[done], &words[done], n)
		done += 16 * n
	}
	return done
}

// fluctuate takes currents through a step, see ornsteinUhlenbeck, and returns how many, all but at most 7.
func fluctuate(x, start, end, z []float32, decay, kick, mean float32) (done int) {
	if n := len(x) / 16; n > 0 && wideVectors() {
		fluctuateAVX512(&x[0], &start[0], &end[0], &z[0], n, decay, kick, mean)
		done = 16 * n
	}
	if n := (len(x) - done) / 8; n > 0 && vectorCode() {
		fluctuateAVX2(&x[done], &start[done], &end[done], &z[done], n, decay, kick, mean)
		done += 8 * n
	}
	return done
}
