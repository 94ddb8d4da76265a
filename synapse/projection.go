package synapse

import (
	"fmt"
	"math"
	"sync"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Transmit says which spikes a projection carries.
type Transmit uint8

const (
	AllSpikes  Transmit = iota
	EventsOnly          // event onsets only: an ideal decoder of the event rate
	BurstsOnly          // second spikes of bursts only: an ideal decoder of the burst rate
)

// Passes reports whether a spike of this kind is carried.
func (t Transmit) Passes(k spike.Kind) bool {
	return t == AllSpikes || t == EventsOnly && k == spike.Onset || t == BurstsOnly && k == spike.Burst
}

// Spec describes a projection.
type Spec struct {
	Name      string
	Connector Connector
	Weight    neuron.Value // in the unit of the target's receptor; ignored where a List has weights
	// ms; a constant must be whole steps; what is drawn or listed is rounded to steps and at least half of one
	Delay     neuron.Value
	ShortTerm *ShortTerm // nil: none
	Transmit  Transmit
	Half      bool    // drawn weights are rounded to 8 significant bits (bfloat16, 0.4 % at most): 4 bytes a synapse for 6
	Plastic   bool    // every synapse has a weight of its own, which a rule can change; see Block
	WeightMin float64 // smallest and largest weight that there can be, see neuron.Value.Fits; both 0: any
	WeightMax float64
}

// Projection is a connected pair of populations.
type Projection struct {
	Spec     Spec
	Index    int // place in the network: part of the canonical order of arrivals
	Geometry Geometry
	step     spike.Tick
	delays   []spike.Tick // that occur; a row is source*len(delays) + place of the delay
	shards   []rows
	builder  *builder
	key      rng.Key // of weights and delays
	stp      *shortTermState
	scale    [1]float32    // of all weights, see SetScale
	changes  []scaleChange // of it since the last EndWindow
	// that has the synapses in place of shards; member is its place there, cuts are the bounds of shards
	fan    *Fan
	member int
	cuts   []int
}

// DefaultSpec returns the synapses of a projection as an experiment file has them where it says nothing else: weight 1,
// delay 1 ms, all spikes carried.
func DefaultSpec(name string, c Connector) Spec {
	return Spec{Name: name, Connector: c, Weight: neuron.Const(1), Delay: neuron.Const(1)}
}

// New prepares a projection with delays in steps; Connect then builds its shards. Errors name the key of the
// experiment file that is at fault.
func New(s Spec, index int, g Geometry, step spike.Tick) (*Projection, error) {
	if err := s.Connector.Validate(g); err != nil {
		if FaultyKey(err) != "" {
			return nil, err
		}
		return nil, &fault{"connector", err.Error()}
	}
	s, err := s.bounded(g, step)
	if err != nil {
		return nil, err
	}
	p := &Projection{Spec: s, Index: index, Geometry: g, step: step, scale: [1]float32{1}, key: g.Key.Sub("synapses")}
	if err := p.delayGroups(); err != nil {
		return nil, err
	}
	if s.ShortTerm != nil {
		p.stp = newShortTermState(*s.ShortTerm, g.Sources)
	}
	list, isList := s.Connector.(*List)
	p.builder = &builder{p: p, list: list, weights: s.Plastic || !s.Weight.IsConst() || isList && list.HasWeight}
	p.builder.half = s.Half && p.builder.weights
	if s.Half && s.Plastic {
		return nil, &fault{"half_weights", "weights that learn keep their full width: changes below 0.4 % would be lost"}
	}
	if rowsN := float64(g.Sources) * float64(len(p.delays)); rowsN > math.MaxUint32 {
		return nil, &fault{"delay", fmt.Sprintf("%d sources with %d delays are more rows than 2^32", g.Sources,
			len(p.delays))}
	}
	return p, nil
}

// delayGroups lists the delays that can occur.
func (p *Projection) delayGroups() error {
	d := p.Spec.Delay
	list, isList := p.Spec.Connector.(*List)
	switch {
	case isList && list.HasDelays && len(list.Synapses) > 0: // an empty list has the delay of the projection
		seen := map[spike.Tick]bool{}
		for _, s := range list.Synapses {
			seen[p.wholeSteps(s.Delay)] = true
		}
		for t := p.step; len(p.delays) < len(seen); t += p.step {
			if seen[t] {
				p.delays = append(p.delays, t)
			}
		}
	case d.IsConst():
		t := spike.Tick(math.Round(d.A * 1e6))
		if t < p.step || t%p.step != 0 {
			return &fault{"delay", fmt.Sprintf("%v is not a whole number of steps of %v, at least one", t, p.step)}
		}
		p.delays = []spike.Tick{t}
	default:
		lo, hi := d.Bounds()
		for t, end := p.wholeSteps(lo), p.wholeSteps(hi); t <= end; t += p.step {
			p.delays = append(p.delays, t)
		}
	}
	return nil
}

// wholeSteps rounds a delay in ms to steps, at least one.
func (p *Projection) wholeSteps(ms float64) spike.Tick {
	return max(1, spike.Tick(math.Round(ms*1e6/float64(p.step)))) * p.step
}

// MinDelay returns the smallest delay.
func (p *Projection) MinDelay() spike.Tick { return p.delays[0] }

// MaxDelay returns the largest delay.
func (p *Projection) MaxDelay() spike.Tick { return p.delays[len(p.delays)-1] }

// JoinFan leaves the synapses to the fan that Build has made of this and other projections; cuts are the bounds of the
// shards, by which Each orders them.
func (p *Projection) JoinFan(f *Fan, member int, cuts []int) {
	p.fan, p.member, p.cuts = f, member, cuts
}

// SetShards says how many shards the target population has.
func (p *Projection) SetShards(n int) { p.shards = make([]rows, n) }

// Connect builds the synapses onto targets lo to hi-1 as a shard. Shards may be built concurrently.
func (p *Projection) Connect(shard, lo, hi int) error {
	r, err := p.builder.build(lo, hi)
	p.shards[shard] = r
	return err
}

// ConnectAll builds all shards: shard k has targets cuts[k] to cuts[k+1]-1, and all but the last are of one size. each
// calls a function for 0 to n-1, possibly concurrently.
func (p *Projection) ConnectAll(cuts []int, each func(n int, f func(int))) error {
	p.SetShards(len(cuts) - 1)
	defer func() { p.builder.scratch = sync.Pool{} }()
	if c, ok := p.Spec.Connector.(RowConnector); ok {
		shards, err := p.builder.buildRows(c, cuts, each)
		copy(p.shards, shards)
		return err
	}
	failed := make([]error, len(p.shards))
	each(len(p.shards), func(k int) { failed[k] = p.Connect(k, cuts[k], cuts[k+1]) })
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// Release gives back the memory of the synapses. The projection must not be used afterwards.
func (p *Projection) Release() {
	if p.fan != nil {
		p.fan.release()
	}
	for i := range p.shards {
		if mem := p.shards[i].mem; mem != nil {
			mem.Free()
		}
	}
	p.shards = nil
}

// SetScale multiplies all weights, as delivered, by a factor (1 at the start), for spikes that are emitted from a time
// on, not before the last change; what is on its way stays as it is.
func (p *Projection) SetScale(f float64, from spike.Tick) {
	p.changes = append(p.changes, scaleChange{from, p.scale[0]})
	p.scale[0] = float32(f)
}

// scaleChange is the scale of spikes that were emitted before a time, but not before the change that came before it. It
// is needed until they depart, at the end of their window.
type scaleChange struct {
	from   spike.Tick
	before float32
}

// scaleOf returns the scale of a spike by its time.
func (p *Projection) scaleOf(at spike.Tick) float32 {
	for _, c := range p.changes {
		if at < c.from {
			return c.before
		}
	}
	return p.scale[0]
}

// Scaled reports whether the scale is not 1, or was not 1 for some spikes of this window.
func (p *Projection) Scaled() bool { return p.scale[0] != 1 || len(p.changes) > 0 }

// EndWindow is called when all spikes of a window have departed.
func (p *Projection) EndWindow() { p.changes = p.changes[:0] }

// Depart is called for every spike of source i (within its population). It returns the amplitude with which it travels:
// from short-term plasticity, times the common weight if all weights are equal; and whether it is carried at all.
func (p *Projection) Depart(i int, e spike.Event) (amplitude float32, passes bool) {
	amplitude = p.scaleOf(e.At)
	if p.stp != nil { // every spike uses resources, also one that an ideal decoder does not pass on
		amplitude *= p.stp.spike(i, e.At)
	}
	if !p.builder.weights {
		amplitude *= float32(p.Spec.Weight.A)
	}
	return amplitude, p.Spec.Transmit.Passes(e.Kind)
}

// Synapses returns the number of synapses.
func (p *Projection) Synapses() int {
	if p.fan != nil {
		return p.fan.synapses(p.member)
	}
	n := 0
	for i := range p.shards {
		n += p.shards[i].len()
	}
	return n
}

// Bytes returns the memory of the synapses and their index.
func (p *Projection) Bytes() int {
	if p.fan != nil {
		return p.fan.bytes(p.member)
	}
	n := 0
	for i := range p.shards {
		n += p.shards[i].bytes()
	}
	return n
}

// ExpectedBytes returns what n synapses will take with their index in a number of shards.
func (p *Projection) ExpectedBytes(n float64, shards int) int64 {
	each := 2.0
	switch {
	case p.builder.half:
		each += 2
	case p.builder.weights:
		each += 4
	}
	return int64(each*n) + 4*int64(shards)*int64(p.Geometry.Sources*len(p.delays)+1)
}

// SortingBytes returns what it takes to sort so many synapses of a shard while they are built.
func (p *Projection) SortingBytes(n float64) int64 {
	if _, ok := p.Spec.Connector.(RowConnector); ok {
		return 0
	}
	each := 4.0
	if p.builder.weights {
		each += 4
	}
	return int64(each * (n + chunkSize*min(mostBuckets, n/bucketSize+1)))
}

// Each calls f for every synapse, by shard, source and target: for saving weights and for tests.
func (p *Projection) Each(f func(source, target int, weight float64, delay spike.Tick)) {
	if p.fan != nil {
		p.fan.each(p.member, p.cuts, f)
		return
	}
	for s := range p.shards {
		r := &p.shards[s]
		for row := range len(r.first) - 1 {
			for k := r.first[row]; k < r.first[row+1]; k++ {
				target, weight := r.at(k)
				w := p.Spec.Weight.A
				if p.builder.weights {
					w = r.owing(float64(weight))
				}
				f(row/len(p.delays), r.lo+int(target), w, p.delays[row%len(p.delays)])
			}
		}
	}
}

// Columns lists the scale and the state of short-term plasticity.
func (p *Projection) Columns() []neuron.Column {
	c := []neuron.Column{{Name: "scale", Data: p.scale[:]}}
	if p.stp != nil {
		c = append(c, p.stp.columns()...)
	}
	return c
}

// Reset restores scale and short-term plasticity to their start.
func (p *Projection) Reset() {
	p.scale[0], p.changes = 1, p.changes[:0]
	if p.stp != nil {
		p.stp.reset()
	}
}
