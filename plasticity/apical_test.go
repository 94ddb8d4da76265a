package plasticity

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// With signal = "apical" a presynaptic spike of the kind that counts changes each weight by -eta times the low-passed
// deflection of the apical potential of its neuron, as it was at the last window's end; for inhibitory synapses, or
// where effect says so, by the opposite.
func TestApicalPotential(t *testing.T) {
	const duration, on, off = 2 * spike.Second, 400 * spike.Millisecond, 1700 * spike.Millisecond
	const tau, rest, eta = 30.0, -64.0, 2e-4
	pre, post := burstTrains(5, testSources, duration), burstTrains(6, testTargets, duration)
	v := func(i int, at spike.Tick) float64 { // of neuron i of the population at a window's end
		return -64 + 5*math.Sin(at.Seconds()*9+float64(i)) + float64(i)/3
	}
	for _, c := range []struct {
		of, effect, receptor string
		sign                 float64
	}{{"events", "receptor", "ampa", -1}, {"bursts", "receptor", "nmda", -1}, {"events", "receptor", "gaba", 1},
		{"events", "inhibitory", "ampa", 1}, {"bursts", "excitatory", "gaba", -1}} {
		s := DefaultApicalBalance()
		s.Signal, s.Of, s.Effect, s.Eta, s.TauA, s.Rest, s.Bounds = "apical", c.of, c.effect, eta, tau, rest,
			Bounds{Min: -9, Max: 9}
		potential := make([]float32, testTargets)
		p := testProjection(t, 0.5)
		r, err := s.New(Build{Block: p.Block(0, testTargets), Step: spike.Millisecond, Receptor: c.receptor,
			Column: func(name string) (neuron.Column, bool) {
				return neuron.Column{Name: name, Data: potential}, name == "v_d"
			}})
		if err != nil {
			t.Fatal(err)
		}
		want, low := make([][testTargets]float64, testSources), make([]float64, testTargets)
		counted := spike.Onset
		if c.of == "bursts" {
			counted = spike.Burst
		}
		for from := spike.Tick(0); from < duration; from += testWindow {
			to := from + testWindow
			for i := range potential { // the neurons have advanced when rules see the window
				potential[i] = float32(v(i, to))
			}
			plastic := from >= on && from < off
			arrived := cut(pre, from, to)
			r.Update(spike.Window{From: from, To: to}, arrived, cut(post, from, to), plastic)
			for _, e := range arrived {
				if e.Kind == counted && plastic {
					for i := range low {
						want[e.Src][i] += c.sign * eta * low[i]
					}
				}
			}
			for i := range low { // exact for a deflection that stays as it is during the window
				low[i] += (1 - math.Exp(-testWindow.Milliseconds()/tau)) * (v(i, to) - rest - low[i])
			}
		}
		changed := 0
		p.Each(func(j, i int, weight float64, _ spike.Tick) {
			if math.Abs(weight-0.5-want[j][i]) > 1e-5 {
				t.Errorf("%+v: weight from %d to %d is %v and not %v", c, j, i, weight, 0.5+want[j][i])
			}
			if math.Abs(want[j][i]) > 1e-3 {
				changed++
			}
		})
		if changed < 20 {
			t.Errorf("%+v: only %d weights changed: the test shows nothing", c, changed)
		}
	}
}

// A larger gaba weight inhibits: rules that listen to bursts change it the other way, unless effect says otherwise.
func TestEffect(t *testing.T) {
	const duration = spike.Second
	pre, post := burstTrains(7, testSources, duration), burstTrains(8, testTargets, duration)
	for _, spec := range []func(effect string) Spec{
		func(effect string) Spec {
			s := DefaultKolenPollack()
			s.Effect, s.Bounds = effect, Bounds{Min: -9, Max: 9}
			return s
		},
		func(effect string) Spec {
			s := DefaultApicalBalance()
			s.Effect, s.Eta, s.Bounds = effect, 4e-3, Bounds{Min: -9, Max: 9}
			return s
		}} {
		learned := func(effect, receptor string) []float32 {
			block := testBlock(t, 0)
			r, err := spec(effect).New(Build{Block: block, Step: spike.Millisecond, Receptor: receptor})
			if err != nil {
				t.Fatal(err)
			}
			teach(r, pre, post, duration, 0, duration)
			return block.Weights()
		}
		up := learned("receptor", "ampa")
		for _, c := range []struct {
			effect, receptor string
			sign             float32
		}{{"receptor", "nmda", 1}, {"excitatory", "gaba", 1}, {"receptor", "gaba", -1}, {"inhibitory", "ampa", -1}} {
			for k, w := range learned(c.effect, c.receptor) {
				if w != c.sign*up[k] || up[k] == 0 {
					t.Fatalf("%T, effect %s of %s: a weight of %v, and %v of an excitatory one", spec(""), c.effect, c.receptor, w,
						up[k])
				}
			}
		}
	}
}

// Parameters at the edges of what is allowed are taken, those beyond are refused, by name.
func TestValidation(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		key    string
		in     []float64
		out    []float64
		of     func(x float64) Spec
		others string
	}{
		{"p_b", []float64{1e-9, 0.5, 1 - 1e-9}, []float64{0, 1, -0.1, 1.1, math.NaN()},
			func(x float64) Spec { s := DefaultBurstCCN(); s.PB = x; return s }, "burst-dependent"},
		{"p_b", []float64{1e-9, 1 - 1e-9}, []float64{0, 1, math.NaN()},
			func(x float64) Spec { s := DefaultApicalBalance(); s.PB = x; return s }, "apical"},
		{"p_b", []float64{1e-9, 1 - 1e-9}, []float64{0, 1, math.NaN()},
			func(x float64) Spec { s := DefaultKolenPollack(); s.PB = x; return s }, "kolen"},
		{"eta", []float64{0, 1e6}, []float64{-1e-9, 1.1e6, math.NaN()},
			func(x float64) Spec { s := DefaultBurstprop(); s.Eta = x; return s }, ""},
		{"eta", []float64{0, 1e6}, []float64{-1e-9, 1.1e6},
			func(x float64) Spec { s := DefaultApicalBalance(); s.Eta = x; return s }, ""},
		{"eta", []float64{0, 1e6}, []float64{-1e-9, 1.1e6},
			func(x float64) Spec { s := DefaultKolenPollack(); s.Eta = x; return s }, ""},
		{"tau_pre", []float64{1e-9, inf}, []float64{0, -1},
			func(x float64) Spec { s := DefaultBurstprop(); s.TauPre = x; return s }, ""},
		{"tau_ma", []float64{1e-9}, []float64{0, -1}, func(x float64) Spec { s := DefaultBurstprop(); s.TauMA = x; return s },
			""},
		{"tau_nu", []float64{1e-9}, []float64{0, -1}, func(x float64) Spec { s := DefaultBurstprop(); s.TauNu = x; return s },
			""},
		{"pseudo_count", []float64{0, 1e9}, []float64{-1e-9},
			func(x float64) Spec { s := DefaultBurstprop(); s.Count = x; return s }, ""},
		{"prior", []float64{0, 1}, []float64{-1e-9, 1 + 1e-9},
			func(x float64) Spec { s := DefaultBurstprop(); s.Prior = x; return s }, ""},
		{"e_min", []float64{0, 1e9}, []float64{-1e-9}, func(x float64) Spec { s := DefaultBurstprop(); s.EMin = x; return s },
			""},
		{"e_max", []float64{0, 1e9}, []float64{-1e-9}, func(x float64) Spec { s := DefaultBurstprop(); s.EMax = x; return s },
			""},
		{"tau_pre", []float64{1e-9}, []float64{0},
			func(x float64) Spec { s := DefaultApicalBalance(); s.TauPre = x; return s }, ""},
		{"tau_a", []float64{1e-9}, []float64{0}, func(x float64) Spec { s := DefaultApicalBalance(); s.TauA = x; return s },
			""},
		{"tau_post", []float64{1e-9}, []float64{0},
			func(x float64) Spec { s := DefaultKolenPollack(); s.TauPost = x; return s }, ""},
		{"a_plus", []float64{0, 1e9}, []float64{-1e-9}, func(x float64) Spec { s := DefaultSTDP(); s.APlus = x; return s },
			""},
		{"a_minus", []float64{0, 1e9}, []float64{-1e-9}, func(x float64) Spec { s := DefaultSTDP(); s.AMinus = x; return s },
			""},
		{"tau_plus", []float64{1e-9}, []float64{0}, func(x float64) Spec { s := DefaultSTDP(); s.TauPlus = x; return s }, ""},
		{"tau_minus", []float64{1e-9}, []float64{0}, func(x float64) Spec { s := DefaultSTDP(); s.TauMinus = x; return s },
			""},
		{"w_max", []float64{0.31}, []float64{0.3, 0.2}, func(x float64) Spec {
			s := DefaultSTDP()
			s.Min, s.Max = 0.3,
				x
			return s
		}, ""},
		{"weight_decay", []float64{0, 1000}, []float64{-1e-9, 1001},
			func(x float64) Spec { s := DefaultSTDP(); s.Decay = x; return s }, ""},
	} {
		for _, x := range c.in {
			if err := c.of(x).Validate(); err != nil {
				t.Errorf("%s %s = %g: %v", c.others, c.key, x, err)
			}
		}
		for _, x := range c.out {
			var fault *neuron.ParameterError
			if err := c.of(x).Validate(); !errors.As(err, &fault) || fault.Key != c.key {
				t.Errorf("%s %s = %g is accepted, or refused as %v", c.others, c.key, x, err)
			}
		}
	}
	if s := DefaultBurstprop(); s.Baseline != "moving" {
		t.Error("p_b is not used")
	} else if s.PB = 0; s.Validate() != nil {
		t.Error("p_b is refused although the baseline moves")
	}
}

// Defaults are those that the documentation states.
func TestDefaults(t *testing.T) {
	for _, c := range [][2]string{
		{fmt.Sprintf("%+v", *DefaultApicalBalance()),
			"{Eta:0.0001 Signal:bursts Of:events PB:0.5 TauPre:100 Variable:v_d Rest:-70 TauA:100 Effect:receptor " +
				"Bounds:{Min:0 Max:1 Decay:0}}"},
		{fmt.Sprintf("%+v", *DefaultKolenPollack()),
			"{Eta:0.004 PB:0.5 TauPost:100 Effect:receptor Bounds:{Min:0 Max:1 Decay:0}}"},
		{fmt.Sprintf("%+v", *DefaultSTDP()),
			"{APlus:0.001 AMinus:0.00105 TauPlus:20 TauMinus:20 Bounds:{Min:0 Max:1 Decay:0}}"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s\nwant %s", c[0], c[1])
		}
	}
}
