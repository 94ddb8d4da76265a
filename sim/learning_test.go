package sim

import (
	"context"
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// keep is a sink that keeps all spikes.
type keep struct{ events []spike.Event }

func (k *keep) WriteSpikes(_ spike.Window, events []spike.Event) error {
	k.events = append(k.events, events...)
	return nil
}
func (*keep) Close() error { return nil }

// learningNetwork has Poisson sources, burst-Poisson targets and one plastic projection of each rule between them.
func learningNetwork() *Network {
	net := &Network{Seed: 5, Step: 100 * spike.Microsecond}
	poisson := neuron.DefaultPoisson()
	poisson.Rate = neuron.Const(30)
	cells := neuron.DefaultBurstPoisson()
	net.Populations = []Population{{Name: "in", Size: 40, Spec: poisson}, {Name: "out", Size: 150, Spec: cells}}
	net.Stimuli = []Stimulus{
		{Name: "drive", Population: "out", Port: "soma", Amplitude: neuron.Value{Shape: neuron.Uniform, A: 400, B: 900},
			Wave: Constant{}},
		{Name: "teach", Population: "out", Port: "apical", Amplitude: neuron.Value{Shape: neuron.Uniform, A: 0, B: 700},
			Wave: Constant{}}}
	for _, k := range plasticity.Kinds() {
		rule := k.Default()
		if b, ok := rule.(*plasticity.BurstDependent); ok {
			b.EMin, b.EMax = 5, 20
		}
		net.Projections = append(net.Projections, Projection{Source: "in", Target: "out", Port: "soma", Receptor: "ampa",
			Rule: rule,
			Spec: synapse.Spec{Name: k.Name, Connector: synapse.FixedProbability{P: 0.3}, Weight: neuron.Const(0.05),
				Delay: neuron.Const(1.3)}})
	}
	return net
}

// What the engine learns is what the rule learns from the recorded spikes: presynaptic ones shifted by the delay,
// postsynaptic ones as they are, plasticity switched in the middle of a window, in windows of another length.
func TestEngineLearnsWhatWasSpiked(t *testing.T) {
	const on, off, end = 303*spike.Millisecond + 700*spike.Microsecond, 1807 * spike.Millisecond, 2500 * spike.Millisecond
	net := learningNetwork()
	s, err := New(net, Options{Workers: 2, ShardSize: 64})
	if err != nil {
		t.Fatal(err)
	}
	spikes := &keep{}
	s.AddSink(spikes)
	s.SetPlastic("", false)
	for at, state := range map[spike.Tick]bool{on: true, off: false} {
		if err := s.At(at, func(spike.Tick) error { return s.SetPlastic("", state) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Run(context.Background(), end); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	ids := net.IDs()
	for i, d := range net.Projections {
		spec := d.Spec
		spec.Plastic = true
		p, err := synapse.New(spec, i, synapse.Geometry{Sources: 40, Targets: 150, Key: rng.New(net.Seed, "projection",
			d.Name)}, net.Step)
		if err != nil {
			t.Fatal(err)
		}
		p.SetShards(1)
		if err := p.Connect(0, 0, 150); err != nil {
			t.Fatal(err)
		}
		rule, err := d.Rule.New(plasticity.Build{Block: p.Block(0, 150), Step: net.Step, Receptor: d.Receptor})
		if err != nil {
			t.Fatal(err)
		}
		var pre, post []spike.Event
		for _, e := range spikes.events {
			if ids[0].Contains(e.Src) {
				pre = append(pre, spike.Event{At: e.At + p.MinDelay(), Src: e.Src, Kind: e.Kind})
			} else {
				post = append(post, spike.Event{At: e.At, Src: e.Src - ids[1].First, Kind: e.Kind})
			}
		}
		window := []spike.Tick{0, on, off, end}
		for k := range 3 {
			for from := window[k]; from < window[k+1]; from += 17 * spike.Millisecond {
				to := min(from+17*spike.Millisecond, window[k+1])
				nPre, nPost := before(pre, to), before(post, to)
				rule.Update(spike.Window{From: from, To: to}, pre[:nPre], post[:nPost], k == 1)
				pre, post = pre[nPre:], post[nPost:]
			}
		}
		var want []float64
		learned := 0
		weights := map[[2]int]float64{}
		s.Projection(d.Name).Each(func(source, target int, w float64, _ spike.Tick) { weights[[2]int{source, target}] = w })
		p.Each(func(source, target int, w float64, _ spike.Tick) {
			want = append(want, w)
			if got := weights[[2]int{source, target}]; math.Abs(got-w) > 1e-5 {
				t.Errorf("%s: synapse %d -> %d is %v, from the recorded spikes %v", d.Name, source, target, got, w)
			}
			if math.Abs(w-0.05) > 1e-4 {
				learned++
			}
		})
		if learned < len(want)/4 {
			t.Errorf("%s: only %d of %d weights changed", d.Name, learned, len(want))
		}
	}
}

// Without spikes a weight decays exactly, over exactly the time that plasticity is on: switched inside windows, for
// shorter than any, slowly and fast.
func TestDecayWhilePlastic(t *testing.T) {
	const us = spike.Microsecond
	for _, hz := range []float64{1e-4, 0.5, 9, 200} {
		net := learningNetwork()
		silent := neuron.DefaultPoisson()
		silent.Rate = neuron.Const(0)
		net.Populations[0].Spec = silent
		rule := plasticity.DefaultBurstCCN()
		rule.Decay, rule.Max = hz, 2
		net.Projections = net.Projections[:1]
		net.Projections[0].Rule = rule
		s, err := New(net, Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		on, was, at := spike.Tick(0), true, spike.Tick(0)
		for k, next := range []spike.Tick{0, 300 * us, 10100 * us, 10200 * us, 70200 * us, 99900 * us, 100300 * us,
			250 * spike.Millisecond, 403200 * us} {
			if err := s.Run(context.Background(), next); err != nil {
				t.Fatal(err)
			}
			if was {
				on += next - at
			}
			was, at = k%2 == 1, next
			s.SetPlastic("", was)
		}
		s.SetPlastic("", false)
		end := s.Window() * (500 * spike.Millisecond / s.Window())
		if err := s.Run(context.Background(), end); err != nil {
			t.Fatal(err)
		}
		want := 0.05 * math.Exp(-hz*on.Seconds())
		s.Projection(net.Projections[0].Name).Each(func(_, _ int, w float64, _ spike.Tick) {
			if math.Abs(w/want-1) > 3e-6 {
				t.Fatalf("%g Hz for %v: the weight is %v, not %v", hz, on, w, want)
			}
		})
	}
}

// A rule that cannot work is refused with the key that is at fault.
func TestRuleErrors(t *testing.T) {
	for _, c := range []struct {
		change func(p *Projection)
		key    string
	}{
		{func(p *Projection) { p.Delay = neuron.Value{Shape: neuron.Uniform, A: 1, B: 3} },
			"projections.burst-dependent.delay"},
		{func(p *Projection) { p.Rule.(*plasticity.BurstDependent).TauPre = 0 }, "projections.burst-dependent.rule.tau_pre"},
		{func(p *Projection) {
			p.Rule = &plasticity.BurstDependent{Baseline: "fixed", PB: 1, TauPre: 1, TauMA: 1, TauNu: 1}
		}, "projections.burst-dependent.rule.p_b"},
	} {
		net := learningNetwork()
		c.change(&net.Projections[0])
		err := Check(net)
		if e, ok := err.(*Error); !ok || e.Key != c.key {
			t.Errorf("%v, want a fault in %s", err, c.key)
		}
	}
}
