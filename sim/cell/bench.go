package cell

import (
	"context"
	"fmt"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// Bench is what a task is told of the experiment.
type Bench interface {
	// Population returns a population of the file without what projections and stimuli do to it; an error has its place.
	Population(name string) (sim.Population, error)
	// Step is the integration step.
	Step() spike.Tick
}

// Bound is implemented by tasks that measure a population of the file.
type Bound interface {
	Bind(b Bench)
}

// pulse is a current into a port.
type pulse struct {
	port     string
	pA       float64
	from, to spike.Tick // 0: to the end
}

// network is one with copies of a population, injected with currents.
func network(p sim.Population, step spike.Tick, seed uint64, pulses []pulse) *sim.Network {
	net := &sim.Network{Seed: seed, Step: step, Populations: []sim.Population{p}}
	for i, q := range pulses {
		if q.pA != 0 {
			net.Stimuli = append(net.Stimuli, sim.Stimulus{Name: fmt.Sprint(i), Population: p.Name, Port: q.port,
				Amplitude: neuron.Const(q.pA), Wave: sim.Constant{}, From: q.from, To: q.to})
		}
	}
	return net
}

// answer is what one neuron did: its spikes, and its variables at all steps.
type answer struct {
	step   spike.Tick
	v      [][]float64 // per variable
	spikes []spike.Tick
}

// at returns the variable at a time.
func (a *answer) at(v int, t spike.Tick) float64 {
	return a.v[v][min(int(t/a.step), len(a.v[v])-1)]
}

// extreme returns the largest (sign 1) or smallest (-1) value within a window, and when.
func (a *answer) extreme(v int, from, to spike.Tick, sign float64) (x float64, at spike.Tick) {
	last := len(a.v[v])
	first := min(int(from/a.step), last-1)
	x, at = a.at(v, from), from
	for k, y := range a.v[v][first:max(first, min(int(to/a.step)+1, last))] {
		if sign*y > sign*x {
			x, at = y, from+spike.Tick(k)*a.step
		}
	}
	return x, at
}

// count returns the number of spikes in a window.
func (a *answer) count(from, to spike.Tick) (n int) {
	for _, t := range a.spikes {
		if t >= from && t < to {
			n++
		}
	}
	return n
}

// simulate lets one neuron answer to pulses.
func simulate(ctx context.Context, net *sim.Network, variables []string, until spike.Tick) (*answer, error) {
	s, err := sim.New(net, sim.Options{Workers: 1})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	a := &answer{step: s.Step(), v: make([][]float64, len(variables))}
	var columns []neuron.Column
	for _, name := range variables {
		c, names, ok := s.Column(net.Populations[0].Name, name)
		if !ok {
			return nil, fmt.Errorf("there is no variable %q (there are %s)", name, strings.Join(names, ", "))
		}
		columns = append(columns, c)
	}
	var spikes sim.Collector
	s.AddSink(&spikes)
	sample := func() {
		for k, c := range columns {
			a.v[k] = append(a.v[k], c.Float(0))
		}
	}
	sample()
	for s.Now() < until {
		if err := s.Run(ctx, s.Now()+s.Step()); err != nil {
			return nil, err
		}
		sample()
	}
	if err := s.Finish(); err != nil {
		return nil, err
	}
	for _, e := range spikes.Events {
		a.spikes = append(a.spikes, e.At)
	}
	return a, nil
}
