package synapse

import (
	"errors"
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron/rng"
)

// Connector says which pairs of neurons a projection connects.
//
// A connector is asked for one block of targets at a time, so that shards are built independently and in parallel;
// what it answers for a pair never depends on how the targets are divided.
type Connector interface {
	// Validate returns an error for a connector that cannot connect such populations.
	Validate(g Geometry) error
	// Connect calls add for every synapse from any source onto targets lo to hi-1, in an order that is fixed for
	// every target. Sources and targets are numbered within their populations; entry tells synapses of one pair
	// apart.
	Connect(g Geometry, lo, hi int, add Add)
	// Expected returns the mean number of synapses onto one target.
	Expected(sources, targets int) float64
}

// Add receives one synapse.
type Add func(source, target, entry int)

// Geometry is what a connector knows of the projection.
type Geometry struct {
	Sources, Targets int
	Same             bool    // source and target are the same population
	Key              rng.Key // random numbers of the projection
}

// AllToAll connects every source to every target.
type AllToAll struct {
	Autapses bool // let a neuron connect to itself; default false
}

// Validate implements Connector.
func (AllToAll) Validate(Geometry) error { return nil }

// Expected implements Connector.
func (AllToAll) Expected(sources, _ int) float64 { return float64(sources) }

// Connect implements Connector.
func (c AllToAll) Connect(g Geometry, lo, hi int, add Add) {
	for s := range g.Sources {
		for t := lo; t < hi; t++ {
			if c.Autapses || !g.Same || s != t {
				add(s, t, 0)
			}
		}
	}
}

// OneToOne connects source i to target i. Within one population these are autapses.
type OneToOne struct {
	Autapses bool // let a neuron connect to itself; default false
}

// Validate implements Connector.
func (c OneToOne) Validate(g Geometry) error {
	if g.Sources != g.Targets {
		return fmt.Errorf("one-to-one needs populations of equal size, not %d and %d", g.Sources, g.Targets)
	}
	if g.Same && !c.Autapses {
		return errors.New("one-to-one within a population makes nothing but autapses, which autapses = false excludes")
	}
	return nil
}

// Expected implements Connector.
func (OneToOne) Expected(int, int) float64 { return 1 }

// Connect implements Connector.
func (OneToOne) Connect(_ Geometry, lo, hi int, add Add) {
	for t := lo; t < hi; t++ {
		add(t, t, 0)
	}
}

// FixedProbability connects every pair independently with probability P.
type FixedProbability struct {
	P        float64 // 0 to 1
	Autapses bool    // let a neuron connect to itself; default false
}

// Validate implements Connector.
func (c FixedProbability) Validate(Geometry) error {
	if !(c.P >= 0 && c.P <= 1) {
		return fmt.Errorf("the probability %g is not between 0 and 1", c.P)
	}
	return nil
}

// Expected implements Connector.
func (c FixedProbability) Expected(sources, _ int) float64 { return c.P * float64(sources) }

// block is the number of targets that one stream of geometric jumps covers. The geometric distribution has no
// memory, so starting again at each block changes no probability, and a shard draws its own blocks only.
const block = 1024

// Connect implements Connector.
func (c FixedProbability) Connect(g Geometry, lo, hi int, add Add) {
	if c.P == 0 {
		return
	}
	next := func(*words) int { return 0 } // P = 1: nobody is passed over
	if c.P < 1 {
		next = newJumps(c.P).draw
	}
	mean := c.P * block
	about := 2 * int(mean+2*math.Sqrt(mean)+2)
	blocks := uint64((g.Targets + block - 1) / block)
	var w words
	for s := range g.Sources {
		for b := lo / block; b*block < hi; b++ {
			w.start(g.Key, uint64(s)*blocks+uint64(b), about)
			end := min((b+1)*block, hi)
			for t := b*block + next(&w); t < end; t += 1 + next(&w) {
				if t >= lo && (c.Autapses || !g.Same || s != t) {
					add(s, t, 0)
				}
			}
		}
	}
}

// FixedInDegree gives every target K sources, drawn with equal probability.
type FixedInDegree struct {
	K         int
	Autapses  bool // let a neuron connect to itself; default false
	Multapses bool // let a source be drawn more than once; default false
}

// Validate implements Connector.
func (c FixedInDegree) Validate(g Geometry) error {
	return validDegree("in-degree", c.K, g.Sources, g.Same && !c.Autapses, c.Multapses)
}

func validDegree(what string, k, n int, notSelf, multapses bool) error {
	if notSelf {
		n--
	}
	switch {
	case k < 0:
		return &fault{"k", fmt.Sprintf("the %s %d is negative", what, k)}
	case k > 0 && n <= 0:
		return &fault{"k", fmt.Sprintf("an %s of %d has nobody to choose from", what, k)}
	case !multapses && k > n:
		return &fault{"k", fmt.Sprintf(
			"an %s of %d needs as many partners, and there are %d (allowed: [0, %d]); or allow multapses", what, k, n, n)}
	}
	return nil
}

// Expected implements Connector.
func (c FixedInDegree) Expected(int, int) float64 { return float64(c.K) }

// Connect implements Connector.
func (c FixedInDegree) Connect(g Geometry, lo, hi int, add Add) {
	pick := newPicker(g.Sources, c.K, c.Multapses)
	for t := lo; t < hi; t++ {
		self := -1
		if g.Same && !c.Autapses {
			self = t
		}
		for j, s := range pick.draw(g.Key, t, self) {
			add(s, t, j)
		}
	}
}

// FixedOutDegree gives every source K targets, drawn with equal probability.
type FixedOutDegree struct {
	K         int
	Autapses  bool // let a neuron connect to itself; default false
	Multapses bool // let a target be drawn more than once; default false
}

// Validate implements Connector.
func (c FixedOutDegree) Validate(g Geometry) error {
	return validDegree("out-degree", c.K, g.Targets, g.Same && !c.Autapses, c.Multapses)
}

// Expected implements Connector.
func (c FixedOutDegree) Expected(sources, targets int) float64 {
	return float64(c.K) * float64(sources) / float64(max(targets, 1))
}

// Connect implements Connector. Rows makes all shards at once, with less work.
func (c FixedOutDegree) Connect(g Geometry, lo, hi int, add Add) {
	c.Rows(g, 0, g.Sources, func(source, target, entry int) {
		if target >= lo && target < hi {
			add(source, target, entry)
		}
	})
}

// Rows implements RowConnector.
func (c FixedOutDegree) Rows(g Geometry, from, to int, add Add) {
	pick := newPicker(g.Targets, c.K, c.Multapses)
	for s := from; s < to; s++ {
		self := -1
		if g.Same && !c.Autapses {
			self = s
		}
		for j, t := range pick.draw(g.Key, s, self) {
			add(s, t, j)
		}
	}
}

// picker draws k of n numbers.
type picker struct {
	n, k      int
	multapses bool
	words     words
	out       []int
	seen      []uint32 // generation in which a number was last drawn
	gen       uint32
}

func newPicker(n, k int, multapses bool) *picker {
	p := &picker{n: n, k: k, multapses: multapses}
	if !multapses {
		p.seen = make([]uint32, n)
	}
	return p
}

// draw returns k numbers of an entity in the order in which they were drawn, never self.
func (p *picker) draw(key rng.Key, entity, self int) []int {
	p.out = p.out[:0]
	p.gen++
	p.words.start(key, uint64(entity), p.k)
	for len(p.out) < p.k {
		x := p.words.below(p.n)
		if x == self {
			continue
		}
		if !p.multapses {
			if p.seen[x] == p.gen {
				continue
			}
			p.seen[x] = p.gen
		}
		p.out = append(p.out, x)
	}
	return p.out
}

// Synapse is one entry of an explicit list.
type Synapse struct {
	Source, Target int
	Weight         float64 // used if the list has weights
	Delay          float64 // ms; used if the list has delays
}

// List connects the pairs of a list, for example one read from a CSV file.
type List struct {
	Synapses             []Synapse
	HasWeight, HasDelays bool
	Autapses             bool // let a neuron connect to itself; default false
	Pairs                bool // the experiment file has them itself, under this key
}

// Validate implements Connector.
func (c *List) Validate(g Geometry) error {
	for i, s := range c.Synapses {
		switch {
		case s.Source < 0 || s.Source >= g.Sources:
			return c.fault(i, "source %d does not exist (allowed: 0 to %d)", s.Source, g.Sources-1)
		case s.Target < 0 || s.Target >= g.Targets:
			return c.fault(i, "target %d does not exist (allowed: 0 to %d)", s.Target, g.Targets-1)
		case g.Same && s.Source == s.Target && !c.Autapses:
			return c.fault(i, "neuron %d would be connected to itself, which autapses = false excludes", s.Source)
		}
	}
	return nil
}

// fault is an error about one of the synapses.
func (c *List) fault(i int, format string, args ...any) error {
	reason := fmt.Sprintf(format, args...)
	if c.Pairs {
		return &fault{fmt.Sprintf("pairs[%d]", i), reason}
	}
	return &fault{"file", fmt.Sprintf("synapse %d: %s", i+1, reason)}
}

// Expected implements Connector.
func (c *List) Expected(_, targets int) float64 {
	return float64(len(c.Synapses)) / float64(max(targets, 1))
}

// Connect implements Connector.
func (c *List) Connect(_ Geometry, lo, hi int, add Add) {
	for j, s := range c.Synapses {
		if s.Target >= lo && s.Target < hi {
			add(s.Source, s.Target, j)
		}
	}
}

var (
	_ Connector    = AllToAll{}
	_ Connector    = OneToOne{}
	_ Connector    = FixedProbability{}
	_ Connector    = FixedInDegree{}
	_ RowConnector = FixedOutDegree{}
	_ Connector    = (*List)(nil)
)
