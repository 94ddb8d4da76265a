package scaling

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Quantities that a Plan can vary.
const (
	Workers  = "workers"   // strong scaling, or weak: the network grows with them
	Neurons  = "neurons"   // at constant inputs per neuron
	InDegree = "in-degree" // at constant numbers of neurons
	Rate     = "rate"      // of events, of ignore-and-fire neurons
)

// Plan is a series of networks to measure.
type Plan struct {
	Experiment string   `json:"experiment"`
	Set        []string `json:"set,omitempty"`
	Vary       string   `json:"vary"`
	Weak       bool     `json:"weak,omitempty"`       // neurons grow with the workers
	From       float64  `json:"from"`                 // 0: chosen
	To         float64  `json:"to"`                   // 0: chosen
	Points     int      `json:"points"`               // 0: each twice the one before
	Seeds      int      `json:"seeds"`                // from the experiment's on
	Workers    int      `json:"workers"`              // where they do not vary
	Controlled bool     `json:"controlled,omitempty"` // all neurons are replaced by ignore-and-fire neurons of the same event rate and burst probability
	Publish    bool     `json:"publish,omitempty"`
	Meter      float64  `json:"meter_w,omitempty"` // power of the machine while it simulates, read from a meter

	kinds    *experiment.Registries
	base     *experiment.Experiment
	activity []Activity   // of the base
	estimate sim.Estimate // of the base
	memory   int64        // that points may take, for tests; 0: what is available
}

// Durations are the model times of a measurement.
type Durations struct{ Discard, Measure, Record spike.Tick }

// Durations returns how long each point is measured: quick ones give an impression, published ones are as the
// community's tables ask for.
func (p *Plan) Durations() Durations {
	if p.Publish {
		return Durations{Discarded, 10 * spike.Second, 10 * spike.Second}
	}
	return Durations{Discarded, spike.Second, spike.Second}
}

// Point is one network of a plan.
type Point struct {
	X        float64
	Workers  int
	Set      []string // overrides that make it
	Estimate sim.Estimate
	TooLarge string  // why it is left out; "" if it is not
	work     float64 // guessed, s
	build    float64 // share of it before anything is simulated
}

// NewPlan checks a plan and loads its experiment. Rates of the network are measured only where they are needed.
func NewPlan(p Plan, kinds *experiment.Registries) (*Plan, error) {
	x, err := experiment.Load(kinds, p.Experiment, p.Set...)
	if err != nil {
		return nil, err
	}
	if x.Task != nil {
		return nil, x.At("task", "a task makes networks of its own").Allow(
			"an experiment with populations; bench mnist times learning of images")
	}
	if err := x.Check(); err != nil {
		return nil, err
	}
	p.kinds, p.base = kinds, x
	if p.estimate, _, err = x.Estimate(); err != nil {
		return nil, err
	}
	if p.Vary == Rate {
		p.Controlled = true
	}
	if err := p.choose(); err != nil {
		return nil, err
	}
	_, err = p.Make(ofOneHz(x)) // what cannot be made is said before anything is measured
	return &p, err
}

// own is the value that the experiment itself has.
func (p *Plan) own() float64 {
	switch p.Vary {
	case Neurons:
		return float64(p.estimate.Neurons)
	case InDegree:
		return p.estimate.Synapses / float64(p.estimate.Neurons)
	case Rate:
		return 8
	}
	return 1
}

// choose fills in the range where it was not given.
func (p *Plan) choose() error {
	own := p.own()
	if p.To == 0 {
		p.To = map[string]float64{Workers: 2, Neurons: 2 * own, InDegree: own, Rate: 2 * own}[p.Vary]
	}
	if p.From == 0 {
		p.From = min(own, p.To)
		if p.Vary == InDegree || p.Vary == Rate || p.Vary == Neurons && p.To <= own {
			p.From = p.To / 8
		}
	}
	bad := func(flag, reason, allowed string) error {
		return &config.Error{File: flag, Reason: reason, Allowed: allowed}
	}
	switch {
	case p.From > p.To:
		return bad("--from", fmt.Sprintf("%g is above %g, where the series ends", p.From, p.To),
			"a smaller number, or a larger --to")
	case p.Vary == Workers && (p.From != math.Trunc(p.From) || p.To != math.Trunc(p.To)):
		return bad("--to", "workers are counted", "a whole number")
	case p.Vary == InDegree && !p.Controlled && p.To > own*(1+1e-9):
		return bad("--to", fmt.Sprintf(
			"%.4g inputs a neuron are more than the %.4g of the network, whose rates would be others", p.To, own),
			fmt.Sprintf("up to %.4g, or any number with --controlled", own))
	case p.Weak && p.Vary != Workers:
		return bad("--weak", "weak scaling is a series over workers", "--vary workers")
	}
	return nil
}

// NeedsRates reports whether the activity of the network must be known before its points are.
func (p *Plan) NeedsRates() bool { return p.Controlled || p.Vary == InDegree }

// values returns the X of all points.
func (p *Plan) values() (all []float64) {
	if p.Points == 1 || p.From == p.To {
		return []float64{p.To}
	}
	if p.Points > 1 {
		for i := range p.Points {
			all = append(all, p.From*math.Pow(p.To/p.From, float64(i)/float64(p.Points-1)))
		}
	} else {
		for v := p.From; v < p.To*(1-1e-9); v *= 2 {
			all = append(all, v)
		}
		all = append(all, p.To)
	}
	if p.Vary == Workers {
		for i, v := range all {
			all[i] = math.Round(v)
		}
		all = slices.Compact(all)
	}
	return all
}

// Make returns the points. Those that do not fit into memory say so.
func (p *Plan) Make(activity []Activity) ([]Point, error) {
	p.activity = activity
	have := p.memory
	if have == 0 {
		have = sim.AvailableMemory()
	}
	var points []Point
	for _, v := range p.values() {
		q := Point{X: v, Workers: p.Workers}
		f := Factors{N: 1, K: 1}
		switch p.Vary {
		case Workers:
			if q.Workers = int(v); p.Weak {
				f.N = v
			}
		case Neurons:
			f.N = v / p.own()
		case InDegree:
			f.K = v / p.own()
		}
		s, err := f.scale(p.base, activity, f.K < 1 && !p.Controlled)
		if err != nil {
			return nil, fmt.Errorf("%s = %.6g: %w", p.Vary, v, err)
		}
		q.Set = slices.Concat(p.Set, s.Set)
		_, net, err := p.network(q, p.base.Experiment.Seed)
		if err != nil {
			return nil, err
		}
		q.Estimate = sim.EstimateOf(net)
		if have > 0 && q.Estimate.Bytes > have {
			q.TooLarge = fmt.Sprintf("needs %s of memory, and %s are available", sim.Size(q.Estimate.Bytes), sim.Size(have))
		}
		q.work, q.build = p.seconds(q)
		points = append(points, q)
	}
	return points, nil
}

// seconds guesses how long a point takes with one seed, and which share of that building is.
func (p *Plan) seconds(q Point) (work, build float64) {
	const perSynapse, perStep, perEvent = 60e-9, 3e-9, 3e-9 // of a core
	d := p.Durations()
	model := (d.Discard + d.Measure + d.Record).Seconds()
	rate := 10.0
	if p.Vary == Rate {
		rate = q.X
	}
	steps := float64(q.Estimate.Neurons) / p.base.Experiment.Step.Seconds()
	build = perSynapse*q.Estimate.Synapses + .05
	work = build + model*(perStep*steps+perEvent*rate*q.Estimate.Synapses)
	return work, build / work
}

// network returns the network of a point for one seed, and the experiment that it comes from.
func (p *Plan) network(q Point, seed uint64) (*experiment.Experiment, *sim.Network, error) {
	x, err := experiment.Load(p.kinds, p.Experiment, q.Set...)
	if err != nil {
		return nil, nil, err
	}
	net, err := x.Network(seed)
	if err != nil || !p.Controlled {
		return x, net, err
	}
	hz := 0.0
	if p.Vary == Rate {
		hz = q.X
	}
	control(net, p.activity, x.Burst.Detector(), hz)
	return x, net, nil
}

// engine builds the network of a point.
func (p *Plan) engine(q Point, seed uint64) (*sim.Sim, *sim.Network, error) {
	x, net, err := p.network(q, seed)
	if err != nil {
		return nil, nil, err
	}
	if !p.Controlled {
		return x.Engine(seed, sim.Options{Workers: q.Workers})
	}
	engine, err := sim.New(net, sim.Options{Workers: q.Workers})
	return engine, net, err
}

// Name returns the experiment's.
func (p *Plan) Name() string { return p.base.Experiment.Name }
