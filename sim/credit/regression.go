package credit

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/plasticity/reference"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/ensemble"
	"github.com/burstplex/burstplex/sim/task"
)

// Regression is the task "regression": a network of ensembles learns, in a single phase and in spikes, to follow a
// signal in continuous time (Greedy et al. 2022, Fig. 3). Three sinusoids of slow random frequency drive the input;
// the target is what a random teacher network makes of them. Teacher and plasticity are on throughout the training;
// the error is measured on later time, with both off, and compared with the same network whose hidden layer does
// not learn.
type Regression struct {
	Hidden   int     `toml:"hidden" range:"[1, 10000]" doc:"hidden units of the network"`
	Teacher  int     `toml:"teacher" range:"[1, 10000]" doc:"hidden units of the teacher network"`
	Neurons  int     `toml:"neurons" range:"[1, 1000000]" doc:"neurons of a unit"`
	Rate     float64 `toml:"rate" unit:"Hz" range:"(0, 1000]" doc:"event rate of a neuron at full activation"`
	Dead     float64 `toml:"dead_time" unit:"ms" range:"[0, 1000]" doc:"time after an event without another"`
	TauSyn   float64 `toml:"tau_syn" unit:"ms" range:"(0, 1000]" doc:"filter of events and bursts"`
	Delay    float64 `toml:"burst_delay" unit:"ms" range:"[0, 100]" doc:"interval of a burst"`
	Training float64 `toml:"training" unit:"ms" range:"[0, 1e12]" doc:"model time of the training"`
	Test     float64 `toml:"test" unit:"ms" range:"[1000, 1e12]" doc:"model time of the tests before and after"`
	Segment  float64 `toml:"segment" unit:"ms" range:"[100, 1e6]" doc:"time after which weights change"`
	Eta      float64 `toml:"eta" range:"[0, 1e6]" doc:"learning rate of the output"`
	EtaH     float64 `toml:"eta_hidden" range:"[0, 1e6]" doc:"learning rate of the hidden layer, whose errors the feedback gain has made larger"`
	Gain     float64 `toml:"gain" range:"(0, 100]" doc:"gain of the feedback, Y = gain x W"`
	PB       float64 `toml:"p_b" range:"(0, 0.5]" doc:"baseline burst probability"`
	Spread   float64 `toml:"spread" range:"[0, 10]" doc:"the output weights of the teacher network are scaled so that its logit has this standard deviation, because some draws hardly vary at all; 0: as drawn"`
	Average  float64 `toml:"average" unit:"ms" range:"[1, 10000]" doc:"window in which the output rate is read for the error"`
}

// DefaultRegression returns a configuration that takes a minute or two a seed.
func DefaultRegression() *Regression {
	return &Regression{Hidden: 25, Teacher: 25, Neurons: 500, Rate: 20, Dead: 35, TauSyn: 20, Delay: 6, Training: 4e6,
		Test: 2e5, Segment: 2000,
		Eta: 1, EtaH: 10, Gain: 20, PB: 0.5, Spread: 0.5, Average: 500}
}

// Validate implements task.Spec.
func (g *Regression) Validate() error {
	if g.Rate*g.Dead/1000 > 0.8 {
		return &neuron.ParameterError{Key: "rate", Value: g.Rate, Unit: "Hz",
			Reason: "neurons would nearly always be in their dead time", Allowed: "rate times dead_time at most 0.8"}
	}
	return nil
}

// signal is three sinusoids and what the teacher network makes of them.
type signal struct {
	omega, phase [3]float64
	w1           *mat.Dense
	w2           []float64
	b1           []float64
	mean, scale  float64 // of the logit
}

func (g *Regression) signal(key rng.Key) *signal {
	s := key.Stream(1, 0)
	x := &signal{w1: mat.NewDense(g.Teacher, 3, nil)}
	uniform := func(a float64) float64 { return a * (2*s.Float64() - 1) }
	for k := range 3 {
		x.omega[k], x.phase[k] = math.Pi/2*s.Float64(), 2*math.Pi*s.Float64()
	}
	// Default initialisation of a linear layer, times three, biases as they are.
	for i := range g.Teacher {
		for k := range 3 {
			x.w1.Set(i, k, uniform(3/math.Sqrt(3)))
		}
		x.b1 = append(x.b1, uniform(1/math.Sqrt(3)))
		x.w2 = append(x.w2, uniform(3/math.Sqrt(float64(g.Teacher))))
	}
	x.scale = 1
	if g.Spread > 0 {
		var logits []float64
		for t := 0.0; t < 2000; t += 0.7 {
			logits = append(logits, x.logit(t))
		}
		mean, sd, _ := analysis.Summary(logits)
		x.mean, x.scale = mean, g.Spread/sd
	}
	return x
}

// input returns the three inputs at time t (s), in [-1, 1].
func (x *signal) input(t float64) (in [3]float64) {
	for k := range in {
		in[k] = math.Cos(x.omega[k]*t + x.phase[k])
	}
	return in
}

// target returns what the teacher network answers, in (0, 1).
func (x *signal) target(t float64) float64 {
	return 1 / (1 + math.Exp(-x.mean-x.scale*(x.logit(t)-x.mean)))
}

// logit is the drive of the teacher network's output as drawn.
func (x *signal) logit(t float64) float64 {
	in := x.input(t)
	sum := 0.0
	for i, w := range x.w2 {
		v := x.b1[i]
		for k := range in {
			v += x.w1.At(i, k) * in[k]
		}
		sum += w / (1 + math.Exp(-v))
	}
	return sum
}

// curveSegments is how many segments make a point of the training curve.
const curveSegments = 50

// learner is one network in training.
type learner struct {
	*Regression
	*signal
	net    *reference.BurstCCN
	sim    *Simulator
	frozen bool
}

func (g *Regression) learner(seed uint64, frozen bool) *learner {
	key := rng.New(seed, "regression")
	net := reference.NewNetwork([]int{3, g.Hidden, 1}, 1, key.Sub("network"))
	l := &learner{Regression: g, signal: g.signal(key.Sub("signal")), net: reference.Symmetric(net, g.PB, g.Gain),
		frozen: frozen}
	const settle = 200 // ms
	t := ensemble.Timing{Neurons: g.Neurons, Rate: g.Rate, Dead: g.Dead, Exact: true, Bin: 2, Settle: settle,
		Learn:  g.Segment,
		TauSyn: g.TauSyn, TauDend: g.TauSyn, TauOwn: g.TauSyn, Delay: g.Delay}
	l.sim = NewSimulator(l.net, t, false, key.Sub("spikes"))
	return l
}

// segment simulates the segment that starts at t (s), with its lead before it, and returns the squared error of the
// output against the target, a value per averaging window, and both courses.
func (l *learner) segment(t float64, teach bool, number uint64) (err2 []float64, output, target []float64) {
	bins, lead, bin := l.sim.Bins, l.sim.From, l.sim.Bin/1000
	in, want := mat.NewDense(3, bins, nil), mat.NewDense(1, bins, nil)
	for k := range bins {
		at := t + float64(k-lead)*bin
		for i, v := range l.signal.input(at) {
			in.Set(i, k, v)
		}
		want.Set(0, k, l.signal.target(at))
	}
	if teach {
		l.sim.Present(in, want, number)
	} else {
		l.sim.Present(in, nil, number)
	}
	window := int(math.Round(l.Average / 1000 / bin))
	events := l.sim.Events(1).Row(0)
	full := float64(l.Neurons) * l.Rate * bin * float64(window)
	for k := lead; k+window <= bins; k += window {
		n, w := 0.0, 0.0
		for j := k; j < k+window; j++ {
			n += float64(events[j])
			w += want.At(0, j) / float64(window)
		}
		output, target = append(output, n/full), append(target, w)
		err2 = append(err2, (n/full-w)*(n/full-w))
	}
	return err2, output, target
}

// train goes through the training and returns the error of every part of it, a value per curveSegments segments.
func (l *learner) train(ctx context.Context, progress func(float64)) (curve []float64, err error) {
	n := int(l.Training / l.Segment)
	sum, count := 0.0, 0
	for k := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e, _, _ := l.segment(float64(k)*l.Segment/1000, true, uint64(k))
		for _, v := range e {
			sum += v
			count++
		}
		u := zeroUpdates(l.net.Network)
		l.sim.Updates(&u)
		for layer := 1; layer <= 2; layer++ {
			if layer == 1 && l.frozen {
				continue
			}
			eta := l.Eta
			if layer == 1 {
				eta = l.EtaH
			}
			u.W[layer].Scale(eta, u.W[layer])
			l.net.W[layer].Add(l.net.W[layer], u.W[layer])
			l.net.Bias[layer].AddScaledVec(l.net.Bias[layer], eta, u.Bias[layer])
		}
		l.net.Y[2].Scale(l.Gain, l.net.W[2])
		l.net.Q[2].Scale(l.PB, l.net.Y[2])
		l.sim.Follow()
		if (k+1)%curveSegments == 0 {
			curve = append(curve, sum/float64(count))
			sum, count = 0, 0
		}
		progress(float64(k+1) / float64(n))
	}
	return curve, nil
}

// Numbers of presentations that do not train.
const (
	beforeNumbers = 1 << 36
	afterNumbers  = 2 << 36
)

// test returns the mean squared error relative to the variance of the target, on time that is not trained on, with
// learning and teacher off, and the beginning of both courses.
func (l *learner) test(number uint64) (relative float64, output, target []float64) {
	start := l.Training/1000 + 1000
	var err2, out, want []float64
	for k := range int(l.Test / l.Segment) {
		e, o, w := l.segment(start+float64(k)*l.Segment/1000, false, number+uint64(k))
		err2, out, want = append(err2, e...), append(out, o...), append(want, w...)
	}
	mean, _, _ := analysis.Summary(err2)
	_, sd, _ := analysis.Summary(want)
	shown := min(len(out), int(40000/l.Average))
	return mean / (sd * sd), out[:shown], want[:shown]
}

// tested is what one network ends with.
type tested struct {
	Before, After  float64
	OutBefore, Out []float64
	Target         []float64
	Curve          []float64
}

// Run implements task.Spec.
func (g *Regression) Run(ctx context.Context, r *task.Run) error {
	all := make([]tested, 2*r.Seeds)
	quiet := *r
	quiet.Progress = nil
	err := quiet.Each(ctx, len(all), func(i int) (err error) {
		seed, frozen := r.Seed+uint64(i/2), i%2 == 1
		all[i], err = task.Once(r, fmt.Sprintf("seed %d, frozen %v", seed, frozen), func() (t tested, err error) {
			l := g.learner(seed, frozen)
			t.Before, t.OutBefore, _ = l.test(beforeNumbers)
			t.Curve, err = l.train(ctx, func(share float64) {
				if r.Progress != nil && i == 0 {
					r.Progress(share * 0.99)
				}
			})
			if err == nil {
				t.After, t.Out, t.Target = l.test(afterNumbers)
			}
			return t, err
		})
		return err
	})
	if err != nil {
		return err
	}
	return g.report(r, all)
}

// report writes table and figure.
func (g *Regression) report(r *task.Run, all []tested) error {
	var rows [][]string
	var gain, against []float64
	for i := range r.Seeds {
		full, frozen := all[2*i], all[2*i+1]
		rows = append(rows, []string{fmt.Sprint(r.Seed + uint64(i)), task.Number(full.Before), task.Number(full.After),
			task.Number(frozen.After)})
		gain, against = append(gain, full.Before/full.After), append(against, frozen.After/full.After)
		r.Say(fmt.Sprintf("seed %d: error as a fraction of the target's variance %.3f before, %.4f after learning; "+
			"hidden layer frozen %.4f", r.Seed+uint64(i), full.Before, full.After, frozen.After))
	}
	r.Say(fmt.Sprintf("the error falls at least %.0f times, and at least %.1f times below that with a frozen hidden layer",
		slices.Min(gain), slices.Min(against)))
	if err := r.Table("regression.csv", []string{"seed", "error_before", "error_after", "error_after_hidden_frozen"},
		rows); err != nil {
		return err
	}
	seconds := make([]float64, len(all[0].Target))
	for i := range seconds {
		seconds[i] = (float64(i) + .5) * g.Average / 1000
	}
	time := figure.Axis{Label: "held-out time", Unit: "s", Tight: true}
	rate := figure.Axis{Label: "output", Range: [2]float64{0, 1}}
	course := func(title string, out []float64) figure.Panel {
		return figure.Panel{Title: title, X: time, Y: rate, Marks: []figure.Mark{
			figure.Line{Name: "target", X: seconds, Y: all[0].Target, Color: figure.Black, Thin: true},
			figure.Line{Name: "event rate of the output", X: seconds, Y: out}}}
	}
	curve := figure.Panel{Title: "training", X: figure.Axis{Label: "model time", Unit: "s"},
		Y: figure.Axis{Label: "squared error", Log: true}}
	for k, name := range []string{"all layers learn", "hidden layer frozen"} {
		for i := range r.Seeds { // a line per seed: errors of different targets differ by orders of magnitude
			line := figure.Line{Name: name, Y: all[2*i+k].Curve, Thin: true, Color: figure.Cycle(k), Quiet: i > 0}
			for j := range line.Y {
				line.X = append(line.X, float64(j+1)*curveSegments*g.Segment/1000)
			}
			curve.Marks = append(curve.Marks, line)
		}
	}
	return figure.SaveWith(filepath.Join(r.Dir, "figures", "regression"), figure.Page{Rows: []figure.Row{
		{Height: 30, Panels: []figure.Panel{course("before learning", all[0].OutBefore)}},
		{Height: 30, Panels: []figure.Panel{course("after learning, plasticity and teacher off", all[0].Out)}},
		{Height: 30, Panels: []figure.Panel{curve}}}},
		fmt.Sprintf("Event rate of the output unit and its target before and after "+
			"learning, first seed; below, the squared error over training, a line for each of %d seeds. %d neurons a unit.",
			r.Seeds, g.Neurons))
}
