package equations

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// sumRows adds row 2 to row 1 and puts the sum into row 0.
var sumRows = []instruction{{op: opAdd, dst: 0, a: 1, b: 2}}

// scratch is the memory that a shard works in.
type scratch struct {
	regs            [][]float32
	zero, held      []float32
	mean, end, sums [][]float32   // per receptor
	drive, driveEnd [][]float32   // per port
	noise           [][][]float32 // per part of a step, per noise
	words           []uint32
	work            [][]float32  // variables and receptors within a step of several parts
	filled          [][2]float32 // what the drives of a port were filled with, NaN if they differ between neurons
	level           [][2]float32 // per port: what its two levels hold
	levels          [][]float32
	sum             [3][]float32 // registers of sumRows
	timed           [][]float64
	timedRows       [][]float32
	above           [][]uint8 // before the step
	left            []float64
	flagged         [blockLen]bool
	old             [][]float64 // variables, then receptors of the flagged, by their number
	lane            *lane
}

func (p *population) scratchOf(r neuron.Range) *scratch {
	s := p.scratch[r.Lo/64]
	if s != nil {
		return s
	}
	rows := func(n int) [][]float32 {
		out := make([][]float32, n)
		for i := range out {
			out[i] = make([]float32, blockLen)
		}
		return out
	}
	k := len(p.m.receptors)
	s = &scratch{regs: registers[float32](p.block, blockLen), zero: make([]float32, blockLen),
		held: make([]float32, blockLen),
		mean: rows(k), end: rows(k), sums: rows(k), drive: rows(len(p.m.ports)), driveEnd: rows(len(p.m.ports)),
		work: rows(len(p.vars) + k), words: make([]uint32, blockLen), old: make([][]float64, blockLen)}
	for range p.parts {
		s.noise = append(s.noise, rows(len(p.noises)))
	}
	for i := range s.old {
		s.old[i] = make([]float64, len(p.vars)+k)
	}
	if p.timed != nil {
		s.timed, s.timedRows = registers[float64](p.timed, 1), rows(len(p.timed.outputs))
		for i := range p.timed.leaves {
			s.timed[i] = make([]float64, 1)
		}
	}
	for range p.m.ports {
		s.filled = append(s.filled, [2]float32{float32(math.NaN())})
	}
	for range p.m.detectors {
		s.above = append(s.above, make([]uint8, blockLen))
	}
	s.level, s.levels = make([][2]float32, len(p.m.ports)), rows(2*len(p.m.ports))
	s.left = make([]float64, blockLen)
	s.lane = newLane(p)
	p.scratch[r.Lo/64] = s
	return s
}

// Advance implements neuron.Population.
func (p *population) Advance(r neuron.Range, w spike.Window, in *neuron.Input, out *spike.Buffer) {
	s := p.scratchOf(r)
	restCheck := p.words.checksRest(r, w, in)
	for lo := r.Lo; lo < r.Hi; lo += blockLen {
		hi := min(lo+blockLen, r.Hi)
		if p.words.skip(lo, hi, r, in) {
			continue
		}
		for step := range in.Steps {
			if restCheck && step == in.Steps-1 {
				p.words.remember(lo, hi)
			}
			p.stepBlock(s, r, neuron.Range{Lo: lo, Hi: hi}, step, w.From+spike.Tick(step)*in.Step, in, out)
		}
		if restCheck {
			p.words.settle(lo, hi, r, w.To, in)
		}
	}
	p.inspect(r, w)
}

// stepBlock takes a block of neurons through step number step of a piece, which starts at t.
func (p *population) stepBlock(s *scratch, r, b neuron.Range, step int, t spike.Tick, in *neuron.Input,
	out *spike.Buffer) {
	n, at, stop := b.Len(), step*in.Len+b.Lo-r.Lo, t+in.Step
	for k := range p.m.receptors {
		s.arrivals(k, &in.Cells[k], in.Cells[k].Place(in, step, b.Lo-r.Lo), n)
	}
	m := p.m
	flagged := s.flagged[:n]
	for j := range flagged {
		i := b.Lo + j
		flagged[j] = p.wake[i] < stop
		s.held[j] = 0
		if len(m.hold) > 0 && p.refEnd[0][i] >= stop {
			s.held[j] = 1
		}
	}
	for d := range m.detectors {
		copy(s.above[d], p.above[d][b.Lo:b.Hi])
	}
	if p.left != nil {
		copy(s.left, p.left[b.Lo:b.Hi])
	}
	vars, gs := p.vars, p.gs
	lo := b.Lo
	for part := range p.parts {
		if p.parts > 1 {
			vars, gs, lo = s.work[:len(vars)], s.work[len(p.vars):], 0
			if part == 0 {
				for i, row := range p.vars {
					copy(vars[i], row[b.Lo:b.Hi])
				}
				for k, row := range p.gs {
					copy(gs[k], row[b.Lo:b.Hi])
				}
			}
		}
		p.drives(s, in, step, part, at, n)
		for q, row := range p.lastDrive {
			copy(row[b.Lo:b.Hi], s.driveEnd[q])
		}
		p.noiseOf(s, part, b, t, in.Step)
		s.times(p, t, in.Step, part)
		for k, l := range p.block.leaves {
			s.regs[k] = p.row(s, l, part, vars, gs, lo, b, n)
		}
		p.rows.run(p.block.code, s.regs, n)
		p.look(s, b, stop)
		if part < p.parts-1 {
			p.commit(s, vars, gs, lo, n)
			continue
		}
		p.save(s, b)
		p.commit(s, p.vars, p.gs, b.Lo, n)
	}
	for j, is := range flagged {
		if is {
			s.lane.step(s, b.Lo+j, j, at+j, step, t, in, out)
		}
	}
}

// arrivals takes the two numbers of each pair apart.
func (s *scratch) arrivals(k int, c *neuron.Cells, at, n int) {
	mean, end, sums := s.mean[k][:n], s.end[k][:n], s.sums[k][:n]
	if c.Sums != nil {
		copy(sums, c.Sums[at:at+n])
	} else {
		clear(sums)
	}
	if c.Pairs == nil {
		clear(mean)
		clear(end)
		return
	}
	for j, q := range c.Pairs[at : at+n] {
		mean[j], end[j] = q.Area, q.End
	}
}

// drives computes the injected currents at both ends of a part of a step.
func (p *population) drives(s *scratch, in *neuron.Input, step, part, at, n int) {
	from, to := float32(part)/float32(p.parts), float32(part+1)/float32(p.parts)
	for q := range p.m.ports {
		d := &in.Drives[q]
		a, b := d.Start[step], d.End[step]
		if d.OwnStart == nil && p.parts == 1 && s.filled[q] == [2]float32{a, b} {
			continue // rows are as they were
		}
		s.filled[q] = [2]float32{a, b}
		if d.OwnStart != nil || p.parts > 1 {
			s.filled[q][0] = float32(math.NaN())
		}
		start, end := s.drive[q][:n], s.driveEnd[q][:n]
		if d.OwnStart == nil {
			start, end = s.drive[q], s.driveEnd[q] // all, for shorter and longer blocks
		}
		if d.OwnStart != nil {
			levels := s.levels[2*q : 2*q+2]
			if level := [2]float32{a, b}; s.level[q] != level {
				s.level[q] = level
				fill(levels[0], a)
				fill(levels[1], b)
			}
			s.sum[0], s.sum[1], s.sum[2] = start, levels[0], d.OwnStart[at:at+n]
			p.rows.run(sumRows, s.sum[:], n)
			s.sum[0], s.sum[1], s.sum[2] = end, levels[1], d.OwnEnd[at:at+n]
			p.rows.run(sumRows, s.sum[:], n)
		} else {
			fill(start, a)
			fill(end, b)
		}
		if p.parts > 1 {
			for j := range start {
				x, slope := start[j], end[j]-start[j]
				start[j], end[j] = x+float32(slope*from), x+float32(slope*to)
			}
		}
	}
}

// noiseOf draws the normal numbers of a part of a step.
func (p *population) noiseOf(s *scratch, part int, b neuron.Range, t, step spike.Tick) {
	n := b.Len()
	scale := float32(1 / sqrt(step.Milliseconds()/float64(p.parts)))
	for k, key := range p.xi {
		words := s.words[:(n+3)/4*4]
		key.Fill(words, uint64(t/step)*uint64(p.parts)+uint64(part), uint64(b.Lo)/4)
		z := s.noise[part][k][:len(words)]
		neuron.Normals(z, words)
		for j := range z {
			z[j] *= scale
		}
	}
}

// times evaluates what depends on the time alone.
func (s *scratch) times(p *population, t, step spike.Tick, part int) {
	if p.timed == nil {
		return
	}
	for i := range p.timed.leaves {
		s.timed[i][0] = (t + step*spike.Tick(part)/spike.Tick(p.parts)).Milliseconds()
	}
	run(p.timed.code, s.timed, 1)
}

// row returns what a leaf of the block program is.
func (p *population) row(s *scratch, l leaf, part int, vars, gs [][]float32, lo int, b neuron.Range, n int) []float32 {
	switch l.kind {
	case leafVar:
		return vars[l.index][lo : lo+n]
	case leafG:
		return gs[l.index][lo : lo+n]
	case leafParam:
		return p.params[l.index][b.Lo:b.Hi]
	case leafDerived:
		return p.derived[l.index][b.Lo:b.Hi]
	case leafPulse:
		return p.pulses[l.index][b.Lo:b.Hi]
	case leafMean:
		return s.mean[l.index]
	case leafEnd:
		if part == p.parts-1 {
			return s.end[l.index]
		}
		return s.zero
	case leafSum:
		if part == p.parts-1 {
			return s.sums[l.index]
		}
		return s.zero
	case leafDrive:
		return s.drive[l.index]
	case leafDriveEnd:
		return s.driveEnd[l.index]
	case leafNoise:
		return s.noise[part][l.index]
	case leafHeld:
		return s.held
	case leafTimed:
		fill(s.timedRows[l.index][:n], float32(s.timed[p.timed.outputs[l.index]][0]))
		return s.timedRows[l.index]
	}
	panic("equations: a leaf that blocks do not have")
}

// look finds the neurons in which something happens within the step.
func (p *population) look(s *scratch, b neuron.Range, stop spike.Tick) {
	n, flagged := b.Len(), s.flagged[:b.Len()]
	for d := range p.m.detectors {
		if p.m.detectors[d].when == nil {
			continue
		}
		looks, ends := s.regs[p.block.outputs[p.m.blockLooks()+2*d]][:n], s.regs[p.block.outputs[p.m.blockLooks()+2*d+1]][:n]
		above, refEnd := p.above[d][b.Lo:b.Hi], p.refEnd[d][b.Lo:b.Hi]
		for j, x := range looks {
			if flagged[j] || x <= 0 && above[j] == 0 {
				continue
			}
			switch {
			case above[j] == 0 && refEnd[j] < stop:
				flagged[j] = true
			case ends[j] > 0:
				above[j] = 1
			default:
				above[j] = 0
			}
		}
	}
	strain := s.regs[p.block.outputs[p.m.blockStrain()]][:n]
	for j, x := range strain {
		if !(x <= 0) {
			flagged[j] = true
		}
	}
	if p.left == nil {
		return
	}
	rate := s.regs[p.block.outputs[p.m.blockStrain()+1]][:n]
	left, refEnd := p.left[b.Lo:b.Hi], p.refEnd[0][b.Lo:b.Hi]
	for j, x := range rate {
		switch {
		case flagged[j] || refEnd[j] >= stop:
		case float64(x) > left[j] || x != x:
			flagged[j] = true
		default:
			left[j] -= float64(x)
		}
	}
}

// save keeps, or restores, the state before the step of those that take it again.
func (p *population) save(s *scratch, b neuron.Range) {
	for j, is := range s.flagged[:b.Len()] {
		if !is {
			continue
		}
		for i, row := range p.vars {
			s.old[j][i] = float64(row[b.Lo+j])
		}
		for k, row := range p.gs {
			s.old[j][len(p.vars)+k] = float64(row[b.Lo+j])
		}
		for d := range p.above {
			p.above[d][b.Lo+j] = s.above[d][j]
		}
		if p.left != nil {
			p.left[b.Lo+j] = s.left[j]
		}
	}
}

// commit writes the results of the program.
func (p *population) commit(s *scratch, vars, gs [][]float32, lo, n int) {
	for i, row := range vars {
		copy(row[lo:lo+n], s.regs[p.block.outputs[i]][:n])
	}
	for k, row := range gs {
		if p.m.receptors[k].kind != "delta" {
			copy(row[lo:lo+n], s.regs[p.block.outputs[len(p.vars)+k]][:n])
		}
	}
}
