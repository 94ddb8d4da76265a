package keys

import (
	"fmt"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/ensemble"
)

// modelFile is a network around one model, on which all of its keys act.
func modelFile(model string, ports map[string][]string, soma, apical, weight string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `[experiment]
name = "keys"
duration = "120 ms"
[populations.src]
model = "poisson"
size = 30
rate = "60 Hz"
[populations.a]
model = "%s"
size = 3
`, model)
	for _, port := range []string{"soma", "apical"} {
		for _, receptor := range ports[port] {
			fmt.Fprintf(&b, "[projections.%s_%s]\nsource = \"src\"\ntarget = \"a\"\nport = %q\nreceptor = %q\nconnector = "+
				"\"fixed-probability\"\np = 0.5\nweight = %s\ndelay = \"1.5 ms\"\n",
				port, receptor, port, receptor, weight)
		}
		if ports[port] != nil {
			fmt.Fprintf(&b, "[stimuli.%s]\npopulation = \"a\"\nport = %q\namplitude = %q\n", port, port,
				map[string]string{"soma": soma, "apical": apical}[port])
		}
	}
	return b.String()
}

var (
	point = map[string][]string{"soma": {"ampa", "gaba"}}
	both  = map[string][]string{"soma": {"ampa", "nmda", "gaba"}, "apical": {"ampa", "nmda", "gaba"}}
)

// ensembleFile is a network around ensembles, whose numbers have no unit.
var ensembleFile = strings.NewReplacer(`"1"`, "1", `"0.5"`, "0.5").Replace(modelFile("ensemble",
	map[string][]string{"soma": {ensemble.Drive}, "apical": {ensemble.Drive}}, "1", "0.5", "20"))

var modelFiles = map[string]string{
	"ensemble":             ensembleFile,
	"lif":                  modelFile("lif", point, "150 pA", "", "0.05"),
	"lif-delta":            modelFile("lif-delta", map[string][]string{"soma": {"delta"}}, "260 pA", "", "0.5"),
	"adex":                 modelFile("adex", point, "450 pA", "", "0.05"),
	"two-compartment":      modelFile("two-compartment", both, "700 pA", "300 pA", "0.01"),
	"burst-poisson":        modelFile("burst-poisson", both, "900 pA", "500 pA", "0.01"),
	"burst-poisson-escape": modelFile("burst-poisson-escape", both, "900 pA", "500 pA", "0.01"),
}

// of is a row of a model: its key, a new value and the field that it sets.
func of[T any](key, value string, by func(s T), given ...string) row {
	for k := range given {
		if _, elsewhere := strings.CutPrefix(given[k], "../../"); elsewhere { // not a key of the population
			given[k] = given[k][len("../../"):]
		} else {
			given[k] = "populations.a." + given[k]
		}
	}
	return row{key: key, given: given, set: "populations.a." + key + "=" + value,
		by: func(b *built) { by(spec[T](b, "a")) }}
}

type (
	twoC  = *neuron.TwoCompartment
	burst = *neuron.BurstPoisson
	lif   = *neuron.LIF
	delta = *neuron.LIFDelta
	adex  = *neuron.AdEx
	units = *ensemble.Spec
)

var modelRows = map[string][]row{
	"ensemble": {
		of("neurons", "500", func(s units) { s.Neurons = 500 }),
		of("rate", "20 Hz", func(s units) { s.Rate = 20 }),
		of("dead_time", "30 ms", func(s units) { s.Dead = 30 }),
		of("p_b", "0.2", func(s units) { s.PB = 0.2 }),
		of("burst_delay", "6 ms", func(s units) { s.Delay = 6 }),
		of("tau_syn", "6 ms", func(s units) { s.TauSyn = 6 }),
		of("tau_apical", "9 ms", func(s units) { s.TauDend = 9 }),
		of("tau_own", "9 ms", func(s units) { s.TauOwn = 9 }),
		of("bias", "0.5", func(s units) { s.Bias = constant(0.5) }),
		of("initial.activation", "0.2", func(s units) { s.Initial.Activation = constant(0.2) }),
	},
	"lif": {
		of("tau_m", "12 ms", func(s lif) { s.TauM = constant(12) }),
		of("c_m", "150 pF", func(s lif) { s.CM = constant(150) }),
		of("e_l", "-58 mV", func(s lif) { s.EL = -58 }),
		of("threshold", "-52 mV", func(s lif) { s.Theta = constant(-52) }),
		of("reset", "-57 mV", func(s lif) { s.Reset = constant(-57) }),
		of("refractory", "3 ms", func(s lif) { s.TRef = constant(3) }),
		of("synapses", "current", func(s lif) { s.Synapses = "current" }, "weight_unit=mV",
			"../../projections.soma_gaba.weight=0"),
		of("weight_unit", "mV", func(s lif) { s.WeightUnit = "mV" }, "synapses=current",
			"../../projections.soma_gaba.weight=-10", "../../projections.soma_ampa.weight=10"),
		of("tau_exc", "3 ms", func(s lif) { s.TauExc = 3 }),
		of("tau_inh", "6 ms", func(s lif) { s.TauInh = 6 }),
		of("e_exc", "-10 mV", func(s lif) { s.EExc = -10 }),
		of("e_inh", "-70 mV", func(s lif) { s.EInh = -70 }),
		of("initial.v", "-55 mV", func(s lif) { s.Initial.V = constant(-55) }),
		of("initial.g_exc", "0.2", func(s lif) { s.Initial.GExc = constant(0.2) }),
		of("initial.g_inh", "0.3", func(s lif) { s.Initial.GInh = constant(0.3) }),
	},
	"lif-delta": {
		of("tau_m", "15 ms", func(s delta) { s.TauM = constant(15) }),
		of("c_m", "200 pF", func(s delta) { s.CM = constant(200) }),
		of("e_l", "1 mV", func(s delta) { s.EL = 1 }),
		of("threshold", "18 mV", func(s delta) { s.Theta = constant(18) }),
		of("reset", "8 mV", func(s delta) { s.Reset = constant(8) }),
		of("refractory", "4 ms", func(s delta) { s.TRef = constant(4) }),
		of("initial.v", "5 mV", func(s delta) { s.Initial.V = constant(5) }),
	},
	"adex": {
		of("c_m", "150 pF", func(s adex) { s.CM = constant(150) }),
		of("g_l", "8 nS", func(s adex) { s.GL = constant(8) }),
		of("e_l", "-68 mV", func(s adex) { s.EL = -68 }),
		of("threshold", "-50 mV", func(s adex) { s.Theta = constant(-50) }),
		of("slope", "3 mV", func(s adex) { s.Delta = constant(3) }),
		of("peak", "-30 mV", func(s adex) { s.Peak = -30 }),
		of("reset", "-58 mV", func(s adex) { s.Reset = constant(-58) }),
		of("refractory", "3 ms", func(s adex) { s.TRef = constant(3) }),
		of("refractory_potential", "rest", func(s adex) { s.Hold = "rest" }),
		of("a", "4 nS", func(s adex) { s.A = constant(4) }),
		of("b", "40 pA", func(s adex) { s.B = constant(40) }),
		of("tau_w", "50 ms", func(s adex) { s.TauW = constant(50) }, "b=40 pA"),
		of("e_exc", "-10 mV", func(s adex) { s.EExc = -10 }),
		of("e_inh", "-70 mV", func(s adex) { s.EInh = -70 }),
		of("tau_ampa", "3 ms", func(s adex) { s.TauAMPA = 3 }),
		of("tau_gaba", "6 ms", func(s adex) { s.TauGABA = 6 }),
		of("initial.v", "-60 mV", func(s adex) { s.Initial.V = constant(-60) }),
		of("initial.w", "30 pA", func(s adex) { s.Initial.W = constant(30) }),
	},
	"two-compartment": {
		of("tau_s", "12 ms", func(s twoC) { s.TauS = constant(12) }),
		of("c_s", "300 pF", func(s twoC) { s.CS = constant(300) }),
		of("tau_d", "9 ms", func(s twoC) { s.TauD = constant(9) }),
		of("c_d", "150 pF", func(s twoC) { s.CD = constant(150) }),
		of("e_l", "-68 mV", func(s twoC) { s.EL = -68 }),
		of("threshold", "-52 mV", func(s twoC) { s.Theta = constant(-52) }),
		of("threshold_jump", "3 mV", func(s twoC) { s.DTh = constant(3) }),
		of("tau_threshold", "15 ms", func(s twoC) { s.TauTh = constant(15) }),
		of("refractory", "12 ms", func(s twoC) { s.TRef = constant(12) }),
		of("refractory_hold", "true", func(s twoC) { s.Hold = true }, "refractory=4 ms"),
		of("g_s", "1000 pA", func(s twoC) { s.GS = constant(1000) }),
		of("g_d", "900 pA", func(s twoC) { s.GD = constant(900) }),
		of("e_d", "-42 mV", func(s twoC) { s.ED = constant(-42) }),
		of("d_d", "5 mV", func(s twoC) { s.DD = constant(5) }),
		of("b", "-100 pA", func(s twoC) { s.B = constant(-100) }),
		of("tau_ws", "60 ms", func(s twoC) { s.TauWS = constant(60) }),
		of("a", "-8 nS", func(s twoC) { s.A = constant(-8) }),
		of("tau_wd", "20 ms", func(s twoC) { s.TauWD = constant(20) }),
		of("bap", "2000 pA", func(s twoC) { s.C = constant(2000) }),
		of("bap_delay", "0.75 ms", func(s twoC) { s.BapDelay = 0.75 }),
		of("bap_duration", "3 ms", func(s twoC) { s.BapLen = 3 }),
		of("bap_overlap", "add", func(s twoC) { s.BapSum = "add" }, "bap_duration=9 ms"),
		of("e_exc", "-10 mV", func(s twoC) { s.EExc = -10 }),
		of("e_inh", "-70 mV", func(s twoC) { s.EInh = -70 }),
		of("tau_ampa", "3 ms", func(s twoC) { s.TauAMPA = 3 }),
		of("tau_nmda", "60 ms", func(s twoC) { s.TauNMDA = 60 }),
		of("tau_gaba", "6 ms", func(s twoC) { s.TauGABA = 6 }),
		of("driving_force", "soma", func(s twoC) { s.Driving = "soma" }),
		of("integrator", "reference", func(s twoC) { s.Integrator = "reference" }),
		of("initial.v_s", "-60 mV", func(s twoC) { s.Initial.VS = constant(-60) }),
		of("initial.v_d", "-60 mV", func(s twoC) { s.Initial.VD = constant(-60) }),
		of("initial.w_s", "1", func(s twoC) { s.Initial.WS = constant(1) }),
		of("initial.w_d", "3 mV", func(s twoC) { s.Initial.WD = constant(3) }),
	},
	"burst-poisson":        append(burstRows(), of("spiking", "escape", func(s burst) { s.Spiking = "escape" })),
	"burst-poisson-escape": append(burstRows(), of("spiking", "threshold", func(s burst) { s.Spiking = "threshold" })),
}

func burstRows() []row {
	return []row{
		of("tau_s", "12 ms", func(s burst) { s.TauS = constant(12) }),
		of("c_s", "300 pF", func(s burst) { s.CS = constant(300) }),
		of("tau_d", "9 ms", func(s burst) { s.TauD = constant(9) }),
		of("c_d", "150 pF", func(s burst) { s.CD = constant(150) }),
		of("e_l", "-68 mV", func(s burst) { s.EL = -68 }),
		of("threshold", "-56 mV", func(s burst) { s.Theta = constant(-56) }),
		of("threshold_jump", "4 mV", func(s burst) { s.DTh = constant(4) }),
		of("tau_threshold", "15 ms", func(s burst) { s.TauTh = constant(15) }),
		of("refractory", "30 ms", func(s burst) { s.TRef = constant(30) }),
		of("dead_time_from", "event", func(s burst) { s.Dead = "event" }, "e_d=-75 mV"),
		of("escape_slope", "4 mV", func(s burst) { s.Delta = constant(4) }, "spiking=escape"),
		of("escape_rate", "3 Hz", func(s burst) { s.Rho = constant(3) }, "spiking=escape"),
		of("e_d", "-80 mV", func(s burst) { s.ED = constant(-80) }, "size=40"),
		of("d_d", "40 mV", func(s burst) { s.DD = constant(40) }, "size=40"),
		of("burst_min", "8 ms", func(s burst) { s.BurstMin = 8 }, "e_d=-75 mV"),
		of("burst_max", "12 ms", func(s burst) { s.BurstMax = 12 }, "e_d=-75 mV"),
		of("b", "-100 pA", func(s burst) { s.B = constant(-100) }),
		of("tau_ws", "60 ms", func(s burst) { s.TauWS = constant(60) }),
		of("a", "-8 nS", func(s burst) { s.A = constant(-8) }),
		of("tau_wd", "20 ms", func(s burst) { s.TauWD = constant(20) }),
		of("e_exc", "-10 mV", func(s burst) { s.EExc = -10 }),
		of("e_inh", "-70 mV", func(s burst) { s.EInh = -70 }),
		of("tau_ampa", "3 ms", func(s burst) { s.TauAMPA = 3 }),
		of("tau_nmda", "60 ms", func(s burst) { s.TauNMDA = 60 }),
		of("tau_gaba", "6 ms", func(s burst) { s.TauGABA = 6 }),
		of("driving_force", "soma", func(s burst) { s.Driving = "soma" }),
		of("initial.v_s", "-60 mV", func(s burst) { s.Initial.VS = constant(-60) }),
		of("initial.v_d", "-60 mV", func(s burst) { s.Initial.VD = constant(-60) }),
		of("initial.w_s", "1", func(s burst) { s.Initial.WS = constant(1) }),
		of("initial.w_d", "3 mV", func(s burst) { s.Initial.WD = constant(3) }),
	}
}

// Every key of a neuron model sets the parameter of its name, and this changes what the neurons do as the equations
// say.
func TestModels(t *testing.T) {
	for name, rows := range modelRows {
		t.Run(name, func(t *testing.T) { try(t, modelFiles[name], rows) })
	}
}
