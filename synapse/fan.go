package synapse

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse/arena"
)

// Fan is the synapses of several projections of one source population in one store. A row is a source and a delay over
// all targets, so that a spike streams rows that are as many times longer as there are targets:
//
//	                 cells of the field (targets of all members side by side)
//	                 population A        population B   population C
//	source 0, delay 0   [ 17  230  801 | 1030 1100     | 1400 1403 ]
//	source 0, delay 1   [ 4   5        | 1029          | 1399      ]
//
// Members are static, without short-term plasticity, and transmit the same spikes with the same amplitude to the same
// kernel; a population is the target of one of them at most. The store is cut into pieces of at most MaxShard cells, in
// as few as there are workers. Where it is cut changes nothing: every cell is added to in the order of delay, time and
// source, and a cell belongs to one member.
type Fan struct {
	members []*Projection
	first   []int        // cell of each member's first target
	delays  []spike.Tick // of all members, ascending; a row is source*len(delays) + place of the delay
	pieces  []fanPiece
	sources int
}

// fanPiece is the part of a fan onto the cells from rows.lo on.
type fanPiece struct {
	rows
	cells int
	owner []uint8 // of every cellBlock cells: the member onto them
	count []int   // synapses of each member
}

// CellBlock is what the first cell of every member's targets must be a multiple of.
const CellBlock = 64

// MostMembers is the largest number of members of a fan.
const MostMembers = 64

// NewFan prepares a fan. Member k's targets are the cells from first[k] on, a multiple of CellBlock, in ascending
// order.
func NewFan(members []*Projection, first []int) *Fan {
	f := &Fan{members: members, first: first, sources: members[0].Geometry.Sources}
	for _, p := range members {
		f.delays = append(f.delays, p.delays...)
	}
	slices.Sort(f.delays)
	f.delays = slices.Compact(f.delays)
	return f
}

// Fans reports whether a projection can be a member of a fan, and FansWith whether of the same one as another
// projection of its source population onto another target of the same kernel.
func (p *Projection) Fans() bool {
	s := &p.Spec
	if _, all := s.Connector.(AllToAll); all && p.builder.weights && !p.builder.half {
		return false // dense rows are faster
	}
	_, byRow := s.Connector.(RowConnector)
	return !s.Plastic && s.ShortTerm == nil && !(byRow && p.Geometry.Targets > MaxShard)
}

// FansWith is the second part of Fans.
func (p *Projection) FansWith(q *Projection) bool {
	a, b := p.builder, q.builder
	return p.Spec.Transmit == q.Spec.Transmit && a.weights == b.weights && a.half == b.half &&
		(a.weights || p.Spec.Weight.A == q.Spec.Weight.A)
}

// FanSortingBytes returns what it takes at the most to sort so many synapses of a fan in so many pieces at a time,
// beyond the memory that they have in the end: that of what is sorted is given back bit by bit.
func (p *Projection) FanSortingBytes(n float64, pieces int) int64 {
	extra := 2.0
	if p.builder.half {
		extra = 4
	}
	return int64(extra*n) + int64(pieces)*int64(chunkBytes(p.builder.weights))*int64(min(mostBuckets, n/bucketSize+1))
}

// Rows returns the number of rows, which must be less than 2^32.
func (f *Fan) Rows() int { return f.sources * len(f.delays) }

// Build makes all synapses: piece k has the cells cuts[k] to cuts[k+1]-1, whole shards of members. each calls a
// function for 0 to n-1, possibly concurrently.
func (f *Fan) Build(cuts []int, each func(n int, f func(int))) error {
	f.pieces = make([]fanPiece, len(cuts)-1)
	failed := make([]error, len(f.pieces))
	each(len(f.pieces), func(k int) { failed[k] = f.build(&f.pieces[k], cuts[k], cuts[k+1]) })
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// build makes the cells lo to hi-1: connectors are asked once and all answers are sorted together.
func (f *Fan) build(piece *fanPiece, lo, hi int) error {
	*piece = fanPiece{cells: hi - lo, owner: make([]uint8, (hi-lo+CellBlock-1)/CellBlock),
		count: make([]int, len(f.members))}
	b := f.members[0].builder
	s := &sorter{weights: b.weights, blocks: arena.NewBlocks(chunkBytes(b.weights))}
	defer s.blocks.Free()
	expected := 0.0
	for k, p := range f.members {
		from, to := f.part(k, lo, hi)
		expected += p.Spec.Connector.Expected(p.Geometry.Sources, p.Geometry.Targets) * float64(to-from)
		for cell := f.first[k] + from; cell < f.first[k]+to; cell += CellBlock {
			piece.owner[(cell-lo)/CellBlock] = uint8(k)
		}
	}
	piece.rows = rows{lo: lo, mem: arena.New()}
	r := &piece.rows
	r.first = arena.Make[uint32](r.mem, f.Rows()+1)
	s.begin(f.Rows(), expected)
	for k, p := range f.members {
		if from, to := f.part(k, lo, hi); from < to {
			v := p.builder.batch(f.taker(k, s, lo, &piece.count[k]))
			p.Spec.Connector.Connect(p.Geometry, from, to, v.add)
			v.take()
		}
	}
	if err := b.reserve(r, s.synapses()); err != nil {
		return err
	}
	s.fill(r)
	return nil
}

// part returns the targets of member k that lie in the cells lo to hi-1.
func (f *Fan) part(k, lo, hi int) (from, to int) {
	from, to = max(lo-f.first[k], 0), min(hi-f.first[k], f.members[k].Geometry.Targets)
	return from, max(from, to)
}

// taker returns what puts batches of member k into a sorter of the cells from lo on, and counts them.
func (f *Fan) taker(k int, s *sorter, lo int, count *int) func(*batch) {
	own := f.members[k].delays
	places := make([]uint32, len(own)) // in f.delays
	for i, d := range own {
		places[i] = uint32(slices.Index(f.delays, d))
	}
	same := len(own) == len(f.delays)
	offset := uint32(f.first[k] - lo) // may wrap around, and back
	return func(v *batch) {
		*count += v.n
		for i, row := range v.row[:v.n] {
			if !same {
				source := uint32(v.source(i))
				row = source*uint32(len(f.delays)) + places[row-source*uint32(len(own))]
			}
			c, at := s.put(row, uint16(uint32(v.target(i))+offset))
			if c.weight != nil {
				c.weight[at&(chunkSize-1)] = v.weight[i]
			}
		}
	}
}

// Delays returns the delays that occur, ascending. It must not be changed.
func (f *Fan) Delays() []spike.Tick { return f.delays }

// Cells are the accumulators that a fan adds to: those of the same cell in following steps are Stride apart.
type Cells struct {
	Pairs  []neuron.Pair
	Sums   []float32 // in place of Pairs for delta synapses
	Stride int
}

// Deliver streams the rows of a piece into the cells of several steps, of which cells has those of the field:
// due[cuts[k]:cuts[k+1]] arrives in step k. masks is empty, or has for each of due the members that it concerns, as
// bits. It returns the number of synaptic events.
func (f *Fan) Deliver(piece int, due []Due, masks []uint64, cuts []int, cells Cells) (events int) {
	r := &f.pieces[piece]
	end := cuts[len(cuts)-1]
	for k := range len(cuts) - 1 {
		lo, hi, base := cuts[k], cuts[k+1], k*cells.Stride+r.lo
		switch {
		case lo == hi:
		case len(masks) > 0:
			events += f.deliverSome(r, due[lo:hi], masks[lo:hi], cells, base)
		case cells.Sums != nil:
			events += addSums(cells.Sums[base:base+r.cells], due[lo:hi], due[hi:end], &r.rows)
		default:
			events += addPairs(cells.Pairs[base:base+r.cells], due[lo:hi], due[hi:end], &r.rows)
		}
	}
	runtime.KeepAlive(f)
	return events
}

// deliverSome delivers rows of which each concerns some members.
func (f *Fan) deliverSome(r *fanPiece, due []Due, masks []uint64, cells Cells, base int) (events int) {
	for j, d := range due {
		for k := r.first[d.Row]; k < r.first[d.Row+1]; k++ {
			target, weight := r.at(k)
			if masks[j]>>r.owner[target/CellBlock]&1 == 0 {
				continue
			}
			events++
			if cell := base + int(target); cells.Sums != nil {
				cells.Sums[cell] += float32(weight * d.End)
			} else {
				c := &cells.Pairs[cell]
				c.End += float32(weight * d.End)
				c.Area += float32(weight * d.Area)
			}
		}
	}
	return events
}

// AskForIndex and AskForRows are those of Projection, for a piece.
func (f *Fan) AskForIndex(piece int, due []Due) {
	if r := &f.pieces[piece].rows; len(due) > 0 && r.len() > 0 {
		r.askForIndex(due[:min(len(due), aheadIndex)])
	}
}

// AskForRows is the second part of AskForIndex.
func (f *Fan) AskForRows(piece int, due []Due) {
	if r := &f.pieces[piece].rows; len(due) > 0 && r.len() > 0 {
		r.askForRows(due[:min(len(due), aheadRows)])
	}
}

// Touch marks the targets of rows in a set of the piece's cells.
func (f *Fan) Touch(piece int, due []Due, touched []uint64) {
	f.pieces[piece].touch(due, touched)
	runtime.KeepAlive(f)
}

// each is Projection.Each for member k, by shard, source and target; the bounds of shards are in cuts.
func (f *Fan) each(k int, cuts []int, do func(source, target int, weight float64, delay spike.Tick)) {
	p := f.members[k]
	for s := range len(cuts) - 1 {
		lo, hi := f.first[k]+cuts[s], f.first[k]+cuts[s+1]
		i := slices.IndexFunc(f.pieces, func(r fanPiece) bool { return lo >= r.lo && lo < r.lo+r.cells })
		r := &f.pieces[i]
		for row := range f.Rows() {
			for at := r.first[row]; at < r.first[row+1]; at++ {
				target, weight := r.at(at)
				cell := r.lo + int(target)
				if cell < lo || cell >= hi {
					continue
				}
				w := p.Spec.Weight.A
				if p.builder.weights {
					w = float64(weight)
				}
				do(row/len(f.delays), cell-f.first[k], w, f.delays[row%len(f.delays)])
			}
		}
	}
	runtime.KeepAlive(f)
}

// synapses returns the number of synapses of a member, bytes their memory; the index counts for the first.
func (f *Fan) synapses(k int) (n int) {
	for i := range f.pieces {
		n += f.pieces[i].count[k]
	}
	return n
}

func (f *Fan) bytes(k int) (n int) {
	for i := range f.pieces {
		r := &f.pieces[i]
		if index := 4 * cap(r.first); k == 0 {
			n += index
		}
		if all := r.len(); all > 0 {
			n += int(math.Round(float64(r.bytes()-4*cap(r.first)) * float64(r.count[k]) / float64(all)))
		}
	}
	return n
}

func (f *Fan) release() {
	for i := range f.pieces {
		if mem := f.pieces[i].mem; mem != nil {
			mem.Free()
		}
	}
	f.pieces = nil
}

// Check returns an error if a fan has too many rows.
func (f *Fan) Check() error {
	if float64(f.sources)*float64(len(f.delays)) > math.MaxUint32 {
		return &fault{"delay", fmt.Sprintf("%d sources with %d delays are more rows than 2^32", f.sources, len(f.delays))}
	}
	return nil
}
