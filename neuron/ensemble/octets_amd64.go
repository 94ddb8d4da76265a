//go:build !noasm

package ensemble

import (
	"sync"

	"golang.org/x/sys/cpu"

	"github.com/burstplex/burstplex/neuron/rng"
)

const width = 8 // units in a vector

// octet is the memory in which up to eight units are drawn, a row of eight numbers per bin.
//
//	cells  [ zeros | before | now ]   dead, dead and bins rows
//	words  [ before | now ]           rows rounded up to whole blocks
//
// Now are the bins of the presentation, before those in whose events neurons may still be dead, and zeros are
// theirs. Drives become probabilities and then counts in the same place.
type octet struct {
	cells       []float32
	words       []uint32
	before, now int // where they begin in cells
	present     int // where now begins in words
	free        [width]float32
	spare       [3]matrix // for the last rows of a layer, if they are fewer than eight
}

// up rounds n up to a multiple of m.
func up(n, m int) int { return (n + m - 1) / m * m }

// fit makes room.
func (o *octet) fit(dead, bins int) {
	rows := up(bins, width)
	o.before, o.now, o.present = width*dead, 2*width*dead, width*up(dead, 4)
	if need := o.now + width*rows; need > len(o.cells) {
		o.cells = make([]float32, need)
	}
	if need := o.present + width*rows; need > len(o.words) {
		o.words = make([]uint32, need)
	}
	if need := width * rows; need > len(o.spare[0].x) {
		for i := range o.spare {
			o.spare[i].x = make([]float32, need)
		}
	}
	for i := range o.spare {
		o.spare[i].stride = rows
	}
	clear(o.cells[:o.before])
}

// load prepares the units of a layer of n from the given one on. If there are none, no neurons will be drawn.
func (o *octet) load(s *Steps, drive matrix, unit, n, bins int, start []float32, schedule *[20]uint32, entity uint64) {
	var active [width]float32
	o.free = [width]float32{}
	for i := range copy(active[:], start[min(unit, n):n]) {
		o.free[i] = float32(s.p.Neurons)
	}
	if unit >= n {
		return
	}
	o.read(0, history, s.dead, schedule, entity, unit)
	o.read(o.present, 0, bins, schedule, entity, unit)
	rows := drive.eight(unit, n, bins, o.spare[0])
	gatherAVX2(&o.cells[o.now], &rows.x[0], rows.stride, bins)
	chancesAVX2(&o.cells[o.before], s.dead, &active[0], bins, s.rate)
}

// read fills rows of words, one per bin, from a block of the entities of eight units on.
func (o *octet) read(at int, block uint64, bins int, schedule *[20]uint32, entity uint64, unit int) {
	if bins == 0 {
		return
	}
	var low [width]uint32
	for i := range low {
		low[i] = uint32(entity) | uint32(unit+i)
	}
	wordsAVX2(&o.words[at], up(bins, 4)/4, &schedule[0], uint32(block), uint32(block>>32), &low[0], uint32(entity>>32))
}

// store writes the counts of the units.
func (o *octet) store(counts matrix, unit, n, bins int) {
	if unit < n {
		rows := counts.eight(unit, n, bins, o.spare[0])
		scatterAVX2(&rows.x[0], &o.cells[o.now], rows.stride, bins)
		counts.put(unit, n, bins, o.spare[0])
	}
}

// eight returns eight rows from the given one on: of m itself or, if it has fewer, of spare, with a copy of those
// that it has.
func (m matrix) eight(row, n, bins int, spare matrix) matrix {
	at := row * m.stride
	if n-row >= width {
		return matrix{m.x[at : at+(width-1)*m.stride+up(bins, width)], m.stride}
	}
	clear(spare.x)
	for i := range n - row {
		copy(spare.row(i, bins), m.row(row+i, bins))
	}
	return spare
}

// put copies rows that are in spare back.
func (m matrix) put(row, n, bins int, spare matrix) {
	if n-row < width {
		for i := range n - row {
			copy(m.row(row+i, bins), spare.row(i, bins))
		}
	}
}

// memory lends room for two times eight units.
type memory struct{ sync.Pool }

func (m *memory) get() *[2]octet {
	if pair, ok := m.Get().(*[2]octet); ok {
		return pair
	}
	return new([2]octet)
}

// layer is Layer with vectors. It reports whether the processor has them.
func (s *Steps) layer(counts, drive matrix, n, bins int, start []float32, key rng.Key, entity uint64) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	pair := s.memory.get()
	defer s.memory.Put(pair)
	a, b := &pair[0], &pair[1]
	a.fit(s.dead, bins)
	b.fit(s.dead, bins)
	schedule := key.Schedule()
	for u := 0; u < n; u += 2 * width {
		a.load(s, drive, u, n, bins, start, &schedule, entity)
		b.load(s, drive, u+width, n, bins, start, &schedule, entity)
		if s.dead > 0 {
			drawAVX2(&a.cells[a.before], &b.cells[b.before], &a.words[0], &b.words[0], s.dead, s.dead, &a.free[0], &b.free[0])
		}
		drawAVX2(&a.cells[a.now], &b.cells[b.now], &a.words[a.present], &b.words[b.present], bins, s.dead, &a.free[0],
			&b.free[0])
		a.store(counts, u, n, bins)
		b.store(counts, u+width, n, bins)
	}
	return true
}

// layerBursts is LayerBursts with vectors.
func (s *Steps) layerBursts(bursts, events, probability matrix, n, bins int, key rng.Key, entity uint64) bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	pair := s.memory.get()
	defer s.memory.Put(pair)
	o := &pair[0]
	o.fit(0, bins)
	schedule := key.Schedule()
	for u := 0; u < n; u += width {
		o.read(0, 0, bins, &schedule, entity, u)
		e, p, b := events.eight(u, n, bins, o.spare[0]), probability.eight(u, n, bins, o.spare[1]),
			bursts.eight(u, n, bins, o.spare[2])
		burstsAVX2(&b.x[0], &e.x[0], &p.x[0], b.stride, &o.words[0], bins)
		bursts.put(u, n, bins, o.spare[2])
	}
	return true
}
