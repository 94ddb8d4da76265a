//go:build !noasm

package synapse

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/burstplex/burstplex/neuron"
)

// The kernels of sparse rows need no more than SSE2, which every amd64 processor has: both halves of a cell are
// added at once. They ask for rows ahead of the one that they add, up to last, and return the number of synapses.
// Targets lie within cells by construction of the rows; the kernels do not check it.

//go:noescape
func pairsSSE2(cells *neuron.Pair, due *Due, n int, last *Due, first *uint32, target *uint16) int

//go:noescape
func weightedPairsSSE2(cells *neuron.Pair, due *Due, n int, last *Due, first *uint32, target *uint16,
	weight *float32) int

//go:noescape
func sumsSSE2(cells *float32, due *Due, n int, last *Due, first *uint32, target *uint16) int

//go:noescape
func weightedSumsSSE2(cells *float32, due *Due, n int, last *Due, first *uint32, target *uint16, weight *float32) int

//go:noescape
func packedPairsSSE2(cells *neuron.Pair, due *Due, n int, last *Due, first *uint32, target *uint32) int

//go:noescape
func packedSumsSSE2(cells *float32, due *Due, n int, last *Due, first *uint32, target *uint32) int

//go:noescape
func askPacked(due *Due, n int, first *uint32, target *uint32)

//go:noescape
func askIndex(due *Due, n int, first *uint32)

//go:noescape
func askTargets(due *Due, n int, first *uint32, target *uint16)

//go:noescape
func askBoth(due *Due, n int, first *uint32, target *uint16, weight *float32)

//go:noescape
func densePairsAVX2(cells *neuron.Pair, weight *float32, n int, end, area float32)

//go:noescape
func dense4PairsAVX2(cells *neuron.Pair, w0, w1, w2, w3 *float32, n int, due *Due)

//go:noescape
func denseSumsAVX2(cells *float32, weight *float32, n int, amplitude float32)

//go:noescape
func prefetch(p unsafe.Pointer, lines int)

// whole returns how many of n weights vector code takes, by so many at a time.
func whole(n, by int) int {
	if !cpu.X86.HasAVX2 {
		return 0
	}
	return n &^ (by - 1)
}

func addPairs(cells []neuron.Pair, due, soon []Due, r *rows) int {
	switch {
	case len(due) == 0 || r.len() == 0:
		return 0
	case r.packed != nil:
		return packedPairsSSE2(&cells[0], &due[0], len(due), lastOf(due, soon), &r.first[0], &r.packed[0])
	case r.weight == nil:
		return pairsSSE2(&cells[0], &due[0], len(due), lastOf(due, soon), &r.first[0], &r.target[0])
	}
	return weightedPairsSSE2(&cells[0], &due[0], len(due), lastOf(due, soon), &r.first[0], &r.target[0], &r.weight[0])
}

func addSums(cells []float32, due, soon []Due, r *rows) int {
	switch {
	case len(due) == 0 || r.len() == 0:
		return 0
	case r.packed != nil:
		return packedSumsSSE2(&cells[0], &due[0], len(due), lastOf(due, soon), &r.first[0], &r.packed[0])
	case r.weight == nil:
		return sumsSSE2(&cells[0], &due[0], len(due), lastOf(due, soon), &r.first[0], &r.target[0])
	}
	return weightedSumsSSE2(&cells[0], &due[0], len(due), lastOf(due, soon), &r.first[0], &r.target[0], &r.weight[0])
}

// lastOf returns the last row of those that follow each other in memory, due now and soon.
func lastOf(due, soon []Due) *Due {
	if len(soon) > 0 {
		return &soon[len(soon)-1]
	}
	return &due[len(due)-1]
}

// askForIndex asks for the places of rows, askForRows for their first lines.
func (r *rows) askForIndex(due []Due) { askIndex(&due[0], len(due), &r.first[0]) }

func (r *rows) askForRows(due []Due) {
	switch {
	case r.packed != nil:
		askPacked(&due[0], len(due), &r.first[0], &r.packed[0])
	case r.weight == nil:
		askTargets(&due[0], len(due), &r.first[0], &r.target[0])
	default:
		askBoth(&due[0], len(due), &r.first[0], &r.target[0], &r.weight[0])
	}
}

// fetchLines asks for cache lines from p on.
func fetchLines[T any](p *T, lines int) { prefetch(unsafe.Pointer(p), lines) }

// addDensePairs adds dense rows of n weights, four at a time where the processor can.
func addDensePairs(cells []neuron.Pair, due []Due, r *rows, n int) {
	vectors := whole(n, 8)
	for len(due) > 0 {
		rows := min(4, len(due))
		if vectors > 0 && rows == 4 {
			r.fetch(due, 4)
			r.fetch(due, 5)
			r.fetch(due, 6)
			r.fetch(due, 7)
			dense4PairsAVX2(&cells[0], r.denseRow(due[0]), r.denseRow(due[1]), r.denseRow(due[2]), r.denseRow(due[3]),
				vectors, &due[0])
		} else if vectors > 0 {
			rows = 1
			densePairsAVX2(&cells[0], r.denseRow(due[0]), vectors, due[0].End, due[0].Area)
		}
		for _, d := range due[:rows] {
			addDensePairsGo(cells[vectors:n], r.weight[r.first[d.Row]:r.first[d.Row+1]][vectors:], d.End, d.Area)
		}
		due = due[rows:]
	}
}

// denseRow returns the place of the weights of a row.
func (r *rows) denseRow(d Due) *float32 { return &r.weight[r.first[d.Row]] }

// addDenseSums is addDensePairs for sums, one row at a time.
func addDenseSums(cells []float32, due []Due, r *rows, n int) {
	vectors := whole(n, 8)
	for i, d := range due {
		r.fetch(due, i+1)
		if vectors > 0 {
			denseSumsAVX2(&cells[0], r.denseRow(d), vectors, d.End)
		}
		addDenseSumsGo(cells[vectors:n], r.weight[r.first[d.Row]:r.first[d.Row+1]][vectors:], d.End)
	}
}
