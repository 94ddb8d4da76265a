package oracle

import (
	"fmt"
	"math"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
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
	n.Options = sim.Options{Workers: 1 + n.often("workers", 2), ShardSize: 64 * n.whole("shards", 0, 2), NoSleep: n.chance("no sleep", 8)}
	for k := range n.whole("populations", 1, 4) {
		n.population(fmt.Sprintf("p%d", k))
	}
	for k := range n.whole("projections", 0, 6) {
		n.projection(fmt.Sprintf("c%d", k))
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

// Small words for draws.

func (n network) whole(name string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(n.T, name) }

// often draws one of n, the first half of the time.
func (n network) often(name string, of int) int { return max(0, n.whole(name, 1-of, of-1)) }

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
		p.Detector = spike.Detector{Threshold: spike.Tick(n.whole("threshold", 2, 40)) * spike.Millisecond, Accumulate: n.chance("accumulate", 2)}
	}
	switch n.whole("model", 0, 2) {
	case 0:
		p.Spec = n.replay(p.Size)
	case 1:
		p.Spec = n.lif()
		n.drive(name, "soma", 130)
	case 2:
		p.Spec = n.two()
		n.drive(name, "soma", 600)
		n.drive(name, "apical", 200)
	}
	n.Net.Populations = append(n.Net.Populations, p)
}

// drive adds a stimulus.
func (n network) drive(population, port string, about float64) {
	st := sim.Stimulus{Name: population + port, Population: population, Port: port, Amplitude: n.value("amplitude", 0, 2*about), Wave: sim.Constant{}}
	n.Net.Stimuli = append(n.Net.Stimuli, st)
}

func (n network) replay(size int) neuron.Spec {
	trains := make([][]spike.Tick, size)
	grid := spike.Tick(1)
	if n.chance("on steps", 3) {
		grid = n.Net.Step
	}
	for i := range min(size, 20) {
		at := spike.Tick(0)
		for range n.whole("spikes", 0, 12) {
			gap := spike.Tick(n.whole("gap", 0, 30000)) * spike.Microsecond
			at = max(at+1, (at+gap)/grid*grid)
			trains[i] = append(trains[i], at)
		}
	}
	return neuron.NewReplay(trains)
}

func (n network) lif() neuron.Spec {
	s := neuron.DefaultLIF()
	s.TauM, s.CM = neuron.Const(n.real("tau_m", 5, 30)), neuron.Const(n.real("c_m", 50, 300))
	s.Theta, s.Reset, s.TRef = n.value("threshold", -52, -48), n.value("reset", -70, -58), n.value("refractory", 0, 6)
	s.TauExc, s.TauInh = n.real("tau_exc", 0.5, 10), n.real("tau_inh", 0.5, 15)
	s.EExc, s.EInh = n.real("e_exc", -10, 10), n.real("e_inh", -90, -65)
	s.Synapses = []string{"conductance", "current"}[n.whole("synapses", 0, 1)]
	s.WeightUnit = []string{"pA", "mV"}[n.whole("unit", 0, 1)]
	s.Initial.V = n.value("v", -70, -54)
	s.Initial.GExc, s.Initial.GInh = neuron.Const(n.real("g_exc", 0, 0.3)), neuron.Const(n.real("g_inh", 0, 0.3))
	return s
}

func (n network) two() neuron.Spec {
	s := neuron.DefaultTwoCompartment()
	s.TauS, s.CS, s.TauD, s.CD = n.value("tau_s", 8, 24), n.value("c_s", 200, 500), n.value("tau_d", 4, 12), n.value("c_d", 100, 250)
	s.Theta, s.DTh, s.TauTh = n.value("threshold", -55, -45), n.value("threshold_jump", 0, 4), n.value("tau_threshold", 10, 40)
	s.TRef, s.Hold = n.value("refractory", 0, 4), n.chance("hold", 3)
	s.GS, s.GD, s.ED, s.DD = n.value("g_s", 500, 1500), n.value("g_d", 500, 1500), n.value("e_d", -42, -34), n.value("d_d", 4, 8)
	s.B, s.TauWS, s.A, s.TauWD = n.value("b", -300, 0), n.value("tau_ws", 50, 150), n.value("a", -20, 0), n.value("tau_wd", 15, 50)
	s.C, s.BapDelay, s.BapLen = n.value("bap", 1000, 3000), n.real("bap_delay", 0, 2), n.real("bap_duration", 0, 4)
	s.BapSum = []string{"merge", "add"}[n.whole("bap_overlap", 0, 1)]
	s.EExc, s.EInh = n.real("e_exc", -10, 10), n.real("e_inh", -90, -65)
	s.TauAMPA, s.TauNMDA, s.TauGABA = n.real("tau_ampa", 1, 8), n.real("tau_nmda", 30, 120), n.real("tau_gaba", 2, 15)
	s.Driving = []string{"dendrite", "soma"}[n.whole("driving_force", 0, 1)]
	s.Initial.VS, s.Initial.VD = n.value("v_s", -72, -58), n.value("v_d", -72, -50)
	s.Initial.WS, s.Initial.WD = n.value("w_s", 0, 1), n.value("w_d", 0, 3)
	return s
}

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
	case *neuron.TwoCompartment:
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
	source, target := &populations[n.whole("source", 0, len(populations)-1)], &populations[n.whole("target", 0, len(populations)-1)]
	ports, weight := receptors(target.Spec)
	if ports == nil {
		return
	}
	port := ports[n.whole("receptor", 0, len(ports)-1)]
	weight /= max(1, 0.06*float64(source.Size)) // or many would stop being synapses of neurons that are ever at rest
	spec := synapse.Spec{Name: name, Connector: synapse.FixedProbability{P: 0.3}, Weight: n.value("weight", 0, 2*weight),
		Delay: neuron.Const(ms(n.Net.Step * spike.Tick(n.whole("delay", 1, 30))))}
	n.Net.Projections = append(n.Net.Projections, sim.Projection{Source: source.Name, Target: target.Name, Port: port[0], Receptor: port[1], Spec: spec})
}
