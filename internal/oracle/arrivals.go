package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// arrival is one synaptic event at its target.
type arrival struct {
	at             spike.Tick
	port, receptor string
	weight         float64
}

// departures are the amplitudes with which the spikes of one source travel along a projection, in units of the
// weight; NaN for spikes that are not transmitted.
func (r *run) departures(p *sim.Projection, source int) []float64 {
	pop, _ := r.c.population(p.Source)
	t := &r.e.trains[pop][source]
	amplitudes := make([]float64, len(t.at))
	x, u, last := 1.0, 0.0, spike.Tick(0)
	if p.ShortTerm != nil {
		u = p.ShortTerm.U0
	}
	for k, at := range t.at {
		a := r.c.scale(p.Name, at)
		if s := p.ShortTerm; s != nil {
			// Resources recover and facilitation decays; the spike then takes and raises what it finds.
			x = 1 + (x-1)*math.Exp(-ms(at-last)/s.TauD)
			u = s.U + (u-s.U)*math.Exp(-ms(at-last)/s.TauF)
			a *= x * u
			x, u, last = x-u*x, u+s.J*(1-u), at
		}
		switch kind := t.kind[k]; {
		case p.Transmit == synapse.EventsOnly && kind != spike.Onset, p.Transmit == synapse.BurstsOnly && kind != spike.Burst:
			a = math.NaN()
		}
		amplitudes[k] = a
	}
	return amplitudes
}

// incoming is a synapse onto the neuron that is looked at.
type incoming struct {
	place      int // in the projection's list
	source     int
	delay      spike.Tick
	weight     float64
	train      *train
	amplitudes []float64
	next       int // spike of the source that arrives next
}

// incomingOf lists the synapses of a projection onto neuron i.
func (r *run) incomingOf(projection, i int) []*incoming {
	p := &r.c.Net.Projections[projection]
	pop, _ := r.c.population(p.Source)
	if r.onto[projection] == nil {
		r.onto[projection] = map[int][]int{}
		for k, s := range r.e.synapse[projection] {
			r.onto[projection][s.target] = append(r.onto[projection][s.target], k)
		}
		r.sent[projection] = map[int][]float64{}
	}
	var in []*incoming
	for _, k := range r.onto[projection][i] {
		s := r.e.synapse[projection][k]
		sent, ok := r.sent[projection][s.source]
		if !ok {
			sent = r.departures(p, s.source)
			r.sent[projection][s.source] = sent
		}
		in = append(in, &incoming{place: k, source: s.source, delay: s.delay, weight: s.weight,
			train:      &r.e.trains[pop][s.source],
			amplitudes: sent})
	}
	return in
}
