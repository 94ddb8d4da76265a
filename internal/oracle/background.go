package oracle

import (
	"cmp"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// privateOf returns the arrivals of the private Poisson trains of neuron i, in order of time.
func (r *run) privateOf(p *sim.Population, i int) []arrival {
	var all []arrival
	for _, b := range p.Backgrounds {
		s, ok := b.Spec.(*neuron.PoissonBackground)
		if !ok {
			continue
		}
		for _, at := range r.privateTimes(p, b.Name, s, i) {
			all = append(all, arrival{at, b.Port, b.Receptor, s.Weight})
		}
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	return all
}

// privateTimes returns the arrivals at neuron i. From half an arrival a step on, each step has a count, word i of
// entity (number of the step), whose arrivals are in the middles of equal parts; below, 256 neurons share a
// superposition.
func (r *run) privateTimes(p *sim.Population, name string, s *neuron.PoissonBackground, i int) (times []spike.Tick) {
	key, h := r.c.key(p).Sub("background "+name), r.c.Net.Step
	rate := s.Rate * float64(s.Sources)
	if rate*h.Seconds() >= 0.5 {
		counts := rng.NewPoisson(rate * h.Seconds())
		for k := range r.c.End / h {
			n := spike.Tick(counts.Count(key.Word(uint64(k), uint64(i))))
			for j := range n {
				times = append(times, k*h+h*(2*j+1)/(2*n))
			}
		}
		return times
	}
	const block = 256
	for _, c := range r.superposition(key, i/block, block, rate*block, 20) {
		if c.neuron == i%block {
			times = append(times, c.at)
		}
	}
	return times
}

// candidate is an arrival of a superposition.
type candidate struct {
	at     spike.Tick
	neuron int    // within the block
	number uint64 // interval x 2^16 + place in it
}

// superposition returns the trains of a block of neurons (a power of two) with a total rate (Hz), in the order in
// which they are drawn. An interval is the shortest of 0.1, 0.2, 0.5, 1 ms ... 1 s with so many arrivals on
// average. Interval e has 32 words of entity (block) from word 32 e on: the first is the count, each other an
// arrival, its lower bits the neuron, the upper ones the time as a fraction of the interval. Further arrivals are
// words of entity 2^63 + block from block e 2^16 on.
func (r *run) superposition(key rng.Key, block, size int, rate, most float64) []candidate {
	name := superposed{key, block}
	if all, ok := r.random[name]; ok {
		return all
	}
	interval := spike.Second
	for _, t := range []spike.Tick{100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000} {
		if t *= spike.Microsecond; rate*t.Seconds() >= most {
			interval = t
			break
		}
	}
	counts := rng.NewPoisson(rate * interval.Seconds())
	bits := 0
	for 1<<bits < size {
		bits++
	}
	all := []candidate{}
	for e := uint64(0); spike.Tick(e)*interval < r.c.End; e++ {
		n := counts.Count(key.Word(uint64(block), 32*e))
		for j := range n {
			word := uint32(0)
			if j < 31 {
				word = key.Word(uint64(block), 32*e+uint64(j)+1)
			} else {
				word = key.Word(1<<63|uint64(block), 4*(e<<16)+uint64(j-31))
			}
			at := spike.Tick(e)*interval + spike.Tick(uint64(word>>bits)*uint64(interval)>>(32-bits))
			all = append(all, candidate{at, int(word & (1<<bits - 1)), e<<16 + uint64(j)})
		}
	}
	r.random[name] = all
	return all
}

// superposed names a superposition.
type superposed struct {
	key   rng.Key
	block int
}
