package curve

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/task"
)

// Spec is the task "plasticity-curve": how the weight of one synapse changes in the protocols of the papers.
//
// Rate: both neurons fire Poisson trains of one rate r. With T the detector's threshold and q = exp(-rT), a spike
// begins an event with probability q and an event becomes a burst with probability 1-q, so that the weight changes
// at
//
//	η τ_pre x̄ r q (1 - q - p_b),   x̄ = r (trace of all presynaptic spikes) or r q (trace of their events)
//
// which vanishes at r = -ln(1-p_b)/T: 43.3 Hz for p_b = 1/2 and T = 16 ms. Both are drawn beside the simulation.
//
// Balance: the sign of the change of a feedback weight Q over the drive that bursts bring through Y and events
// through Q. The postsynaptic neuron turns the difference into a burst probability, p = σ(Yb - Qe), and learns from
// its own bursts.
//
// Pairing: periodic pairings, Poisson trains and burst-Poisson trains under the rule with a moving baseline.
type Spec struct {
	Repeats  int        `toml:"repeats" range:"[1, 100000]" doc:"independent pairs of neurons per point"`
	Duration spike.Tick `toml:"duration" unit:"ms" range:"(0, inf)" doc:"model time of a point"`
	PB       []float64  `toml:"p_b" range:"(0, 1)" doc:"baseline burst probabilities of the rate protocol"`
	TauPre   float64    `toml:"tau_pre" unit:"ms" range:"(0, 1e6]" doc:"time constant of the presynaptic trace"`
	TauMA    float64    `toml:"tau_ma" unit:"ms" range:"(0, 1e7]" doc:"time constant of the moving baseline (pairing)"`
	Eta      float64    `toml:"eta" range:"(0, 1e6]" doc:"learning rate"`
}

// Default returns the protocols as published: 20 repeats of 100 s.
func Default() *Spec {
	return &Spec{Repeats: 20, Duration: 100 * spike.Second, PB: []float64{0.3, 0.5, 0.7}, TauPre: 50, TauMA: 15000,
		Eta: 0.1}
}

// Validate implements task.Spec.
func (s *Spec) Validate() error {
	if len(s.PB) == 0 {
		return &neuron.ParameterError{Key: "p_b", Reason: "there is none", Allowed: "at least one number in (0, 1)"}
	}
	for _, p := range s.PB {
		if !(p > 0 && p < 1) {
			return &neuron.ParameterError{Key: "p_b", Value: p,
				Reason: "a burst probability of 0 or 1 cannot be exceeded or undercut", Allowed: "(0, 1)"}
		}
	}
	return nil
}

// point is one place of a curve: the change of the weight and its standard error.
type point struct{ x, mean, sem float64 }

// job computes one point.
type job struct {
	x         float64
	rule      plasticity.Spec
	pre, post generator
	trains    []spike.Tick // of both neurons, in place of generators
	into      *point
}

// Run implements task.Spec.
func (s *Spec) Run(ctx context.Context, r *task.Run) error {
	var jobs []job
	curves := map[string][]point{}
	add := func(curve string, n int, at func(i int) job) {
		curves[curve] = make([]point, n)
		for i := range n {
			j := at(i)
			j.into = &curves[curve][i]
			jobs = append(jobs, j)
		}
	}
	rates := []float64{2, 5, 10, 15, 20, 25, 30, 35, 40, 43.3, 47, 52, 58, 65, 72, 80}
	for _, pb := range s.PB {
		for _, trace := range []string{"spikes", "events"} {
			add(fmt.Sprintf("rate p_b=%g trace=%s", pb, trace), len(rates), func(i int) job {
				return job{x: rates[i], rule: s.fixed(pb, trace), pre: poisson(rates[i], 0), post: poisson(rates[i], 0)}
			})
		}
	}
	periodicRates := []float64{1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100}
	add("pairing periodic", len(periodicRates), func(i int) job {
		return job{x: periodicRates[i], rule: s.moving(5, 0.75), trains: periodic(periodicRates[i], 5, 15, 10*spike.Second)}
	})
	poissonRates := []float64{1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50}
	for _, p := range []float64{0.3, 0.5} {
		add(fmt.Sprintf("pairing poisson P=%g", p), len(poissonRates), func(i int) job {
			g := poisson(poissonRates[i], 2*spike.Millisecond)
			return job{x: poissonRates[i], rule: s.moving(5, 5*p), pre: g, post: g}
		})
	}
	probabilities := []float64{0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45}
	for _, rate := range []float64{5, 10} {
		add(fmt.Sprintf("pairing burst-poisson %g Hz", rate), len(probabilities), func(i int) job {
			g := burstPoisson(rate, probabilities[i])
			return job{x: probabilities[i], rule: s.moving(rate, 0.2*rate), pre: g, post: g}
		})
	}
	const side = 9
	for k := range side {
		add(fmt.Sprintf("balance row %d", k), side, func(i int) job {
			bursts, events := 4*float64(i)/(side-1), 4*float64(k)/(side-1)
			p := 1 / (1 + math.Exp(events-bursts))
			return job{x: bursts, rule: s.balance(), pre: burstPoisson(10, 0.5), post: burstPoisson(10, p)}
		})
	}
	err := r.Each(ctx, len(jobs), func(i int) error {
		return s.run(jobs[i], rng.New(r.Seed, "plasticity-curve",
			fmt.Sprint(i)))
	})
	if err != nil {
		return err
	}
	return s.conclude(r, curves)
}

// run computes a point.
func (s *Spec) run(j job, key rng.Key) error {
	end := s.Duration
	var pre, post [][]spike.Tick
	if j.trains != nil {
		end = j.trains[len(j.trains)-1] + spike.Second
		pre, post = [][]spike.Tick{j.trains}, [][]spike.Tick{j.trains}
	} else {
		for i := range s.Repeats {
			a, b := key.Stream(uint64(i), 0), key.Stream(uint64(i), 1<<40)
			pre, post = append(pre, j.pre(&a, end)), append(post, j.post(&b, end))
		}
	}
	changes, err := change(j.rule, pre, post, end)
	if err != nil {
		return err
	}
	mean, sd, n := analysis.Summary(changes)
	*j.into = point{j.x, mean, sd / math.Sqrt(float64(n))}
	return nil
}

// unbounded leaves weights where the rule takes them.
var unbounded = plasticity.Bounds{Min: -1e9, Max: 1e9}

func (s *Spec) fixed(pb float64, trace string) plasticity.Spec {
	rule := plasticity.DefaultBurstCCN()
	rule.Eta, rule.TauPre, rule.PB, rule.Trace, rule.Bounds = s.Eta, s.TauPre, pb, trace, unbounded
	return rule
}

func (s *Spec) moving(events, bursts float64) plasticity.Spec {
	rule := plasticity.DefaultBurstprop()
	rule.Eta, rule.TauPre, rule.TauMA, rule.E0, rule.B0, rule.Bounds = s.Eta, s.TauPre, s.TauMA, events, bursts, unbounded
	return rule
}

// balance is the rule of Q, which inhibits.
func (s *Spec) balance() plasticity.Spec {
	rule := plasticity.DefaultApicalBalance()
	rule.Eta, rule.TauPre, rule.Effect, rule.Bounds = s.Eta, s.TauPre, "inhibitory", unbounded
	return rule
}

// ClosedForm is the change of the weight in the rate protocol per second, see Spec; rate in Hz, tau in ms.
func (s *Spec) ClosedForm(rate, pb float64, trace string) float64 {
	q := math.Exp(-rate * spike.DefaultDetector().Threshold.Seconds())
	x := rate
	if trace == "events" {
		x *= q
	}
	return s.Eta * s.TauPre / 1000 * x * rate * q * (1 - q - pb)
}

// conclude writes table and figure.
func (s *Spec) conclude(r *task.Run, curves map[string][]point) error {
	var rows [][]string
	perSecond := 1 / s.Duration.Seconds()
	for _, name := range sorted(curves) {
		for _, p := range curves[name] {
			rows = append(rows, []string{name, task.Number(p.x), task.Number(p.mean), task.Number(p.sem)})
		}
	}
	if err := r.Table("plasticity-curve.csv", []string{"curve", "x", "weight_change", "sem"}, rows); err != nil {
		return err
	}
	page := figure.Page{}
	rate := figure.Row{Height: 42}
	for _, trace := range []string{"spikes", "events"} {
		panel := figure.Panel{Title: "trace of presynaptic " + trace, X: figure.Axis{Label: "rate of both neurons",
			Unit: "Hz"}, Y: figure.Axis{Label: "weight change", Unit: "1/s"}}
		panel.Marks = append(panel.Marks, figure.Rule{Across: true}, figure.Rule{At: math.Ln2 / 0.016, Dash: figure.Dashed,
			Name: "ln 2 / 16 ms"})
		for k, pb := range s.PB {
			c := curves[fmt.Sprintf("rate p_b=%g trace=%s", pb, trace)]
			line := figure.Line{Thin: true, Quiet: true, Color: figure.Cycle(k)}
			for x := 1.0; x <= 80; x++ {
				line.X, line.Y = append(line.X, x), append(line.Y, s.ClosedForm(x, pb, trace))
			}
			panel.Marks = append(panel.Marks, line, dots(c, fmt.Sprintf("p_b = %g", pb), k, perSecond))
		}
		rate.Panels = append(rate.Panels, panel)
	}
	pairing := figure.Row{Height: 36, Panels: []figure.Panel{
		pairingPanel("periodic pairings", "rate", "Hz", curves, "pairing periodic"),
		pairingPanel("Poisson trains", "rate", "Hz", curves, "pairing poisson P=0.3", "pairing poisson P=0.5"),
		pairingPanel("bursting trains", "burst probability", "", curves, "pairing burst-poisson 5 Hz",
			"pairing burst-poisson 10 Hz")}}
	balance, right, all := s.balancePanel(curves)
	rate.Panels = append(rate.Panels, balance)
	page.Rows = append(page.Rows, rate, pairing)
	for _, pb := range s.PB {
		r.Say(fmt.Sprintf("p_b = %.2g: the weight change crosses zero at %.1f Hz (trace of spikes), %.1f Hz (of "+
			"events); closed form %.1f Hz",
			pb, crossing(curves[fmt.Sprintf("rate p_b=%g trace=spikes", pb)]),
			crossing(curves[fmt.Sprintf("rate p_b=%g trace=events", pb)]), -math.Log(1-pb)/0.016))
	}
	for _, c := range []string{"pairing burst-poisson 5 Hz", "pairing burst-poisson 10 Hz"} {
		r.Say(fmt.Sprintf("%s: crosses zero at a burst probability of %.3f, baseline 0.2", c[len("pairing "):],
			crossing(curves[c])))
	}
	r.Say(fmt.Sprintf("feedback weights change with the sign of Yb - Qe at %d of %d places", right, all))
	return figure.SaveWith(filepath.Join(r.Dir, "figures", "plasticity-curve"), page,
		fmt.Sprintf("Changes of weights in rate and "+
			"pairing protocols, simulated and in closed form: %d independent pairs of neurons a point, %v of model time each, "+
			"seed %d.",
			s.Repeats, s.Duration, r.Seed))
}

// balancePanel is the heat map of the change of Q, and counts the places off the diagonal where its sign is that of
// Yb - Qe.
func (s *Spec) balancePanel(curves map[string][]point) (panel figure.Panel, right, all int) {
	h := figure.Heat{Label: "change of Q", Diverging: true}
	for k := 0; ; k++ {
		row, ok := curves[fmt.Sprintf("balance row %d", k)]
		if !ok {
			break
		}
		var values []float64
		for i, p := range row {
			values = append(values, p.mean)
			if i != k {
				all++
				if (p.mean > 0) == (i > k) {
					right++
				}
			}
		}
		h.Values = append(h.Values, values)
	}
	for k := range len(h.Values) + 1 {
		edge := (float64(k) - 0.5) * 4 / float64(len(h.Values)-1)
		h.XEdges, h.YEdges = append(h.XEdges, edge), append(h.YEdges, edge)
	}
	return figure.Panel{Title: "feedback weights Q", Square: true, X: figure.Axis{Label: "drive by bursts, Yb"},
		Y: figure.Axis{Label: "drive by events, Qe"}, Marks: []figure.Mark{h}}, right, all
}
