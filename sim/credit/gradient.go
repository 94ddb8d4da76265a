package credit

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/plasticity/reference"
	"github.com/burstplex/burstplex/sim/ensemble"
	"github.com/burstplex/burstplex/sim/task"
)

// Gradient is the task "gradient": how close what a spiking network learns from a batch of presentations is to the
// exact gradient of the rate network with the same weights, layer by layer. K is the number of events of a fully
// active unit while plasticity is on, neurons x rate x time: the resource that averaging costs.
type Gradient struct {
	Inputs  int       `toml:"inputs" range:"[1, 100000]" doc:"input units"`
	Units   int       `toml:"units" range:"[1, 100000]" doc:"units of a hidden layer"`
	Outputs int       `toml:"outputs" range:"[1, 100000]" doc:"output units"`
	Hidden  int       `toml:"hidden" range:"[1, 8]" doc:"hidden layers where depth is not varied"`
	Depths  []int     `toml:"depths" range:"[1, 20]" doc:"hidden layers, varied"`
	Batch   int       `toml:"batch" range:"[1, 100000]" doc:"presentations whose changes are added up"`
	K       []float64 `toml:"k" range:"(0, 1e7]" doc:"events of a fully active unit in a presentation, varied"`
	AtK     float64   `toml:"at_k" range:"[10, 1e7]" doc:"the same where it is not varied"`
	Gains   []float64 `toml:"gains" range:"(0, 100]" doc:"gain of the feedback, Y = gain x W, varied"`
	Gain    float64   `toml:"gain" range:"(0, 100]" doc:"the same where it is not varied"`
	WGain   float64   `toml:"weight_gain" range:"(0, 100]" doc:"gain of the initial weights"`
	Rate    float64   `toml:"rate" unit:"Hz" range:"(0, 1000]" doc:"event rate of a neuron at full activation"`
	Dead    float64   `toml:"dead_time" unit:"ms" range:"[0, 1000]" doc:"time after an event without another"`
	Time    float64   `toml:"time" unit:"ms" range:"(0, 1e6]" doc:"time with plasticity on; neurons per unit follow from K"`
	Settle  float64   `toml:"settle" unit:"ms" range:"[0, 1e6]" doc:"time before it"`
	TauSyn  float64   `toml:"tau_syn" unit:"ms" range:"(0, 1000]" doc:"filter of events and bursts"`
	Delay   float64   `toml:"burst_delay" unit:"ms" range:"[0, 100]" doc:"interval of a burst"`
	PB      float64   `toml:"p_b" range:"(0, 0.5]" doc:"baseline burst probability"`
	Learn   int       `toml:"learning_steps" range:"[0, 100000]" doc:"batches in which feedback weights are learned"`
	Record  bool      `toml:"record" doc:"write the spikes, weights and targets of one batch, from which the angles can be computed again"`
}

// DefaultGradient returns a configuration that takes a few minutes on two cores.
func DefaultGradient() *Gradient {
	return &Gradient{Inputs: 50, Units: 50, Outputs: 10, Hidden: 3, Depths: []int{1, 2, 3, 4, 6, 8}, Batch: 32,
		K: []float64{32, 100, 316, 1000, 3162, 10000, 31623}, AtK: 10000, Gains: []float64{1, 3, 6, 12}, Gain: 3, WGain: 3.6,
		Rate: 20, Dead: 35, Time: 500, Settle: 200, TauSyn: 20, Delay: 6, PB: 0.5, Learn: 300, Record: true}
}

// Validate implements task.Spec.
func (g *Gradient) Validate() error {
	bad := func(key string, v float64, reason, allowed string) error {
		return &neuron.ParameterError{Key: key, Value: v, Reason: reason, Allowed: allowed}
	}
	if g.Rate*g.Dead/1000 > 0.8 {
		return bad("rate", g.Rate, "neurons would nearly always be in their dead time", "rate times dead_time at most 0.8")
	}
	for _, d := range g.Depths {
		if d < 1 || d > 20 {
			return bad("depths", float64(d), "is out of range", "[1, 20]")
		}
	}
	for _, k := range append([]float64{g.AtK}, g.K...) {
		if k*1000/(g.Rate*g.Time) < 1 || k > 1e7 {
			return bad("k", k, "needs less than one neuron a unit, or too many", fmt.Sprintf("[%g, 1e7]", g.Rate*g.Time/1000))
		}
	}
	return nil
}

// settings returns how a presentation with K events a unit is simulated.
func (g *Gradient) settings(k float64) ensemble.Timing {
	n := int(math.Round(k * 1000 / (g.Rate * g.Time)))
	return ensemble.Timing{Neurons: n, Rate: g.Rate, Dead: g.Dead, Exact: true, Bin: 1, Settle: g.Settle, Learn: g.Time,
		TauSyn: g.TauSyn, TauDend: g.TauSyn, TauOwn: g.TauSyn, Delay: g.Delay}
}

// problem is a network and a batch: inputs of 20 % active units, one target unit each.
type problem struct {
	*reference.BurstCCN
	input, target *mat.Dense
}

func (g *Gradient) problem(hidden int, gain float64, seed uint64) problem {
	sizes := []int{g.Inputs}
	for range hidden {
		sizes = append(sizes, g.Units)
	}
	sizes = append(sizes, g.Outputs)
	key := rng.New(seed, "gradient")
	net := reference.NewNetwork(sizes, g.WGain, key.Sub("network"))
	s := key.Sub("data").Stream(uint64(hidden), 0)
	p := problem{BurstCCN: reference.Symmetric(net, g.PB, gain), input: mat.NewDense(g.Inputs, g.Batch, nil),
		target: mat.NewDense(g.Outputs, g.Batch, nil)}
	for j := range g.Batch {
		for i := range g.Inputs {
			if s.Float64() < 0.2 {
				p.input.Set(i, j, s.Float64())
			}
		}
		p.target.Set(s.IntN(g.Outputs), j, 1)
	}
	return p
}

// learned is what a batch of presentations teaches.
type learned struct {
	reference.Updates                     // mean over presentations
	dQ                []*mat.Dense        // of the feedback weights Q, mean over presentations
	parts             []reference.Updates // of each presentation
}

// present shows the batch, on all workers, and hands each presentation to read before the next one; teacher says
// whether there is one.
func (p problem) present(ctx context.Context, r *task.Run, s ensemble.Timing, teacher bool, key rng.Key,
	read func(i int, m *Simulator)) error {
	_, n := p.input.Dims()
	quiet := *r
	quiet.Progress = nil
	pool := make(chan *Simulator, max(1, r.Workers))
	return quiet.Each(ctx, n, func(i int) error {
		var m *Simulator
		select {
		case m = <-pool:
		default:
			m = NewSimulator(p.BurstCCN, s, true, key)
		}
		var target *mat.Dense
		if teacher {
			target = mat.DenseCopyOf(p.target.ColView(i))
		}
		m.Present(mat.DenseCopyOf(p.input.ColView(i)), target, uint64(i))
		read(i, m)
		select {
		case pool <- m:
		default:
		}
		return nil
	})
}

// learn presents the batch and collects what it teaches.
func (p problem) learn(ctx context.Context, r *task.Run, s ensemble.Timing, teacher bool, key rng.Key) (*learned,
	error) {
	_, n := p.input.Dims()
	parts, qs := make([]reference.Updates, n), make([][]*mat.Dense, n)
	err := p.present(ctx, r, s, teacher, key, func(i int, m *Simulator) {
		parts[i], qs[i] = zeroUpdates(p.Network), zeroUpdates(p.Network).W
		m.Updates(&parts[i])
		m.Apical(qs[i])
	})
	if err != nil {
		return nil, err
	}
	u, dQ := zeroUpdates(p.Network), zeroUpdates(p.Network).W
	for i := range parts { // in the order of presentations, whoever simulated them
		for l := 1; l < len(p.Sizes); l++ {
			u.W[l].Add(u.W[l], parts[i].W[l])
			u.Bias[l].AddVec(u.Bias[l], parts[i].Bias[l])
			dQ[l].Add(dQ[l], qs[i][l])
		}
	}
	for l := 1; l < len(p.Sizes); l++ {
		u.W[l].Scale(1/float64(n), u.W[l])
		u.Bias[l].ScaleVec(1/float64(n), u.Bias[l])
		dQ[l].Scale(1/float64(n), dQ[l])
	}
	return &learned{u, dQ, parts}, nil
}

// result is one angle.
type result struct {
	Condition string
	Hidden    int
	Gain, K   float64
	Seed      uint64
	Layer     int
	BP, FA    float64 // angles to backpropagation and feedback alignment, degrees
	Sem       float64 // standard error of bp, over presentations
	Predicted float64 // from counting statistics, degrees
	Floor     float64 // of the rate model, without noise
	Size      float64 // norm of the update relative to p_b times the gradient
}

// measure adds the angles of every layer of one batch.
func (g *Gradient) measure(ctx context.Context, r *task.Run, out *[]result, condition string, p problem, gain,
	k float64, seed uint64) error {
	u, err := p.learn(ctx, r, g.settings(k), true, rng.New(seed, "spikes", condition, fmt.Sprint(k)))
	if err != nil {
		return err
	}
	e := p.Forward(p.input)
	bp, fa := p.Gradient(e, p.target, nil), p.Gradient(e, p.target, p.Y)
	total, floor := p.predict(k)
	for l := 1; l < len(p.Sizes); l++ {
		*out = append(*out, result{Condition: condition, Hidden: len(p.Sizes) - 2, Gain: gain, K: k, Seed: seed, Layer: l,
			BP: reference.Angle(u.W[l], bp.W[l]), FA: reference.Angle(u.W[l], fa.W[l]), Sem: p.jackknife(u.parts, l),
			Predicted: total[l-1], Floor: floor[l-1], Size: mat.Norm(u.W[l], 2) / (g.PB * mat.Norm(bp.W[l], 2))})
	}
	return nil
}

// found is what the parts of the experiment find.
type found struct {
	Results []result
	Drifts  []drift
	Courses []course
	Points  []point
}

// part is one piece of the experiment, which a resumed run does not do again.
type part struct {
	name string
	do   func(f *found) error
}

// parts lists the pieces of one seed.
func (g *Gradient) parts(ctx context.Context, r *task.Run, seed uint64) (all []part) {
	add := func(name string, do func(f *found) error) {
		all = append(all, part{fmt.Sprintf("%s, seed %d", name, seed), do})
	}
	measure := func(condition string, k float64, p func() problem) {
		add(fmt.Sprint(condition, ", K = ", k), func(f *found) error {
			return g.measure(ctx, r, &f.Results, condition, p(),
				g.Gain, k, seed)
		})
	}
	for _, k := range g.K {
		measure("events", k, func() problem { return g.problem(g.Hidden, g.Gain, seed) })
	}
	for _, d := range g.Depths {
		add(fmt.Sprint("depth ", d), func(f *found) error {
			return g.measure(ctx, r, &f.Results, "depth", g.problem(d, g.Gain, seed), g.Gain, g.AtK, seed)
		})
	}
	for _, gain := range g.Gains {
		add(fmt.Sprint("gain ", gain), func(f *found) error {
			return g.measure(ctx, r, &f.Results, "gain", g.problem(g.Hidden, gain, seed), gain, g.AtK, seed)
		})
	}
	sd := g.Gain / math.Sqrt(float64(g.Units))
	measure("random Y", g.AtK, func() problem {
		p := g.problem(g.Hidden, g.Gain, seed)
		p.BurstCCN = reference.RandomFeedback(p.Network, g.PB, sd, rng.New(seed, "feedback"))
		return p
	})
	randomQ := func() problem {
		p := g.problem(g.Hidden, g.Gain, seed)
		for l := 2; l < len(p.Sizes); l++ {
			p.Q[l] = reference.Random(p.Sizes[l], p.Sizes[l-1], g.PB*sd, rng.New(seed, "random Q"), l)
		}
		return p
	}
	measure("random Q", g.AtK, randomQ)
	for _, teacher := range []bool{false, true} {
		add(fmt.Sprint("learning Q, teacher ", teacher), func(f *found) (err error) {
			f.Courses, err = g.learnQ(ctx, r, &f.Results, randomQ(), teacher, seed)
			return err
		})
	}
	add("learning Y", func(f *found) (err error) {
		f.Courses, err = g.learnY(ctx, r, &f.Results, seed)
		return err
	})
	add("drift", func(f *found) (err error) {
		f.Drifts, err = g.drift(ctx, r, seed)
		return err
	})
	if seed == r.Seed {
		add("argument", func(f *found) (err error) {
			f.Points, err = g.argue(ctx, r)
			return err
		})
	}
	return all
}

// Run implements task.Spec.
func (g *Gradient) Run(ctx context.Context, r *task.Run) error {
	var parts []part
	for n := range r.Seeds {
		parts = append(parts, g.parts(ctx, r, r.Seed+uint64(n))...)
	}
	var all found
	for i, p := range parts {
		f, err := task.Once(r, p.name, func() (f found, err error) {
			err = p.do(&f)
			return f, err
		})
		if err != nil {
			return err
		}
		all.Results, all.Drifts = append(all.Results, f.Results...), append(all.Drifts, f.Drifts...)
		all.Courses, all.Points = append(all.Courses, f.Courses...), append(all.Points, f.Points...)
		if r.Progress != nil {
			r.Progress(float64(i+1) / float64(len(parts)+1))
		}
	}
	if g.Record {
		if err := g.record(ctx, r); err != nil {
			return err
		}
	}
	if err := g.drawArgument(r, all.Points, all.Results, all.Drifts); err != nil {
		return err
	}
	return g.report(r, all.Results, all.Drifts, all.Courses)
}
