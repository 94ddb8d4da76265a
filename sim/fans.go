package sim

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
	"github.com/burstplex/burstplex/synapse/arena"
)

// fan is several projections of one source population whose synapses lie in one store and whose spikes travel as one,
// see synapse.Fan. What a fan adds to a cell comes before what other projections do. Which projections are members
// depends on the network only.
type fan struct {
	*synapse.Fan
	transit
	source  *population
	members []*projection
	field   *field
}

// field is the cells of one channel of all populations that fans end on, side by side:
//
//	        population A         B      C
//	step 0  [shard][shard][sh]  [shard][shard][s]
//	step 1  ...                                        Stride cells further on
//	           piece 0       |     piece 1
//
// A piece is whole shards. It is delivered by one worker, before any shard advances.
type field struct {
	channel int
	delta   bool
	first   map[*population]int // cell of each population's first neuron
	size    int                 // cells
	fans    []*fan
	pieces  []*fieldPiece
	cells   synapse.Cells
	bounds  []int    // of pieces
	touched []uint64 // cells with input, for shards in which somebody sleeps
}

type fieldPiece struct {
	field  *field
	index  int
	shards []*shard
	hit    bool          // something arrived in this piece of time
	took   time.Duration // to deliver it, if that is timed
	events int64
}

// fieldPart is the place of a shard in a field.
type fieldPart struct {
	piece *fieldPiece
	first int // cell
}

// buildFans finds the projections that share a store, and makes their synapses.
func (s *Sim) buildFans() error {
	for _, members := range s.fanGroups() {
		s.addFan(members)
	}
	for _, f := range s.fields {
		f.divide(s.workers.count)
	}
	// what is needed to sort the synapses of a fan is smaller than all synapses of larger ones
	largest := slices.Clone(s.fans)
	slices.SortStableFunc(largest, func(a, b *fan) int { return cmp.Compare(b.expected(), a.expected()) })
	for _, f := range largest {
		first := make([]int, len(f.members))
		for k, p := range f.members {
			first[k] = f.field.first[p.target]
		}
		f.Fan = synapse.NewFan(synapsesOf(f.members), first)
		err := f.Check()
		if err == nil {
			err = f.Build(f.field.bounds, s.workers.each)
		}
		if err != nil {
			return synapseError("projections."+f.members[0].Spec.Name, err)
		}
		for k, p := range f.members {
			p.JoinFan(f.Fan, k, p.target.cuts())
		}
	}
	return nil
}

func synapsesOf(members []*projection) (all []*synapse.Projection) {
	for _, p := range members {
		all = append(all, p.Projection)
	}
	return all
}

// expected returns the number of synapses that a fan will have.
func (f *fan) expected() (n float64) {
	for _, p := range f.members {
		n += p.Spec.Connector.Expected(p.Geometry.Sources, p.Geometry.Targets) * float64(p.Geometry.Targets)
	}
	return n
}

// fanGroups returns the members of each fan, in the order of the projections.
func (s *Sim) fanGroups() (groups [][]*projection) {
	var all [][]*projection
	for _, p := range s.projections {
		if p.target.single || p.target.keeps || !p.Fans() {
			continue
		}
		k := slices.IndexFunc(all, func(g []*projection) bool { return p.joins(g) })
		if k < 0 {
			k, all = len(all), append(all, nil)
		}
		all[k] = append(all[k], p)
	}
	for _, g := range all {
		if len(g) > 1 {
			groups = append(groups, g)
		}
	}
	return groups
}

// joins reports whether a projection can be one more member of a fan.
func (p *projection) joins(members []*projection) bool {
	first := members[0]
	if p.source != first.source || p.channel != first.channel || len(members) == synapse.MostMembers ||
		!first.FansWith(p.Projection) {
		return false
	}
	if !reflect.DeepEqual(p.target.channels[p.channel].Kernel, first.target.channels[first.channel].Kernel) {
		return false
	}
	return !slices.ContainsFunc(members, func(q *projection) bool { return q.target == p.target })
}

// addFan makes a fan and gives its targets a place in their field.
func (s *Sim) addFan(members []*projection) {
	channel := members[0].channel
	delta := members[0].target.channels[channel].Kernel == nil
	k := slices.IndexFunc(s.fields, func(f *field) bool { return f.channel == channel && f.delta == delta })
	if k < 0 {
		k, s.fields = len(s.fields), append(s.fields, &field{channel: channel, delta: delta, first: map[*population]int{}})
	}
	f := &fan{source: members[0].source, members: members, field: s.fields[k]}
	f.field.fans = append(f.field.fans, f)
	s.fans = append(s.fans, f)
	for _, p := range members {
		p.fan = f
		f.field.first[p.target] = 0
	}
	f.field.size = 0
	// in their order, so that members have ascending cells if they have ascending targets
	for _, p := range s.populations {
		if _, is := f.field.first[p]; is {
			f.field.first[p] = f.field.size
			f.field.size += (p.Len() + synapse.CellBlock - 1) / synapse.CellBlock * synapse.CellBlock
		}
	}
	slices.SortStableFunc(f.members,
		func(a, b *projection) int { return cmp.Compare(a.target.id.First, b.target.id.First) })
}

// divide cuts a field into pieces of whole shards, as many as there are workers or more, which about as many synapses
// end on.
func (f *field) divide(workers int) {
	load := func(p *population) (perNeuron float64) {
		for _, fan := range f.fans {
			for _, m := range fan.members {
				if m.target == p {
					perNeuron += m.Spec.Connector.Expected(m.Geometry.Sources, m.Geometry.Targets)
				}
			}
		}
		return perNeuron
	}
	var all []*population
	total := 0.0
	for p := range f.first {
		all = append(all, p)
		total += load(p) * float64(p.Len())
	}
	slices.SortFunc(all, func(a, b *population) int { return cmp.Compare(f.first[a], f.first[b]) })
	wanted := max(workers, (f.size+synapse.MaxShard-1)/synapse.MaxShard)
	var last *fieldPiece
	begin, sum := 0, 0.0
	for _, p := range all {
		for _, sh := range p.shards {
			first := f.first[p] + sh.r.Lo
			here := load(p) * float64(sh.r.Len())
			if last == nil || sum+here/2 > total/float64(wanted)*float64(len(f.pieces)) || first+sh.r.Len()-
				begin > synapse.MaxShard {
				last, begin = &fieldPiece{field: f, index: len(f.pieces)}, first
				f.pieces, f.bounds = append(f.pieces, last), append(f.bounds, first)
			}
			sum += here
			last.shards = append(last.shards, sh)
			sh.parts = append(sh.parts, fieldPart{last, first})
		}
	}
	f.bounds = append(f.bounds, f.size)
}

// makeCells makes the accumulators of a field for windows of some steps.
func (f *field) makeCells(s *Sim, steps int) {
	stride := f.size
	if steps > 1 && stride%512 == 0 {
		stride += 64 // steps would share the few ways of the same sets of the cache
	}
	f.cells.Stride = stride
	if f.delta {
		f.cells.Sums = arena.Make[float32](s.arena, steps*stride)
	} else {
		f.cells.Pairs = arena.Make[neuron.Pair](s.arena, steps*stride)
	}
	for _, piece := range f.pieces {
		for _, sh := range piece.shards {
			part := sh.parts[slices.IndexFunc(sh.parts, func(p fieldPart) bool { return p.piece == piece })]
			cells, end := &sh.cells[f.channel], part.first+(steps-1)*stride+sh.r.Len()
			cells.Stride = stride
			if f.delta {
				cells.Sums = f.cells.Sums[part.first:end]
			} else {
				cells.Pairs = f.cells.Pairs[part.first:end]
			}
			if sh.touched != nil && f.touched == nil {
				f.touched = make([]uint64, (f.size+63)/64)
			}
		}
	}
}

// cuts returns the bounds of the shards of a population.
func (p *population) cuts() []int {
	cuts := []int{0}
	for _, sh := range p.shards {
		cuts = append(cuts, sh.r.Hi)
	}
	return cuts
}

// awaitFans finds the pieces of fields in which something arrives in the steps first to end-1 of a window, and tells
// the populations.
func (s *Sim) awaitFans(first, end int) {
	s.hit = s.hit[:0]
	for _, f := range s.fields {
		any := false
		for _, fan := range f.fans {
			if fan.cuts[first] < fan.cuts[end] {
				any = true
				for _, p := range fan.members {
					p.target.receives = true
				}
			}
		}
		for _, piece := range f.pieces {
			piece.hit = false
			if any {
				s.hit = append(s.hit, piece)
			}
		}
	}
}

// deliver streams what arrives along fans during w into a piece's cells.
func (piece *fieldPiece) deliver(s *Sim, w spike.Window) {
	if s.watch.on {
		start := time.Now()
		defer func() { piece.took = time.Since(start) }()
	}
	f := piece.field
	first, end := s.stepsOf(w)
	fans := f.fans
	for i, fan := range fans {
		if i == 0 {
			fan.AskForIndex(piece.index, fan.between(first, end))
			fan.AskForRows(piece.index, fan.between(first, end))
		}
		if i+1 < len(fans) {
			fans[i+1].AskForIndex(piece.index, fans[i+1].between(first, end))
		}
		if events := fan.Deliver(piece.index, fan.due, fan.masks, fan.cuts[first:end+1], f.cells); events > 0 {
			piece.events += int64(events)
			piece.hit = true
		}
		if i+1 < len(fans) {
			fans[i+1].AskForRows(piece.index, fans[i+1].between(first, end))
		}
	}
	if !piece.hit || !piece.watched(w) {
		return
	}
	for _, fan := range fans {
		fan.Touch(piece.index, fan.between(first, end), f.touched[f.bounds[piece.index]/64:])
	}
}

// watched reports whether a shard must be told who receives input.
func (piece *fieldPiece) watched(w spike.Window) bool {
	return piece.field.touched != nil && slices.ContainsFunc(piece.shards, func(sh *shard) bool {
		return sh.touched != nil && sh.pop.sleeper.Watches(sh.r, w, &sh.in)
	})
}

// receive tells a shard what fans have delivered to it, and reports whether there is any.
func (sh *shard) receive() (any bool) {
	for _, part := range sh.parts {
		if !part.piece.hit {
			continue
		}
		sh.dirty[part.piece.field.channel] = true
		if sh.in.Touched == nil {
			any = true
			continue
		}
		bits := part.piece.field.touched[part.first/64:]
		for i := range sh.in.Touched {
			any = any || bits[i] != 0
			sh.in.Touched[i] |= bits[i]
			bits[i] = 0
		}
	}
	return any
}

// depart sends the source's spikes of a window on their way and lists what arrives in the next one.
func (f *fan) depart(w spike.Window) {
	f.forget(w)
	step, end := int64(w.From/f.step), w.From+f.step
	slot, before := f.slot(step), f.waiting
	scaled := slices.ContainsFunc(f.members, func(p *projection) bool { return p.Scaled() })
	for _, e := range f.source.spikes {
		for e.At >= end {
			step, end = step+1, end+f.step
			slot = f.slot(step)
		}
		source := f.source.unit(e.Src)
		switch amplitude, passes := f.members[0].Depart(source, e); {
		case !passes:
		case !scaled:
			f.keep(slot, departure{at: e.At, source: uint32(source), amplitude: amplitude}, end-e.At)
		default:
			f.keepEach(slot, departure{at: e.At, source: uint32(source)}, end-e.At, func(k int) float32 {
				amplitude, _ := f.members[k].Depart(source, e)
				return amplitude
			})
		}
	}
	for _, p := range f.members {
		p.EndWindow()
	}
	f.rowEvents += int64(len(f.lags) * (f.waiting - before))
	f.expect(w.To)
}

// keepEach puts a departure into its slot that has an amplitude for each member: once for every amplitude that there
// is.
func (f *fan) keepEach(slot *[]departure, d departure, rest spike.Tick, amplitude func(member int) float32) {
	for left := ^uint64(0) >> (64 - len(f.members)); left != 0; left &^= d.members {
		d.members = 0
		for k := range f.members {
			if left>>k&1 == 0 {
				continue
			}
			if a := amplitude(k); d.members == 0 || a == d.amplitude {
				d.amplitude = a
				d.members |= 1 << k
			}
		}
		if d.members == ^uint64(0)>>(64-len(f.members)) {
			d.members = 0
			f.keep(slot, d, rest)
			return
		}
		f.keep(slot, d, rest)
	}
}

// unflatten reads what flatten wrote for each member.
func (f *fan) unflatten(flats [][]int64, now spike.Tick) bool {
	for k := 0; k+2 < len(flats[0]); k += 3 {
		d := departureOf(flats[0][k:])
		for _, flat := range flats {
			if len(flat) != len(flats[0]) || flat[k] != flats[0][k] || flat[k+1] != flats[0][k+1] {
				return false
			}
		}
		if !f.possible(d, now, f.source.Len()) {
			return false
		}
		f.keepEach(f.slot(int64(d.at/f.step)), d, f.step-d.at%f.step,
			func(m int) float32 { return departureOf(flats[m][k:]).amplitude })
	}
	f.expect(now)
	return true
}

// member returns the place of a projection in its fan, 0 if it is in none.
func (p *projection) member() int {
	if p.fan == nil {
		return 0
	}
	return slices.Index(p.fan.members, p)
}
