package oracle

import (
	"fmt"
	"math"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
	"pgregory.net/rapid"
)

// network is a random case that is being made.
type network struct {
	*rapid.T
	*Case
}

// randomCase makes a random case, the simpler the more it is shrunk.
func randomCase(t *rapid.T) *Case {
	n := network{t, &Case{Net: &sim.Network{}, Bands: map[string]Band{}}}
	n.Net.Seed = uint64(n.whole("seed", 1, 1000))
	n.Net.Step = spike.Tick([]int{100, 50, 25, 20, 200}[n.often("step", 5)]) * spike.Microsecond
	n.End = n.steps(spike.Tick(n.whole("duration", 20, 150)) * spike.Millisecond)
	n.Options = sim.Options{Workers: 1 + n.often("workers", 2), ShardSize: 64 * n.whole("shards", 0, 2),
		NoSleep: n.chance("no sleep", 8)}
	for k := range n.whole("populations", 1, 4) {
		n.population(fmt.Sprintf("p%d", k))
	}
	for k := range n.whole("projections", 0, 7) {
		n.projection(fmt.Sprintf("c%d", k))
	}
	if n.chance("protocol", 2) {
		n.protocol()
	}
	for k := range n.whole("probes", 0, 3) {
		n.Probes = append(n.Probes, n.step(fmt.Sprint("probe ", k)))
	}
	for k, at := 0, spike.Tick(0); k < 3 && n.chance("piece", 3); k++ {
		if at = max(at, n.step("piece")); at > 0 {
			n.Pieces = append(n.Pieces, at)
		}
	}
	return n.Case
}

// learningCase makes a small random case in which much is learned: bursts of recorded trains, also on steps, onto
// few neurons.
func learningCase(t *rapid.T) *Case {
	n := network{t, &Case{Net: &sim.Network{Seed: uint64(rapid.IntRange(1, 1000).Draw(t, "seed")),
		Step: 100 * spike.Microsecond}, Bands: map[string]Band{}}}
	n.End = n.steps(spike.Tick(n.whole("duration", 50, 300)) * spike.Millisecond)
	n.Options = sim.Options{Workers: 1}
	n.Net.Populations = append(n.Net.Populations, sim.Population{Name: "p0", Size: 3, Spec: n.replay(3)})
	for k := range n.whole("targets", 1, 2) {
		p := sim.Population{Name: fmt.Sprint("p", k+1), Size: 2, Spec: n.lif()}
		if n.chance("on the grid", 3) {
			p.Spec = n.delta()
		}
		n.Net.Populations = append(n.Net.Populations, p)
		n.Net.Stimuli = append(n.Net.Stimuli, sim.Stimulus{Name: p.Name, Population: p.Name, Port: "soma",
			Amplitude: n.value("amplitude", 50, 600), Wave: sim.Constant{}})
	}
	for k := range n.whole("projections", 2, 6) {
		n.projection(fmt.Sprint("c", k))
	}
	if n.chance("protocol", 3) {
		n.protocol()
	}
	return n.Case
}

// Small words for draws.

// whole draws an integer, all with equal probability.
func (n network) whole(name string, lo, hi int) int {
	word := rapid.Uint32().Draw(n.T, name) * 2654435761 // rapid prefers small numbers, which this spreads
	return lo + int(uint64(word)*uint64(hi-lo+1)>>32)
}

// often draws one of n, the first half of the time.
func (n network) often(name string, of int) int { return max(0, n.whole(name, 2-of, of-1)) }

// chance is true once in so many.
func (n network) chance(name string, of int) bool { return n.whole(name, 0, of-1) == of-1 }

// real draws a number of three digits.
func (n network) real(name string, lo, hi float64) float64 {
	x := lo + (hi-lo)*float64(n.whole(name, 0, 200))/200
	if x == 0 {
		return 0
	}
	digits := math.Pow(10, 3-math.Ceil(math.Log10(math.Abs(x))))
	return math.Round(x*digits) / digits
}

// value draws a constant, or a distribution around one within some bounds.
func (n network) value(name string, lo, hi float64) neuron.Value {
	a := n.real(name, lo, hi)
	if !n.chance(name+" is distributed", 6) {
		return neuron.Const(a)
	}
	width := (hi - lo) / 10
	switch n.whole(name+" shape", 0, 2) {
	case 0:
		return neuron.Value{Shape: neuron.Uniform, A: a, B: a + width}
	case 1:
		return neuron.Value{Shape: neuron.Normal, A: a, B: width / 2, Lo: max(lo, a-width), Hi: a + width/2}
	}
	if !strings.HasPrefix(name, "tau") && !strings.HasPrefix(name, "c_") {
		return neuron.Const(a)
	}
	return neuron.Value{Shape: neuron.LogNormal, A: a, B: 0.1}
}

// step draws a time of the run on a step.
func (n network) step(name string) spike.Tick {
	return n.Net.Step * spike.Tick(n.whole(name, 0, int(n.End/n.Net.Step)))
}

// steps rounds a time to steps.
func (n network) steps(t spike.Tick) spike.Tick { return max(1, t/n.Net.Step) * n.Net.Step }

func (n network) population(name string) {
	p := sim.Population{Name: name, Size: []int{3, 1, 8, 9, 17, 70, 1024, 1025}[n.often("size", 8)]}
	if n.chance("detector", 3) {
		p.Detector = spike.Detector{Threshold: spike.Tick(n.whole("threshold", 2, 40)) * spike.Millisecond,
			Accumulate: n.chance("accumulate", 2)}
	}
	model := n.whole("model", 0, 5)
	if name == "p0" && n.chance("source first", 2) {
		model = 0
	}
	switch model {
	case 0:
		p.Spec = n.source(p.Size)
	case 1:
		p.Spec = n.lif()
		n.drive(name, "soma", 130)
	case 2:
		p.Spec = n.two()
		n.drive(name, "soma", 600)
		n.drive(name, "apical", 200)
	case 3:
		p.Spec = n.delta()
		n.drive(name, "soma", 300)
	case 4:
		p.Spec = n.adex()
		n.drive(name, "soma", 300)
	case 5:
		p.Spec = n.burstPoisson()
		n.drive(name, "soma", 600)
		n.drive(name, "apical", 400)
	}
	for k, port := range portsOf(p.Spec) {
		ports, weight := receptors(p.Spec)
		if ports == nil || !n.chance("background", 4) {
			continue
		}
		b := sim.Background{Name: fmt.Sprint("b", k), Port: port}
		if n.chance("ornstein-uhlenbeck", 3) {
			b.Spec = &neuron.OrnsteinUhlenbeck{Mean: n.real("mean", -50, 200), Sigma: n.real("sigma", 0, 300),
				Tau: n.real("tau", 1, 20)}
		} else {
			b.Receptor = ports[k*len(ports)/2+n.whole("receptor", 0, len(ports)/len(portsOf(p.Spec))-1)][1]
			b.Spec = &neuron.PoissonBackground{Rate: n.real("rate", 0, []float64{500, 50000}[n.often("counted", 2)]),
				Sources: n.whole("sources", 1, 3)}
			s := b.Spec.(*neuron.PoissonBackground)
			weight := weight
			if l, ok := p.Spec.(*neuron.LIF); ok && l.Synapses == "current" && b.Receptor == "gaba" {
				weight = -weight
			}
			s.Weight = weight * n.real("weight", 0, 10) * min(0.3, 1000/decay[b.Receptor]/max(1, s.Rate*float64(s.Sources)))
		}
		p.Backgrounds = append(p.Backgrounds, b)
	}
	n.Net.Populations = append(n.Net.Populations, p)
}

// drive adds stimuli to a port.
func (n network) drive(population, port string, about float64) {
	for k := range n.whole("stimuli", 1, 2) {
		st := sim.Stimulus{Name: fmt.Sprint(population, port, k), Population: population, Port: port,
			Amplitude: n.value("amplitude", 0, 2*about/float64(k+1)), Wave: sim.Constant{}}
		switch n.often("wave", 6) {
		case 1:
			st.Wave = sim.Sine{Period: n.real("period", 1, 50), Phase: n.real("phase", 0, 1)}
		case 2:
			w := &sim.Samples{}
			at := n.Net.Step * spike.Tick(n.whole("first level", 0, 100))
			for range n.whole("levels", 1, 4) {
				w.Times, w.Values = append(w.Times, at), append(w.Values, n.real("level", -1, 1))
				at += n.Net.Step * spike.Tick(n.whole("hold", 1, 300))
			}
			if n.chance("repeat", 3) {
				w.Period = at
			}
			if n.chance("starts later", 3) {
				w.Start = n.Net.Step * spike.Tick(n.whole("start", 0, 300))
			}
			st.Wave = w
		case 3:
			w := &sim.Samples{Linear: true}
			at := n.Net.Step * spike.Tick(n.whole("first point", 0, 100))
			for range n.whole("points", 1, 4) {
				w.Times, w.Values = append(w.Times, at), append(w.Values, n.real("point", -1, 1))
				at += spike.Tick(n.whole("to the next", 1, 30000)) * spike.Microsecond
			}
			st.Wave = w
		case 5:
			st.Wave = &sim.Level{}
		case 4:
			b := Band{n.whole("components", 1, 8), n.real("low", 0, 20), n.real("high", 21, 200)}
			n.Bands[st.Name] = b
			st.Wave = sim.NewFluctuation(rng.New(n.Net.Seed, "stimulus", st.Name, "wave"), b.Components, b.Low, b.High)
		}
		if n.chance("from", 3) {
			st.From = n.step("from")
		}
		if n.chance("to", 3) {
			st.To = max(st.From, n.step("to"))
		}
		if n.chance("some neurons", 4) {
			st.First, st.Last = 0, 1
		}
		n.Net.Stimuli = append(n.Net.Stimuli, st)
	}
}

func (n network) source(size int) neuron.Spec {
	dead := n.value("dead_time", 0, 4)
	switch n.often("source", 3) {
	case 1:
		return &neuron.Poisson{Rate: n.value("rate", 0, 200), Dead: dead}
	case 2:
		s := neuron.DefaultModulatedPoisson()
		s.Dead = dead.A
		if n.chance("steps", 2) {
			s.Shape = "steps"
			at := 0.0
			for range n.whole("rates", 1, 4) {
				s.Times, s.Rates = append(s.Times, at), append(s.Rates, n.real("rate", 0, 200))
				at += n.real("rate lasts", 1, 40)
			}
			return s
		}
		s.Mean, s.Amplitude, s.Period, s.Phase = n.real("rate", 0, 150), n.real("amplitude", -100, 150),
			n.real("period", 2, 100), n.real("phase", 0, 1)
		return s
	}
	return n.replay(size)
}

func (n network) replay(size int) neuron.Spec {
	trains := make([][]spike.Tick, size)
	grid := spike.Tick(1)
	if n.chance("on steps", 3) {
		grid = n.Net.Step
	}
	for i := range min(size, 20) {
		at := spike.Tick(0)
		for range n.whole("spikes", 0, 20) {
			gap := spike.Tick(n.whole("gap", 0, 20000)) * spike.Microsecond
			at = max(at+1, (at+gap)/grid*grid)
			trains[i] = append(trains[i], at)
		}
	}
	s := neuron.NewReplay(trains)
	s.Outside = "drop"
	s.Start, s.Scale = n.real("start", 0, 0.02), 1
	if n.chance("scale", 4) {
		s.Scale = n.real("scale", 0.2, 2)
	}
	if n.chance("repeat", 4) {
		s.Repeat = n.real("period", 0.005, 0.05)
	}
	return s
}

func (n network) lif() neuron.Spec {
	s := neuron.DefaultLIF()
	s.TauM, s.CM = neuron.Const(n.real("tau_m", 5, 30)), neuron.Const(n.real("c_m", 50, 300))
	s.Theta, s.Reset, s.TRef = n.value("threshold", -52, -48), n.value("reset", -70, -58), n.value("refractory", 0, 6)
	s.TauExc, s.TauInh = n.real("tau_exc", 0.5, 10), n.real("tau_inh", 0.5, 15)
	s.EExc, s.EInh = n.real("e_exc", -10, 10), n.real("e_inh", -90, -65)
	s.Synapses = []neuron.Synapses{neuron.Conductance, neuron.Current}[n.whole("synapses", 0, 1)]
	s.WeightUnit = []string{"pA", "mV"}[n.whole("unit", 0, 1)]
	s.Initial.V = n.value("v", -70, -54)
	if n.chance("above", 4) { // some begin above threshold
		s.Initial.V = n.value("v_above", -53, -46)
	}
	s.Initial.GExc, s.Initial.GInh = neuron.Const(n.real("g_exc", 0, 0.3)), neuron.Const(n.real("g_inh", 0, 0.3))
	return s
}

func (n network) two() neuron.Spec {
	s := neuron.DefaultTwoCompartment()
	s.TauS, s.CS, s.TauD, s.CD = n.value("tau_s", 8, 24), n.value("c_s", 200, 500), n.value("tau_d", 4, 12),
		n.value("c_d", 100, 250)
	s.Theta, s.DTh, s.TauTh = n.value("threshold", -55, -45), n.value("threshold_jump", 0, 4),
		n.value("tau_threshold", 10, 40)
	s.TRef, s.Hold = n.value("refractory", 0, 4), n.chance("hold", 3)
	s.GS, s.GD, s.ED, s.DD = n.value("g_s", 500, 1500), n.value("g_d", 500, 1500), n.value("e_d", -42, -34),
		n.value("d_d", 4, 8)
	s.B, s.TauWS, s.A, s.TauWD = n.value("b", -300, 0), n.value("tau_ws", 50, 150), n.value("a", -20, 0),
		n.value("tau_wd", 15, 50)
	s.C, s.BapDelay, s.BapLen = n.value("bap", 1000, 3000), n.real("bap_delay", 0, 2), n.real("bap_duration", 0, 4)
	s.BapSum = []string{"merge", "add"}[n.whole("bap_overlap", 0, 1)]
	s.EExc, s.EInh = n.real("e_exc", -10, 10), n.real("e_inh", -90, -65)
	s.TauAMPA, s.TauNMDA, s.TauGABA = n.real("tau_ampa", 1, 8), n.real("tau_nmda", 30, 120), n.real("tau_gaba", 2, 15)
	s.Driving = []string{"dendrite", "soma"}[n.whole("driving_force", 0, 1)]
	s.Integrator = []neuron.Integrator{neuron.OffGrid, neuron.Reference}[n.often("integrator", 3)/2]
	s.Initial.VS, s.Initial.VD = n.value("v_s", -72, -58), n.value("v_d", -72, -50)
	if n.chance("above", 4) {
		s.Initial.VS = n.value("v_s_above", -56, -44)
	}
	s.Initial.WS, s.Initial.WD = n.value("w_s", 0, 1), n.value("w_d", 0, 3)
	return s
}

func (n network) delta() neuron.Spec {
	s := neuron.DefaultLIFDelta()
	s.TauM, s.CM, s.EL = n.value("tau_m", 5, 30), n.value("c_m", 100, 300), n.real("e_l", -5, 5)
	s.Theta, s.Reset, s.TRef = n.value("threshold", 16, 24), n.value("reset", -5, 12), n.value("refractory", 0, 5)
	s.Initial.V = n.value("v", -5, 14)
	return s
}

func (n network) adex() neuron.Spec {
	s := neuron.DefaultAdEx()
	s.CM, s.GL = n.value("c_m", 60, 200), n.value("g_l", 4, 12)
	s.Theta, s.Delta, s.Peak = n.value("threshold", -55, -45), n.value("slope", 1, 4), n.real("peak", -10, 20)
	s.Reset, s.TRef, s.Hold = n.value("reset", -72, -58), n.value("refractory", 0, 4),
		[]string{"reset", "rest"}[n.whole("hold", 0, 1)]
	s.A, s.B, s.TauW = n.value("a", 0, 2), n.value("b", 0, 40), n.value("tau_w", 30, 300)
	s.EExc, s.EInh = n.real("e_exc", -10, 10), n.real("e_inh", -90, -72)
	s.TauAMPA, s.TauGABA = n.real("tau_ampa", 1, 8), n.real("tau_gaba", 2, 15)
	s.Initial.V, s.Initial.W = n.value("v", -72, -60), n.value("w", 0, 20)
	return s
}

func (n network) burstPoisson() neuron.Spec {
	s := neuron.DefaultBurstPoisson()
	if n.chance("escape", 2) {
		s = neuron.DefaultEscapeBurstPoisson()
		s.Delta, s.Rho = n.value("escape_slope", 1, 4), n.value("escape_rate", 0, 40)
	}
	s.TauS, s.CS, s.TauD, s.CD = n.value("tau_s", 8, 24), n.value("c_s", 200, 500), n.value("tau_d", 4, 12),
		n.value("c_d", 100, 250)
	s.Theta, s.DTh, s.TauTh = n.value("threshold", -56, -46), n.value("threshold_jump", 0, 4),
		n.value("tau_threshold", 10, 40)
	s.BurstMin, s.BurstMax = n.real("burst_min", 1, 5), n.real("burst_max", 5, 12)
	s.TRef, s.Dead = n.value("refractory", 14, 25), []string{"last_spike", "event"}[n.whole("dead", 0, 1)]
	s.ED, s.DD = n.value("e_d", -62, -52), n.value("d_d", 3, 9)
	s.B, s.TauWS, s.A, s.TauWD = n.value("b", -300, 0), n.value("tau_ws", 50, 150), n.value("a", -20, 0),
		n.value("tau_wd", 15, 50)
	s.EExc, s.EInh = n.real("e_exc", -10, 10), n.real("e_inh", -90, -65)
	s.TauAMPA, s.TauNMDA, s.TauGABA = n.real("tau_ampa", 1, 8), n.real("tau_nmda", 30, 120), n.real("tau_gaba", 2, 15)
	s.Driving = []string{"dendrite", "soma"}[n.whole("driving_force", 0, 1)]
	s.Initial.VS, s.Initial.VD = n.value("v_s", -72, -60), n.value("v_d", -72, -50)
	s.Initial.WS, s.Initial.WD = n.value("w_s", 0, 1), n.value("w_d", 0, 3)
	return s
}

// decay is about how long what a receptor opens lasts, ms.
var decay = map[string]float64{"ampa": 5, "gaba": 8, "nmda": 80, "delta": 20}

// receptors are the ports and receptors of a model, with a weight that moves it visibly.
func receptors(spec neuron.Spec) (ports [][2]string, weight float64) {
	switch s := spec.(type) {
	case *neuron.LIF:
		weight = 0.1
		if s.Synapses == "current" && s.WeightUnit == "mV" {
			weight = 1.5
		} else if s.Synapses == "current" {
			weight = 20
		}
		return [][2]string{{"soma", "ampa"}, {"soma", "gaba"}}, weight
	case *neuron.AdEx:
		return [][2]string{{"soma", "ampa"}, {"soma", "gaba"}}, 0.1
	case *neuron.LIFDelta:
		return [][2]string{{"soma", "delta"}}, 1.5
	case *neuron.TwoCompartment, *neuron.BurstPoisson:
		for _, port := range []string{"soma", "apical"} {
			for _, receptor := range []string{"ampa", "gaba", "nmda"} {
				ports = append(ports, [2]string{port, receptor})
			}
		}
		return ports, 0.1
	}
	return nil, 0
}

func (n network) projection(name string) {
	populations := n.Net.Populations
	source, target := &populations[n.whole("source", 0, len(populations)-1)],
		&populations[n.whole("target", 0, len(populations)-1)]
	ports, weight := receptors(target.Spec)
	if ports == nil {
		return
	}
	port := ports[n.whole("receptor", 0, len(ports)-1)]
	weight *= 5 / max(5, decay[port[1]])
	weight /= max(1, 0.06*float64(source.Size)) // or many would stop being synapses of neurons that are ever at rest
	spec := synapse.Spec{Name: name, Connector: n.connector(source.Size, target.Size, source == target),
		Weight:   n.value("weight", 0, 2*weight),
		Delay:    neuron.Const(ms(n.Net.Step * spike.Tick(n.whole("delay", 1, 30)))),
		Transmit: synapse.Transmit(n.often("transmit", 3))}
	list, _ := spec.Connector.(*synapse.List)
	switch {
	case list != nil && list.HasDelays:
	case n.chance("long delay", 8): // up to some thousand steps, of which something arrives within the run
		steps := int(n.End / n.Net.Step)
		spec.Delay = neuron.Const(ms(n.Net.Step * spike.Tick(n.whole("steps", max(31, steps/4), max(32, steps*7/10)))))
	case n.chance("delays", 4):
		h := ms(n.Net.Step)
		spec.Delay = []neuron.Value{{Shape: neuron.Uniform, A: 3 * h, B: 20 * h}, {Shape: neuron.Normal, A: 10 * h,
			B: 5 * h, Lo: h, Hi: 22 * h},
			{Shape: neuron.LogNormal, A: 10 * h, B: 0.5, Lo: 0.6 * h, Hi: 30 * h}}[n.whole("delay shape", 0, 2)]
	}
	if n.chance("weights", 3) {
		spec.Weight = []neuron.Value{{Shape: neuron.Uniform, A: weight, B: 2 * weight}, {Shape: neuron.LogNormal,
			A: weight, B: 0.5, Lo: 0.2 * weight, Hi: 2 * weight},
			{Shape: neuron.Normal, A: weight, B: weight, Lo: 0.1 * weight, Hi: 2 * weight}}[n.whole("weight shape", 0, 2)]
		spec.Half = n.chance("half", 4)
	}
	if n.chance("short-term", 3) {
		spec.ShortTerm = &synapse.ShortTerm{U: n.real("U", 0, 1), J: n.real("J", 0, 1), TauD: n.real("tau_d", 5, 200),
			TauF: n.real("tau_f", 5, 1000), U0: n.real("u0", 0, 1)}
	}
	if s, ok := target.Spec.(*neuron.LIF); ok && s.Synapses == "current" && port[1] == "gaba" { // its weights are negative
		spec.Weight = neuron.Const(-math.Abs(spec.Weight.Mean()))
		if list != nil {
			list.HasWeight = false
		}
	}
	p := sim.Projection{Source: source.Name, Target: target.Name, Port: port[0], Receptor: port[1], Spec: spec}
	if spec.Delay.IsConst() && (list == nil || !list.HasDelays) && !spec.Half && !n.chance("no rule", 3) {
		p.Rule = n.rule(target.Spec, port[1], weight)
		if !p.Weight.IsConst() {
			p.Weight = neuron.Value{Shape: neuron.Uniform, A: 0.5 * weight, B: 2 * weight}
		}
		lo, hi := p.Rule.Limits() // a network starts within bounds
		p.Weight.A = max(lo, min(hi, p.Weight.A))
		if list != nil {
			for k := range list.Synapses {
				list.Synapses[k].Weight = max(lo, min(hi, list.Synapses[k].Weight))
			}
		}
	}
	n.Net.Projections = append(n.Net.Projections, p)
}

// protocol draws patterns, stages and teachers.
func (n network) protocol() {
	p := &sim.Protocol{Start: min(n.steps(n.End/2), n.Net.Step*spike.Tick(n.whole("settle", 0, 300))),
		Key: rng.New(n.Net.Seed, "protocol")}
	n.Protocol = p
	for k := range n.Net.Populations {
		pop := &n.Net.Populations[k]
		if ports := portsOf(pop.Spec); n.chance("teacher", 2) && hasPorts(pop.Spec) {
			t := sim.Teacher{Name: fmt.Sprint("t", k), Population: pop.Name, Port: ports[n.whole("port", 0, len(ports)-1)],
				Tau:   n.real("tau", 5, 200),
				Every: n.Net.Step * spike.Tick(n.whole("every", 1, 100)), Hold: n.chance("hold", 3), Always: n.chance("always", 3),
				Pool: n.chance("pool", 3), Limit: n.real("limit", 20, 400)}
			t.Law = sim.Linear{Offset: n.real("offset", -50, 50), Gain: n.real("gain", 0, 5), PerRate: n.real("per_rate", -5,
				5), PerProbability: n.real("per_probability", -200, 200)}
			if n.chance("cross-entropy", 2) {
				t.Law = sim.CrossEntropy{EMin: n.real("e_min", 0, 10), EMax: n.real("e_max", 13, 60), Gain: n.real("gain", 0, 2000)}
			}
			n.Net.Teachers = append(n.Net.Teachers, t)
		}
	}
	for k := range n.whole("patterns", 1, 3) {
		pattern := sim.Pattern{Name: fmt.Sprint("x", k)}
		for _, s := range n.Net.Stimuli {
			if _, ok := s.Wave.(*sim.Level); ok && n.chance("sets level", 2) {
				pattern.Levels = append(pattern.Levels, sim.LevelSetting{Stimulus: s.Name, Value: n.real("level", -1, 1)})
			}
		}
		for _, t := range n.Net.Teachers {
			if n.chance("sets target", 2) {
				target := n.real("rate", 0, 50)
				if _, ok := t.Law.(sim.CrossEntropy); ok {
					target = []float64{0, 1, 0.3}[n.whole("target", 0, 2)]
				}
				pattern.Targets = append(pattern.Targets, sim.TargetSetting{Teacher: t.Name, Value: target})
			}
		}
		for _, c := range n.Net.Projections {
			if c.Rule == nil && n.chance("sets scale", 3) {
				pattern.Scales = append(pattern.Scales, sim.ScaleSetting{Projection: c.Name, Value: n.real("scale", 0, 2)})
			}
		}
		p.Patterns = append(p.Patterns, pattern)
	}
	for k := range n.whole("stages", 1, 2) {
		s := sim.Stage{Name: fmt.Sprint("s", k), Repeats: n.whole("repeats", 1, 3),
			Hold: n.Net.Step * spike.Tick(n.whole("hold", 10, 300)), Shuffled: n.chance("shuffled", 2)}
		s.TeachFrom, s.LearnFrom = s.Hold, s.Hold
		if n.chance("teaches", 2) {
			s.TeachFrom = n.Net.Step * spike.Tick(n.whole("teacher_from", 0, int(s.Hold/n.Net.Step)))
		}
		if !n.chance("never learns", 3) {
			s.LearnFrom = n.Net.Step * spike.Tick(n.whole("plasticity_from", 0, int(s.Hold/n.Net.Step)))
		}
		for k := range p.Patterns {
			s.Patterns = append(s.Patterns, k)
		}
		s.MeasureTo = s.Hold
		p.Stages = append(p.Stages, s)
	}
}

// hasPorts reports whether a model has ports.
func hasPorts(spec neuron.Spec) bool { ports, _ := receptors(spec); return ports != nil }

// rule draws a rule that moves weights of some size visibly.
func (n network) rule(target neuron.Spec, receptor string, weight float64) plasticity.Spec {
	bounds := plasticity.Bounds{Min: n.real("w_min", 0, 0.5) * weight, Max: n.real("w_max", 2, 4) * weight}
	if n.chance("weight_decay", 4) {
		bounds.Decay = n.real("decay", 0, 20)
	}
	if s, ok := target.(*neuron.LIF); ok && s.Synapses == "current" && receptor == "gaba" {
		bounds.Min, bounds.Max = -bounds.Max, -bounds.Min
	} else if receptor == "delta" && n.chance("negative", 3) {
		bounds.Min = -bounds.Max
	}
	eta := weight * n.real("eta", 0, 0.5)
	effect := []string{"receptor", "excitatory", "inhibitory"}[n.whole("effect", 0, 2)]
	switch n.whole("rule", 0, 4) {
	case 0, 1:
		s := plasticity.DefaultBurstprop()
		s.Eta, s.TauPre, s.Bounds = eta, n.real("tau_pre", 5, 100), bounds
		s.Trace = []string{"events", "spikes", "none"}[n.whole("trace", 0, 2)]
		s.Baseline, s.PB = []string{"moving", "fixed"}[n.whole("baseline", 0, 1)], n.real("p_b", 0.1, 0.9)
		s.TauMA, s.Count, s.Prior = n.real("tau_ma", 20, 2000), n.real("pseudo_count", 0, 2), n.real("prior", 0, 1)
		s.E0, s.B0 = n.real("event_rate_0", 0, 20), n.real("burst_rate_0", 0, 5)
		s.Homeostasis = []string{"events", "spikes"}[n.whole("homeostasis", 0, 1)]
		if !n.chance("no homeostasis", 3) {
			s.EMin, s.EMax = n.real("e_min", 0, 20), n.real("e_max", 0, 40)
		}
		s.TauNu, s.Nu0 = n.real("tau_nu", 20, 2000), n.real("nu_0", 0, 20)
		return s
	case 2:
		s := plasticity.DefaultApicalBalance()
		s.Eta, s.PB, s.TauPre, s.Effect, s.Bounds = eta, n.real("p_b", 0.1, 0.9), n.real("tau_pre", 5, 100), effect, bounds
		s.Of = []string{"events", "bursts"}[n.whole("of", 0, 1)]
		if len(portsOf(target)) == 2 && n.chance("apical", 2) {
			s.Signal, s.TauA, s.Rest = "apical", n.real("tau_a", 2, 100), n.real("rest", -75, -60)
			s.Eta /= 5
		}
		return s
	case 3:
		s := plasticity.DefaultKolenPollack()
		s.Eta, s.PB, s.TauPost, s.Effect, s.Bounds = eta, n.real("p_b", 0.1, 0.9), n.real("tau_post", 5, 100), effect, bounds
		return s
	}
	s := plasticity.DefaultSTDP()
	s.APlus, s.AMinus, s.Bounds = eta, weight*n.real("a_minus", 0, 0.5), bounds
	s.TauPlus, s.TauMinus = n.real("tau_plus", 5, 50), n.real("tau_minus", 5, 50)
	return s
}

func (n network) connector(sources, targets int, same bool) synapse.Connector {
	autapses, multapses := n.chance("autapses", 2), n.chance("multapses", 2)
	if same && (sources == 1 || targets == 1) {
		autapses = true
	}
	degree := func(of int) int {
		if same && !autapses {
			of--
		}
		return n.whole("degree", 0, min(of, 12))
	}
	if sources*targets > 40000 { // rows over several blocks, but few of them
		switch n.whole("connector", 0, 3) {
		case 0:
			return synapse.FixedInDegree{K: degree(sources), Autapses: autapses, Multapses: multapses}
		case 1:
			return synapse.FixedOutDegree{K: degree(targets), Autapses: autapses, Multapses: multapses}
		case 2:
			return synapse.FixedTotalNumber{K: n.whole("total", 0, 5*targets), Autapses: autapses}
		}
		return synapse.FixedProbability{P: n.real("p", 0, 0.01), Autapses: autapses}
	}
	switch n.often("connector", 7) {
	case 1:
		return synapse.AllToAll{Autapses: autapses}
	case 2:
		if sources == targets && (!same || autapses) {
			return synapse.OneToOne{Autapses: autapses}
		}
	case 3:
		return synapse.FixedInDegree{K: degree(sources), Autapses: autapses, Multapses: multapses}
	case 4:
		return synapse.FixedOutDegree{K: degree(targets), Autapses: autapses, Multapses: multapses}
	case 5:
		return synapse.FixedTotalNumber{K: n.whole("total", 0, 5*targets), Autapses: autapses}
	case 6:
		list := &synapse.List{Autapses: true, HasWeight: n.chance("listed weights", 2),
			HasDelays: n.chance("listed delays", 2)}
		for range n.whole("entries", 0, 12) {
			list.Synapses = append(list.Synapses, synapse.Synapse{Source: n.whole("source", 0, sources-1),
				Target: n.whole("target", 0, targets-1),
				Weight: n.real("listed weight", 0, 0.2), Delay: ms(n.Net.Step) * n.real("listed delay", 0.6, 20)})
		}
		return list
	}
	return synapse.FixedProbability{P: []float64{0.3, n.real("p", 0, 1)}[n.whole("p", 0, 1)], Autapses: autapses}
}
