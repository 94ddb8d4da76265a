package keys

import (
	"reflect"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	single "github.com/burstplex/burstplex/sim/cell"
	"github.com/burstplex/burstplex/sim/credit"
	"github.com/burstplex/burstplex/sim/curve"
	"github.com/burstplex/burstplex/sim/deep"
	"github.com/burstplex/burstplex/sim/task"
)

// tasked is a key of a task and the field that it sets.
type tasked struct {
	key, value string
	by         func(s task.Spec)
}

func sets[T task.Spec](key, value string, by func(s T)) tasked {
	return tasked{key, value, func(s task.Spec) { by(s.(T)) }}
}

type (
	grad    = *credit.Gradient
	regress = *credit.Regression
	deeply  = *deep.Task
	curved  = *single.Curve
	patched = *single.Protocols
)

var taskRows = map[string][]tasked{
	"plasticity-curve": {
		sets("repeats", "7", func(s *curve.Spec) { s.Repeats = 7 }),
		sets("duration", "2 s", func(s *curve.Spec) { s.Duration = 2 * spike.Second }),
		sets("p_b", "[0.4]", func(s *curve.Spec) { s.PB = []float64{0.4} }),
		sets("tau_pre", "30 ms", func(s *curve.Spec) { s.TauPre = 30 }),
		sets("tau_ma", "5 s", func(s *curve.Spec) { s.TauMA = 5000 }),
		sets("eta", "0.2", func(s *curve.Spec) { s.Eta = 0.2 }),
	},
	"response-curve": {
		sets("population", "p", func(s curved) { s.Name = "p" }), sets("port", "a", func(s curved) { s.Port = "a" }),
		sets("currents", `["5 pA"]`, func(s curved) { s.Currents = []float64{5} }), sets("other_port", "b", func(s curved) { s.Other = "b" }),
		sets("other_currents", `["5 pA"]`, func(s curved) { s.Others = []float64{5} }), sets("neurons", "3", func(s curved) { s.Neurons = 3 }),
		sets("settle", "2 ms", func(s curved) { s.Settle = 2 * spike.Millisecond }),
		sets("duration", "3 ms", func(s curved) { s.Duration = 3 * spike.Millisecond }),
	},
	"protocols": {
		sets("population", "p", func(s patched) { s.Name = "p" }), sets("soma", "a", func(s patched) { s.Soma = "a" }),
		sets("dendrite", "b", func(s patched) { s.Dendrite = "b" }),
		sets("soma_variable", "u", func(s patched) { s.SomaV = "u" }),
		sets("dendrite_variable", "u", func(s patched) { s.DendriteV = "u" }),
		sets("current", "3 pA", func(s patched) { s.Step = 3 }),
		sets("long", "3 ms", func(s patched) { s.Long = 3 * spike.Millisecond }),
		sets("short", "4 ms", func(s patched) { s.Short = 4 * spike.Millisecond }),
		sets("pulse", "5 ms", func(s patched) { s.Pulse = 5 * spike.Millisecond }),
		sets("settle", "6 ms", func(s patched) { s.Settle = 6 * spike.Millisecond }),
		sets("largest_current", "7 pA", func(s patched) { s.Most = 7 }),
		sets("dendritic_pulse", "0.5", func(s patched) { s.Below = 0.5 }),
		sets("published.input_resistance", "1.0", func(s patched) { s.Paper.RIn = 1 }),
		sets("published.time_constant", "2.0", func(s patched) { s.Paper.Tau = 2 }),
		sets("published.sag", "3.0", func(s patched) { s.Paper.Sag = 3 }),
		sets("published.rheobase", "4.0", func(s patched) { s.Paper.Rheobase = 4 }),
		sets("published.attenuation_to_dendrite", "5.0", func(s patched) { s.Paper.ToDendrite = 5 }),
		sets("published.attenuation_to_soma", "6.0", func(s patched) { s.Paper.ToSoma = 6 }),
		sets("published.back_propagation", "7.0", func(s patched) { s.Paper.Back = 7 }),
		sets("published.summation", "8.0", func(s patched) { s.Paper.Summation = 8 }),
		sets("published.coincidence_window", "9.0", func(s patched) { s.Paper.Coincidence = 9 }),
	},
	"gradient": {
		sets("inputs", "7", func(s grad) { s.Inputs = 7 }), sets("units", "8", func(s grad) { s.Units = 8 }),
		sets("outputs", "3", func(s grad) { s.Outputs = 3 }), sets("hidden", "2", func(s grad) { s.Hidden = 2 }),
		sets("depths", "[1, 5]", func(s grad) { s.Depths = []int{1, 5} }), sets("batch", "9", func(s grad) { s.Batch = 9 }),
		sets("k", "[50, 70]", func(s grad) { s.K = []float64{50, 70} }), sets("at_k", "77", func(s grad) { s.AtK = 77 }),
		sets("gains", "[2, 4]", func(s grad) { s.Gains = []float64{2, 4} }), sets("gain", "5", func(s grad) { s.Gain = 5 }),
		sets("weight_gain", "2", func(s grad) { s.WGain = 2 }), sets("rate", "15 Hz", func(s grad) { s.Rate = 15 }),
		sets("dead_time", "20 ms", func(s grad) { s.Dead = 20 }), sets("time", "300 ms", func(s grad) { s.Time = 300 }),
		sets("settle", "100 ms", func(s grad) { s.Settle = 100 }), sets("tau_syn", "10 ms", func(s grad) { s.TauSyn = 10 }),
		sets("burst_delay", "4 ms", func(s grad) { s.Delay = 4 }), sets("p_b", "0.3", func(s grad) { s.PB = 0.3 }),
		sets("learning_steps", "11", func(s grad) { s.Learn = 11 }),
		sets("record", "false", func(s grad) { s.Record = false }),
	},
	"regression": {
		sets("hidden", "7", func(s regress) { s.Hidden = 7 }), sets("teacher", "8", func(s regress) { s.Teacher = 8 }),
		sets("neurons", "90", func(s regress) { s.Neurons = 90 }), sets("rate", "15 Hz", func(s regress) { s.Rate = 15 }),
		sets("dead_time", "20 ms", func(s regress) { s.Dead = 20 }),
		sets("tau_syn", "10 ms", func(s regress) { s.TauSyn = 10 }),
		sets("burst_delay", "4 ms", func(s regress) { s.Delay = 4 }),
		sets("training", "8 s", func(s regress) { s.Training = 8000 }),
		sets("test", "6 s", func(s regress) { s.Test = 6000 }), sets("segment", "1 s", func(s regress) { s.Segment = 1000 }),
		sets("eta", "2", func(s regress) { s.Eta = 2 }), sets("eta_hidden", "3", func(s regress) { s.EtaH = 3 }),
		sets("gain", "5", func(s regress) { s.Gain = 5 }), sets("p_b", "0.3", func(s regress) { s.PB = 0.3 }),
		sets("spread", "0.7", func(s regress) { s.Spread = 0.7 }),
		sets("average", "200 ms", func(s regress) { s.Average = 200 }),
	},
	"images": {
		sets("set", "mnist", func(s deeply) { s.Set = "mnist" }), sets("images", "5000", func(s deeply) { s.Images = 5000 }),
		sets("validation", "70", func(s deeply) { s.Validation = 70 }), sets("test", "80", func(s deeply) { s.Test = 80 }),
		sets("input", "current", func(s deeply) { s.Input = "current" }),
		sets("augment_shift", "2", func(s deeply) { s.Pad = 2 }),
		sets("augment_flip", "true", func(s deeply) { s.Flip = true }), sets("hidden", `["dense 9"]`, func(s deeply) { s.Hidden = []string{"dense 9"} }),
		sets("model", "counts", func(s deeply) { s.Model = "counts" }),
		sets("weight_gain", "2", func(s deeply) { s.WGain = 2 }),
		sets("output_bias", "-1", func(s deeply) { s.OutputBias = -1 }),
		sets("feedback", "random", func(s deeply) { s.Feedback = "random" }),
		sets("q", "tied", func(s deeply) { s.Q = "tied" }),
		sets("control", "flipped", func(s deeply) { s.Control = "flipped" }),
		sets("epochs", "7", func(s deeply) { s.Epochs = 7 }), sets("patience", "3", func(s deeply) { s.Patience = 3 }),
		sets("batch", "9", func(s deeply) { s.Batch = 9 }), sets("eta_conv", "0.3", func(s deeply) { s.ConvEta = 0.3 }),
		sets("eta_q", "0.01", func(s deeply) { s.EtaQ = 0.01 }), sets("probe", "17", func(s deeply) { s.Probe = 17 }),
		sets("test_curve", "true", func(s deeply) { s.Curve = true }), sets("sweep", "19", func(s deeply) { s.Sweep = 19 }),
		sets("record", "1", func(s deeply) { s.Record = 1 }), sets("p_b", "0.3", func(s deeply) { s.PB = 0.3 }),
		sets("gain", "5", func(s deeply) { s.Gain = 5 }), sets("gain_output", "6", func(s deeply) { s.GainOutput = 6 }),
		sets("feedback_start", "0.01", func(s deeply) { s.Start = 0.01 }),
		sets("fading_decay", "0.02", func(s deeply) { s.Fade = 0.02 }),
		sets("fading_images", "500", func(s deeply) { s.FadeImages = 500 }),
		sets("weight_decay", "3e-5", func(s deeply) { s.Decay = 3e-5 }),
		sets("eta", "0.2", func(s deeply) { s.Eta = 0.2 }), sets("eta_final", "0.5", func(s deeply) { s.Final = 0.5 }),
		sets("momentum", "0.9", func(s deeply) { s.Momentum = 0.9 }),
		sets("neurons", "90", func(s deeply) { s.Neurons = 90 }),
		sets("rate", "15 Hz", func(s deeply) { s.Rate = 15 }), sets("dead_time", "20 ms", func(s deeply) { s.Dead = 20 }),
		sets("exact", "true", func(s deeply) { s.Exact = true }), sets("bin", "1 ms", func(s deeply) { s.Bin = 1 }),
		sets("settle", "80 ms", func(s deeply) { s.Settle = 80 }), sets("learn", "20 ms", func(s deeply) { s.Learn = 20 }),
		sets("tau_syn", "6 ms", func(s deeply) { s.TauSyn = 6 }),
		sets("tau_apical", "7 ms", func(s deeply) { s.TauDend = 7 }),
		sets("silence_images", "300", func(s deeply) { s.Silence.Images = 300 }),
		sets("silence_noise", "0.7", func(s deeply) { s.Silence.Noise = 0.7 }),
		sets("silence_step", "0.3", func(s deeply) { s.Silence.Step = 0.3 }),
		sets("silence_flat", "77", func(s deeply) { s.Silence.Flat = 77 }),
		sets("tau_own", "8 ms", func(s deeply) { s.TauOwn = 8 }), sets("burst_delay", "6 ms", func(s deeply) { s.Delay = 6 }),
	},
}

// Every key of a task sets the field of its name; what this changes is in the tests of packages credit, curve and deep.
func TestTasks(t *testing.T) {
	for name, rows := range taskRows {
		text := "[experiment]\nname = \"keys\"\n[task]\nkind = \"" + name + "\"\n"
		if name == "response-curve" || name == "protocols" {
			text += "[populations.p]\nmodel = \"lif\"\nsize = 1\n"
		}
		for _, r := range rows {
			before, after := load(t, text).Task.Spec, load(t, text, "task."+r.key+"="+r.value).Task.Spec
			for _, spec := range []task.Spec{before, after} {
				if b, ok := spec.(single.Bound); ok {
					b.Bind(nil) // which knows the file
				}
			}
			if reflect.DeepEqual(before, after) {
				t.Errorf("%s: %s = %s changes nothing", name, r.key, r.value)
			}
			if r.by(before); !reflect.DeepEqual(before, after) {
				t.Errorf("%s: %s = %s does not make what the row says: %+v", name, r.key, r.value, after)
			}
		}
	}
}
