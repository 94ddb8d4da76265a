package neuron

import (
	"slices"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// source is what populations without inputs share.
type source struct {
	build Build
	Emitter
}

func newSource(b Build) source { return source{b, NewEmitter(b)} }

// Len implements Population.
func (s *source) Len() int { return s.build.N }

// Ports implements Population.
func (s *source) Ports() []string { return nil }

// Channels implements Population.
func (s *source) Channels() []Channel { return nil }

// poissonSources is a population of independent Poisson sources, whose rates may differ and change. It costs by spikes:
// a block of sources is drawn as the superposition of trains of the highest rate in the block, and passed over until
// its next candidate. A candidate becomes a spike with the probability that the rate is of the highest one (thinning,
// exact: Lewis & Shedler 1979), unless it falls into a dead time, or into the tick of the source's last spike.
type poissonSources struct {
	source
	candidates, keep rng.Key
	rate             func(i int, at spike.Tick) float64 // Hz; nil if it is the same for all, always
	dead             []spike.Tick                       // one element if it is the same for all

	bits   int             // blocks have 2^bits sources
	trains []superposition // of each block, or one element if all are alike
	most   []float64       // highest rate in each block, Hz, or one element

	soonest []spike.Tick // no source of a block spikes before, as a shard sees it; a bound, not state
}

const (
	// Blocks have at most 2^mostBits sources, fewer where these have more than blockRate spikes per second (Hz): small
	// populations of active sources do not draw for sources that there are not.
	mostBits  = 10
	blockRate = 8192
	// perSourceInterval is how many candidates an interval of a block has at least on average.
	perSourceInterval = 8
)

// newPoissonSources returns sources of a given highest rate (Hz) each, which must not depend on the size of the
// population. They have that rate if rate is nil.
func newPoissonSources(b Build, candidates string, most func(i int) float64, rate func(i int, at spike.Tick) float64,
	dead []spike.Tick) *poissonSources {
	p := &poissonSources{source: newSource(b), candidates: b.Key.Sub(candidates), keep: b.Key.Sub("keep"), rate: rate,
		dead: dead, bits: mostBits}
	highest := func(lo, n int) (hz float64) {
		for i := range n {
			hz = max(hz, most(lo+i))
		}
		return hz
	}
	for typical := highest(0, 1<<mostBits); p.bits > 0 && typical*float64(int(1)<<p.bits) > blockRate; {
		p.bits--
	}
	size := 1 << p.bits
	for lo := 0; lo < b.N && (rate != nil || lo == 0); lo += size {
		hz := highest(lo, size)
		p.most = append(p.most, hz)
		p.trains = append(p.trains, superpose(hz*float64(size), perSourceInterval))
	}
	p.soonest = make([]spike.Tick, max(b.N>>p.bits, b.N/sleepWord)+1)
	p.forget()
	return p
}

func (p *poissonSources) Columns() []Column {
	p.forget() // whoever asks may change them
	return p.Emitter.Columns()
}

func (p *poissonSources) Reset() {
	p.Emitter.Reset()
	p.forget()
}

func (p *poissonSources) forget() {
	for g := range p.soonest {
		p.soonest[g] = spike.Never
	}
}

// bound returns the place of what the shard r knows of block b. Shards may share a block, but begin at multiples of
// sleepWord: each has places of its own.
func (p *poissonSources) bound(r Range, b int) *spike.Tick {
	if 1<<p.bits < sleepWord {
		return &p.soonest[b]
	}
	return &p.soonest[r.Lo/sleepWord+b-r.Lo>>p.bits]
}

// Advance implements Population.
func (p *poissonSources) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	var d arrivalDraws
	var list [perDraw]uint64
	for b := r.Lo >> p.bits; b<<p.bits < r.Hi; b++ {
		if soonest := p.bound(r, b); *soonest < w.To {
			*soonest = p.advance(b, r, w, &d, list[:0], out)
		}
	}
}

// Next implements Foreseer.
func (p *poissonSources) Next(r Range) spike.Tick {
	next := spike.Forever
	for b := r.Lo >> p.bits; b<<p.bits < r.Hi; b++ {
		next = min(next, *p.bound(r, b))
	}
	return next
}

// advance takes the sources of block b that are in r through w and returns when the next of them spikes, or a time
// before.
func (p *poissonSources) advance(b int, r Range, w spike.Window, d *arrivalDraws, list []uint64,
	out *spike.Buffer) spike.Tick {
	first, trains, most := b<<p.bits, &p.trains[min(b, len(p.trains)-1)], p.most[min(b, len(p.most)-1)]
	if most == 0 {
		return spike.Forever
	}
	d.begin(trains, p.candidates, b, w)
	soonest := d.end * trains.interval
	for d.next() {
		for j, word := range d.own()[:d.n] {
			i := first + int(word&(1<<p.bits-1))
			at := w.From + d.start + spike.Tick(uint64(word>>p.bits)*uint64(trains.interval)>>(32-p.bits))
			switch {
			case i < r.Lo || i >= r.Hi || at < w.From:
			case at >= w.To:
				soonest = min(soonest, at)
			case p.rate == nil || float64(
				rng.Unit(p.keep.Block(uint64(b), uint64(d.e-1)<<16+uint64(d.past+j))[0])*most) < p.rate(i, at):
				list = append(list, uint64(at-w.From)<<mostBits|uint64(i-first))
			}
		}
		if d.left == 0 { // the interval is complete
			slices.Sort(list)
			for _, c := range list {
				p.spike(first+int(c&(1<<mostBits-1)), w.From+spike.Tick(c>>mostBits), out)
			}
			list = list[:0]
		}
	}
	return soonest
}

// spike lets source i spike, unless it still cannot.
func (p *poissonSources) spike(i int, at spike.Tick, out *spike.Buffer) {
	if dead := p.dead[min(i, len(p.dead)-1)]; at >= p.Last(i)+max(dead, 1) {
		p.Emit(out, i, at)
	}
}
