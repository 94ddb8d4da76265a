package oracle

import (
	"context"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// record is what the engine did with a case.
type record struct {
	window  spike.Tick
	counts  sim.Counts
	trains  [][]train                           // by population and neuron
	synapse [][]realised                        // by projection, as they were built
	weights [][]float64                         // by projection, at the end, in the same order
	probes  map[spike.Tick]map[string][]float64 // by time and "population.variable"
	order   []spike.Event                       // all spikes as they were recorded
}

// train is the spikes of one neuron.
type train struct {
	at   []spike.Tick
	kind []spike.Kind
}

// realised is one synapse that a connector made.
type realised struct {
	source, target int
	weight         float64
	delay          spike.Tick
}

// WriteSpikes implements sim.Sink.
func (e *record) WriteSpikes(_ spike.Window, events []spike.Event) error {
	e.order = append(e.order, events...)
	return nil
}

// Close implements sim.Sink.
func (e *record) Close() error { return nil }

// engine runs a case in the engine.
func (c *Case) engine() (*record, error) {
	s, err := sim.New(c.Net, c.Options)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	e := &record{window: s.Window(), probes: map[spike.Tick]map[string][]float64{}}
	for _, p := range c.Net.Projections {
		var all []realised
		s.Projection(p.Name).Each(func(source, target int, w float64, delay spike.Tick) {
			all = append(all, realised{source, target, w, delay})
		})
		e.synapse = append(e.synapse, all)
	}
	s.AddSink(e)
	if c.Protocol != nil {
		if err := s.Follow(c.Protocol); err != nil {
			return nil, err
		}
	}
	for _, t := range append(slices.Clone(c.Probes), c.End) {
		if err := s.At(t, func(now spike.Tick) error { e.probe(c, s, now); return nil }); err != nil {
			return nil, err
		}
	}
	for _, t := range append(slices.Clone(c.Pieces), c.End) {
		if err := s.Run(context.Background(), t); err != nil {
			return nil, err
		}
	}
	if err := s.Finish(); err != nil {
		return nil, err
	}
	e.counts = s.Counts()
	for _, p := range c.Net.Projections {
		var weights []float64
		s.Projection(p.Name).Each(func(_, _ int, w float64, _ spike.Tick) { weights = append(weights, w) })
		e.weights = append(e.weights, weights)
	}
	ids := c.Net.IDs()
	for _, p := range ids {
		e.trains = append(e.trains, make([]train, p.Size))
	}
	for _, ev := range e.order {
		for k, p := range ids {
			if p.Contains(ev.Src) {
				t := &e.trains[k][ev.Src-p.First]
				t.at, t.kind = append(t.at, ev.At), append(t.kind, ev.Kind)
			}
		}
	}
	return e, nil
}

// probe reads the state of all neurons that have one.
func (e *record) probe(c *Case, s *sim.Sim, now spike.Tick) {
	values := map[string][]float64{}
	for k := range c.Net.Populations {
		p := &c.Net.Populations[k]
		for _, name := range columnsOf(p.Spec) {
			column, _, ok := s.Column(p.Name, name)
			if !ok {
				continue
			}
			v := make([]float64, p.Size)
			for i := range v {
				v[i] = column.Float(i)
			}
			values[p.Name+"."+name] = v
		}
	}
	e.probes[now] = values
}
