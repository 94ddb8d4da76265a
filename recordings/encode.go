package recordings

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/internal/codec"
)

// maxTimeBits is what time and ID together may take: the trains of all neurons laid end to end stay below
// 2^codec.MaxGapBits units, and a key fits 64 bits.
const maxTimeBits = codec.MaxGapBits

// layout is what encoder and decoder of frames derive from the header.
type layout struct {
	grid       grid
	shift      uint // of the time in a key
	longest    uint64
	selections []selection
	thresholds []uint64 // of the burst rule, in units, rounded up
}

func newLayout(h *Header) layout {
	l := layout{grid: newGrid(h.Resolution), shift: uint(h.idBits()) + kindBits}
	l.longest = 1<<(maxTimeBits-uint(h.idBits())) - 1
	for i := range h.Populations {
		p := &h.Populations[i]
		l.selections = append(l.selections, newSelection(p.Recorded))
		l.thresholds = append(l.thresholds, l.grid.units(l.grid.ceil(p.Detector.Threshold)))
	}
	return l
}

func (l *layout) id(k key) spike.ID { return spike.ID(k & (1<<l.shift - 1) >> kindBits) }

// appendKeys appends the keys of spikes. base is the time that they count from.
func (l *layout) appendKeys(dst []key, evs []spike.Event, base spike.Tick) []key {
	n := len(dst)
	dst = slices.Grow(dst, len(evs))[:n+len(evs)]
	out, g, shift := dst[n:], l.grid, l.shift&63
	for i := range evs {
		e := &evs[i]
		out[i] = g.units(e.At-base)<<shift | uint64(e.Src)<<kindBits | uint64(e.Kind)
	}
	return dst
}

// frameEncoder turns the spikes of a frame into blocks.
type frameEncoder struct {
	layout
	header *Header
	code   codec.Encoder
	radix  radix
	near   [][]uint64 // by population: some times of the frame that are close together, ascending
	gaps   []uint64
	coded  []byte
	labels []byte
	times  []float64
	blocks []block // of the last frame
}

// blockSpikes is how many spikes a block holds at most, unless a single neuron has more.
const blockSpikes = 1 << 16

// append encodes a frame, whose keys are in order of time, and appends its blocks to dst. It returns the slice
// that the caller may use for the next keys.
func (f *frameEncoder) append(dst []byte, w spike.Window, keys []key) ([]byte, []key, error) {
	f.blocks = f.blocks[:0]
	f.sample(keys)
	keys = f.radix.sort(keys, kindBits, f.shift)
	rest := keys
	for p := range f.header.Populations {
		pop := &f.header.Populations[p]
		end := uint64(pop.First) + uint64(pop.Size)
		n := sort.Search(len(rest), func(i int) bool { return uint64(f.id(rest[i])) >= end })
		mine := rest[:n]
		rest = rest[n:]
		for len(mine) > 0 {
			n := f.split(mine)
			if n > maxCount {
				return dst, keys, fmt.Errorf("neuron %d of %q has %d spikes between %v and %v, more than a block holds: "+
					"choose a finer resolution",
					f.id(mine[0])-pop.First, pop.Name, n, w.From, w.To)
			}
			dst = f.appendBlock(dst, w, p, mine[:n], len(rest) == 0 && len(mine) == n)
			mine = mine[n:]
		}
	}
	if len(keys) == 0 {
		b := block{Type: typeSpikes, Flags: flagFrameEnd, Window: w}
		dst = append(dst, make([]byte, blockSize)...)
		b.seal(dst[len(dst)-blockSize:])
		f.blocks = append(f.blocks, b)
	}
	return dst, keys[:0], nil
}

// split returns how many of a population's spikes go into the next block: whole neurons.
func (f *frameEncoder) split(keys []key) int {
	if len(keys) <= blockSpikes {
		return len(keys)
	}
	last := f.id(keys[blockSpikes])
	first := sort.Search(len(keys), func(i int) bool { return f.id(keys[i]) >= last })
	if first > 0 {
		return first
	}
	return sort.Search(len(keys), func(i int) bool { return f.id(keys[i]) > last })
}

// appendBlock encodes spikes of one population, sorted by neuron and time. FORMAT.md has the layout.
func (f *frameEncoder) appendBlock(dst []byte, w spike.Window, pop int, keys []key, last bool) []byte {
	first := f.header.Populations[pop].First
	sel := &f.selections[pop]
	lo, hi := sel.rank(int(f.id(keys[0])-first)), sel.rank(int(f.id(keys[len(keys)-1])-first))
	b := block{Type: typeSpikes, Population: uint32(pop), Window: w, First: uint32(lo), Neurons: uint32(hi-lo) + 1,
		Count: uint32(len(keys))}
	if last {
		b.Flags = flagFrameEnd
	}
	grid := findLattice(keys, f.near[pop], f.shift, f.grid.span(w), &f.times)
	f.fill(keys, pop, lo, grid, grid.slots(f.grid.span(w)))
	var id codec.ID
	f.coded, id = f.code.Append(f.coded[:0], f.gaps)
	b.Codec = uint8(id)

	start := len(dst)
	dst = append(dst, make([]byte, blockSize)...)
	dst = append(dst, byte(grid.frac))
	dst = binary.AppendUvarint(dst, grid.step)
	dst = binary.AppendUvarint(dst, grid.phase)
	dst = binary.AppendUvarint(dst, uint64(len(f.coded)))
	dst = append(dst, f.coded...)
	dst = append(dst, f.labels...)
	b.seal(dst[start:])
	f.blocks = append(f.blocks, b)
	return dst
}

// sample takes the first times of each population, while they are in order.
func (f *frameEncoder) sample(keys []key) {
	if f.near == nil {
		f.near = make([][]uint64, len(f.header.Populations))
	}
	for p := range f.near {
		f.near[p] = f.near[p][:0]
	}
	p, pop := 0, spike.Population{}
	for _, k := range keys[:min(len(keys), latticeSample)] {
		if id := f.id(k); !pop.Contains(id) {
			p = f.header.population(id)
			pop = f.header.Populations[p].Population
		}
		t, near := k>>f.shift, f.near[p]
		if len(near) == 0 || near[len(near)-1] != t {
			f.near[p] = append(near, t)
		}
	}
}

// fill computes the gaps and the list of labels that the rule does not predict.
func (f *frameEncoder) fill(keys []key, pop, rank int, grid lattice, slots uint64) {
	if cap(f.gaps) < len(keys) {
		f.gaps = make([]uint64, len(keys), len(keys)+len(keys)/4)
	}
	f.gaps = f.gaps[:len(keys)]
	sel := &f.selections[pop]
	if first := f.header.Populations[pop].First; grid.step == 1 && sel.len() == f.header.Populations[pop].Size {
		f.lay(keys, first+spike.ID(rank), slots)
	} else {
		f.laySelected(keys, sel, first, rank, grid, slots)
	}
	f.labels = appendExceptions(f.labels[:0], keys, f.thresholds[pop], f.shift)
}

// lay computes the gaps of spikes of neurons without holes from the first on, at any times.
func (f *frameEncoder) lay(keys []key, first spike.ID, slots uint64) {
	gaps, shift, last := f.gaps[:len(keys)], f.shift&63, uint64(first)*slots
	mask := uint64(1)<<shift - 1
	for i, k := range keys {
		at := k&mask>>kindBits*slots + k>>shift
		gaps[i] = at - last
		last = at
	}
}

// laySelected computes the gaps of spikes on a lattice, of recorded neurons of which rank is the first.
func (f *frameEncoder) laySelected(keys []key, sel *selection, first spike.ID, rank int, grid lattice, slots uint64) {
	step, id := newDivisor(grid.step), f.id(keys[0])
	lead, last := uint64(0), uint64(0) // positions: of the neuron, of the last spike
	for i, k := range keys {
		if next := f.id(k); next != id {
			id = next
			lead = uint64(sel.rank(int(id-first))-rank) * slots
		}
		at := lead + grid.slot(k>>f.shift, step)
		f.gaps[i] = at - last
		last = at
	}
}
