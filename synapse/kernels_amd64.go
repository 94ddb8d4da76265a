//go:build !noasm

package synapse

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/burstplex/burstplex/neuron"
)

// The kernels of sparse rows need no more than SSE2, which every amd64 processor has: both halves of a cell are added at once.
// Targets lie within cells by construction of the rows; the kernels do not check it.

//go:noescape
func pairsSSE2(cells *neuron.Pair, target *uint16, n int, end, area float32)

//go:noescape
func weightedPairsSSE2(cells *neuron.Pair, target *uint16, weight *float32, n int, end, area float32)

//go:noescape
func mixedPairsSSE2(cells *neuron.Pair, target *uint16, weight *float32, delay *uint8, at *uint32, n int, end, area float32)

//go:noescape
func densePairsAVX2(cells *neuron.Pair, weight *float32, n int, end, area float32)

//go:noescape
func denseSumsAVX2(cells *float32, weight *float32, n int, amplitude float32)

//go:noescape
func prefetch(p unsafe.Pointer, lines int)

func addPairs(cells []neuron.Pair, target []uint16, end, area float32) {
	if len(target) > 0 {
		pairsSSE2(&cells[0], &target[0], len(target), end, area)
	}
}

func addWeightedPairs(cells []neuron.Pair, target []uint16, weight []float32, end, area float32) {
	if len(target) > 0 {
		weightedPairsSSE2(&cells[0], &target[0], &weight[0], len(target), end, area)
	}
}

func addMixedPairs(cells []neuron.Pair, target []uint16, weight []float32, delay []uint8, at []uint32, end, area float32) {
	if len(target) > 0 {
		mixedPairsSSE2(&cells[0], &target[0], &weight[0], &delay[0], &at[0], len(target), end, area)
	}
}

// fetchLines asks for cache lines from p on.
func fetchLines[T any](p *T, lines int) { prefetch(unsafe.Pointer(p), lines) }

func addDensePairs(cells []neuron.Pair, weight []float32, end, area float32) {
	n := 0
	if cpu.X86.HasAVX2 && len(weight) >= 8 {
		n = len(weight) &^ 7
		densePairsAVX2(&cells[0], &weight[0], n, end, area)
	}
	addDensePairsGo(cells[n:], weight[n:], end, area)
}

func addDenseSums(cells []float32, weight []float32, amplitude float32) {
	n := 0
	if cpu.X86.HasAVX2 && len(weight) >= 8 {
		n = len(weight) &^ 7
		denseSumsAVX2(&cells[0], &weight[0], n, amplitude)
	}
	addDenseSumsGo(cells[n:], weight[n:], amplitude)
}
