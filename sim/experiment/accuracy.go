package experiment

import (
	"context"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// accurate is the median error of spike times up to which nothing is said, in us.
const accurate = 10

// finer is how many times shorter the parts of a step are that accuracy is measured against.
const finer = 4

// Inaccuracies runs the network for a moment as it is, and once more with the models that are written as equations
// in parts of a step that are four times shorter. It returns a warning for each population whose spikes move by
// more than 10 us in the median, with the number of substeps that would do. Populations with noise in their
// equations are left out: their noise is another one then. The budget is how many steps of neurons the first run
// may take at most.
func (x *Experiment) Inaccuracies(budget int) ([]string, error) {
	judged := map[string]*equationPopulation{}
	neurons := 0
	for name, p := range x.Populations.All() {
		neurons += p.Neurons()
		if e, ok := p.Spec.(*equationPopulation); ok && !e.Model.Noisy() && e.Integrator != "reference" {
			judged[name] = e
		}
	}
	steps := min(budget/max(1, neurons), int(200*spike.Millisecond/x.Experiment.Step))
	until := min(x.Experiment.Duration, spike.Tick(steps)*x.Experiment.Step)
	if len(judged) == 0 || x.Task != nil || until < 10*spike.Millisecond {
		return nil, nil
	}
	coarse, net, err := x.moment(until, func(*equationPopulation) {})
	if err != nil {
		return nil, err
	}
	fine, _, err := x.moment(until, func(e *equationPopulation) { e.Substeps = finer * e.Parts() })
	if err != nil {
		return nil, err
	}
	var out []string
	first := spike.ID(0)
	for _, p := range net.Populations {
		if e := judged[p.Name]; e != nil {
			if m := medianShift(coarse, fine, first, p.Size); m > accurate {
				parts := int(math.Ceil(float64(e.Parts()) * math.Sqrt(m/accurate) * 1.2))
				w := x.At("populations."+p.Name+".model",
					"warning: steps of %v are too long for these equations: spikes are off by %.3g us in the median; substeps "+
						"= %d would do",
					x.Experiment.Step/spike.Tick(e.Parts()), m, parts)
				out = append(out, w.Error())
			}
		}
		first += spike.ID(p.Neurons())
	}
	return out, nil
}

// moment runs the network until a time, with a change to the populations written as equations, and returns their
// spikes.
func (x *Experiment) moment(until spike.Tick, change func(*equationPopulation)) (spikeTimes, *sim.Network, error) {
	net, err := x.Network(x.Experiment.Seed)
	if err != nil {
		return nil, nil, err
	}
	for i, p := range net.Populations {
		if e, ok := p.Spec.(*equationPopulation); ok {
			spec := *e.Spec
			own := &equationPopulation{Spec: &spec}
			change(own)
			net.Populations[i].Spec = own
		}
	}
	engine, err := sim.New(net, sim.Options{})
	if err != nil {
		return nil, nil, x.Place(err)
	}
	defer engine.Close()
	if p := x.Presentations(x.Experiment.Seed); p != nil {
		if err := engine.Follow(p); err != nil {
			return nil, nil, x.Place(err)
		}
	}
	spikes := spikeTimes{}
	engine.AddSink(spikes)
	if err := engine.Run(context.Background(), until); err != nil {
		return nil, nil, err
	}
	return spikes, net, engine.Finish()
}

// spikeTimes are spikes by neuron.
type spikeTimes map[spike.ID][]spike.Tick

// WriteSpikes implements sim.Sink.
func (t spikeTimes) WriteSpikes(_ spike.Window, events []spike.Event) error {
	for _, e := range events {
		t[e.Src] = append(t[e.Src], e.At)
	}
	return nil
}

// Close implements sim.Sink.
func (t spikeTimes) Close() error { return nil }

// medianShift returns the median difference of spike times in us, over the spikes of a population up to where
// trains part by more than 2 ms; 0 if there are too few spikes to tell.
func medianShift(a, b spikeTimes, first spike.ID, n int) float64 {
	const apart, few = 2000, 5
	var shifts []float64
	for i := first; i < first+spike.ID(n); i++ {
		for k := range min(len(a[i]), len(b[i])) {
			d := math.Abs((a[i][k] - b[i][k]).Milliseconds()) * 1e3
			if d > apart {
				shifts = append(shifts, d)
				break
			}
			shifts = append(shifts, d)
		}
	}
	if len(shifts) < few {
		return 0
	}
	slices.Sort(shifts)
	return shifts[len(shifts)/2]
}
