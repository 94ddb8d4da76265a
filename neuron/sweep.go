package neuron

import (
	"math"
	"math/bits"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/spike"
)

//go:generate sh -c "cd internal/asm && go run . neuron -out ../../step_amd64.s -stubs ../../step_amd64.go -pkg neuron"
//go:generate sh -c "cd internal/asm && go run . rng -out ../../rng/philox_amd64.s -stubs ../../rng/philox_amd64.go -pkg rng"

// kernel takes neurons through a step by vector code, group by group. Where a model or processor has none, every neuron
// takes the scalar step, whose bits are the same.
type kernel struct {
	lanes int         // neurons of a group
	step  []rawKernel // variants, see sweep.variant
}

// rawKernel takes the neurons of a lanes.Call through a step and returns how many of their groups it has listed.
type rawKernel func(c *lanes.Call) (looks int)

// stepper is a model as a sweep sees it.
type stepper interface {
	Population
	// one takes neuron i of the shard r through step s of a piece, which starts at t, with all that happens in it.
	one(r Range, i, s int, t spike.Tick, in *Input, out *spike.Buffer)
	// idle returns whether nothing is pending for neuron i, which moved no more in the last step, from t on.
	idle(i int, t spike.Tick) bool
}

// sweep takes the neurons of a population through the pieces of windows, block by block and step by step. Groups with
// neurons that are awake go through the widest kernel that they fill. Neurons in which something may happen within the
// step (a spike, an end of refractoriness) get their state back and take the scalar step, which knows about events, as
// do those at the population's end that fill no group.
type sweep struct {
	sleep
	*guard
	kernels   []kernel // the widest first; none without vector code
	variant   func(in *Input) int
	constants [][]float32    // for each kernel
	perNeuron int            // numbers of constants per neuron, 0 if all neurons share them
	rows      [][]float32    // state, in the kernel's order
	variables []Column       // what the rows hold
	most      []float32      // largest current into each port, pA
	rowStride int            // from one to the next, in their backing array
	times     [][]spike.Tick // ticks that the kernel looks at
	hazard    []float64      // see lanes.Call, nil if the model has none
	scratch   []*block       // by the first neuron of a shard, in words
}

const (
	// sweepBlock is how many neurons a sweep takes through all steps of a piece before it goes on: few enough for their
	// state to stay in the caches of a core, enough for a call of a kernel not to matter (BenchmarkModels: 1024 saves up
	// to 15 % against 256, most where windows have one step).
	sweepBlock = 1024
	// mostGroups is the greatest number of groups in a block.
	mostGroups = sweepBlock / lanes.Width
)

// block is what a shard needs to take a block of neurons through a piece.
type block struct {
	Range                                        // of the population
	call     lanes.Call                          // of the kernel
	looks    [mostGroups]lanes.Look              // the groups that it wants to be looked at again
	kept     [sweepBlock * lanes.MaxRows]float32 // and the state before of those groups
	runs     []run
	single   [sweepBlock / sleepWord]uint64 // neurons that are not in any run
	moved    [sweepBlock / sleepWord]uint64 // neurons that a check need not look at
	previous [lanes.MaxRows][sweepBlock]float32
}

// run is a sequence of groups that go through a kernel.
type run struct{ kernel, first, end int } // neurons of the block

// What reaches neurons where nothing does.
var (
	noCurrent [sweepBlock]float32
	noPairs   [sweepBlock]Pair
)

// newSweep returns the sweep of n neurons with so many ports and allocates their columns, the rows of the kernel.
func newSweep(n, ports int, k []kernel, rows []*[]float32, times ...[]spike.Tick) sweep {
	s := sweep{sleep: newSleep(n, ports), guard: new(guard), kernels: k, variant: func(*Input) int { return 0 },
		times:   times,
		scratch: make([]*block, (n+sleepWord-1)/sleepWord)}
	// Columns that began at the same place of a page would share the few ways of the same sets of the cache.
	const page, apart = 4096 / 4, (1024 + 64) / 4
	s.rowStride = n + page - (n+page-apart)%page
	backing := make([]float32, s.rowStride*len(rows))
	for k, row := range rows {
		*row = backing[k*s.rowStride:][:n:n]
		s.rows = append(s.rows, *row)
	}
	return s
}

// setConstants tells the kernels the parameters of all neurons; set does so for one lane.
func setConstants[D any](s *sweep, n, size int, derived []*D, set func(d *D, put func(i int, v float32))) {
	s.constants = nil
	for _, k := range s.kernels {
		groups := 1
		if len(derived) > 1 {
			groups, s.perNeuron = n/k.lanes, size
		}
		constants := make([]float32, (groups+1)*size*k.lanes) // kernels read one group ahead
		for g := range groups {
			for l := range k.lanes {
				set(derivedAt(derived, g*k.lanes+l), func(i int, v float32) { constants[(g*size+i)*k.lanes+l] = v })
			}
		}
		s.constants = append(s.constants, constants)
	}
}

// advance takes the neurons of r through a piece.
func (s *sweep) advance(p stepper, r Range, w spike.Window, in *Input, out *spike.Buffer) {
	if in.Touched != nil { // otherwise nobody sleeps and nobody falls asleep
		s.wake(r, in)
	}
	steps := s.bearable(p, r, w, in, s.most)
	in.index.built = false
	b := s.blockOf(r)
	variant := s.variant(in)
	restCheck := in.Touched != nil && !s.off && s.checksRest(r, w, in)
	for lo := r.Lo; lo < r.Hi; lo += sweepBlock {
		b.Range = Range{lo, min(lo+sweepBlock, r.Hi)}
		if !s.plan(b, r, in) {
			continue
		}
		b.locate(s)
		for step := range steps {
			t := w.From + spike.Tick(step)*in.Step
			if restCheck && step == in.Steps-1 {
				b.remember(s.rows)
			}
			if len(b.runs) > 0 {
				b.point(in, step, t, lo-r.Lo)
				for _, run := range b.runs {
					s.groups(p, b, run, variant, r, step, t, in, out)
				}
			}
			for word, left := range b.single {
				for ; left != 0; left &= left - 1 {
					p.one(r, lo+word*sleepWord+bits.TrailingZeros64(left), step, t, in, out)
				}
			}
			if s.due(t, in.Step) {
				s.look(p, b, r, step, t+in.Step, in)
			}
		}
		if restCheck {
			s.settle(p, b, w.From)
		}
	}
	if restCheck {
		s.restChecked(r)
	}
}

// reset is for a population that starts again.
func (s *sweep) reset() {
	s.sleep.reset()
	s.Forget()
}

// plan finds the neurons of a block that are awake and how they go through the piece. It returns false if all sleep.
func (s *sweep) plan(b *block, r Range, in *Input) bool {
	b.runs, b.single = b.runs[:0], [len(b.single)]uint64{}
	if in.Touched == nil && len(s.kernels) > 0 && b.Len() == sweepBlock {
		b.run(0, 0, sweepBlock)
		return true
	}
	any := uint64(0)
	for lo := b.Lo; lo < b.Hi; lo += sleepWord {
		word := (lo - b.Lo) / sleepWord
		awake := s.awake(lo/sleepWord, r, in)
		any |= awake
		b.moved[word] = ^awake
		if in.Touched != nil {
			b.moved[word] |= in.Touched[(lo-r.Lo)/sleepWord]
		}
		done, left := 0, min(sleepWord, b.Hi-lo)
		for k, kernel := range s.kernels {
			if awake == math.MaxUint64 && left == sleepWord {
				b.run(k, lo-b.Lo, sleepWord)
				done, left = sleepWord, 0
			}
			for ; left >= kernel.lanes; left -= kernel.lanes {
				if awake>>done&(1<<kernel.lanes-1) != 0 {
					b.run(k, lo-b.Lo+done, kernel.lanes)
				}
				done += kernel.lanes
			}
		}
		b.single[word] = awake >> done << done
	}
	return any != 0
}

// run lets n neurons go through a kernel, together with those before them where they follow.
func (b *block) run(kernel, first, n int) {
	if last := len(b.runs) - 1; last >= 0 && b.runs[last].kernel == kernel && b.runs[last].end == first {
		b.runs[last].end += n
		return
	}
	b.runs = append(b.runs, run{kernel, first, first + n})
}

// groups takes a run of groups through a step, which starts at t.
func (s *sweep) groups(p stepper, b *block, run run, variant int, r Range, step int, t spike.Tick, in *Input,
	out *spike.Buffer) {
	if t == 0 { // a potential may be above threshold at first, which kernels look for at the end of a step
		for i := run.first; i < run.end; i++ {
			p.one(r, b.Lo+i, step, t, in, out)
		}
		return
	}
	c, k := &b.call, &s.kernels[run.kernel]
	c.First, c.End = run.first, run.end
	c.Constants, c.Stride = &s.constants[run.kernel][(b.Lo+run.first)*s.perNeuron], s.perNeuron*k.lanes*4
	n := k.step[variant](c)
	for j, look := range b.looks[:n] {
		for m := look.Lanes; m != 0; m &= m - 1 {
			l := bits.TrailingZeros32(m)
			i := b.Lo + int(look.First) + l
			for row, x := range s.rows {
				x[i] = b.kept[(j*len(s.rows)+row)*k.lanes+l]
			}
			p.one(r, i, step, t, in, out)
		}
	}
}

// blockOf returns the memory that a shard works in.
func (s *sweep) blockOf(r Range) *block {
	b := s.scratch[r.Lo/sleepWord]
	if b == nil {
		b = &block{runs: make([]run, 0, mostGroups)}
		s.scratch[r.Lo/sleepWord] = b
		b.call.RowStride = 4 * s.rowStride
		b.call.Looks, b.call.Kept = &b.looks[0], &b.kept[0]
	}
	return b
}

// locate tells the kernel where the block's state is.
func (b *block) locate(s *sweep) {
	b.call.State = &s.rows[0][b.Lo]
	for k, x := range s.times {
		b.call.Times[k] = &x[b.Lo]
	}
	if s.hazard != nil {
		b.call.Hazard = &s.hazard[b.Lo]
	}
}

// point tells the kernel where the block's input in a step is, which starts at t; the block starts at neuron first of
// the shard.
func (b *block) point(in *Input, step int, t spike.Tick, first int) {
	c := &b.call
	c.Before, c.At, c.Last = t-1, t, t+in.Step-1
	at := step*in.Len + first
	for port := range in.Drives {
		d := &in.Drives[port]
		c.Shared[port] = [2]float32{d.Start[step], d.End[step]}
		c.Own[port] = [2]*float32{&noCurrent[0], &noCurrent[0]}
		if d.OwnStart != nil {
			c.Own[port] = [2]*float32{&d.OwnStart[at], &d.OwnEnd[at]}
		}
	}
	c.Sums = &noCurrent[0]
	for k := range in.Cells {
		switch cells := &in.Cells[k]; {
		case cells.Sums != nil:
			c.Sums = &cells.Sums[cells.Place(in, step, first)]
		case cells.Pairs != nil:
			c.Pairs[k] = pairsAt(cells.Pairs[cells.Place(in, step, first):])
		default:
			c.Pairs[k] = pairsAt(noPairs[:])
		}
	}
}

// remember notes the state before the last step of a piece.
func (b *block) remember(rows [][]float32) {
	for row, x := range rows {
		copy(b.previous[row][:], x[b.Lo:b.Hi])
	}
}

// settle lets the neurons sleep that the last step of the piece from t on left as they were.
func (s *sweep) settle(p stepper, b *block, t spike.Tick) {
	for word, moved := range b.moved {
		for left := ^moved; left != 0; left &= left - 1 {
			j := word*sleepWord + bits.TrailingZeros64(left)
			if b.Lo+j >= b.Hi {
				break
			}
			if s.still(b, j) && p.idle(b.Lo+j, t) {
				s.put(b.Lo + j)
			}
		}
	}
}

// still returns whether a step left neuron j of the block as it was.
func (s *sweep) still(b *block, j int) bool {
	for row, x := range s.rows {
		if x[b.Lo+j] != b.previous[row][j] {
			return false
		}
	}
	return true
}
