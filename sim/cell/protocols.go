package cell

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/task"
)

// Protocols is the task "protocols": the numbers that a neuron with a soma, and perhaps a dendrite, is judged by,
// measured on the first neuron of a population without backgrounds.
//
//	input resistance     (V - V_rest)/I at the end of a long step of Step pA, for each port
//	time constant        time to 63 % of the largest deflection, for each port
//	sag                  1 - (last deflection)/(largest deflection) of the same step
//	attenuation          deflection elsewhere over that where the current flows, at the end of the step
//	rheobase             smallest current of a long step that makes a spike, to 1 %
//	back-propagation     largest potential of the dendrite within 10 ms after a spike of the soma, above what it was at the spike
//	summation            peak at the soma of n dendritic pulses at once over n times that of one, where it is farthest from 1
//	coincidence window   range of delays (dendrite after soma) at which both pulses together make more spikes than each alone
type Protocols struct {
	Name      string     `toml:"population" doc:"whose first neuron is measured, without backgrounds and projections"`
	Soma      string     `toml:"soma" doc:"port of the soma"`
	Dendrite  string     `toml:"dendrite" doc:"port of the dendrite; by default apical, or the last; none where there is one port"`
	SomaV     string     `toml:"soma_variable" doc:"its potential; by default v_PORT, v_s or v"`
	DendriteV string     `toml:"dendrite_variable" doc:"potential of the dendrite; by default v_PORT or v_d"`
	Step      float64    `toml:"current" unit:"pA" range:"[-1e6, 1e6]" doc:"of the long step that resistances are measured by"`
	Long      spike.Tick `toml:"long" unit:"ms" range:"(0, inf)" doc:"length of long steps"`
	Short     spike.Tick `toml:"short" unit:"ms" range:"(0, inf)" doc:"length of the pulse into the soma that makes one spike"`
	Pulse     spike.Tick `toml:"pulse" unit:"ms" range:"(0, inf)" doc:"length of pulses into the dendrite"`
	Settle    spike.Tick `toml:"settle" unit:"ms" range:"[0, inf)" doc:"before currents begin"`
	Most      float64    `toml:"largest_current" unit:"pA" range:"(0, 1e7]" doc:"no rheobase is looked for above it"`
	Below     float64    `toml:"dendritic_pulse" range:"(0, 1)" doc:"pulse into the dendrite in the coincidence window, as a share of the smallest that makes a spike"`
	Paper     Published  `toml:"published" doc:"numbers of a paper, in the units of protocols.csv"`
	bench     Bench
}

// Published are the numbers of a paper; 0: not given.
type Published struct {
	RIn         float64 `toml:"input_resistance" unit:"" doc:"Mohm, at the soma"`
	Tau         float64 `toml:"time_constant" unit:"" doc:"ms, at the soma"`
	Sag         float64 `toml:"sag" doc:"share of the largest deflection, at the soma"`
	Rheobase    float64 `toml:"rheobase" doc:"pA, into the soma"`
	ToDendrite  float64 `toml:"attenuation_to_dendrite" doc:"share of the deflection that arrives"`
	ToSoma      float64 `toml:"attenuation_to_soma" doc:"the same from the dendrite to the soma"`
	Back        float64 `toml:"back_propagation" doc:"mV"`
	Summation   float64 `toml:"summation" doc:"measured over expected"`
	Coincidence float64 `toml:"coincidence_window" doc:"ms"`
}

// DefaultProtocols returns those of textbooks.
func DefaultProtocols() *Protocols {
	const ms = spike.Millisecond
	return &Protocols{Soma: "soma", Step: -50, Long: 500 * ms, Short: 3 * ms, Pulse: 10 * ms, Settle: 500 * ms,
		Most: 10000, Below: 0.7}
}

// Bind implements Bound.
func (s *Protocols) Bind(b Bench) { s.bench = b }

// Validate implements task.Spec.
func (s *Protocols) Validate() error {
	if s.Step == 0 {
		return &neuron.ParameterError{Key: "current", Value: 0, Unit: "pA", Reason: "a step of nothing measures nothing",
			Allowed: "[-1e6, 0) or (0, 1e6] pA"}
	}
	if s.bench == nil {
		return nil
	}
	for key, t := range map[string]spike.Tick{"long": s.Long, "short": s.Short, "pulse": s.Pulse, "settle": s.Settle} {
		if t%s.bench.Step() != 0 {
			return &neuron.ParameterError{Key: key, Value: t.Milliseconds(), Unit: "ms",
				Reason: fmt.Sprintf("is not a whole number of steps of %v", s.bench.Step()), Allowed: "multiples of the step"}
		}
	}
	return nil
}

// Prepare implements task.Preparer: it finds the ports and their potentials.
func (s *Protocols) Prepare(*task.Run) error {
	p, err := s.population()
	if err != nil {
		return err
	}
	one, err := p.Build(neuron.Build{N: 1, Step: s.bench.Step(), Detector: spike.DefaultDetector()})
	if err != nil {
		return err
	}
	ports := one.Ports()
	if s.Dendrite == "" && len(ports) > 1 {
		if s.Dendrite = ports[len(ports)-1]; slices.Contains(ports, "apical") {
			s.Dendrite = "apical"
		}
	}
	if s.Dendrite == s.Soma {
		s.Dendrite = ""
	}
	var names []string
	for _, c := range one.Columns() {
		names = append(names, c.Name)
	}
	for _, q := range []struct {
		key, port string
		variable  *string
		guesses   []string
	}{{"soma", s.Soma, &s.SomaV, []string{"v_" + s.Soma, "v_s", "v"}},
		{"dendrite", s.Dendrite, &s.DendriteV, []string{"v_" + s.Dendrite, "v_d"}}} {
		if q.port == "" {
			continue
		}
		if !slices.Contains(ports, q.port) {
			return &sim.Error{Key: "task." + q.key, Value: q.port,
				Reason: fmt.Sprintf("population %s has no such port; it has %q", s.Name, ports)}
		}
		for _, g := range q.guesses {
			if *q.variable == "" && slices.Contains(names, g) {
				*q.variable = g
			}
		}
		if !slices.Contains(names, *q.variable) {
			return &sim.Error{Key: "task." + q.key + "_variable", Value: *q.variable,
				Reason: fmt.Sprintf("population %s has no such variable; it has %q", s.Name, names)}
		}
	}
	return nil
}

func (s *Protocols) population() (sim.Population, error) {
	p, err := s.bench.Population(s.Name)
	p.Size, p.Backgrounds = 1, nil
	return p, err
}

// number is one row of protocols.csv.
type number struct {
	name, unit       string
	value, published float64
}

// patch measures one neuron.
type patch struct {
	*Protocols
	ctx  context.Context
	seed uint64
	err  error
}

// run lets the neuron answer to pulses that begin at Settle.
func (p *patch) run(after spike.Tick, pulses ...pulse) *answer {
	none := &answer{step: p.bench.Step(), v: [][]float64{{math.NaN()}, {math.NaN()}}}
	if p.err != nil {
		return none
	}
	pop, err := p.population()
	if err != nil {
		p.err = err
		return none
	}
	for i := range pulses {
		pulses[i].from += p.Settle
		pulses[i].to += p.Settle
	}
	variables := []string{p.SomaV}
	if p.Dendrite != "" {
		variables = append(variables, p.DendriteV)
	}
	a, err := simulate(p.ctx, network(pop, p.bench.Step(), p.seed, pulses), variables, p.Settle+after)
	if err != nil {
		p.err = err
		return none
	}
	return a
}

// smallest finds the smallest current into a port that makes a spike within a time, to 1 %; NaN if there is none.
func (p *patch) smallest(port string, length, within spike.Tick) float64 {
	fires := func(pA float64) bool {
		return p.run(within, pulse{port, pA, 0, length}).count(p.Settle, p.Settle+within) > 0
	}
	lo, hi := 0.0, 10.0
	for ; !fires(hi); lo, hi = hi, 2*hi {
		if hi > p.Most || p.err != nil {
			return math.NaN()
		}
	}
	for hi-lo > 0.01*hi && p.err == nil {
		if mid := (lo + hi) / 2; fires(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}

// Run implements task.Spec.
func (s *Protocols) Run(ctx context.Context, r *task.Run) error {
	if err := s.Prepare(r); err != nil {
		return err
	}
	p := &patch{Protocols: s, ctx: ctx, seed: r.Seed}
	ms := func(t spike.Tick) float64 { return t.Milliseconds() }
	var out []number
	add := func(name, unit string, value, published float64) {
		if published == 0 {
			published = math.NaN()
		}
		out = append(out, number{name, unit, value + 0, published}) // no -0
	}
	rest := p.run(0)
	if n := rest.count(0, s.Settle); n > 0 {
		r.Say(fmt.Sprintf("warning: the neuron spikes %d times without a current within %v: resistances are not those of a "+
			"neuron at rest", n, s.Settle))
	}
	add("resting potential", "mV", rest.at(0, s.Settle), 0)

	end := s.Settle + s.Long
	passive := func(port string, v int) (a *answer, r, tau, sag float64) {
		a = p.run(s.Long+s.Long/2, pulse{port, s.Step, 0, s.Long})
		rest := a.at(v, s.Settle)
		peak, _ := a.extreme(v, s.Settle, end, math.Copysign(1, s.Step))
		last := a.at(v, end-s.bench.Step())
		tau = math.NaN()
		for t := s.Settle; t < end; t += a.step {
			if math.Abs(a.at(v, t)-rest) >= (1-1/math.E)*math.Abs(peak-rest) {
				tau = ms(t - s.Settle)
				break
			}
		}
		return a, (last - rest) / s.Step * 1000, tau, 1 - (last-rest)/(peak-rest)
	}
	deflection := func(a *answer, v int) float64 { return a.at(v, end-s.bench.Step()) - a.at(v, s.Settle) }
	soma, rIn, tau, sag := passive(s.Soma, 0)
	add("input resistance at "+s.Soma, "Mohm", rIn, s.Paper.RIn)
	add("time constant at "+s.Soma, "ms", tau, s.Paper.Tau)
	add("sag at "+s.Soma, "1", sag, s.Paper.Sag)
	both := s.Dendrite != ""
	rheobase := p.smallest(s.Soma, s.Long, s.Long)
	page := &sheet{from: s.Settle, Protocols: s}
	page.step(soma, "step into "+s.Soma)
	var sums [][2]float64
	var window [][2]float64
	if both {
		dendrite, rIn, tau, sag := passive(s.Dendrite, 1)
		add("input resistance at "+s.Dendrite, "Mohm", rIn, 0)
		add("time constant at "+s.Dendrite, "ms", tau, 0)
		add("sag at "+s.Dendrite, "1", sag, 0)
		add("attenuation, "+s.Soma+" to "+s.Dendrite, "1", deflection(soma, 1)/deflection(soma, 0), s.Paper.ToDendrite)
		add("attenuation, "+s.Dendrite+" to "+s.Soma, "1", deflection(dendrite, 0)/deflection(dendrite, 1), s.Paper.ToSoma)
		page.step(dendrite, "step into "+s.Dendrite)
	}
	add("rheobase at "+s.Soma, "pA", rheobase, s.Paper.Rheobase)
	if both {
		add("rheobase at "+s.Dendrite, "pA", p.smallest(s.Dendrite, s.Long, s.Long), 0)
		const after = 100 * spike.Millisecond
		brief := 1.2 * p.smallest(s.Soma, s.Short, after)
		back := math.NaN()
		if brief == brief {
			a := p.run(after, pulse{s.Soma, brief, 0, s.Short})
			if i := slices.IndexFunc(a.spikes, func(t spike.Tick) bool { return t >= s.Settle }); i >= 0 {
				at := a.spikes[i] / a.step * a.step
				top, _ := a.extreme(1, at, at+10*spike.Millisecond, 1)
				back = top - a.at(1, at)
				page.step(a, "one spike")
			}
		}
		add("back-propagating spike at "+s.Dendrite, "mV", back, s.Paper.Back)
		pulsed := p.smallest(s.Dendrite, s.Pulse, after)
		var worst float64
		if sums, worst = p.summation(pulsed, after); len(sums) > 0 {
			add("summation, measured over expected", "1", worst, s.Paper.Summation)
		}
		if brief == brief && pulsed == pulsed {
			var width float64
			window, width = p.coincidence(brief, s.Below*pulsed)
			add("coincidence window", "ms", width, s.Paper.Coincidence)
		}
	}
	if p.err != nil {
		return place(p.err, nil)
	}
	var rows [][]string
	for _, n := range out {
		rows = append(rows, []string{n.name, task.Number(n.value), n.unit, task.Number(n.published)})
		line := fmt.Sprintf("%-36s %10.4g %s", n.name, n.value, n.unit)
		if n.value != n.value {
			line = fmt.Sprintf("%-36s %10s", n.name, "none")
		}
		if n.published == n.published {
			line += fmt.Sprintf("   (published: %g)", n.published)
		}
		r.Say(line)
	}
	if err := r.Table("protocols.csv", []string{"quantity", "value", "unit", "published"}, rows); err != nil {
		return err
	}
	return figure.Save(filepath.Join(r.Dir, "figures", "protocols"), page.page(sums, window))
}

// summation compares the peak at the soma of n pulses into the dendrite, of a tenth of what makes a spike, with n times
// that of one.
func (p *patch) summation(pulsed float64, after spike.Tick) (points [][2]float64, worst float64) {
	if pulsed != pulsed {
		return nil, math.NaN()
	}
	peak := func(n int) (float64, bool) {
		a := p.run(after, pulse{p.Dendrite, pulsed * float64(n) / 10, 0, p.Pulse})
		x, _ := a.extreme(0, p.Settle, p.Settle+after, 1)
		return x - a.at(0, p.Settle), a.count(p.Settle, p.Settle+after) == 0
	}
	one, _ := peak(1)
	worst = 1
	for n := 1; n <= 10 && p.err == nil; n++ {
		x, below := peak(n)
		if !below {
			break
		}
		points = append(points, [2]float64{float64(n) * one, x})
		if ratio := x / (float64(n) * one); math.Abs(ratio-1) > math.Abs(worst-1) {
			worst = ratio
		}
	}
	return points, worst
}

// coincidence counts spikes over the delay of a dendritic pulse after one into the soma.
func (p *patch) coincidence(soma, dendrite float64) (points [][2]float64, width float64) {
	const reach, by, after = 60, 2, 250 * spike.Millisecond
	count := func(pulses ...pulse) float64 {
		return float64(p.run(after, pulses...).count(p.Settle, p.Settle+after))
	}
	zero := reach * spike.Millisecond
	alone := count(pulse{p.Soma, soma, zero, zero + p.Short}) + count(pulse{p.Dendrite, dendrite, zero, zero + p.Pulse})
	for d := -reach; d <= reach && p.err == nil; d += by {
		at := zero + spike.Tick(d)*spike.Millisecond
		n := count(pulse{p.Soma, soma, zero, zero + p.Short}, pulse{p.Dendrite, dendrite, at, at + p.Pulse})
		points = append(points, [2]float64{float64(d), n})
		if n > alone {
			width += by
		}
	}
	return points, width
}
