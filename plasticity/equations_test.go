package plasticity

import (
	"math"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/neuron/spike"
)

func text(list ...string) (out []equations.Text) {
	for _, s := range list {
		out = append(out, equations.Text{S: s})
	}
	return out
}

func named(pairs ...string) (out []equations.Named) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, equations.Named{Name: pairs[i], Text: equations.Text{S: pairs[i+1]}})
	}
	return out
}

// writtenRule compiles a rule.
func writtenRule(t testing.TB, src *equations.RuleSource, b Bounds) *Equations {
	t.Helper()
	src.Lo, src.Hi = b.Min, b.Max
	m, err := equations.CompileRule(src)
	if err != nil {
		t.Fatal(err)
	}
	return &Equations{Model: m, Bounds: b}
}

// Built-in rules written as equations give the same weights after 1e5 spikes.
func TestWrittenRulesAreTheBuiltIn(t *testing.T) {
	bounds := Bounds{Min: 0.01, Max: 3, Decay: 0.002}
	stdp := DefaultSTDP()
	stdp.Bounds, stdp.TauMinus = bounds, 35
	ccn := DefaultBurstCCN()
	ccn.Bounds, ccn.PB, ccn.Eta = bounds, 0.41, 1e-3
	prop := DefaultBurstprop()
	prop.Bounds, prop.Count, prop.Prior, prop.E0, prop.B0, prop.Eta = Bounds{Min: 0.01, Max: 3}, 0.5, 0.3, 4, 1.5, 1e-3
	for name, c := range map[string]struct {
		builtin Spec
		source  *equations.RuleSource
	}{
		"stdp": {stdp, &equations.RuleSource{Parameters: named("a_plus", "1e-3", "a_minus", "1.05e-3"),
			Pre: named("x", "spikes, 20 ms"), Post: named("y", "spikes, 35 ms"),
			On: [6][]equations.Text{0: text("w -= a_minus*y"), 3: text("w += a_plus*x")}}},
		"burstccn": {ccn, &equations.RuleSource{Parameters: named("eta", "1e-3", "p_b", "0.41"), Pre: named("x", "events, 100 ms"),
			On: [6][]equations.Text{4: text("w -= eta*p_b*x"), 5: text("w += eta*(1 - p_b)*x")}}},
		"burst-dependent": {prop, &equations.RuleSource{Parameters: named("eta", "1e-3", "k", "0.5", "p_0", "0.3"), Pre: named("x", "events, 100 ms"),
			Post: named("E", "events, 2 s, 8", "B", "bursts, 2 s, 3", "P", "min(1, (B + k*p_0)/(E + k))"),
			On:   [6][]equations.Text{4: text("w -= eta*P*x"), 5: text("w += eta*(1 - P)*x")}}},
	} {
		if name == "burstccn" { // whose bursts give eta (1-P) x in total: the onset has taken eta P x
			c.source.On[5] = text("w += eta*x")
		}
		if name == "burst-dependent" {
			c.source.On[5] = text("w += eta*x")
		}
		duration := 220 * spike.Second
		pre, post := burstTrains(1, testSources, duration), burstTrains(2, testTargets, duration)
		if len(pre)+len(post) < 100_000 {
			t.Fatalf("only %d spikes", len(pre)+len(post))
		}
		var weights [2][]float32
		for k, s := range []Spec{c.builtin, writtenRule(t, c.source, *boundsOf(c.builtin))} {
			b := testBlock(t, 0.6)
			r, err := s.New(Build{Block: b, Step: spike.Millisecond, Receptor: "ampa"})
			if err != nil {
				t.Fatal(err)
			}
			i, j := 0, 0
			for from := spike.Tick(0); from < duration; from += 10 * spike.Millisecond {
				to := from + 10*spike.Millisecond
				i0, j0 := i, j
				for ; i < len(pre) && pre[i].At < to; i++ {
				}
				for ; j < len(post) && post[j].At < to; j++ {
				}
				r.Update(spike.Window{From: from, To: to}, pre[i0:i], post[j0:j], true)
			}
			weights[k] = b.Weights()
		}
		worst, moved := 0.0, 0.0
		for i, w := range weights[0] {
			// Weights are stored in single precision after every change, which a small one feels most.
			worst = max(worst, math.Abs(float64(weights[1][i]-w))/max(0.1, float64(w)))
			moved = max(moved, math.Abs(float64(w)-0.6))
		}
		t.Logf("%s: weights moved by up to %.3g, differ by up to %.2g", name, moved, worst)
		if worst > 1e-5 || moved < 0.05 {
			t.Errorf("%s: weights moved by up to %.3g, differ by up to %.2g", name, moved, worst)
		}
	}
}

// The triplet rule of Pfister & Gerstner (2006), all to all and with nearest spikes, against sums over all earlier spikes.
func TestTriplets(t *testing.T) {
	const a2p, a3p, a2m, a3m = 5e-3, 6e-3, 7e-3, 2e-3
	for _, nearest := range []string{"", ", nearest"} {
		s := writtenRule(t, &equations.RuleSource{Parameters: named("a2p", "5e-3", "a3p", "6e-3", "a2m", "7e-3", "a3m", "2e-3"),
			Pre:  named("r1", "spikes, 16.8 ms"+nearest, "r2", "spikes, 101 ms"+nearest),
			Post: named("o1", "spikes, 33.7 ms"+nearest, "o2", "spikes, 125 ms"+nearest),
			On:   [6][]equations.Text{0: text("w -= o1*(a2m + a3m*r2)"), 3: text("w += r1*(a2p + a3p*o2)")}}, Bounds{Min: -10, Max: 10})
		duration := 2 * spike.Second
		pre, post := burstTrains(3, testSources, duration), burstTrains(4, testTargets, duration)
		b := testBlock(t, 0.5)
		r, err := s.New(Build{Block: b, Step: spike.Millisecond, Receptor: "ampa"})
		if err != nil {
			t.Fatal(err)
		}
		teach(r, pre, post, duration, 0, duration)
		sum := func(events []spike.Event, at spike.Tick, tau float64, including bool) float64 {
			if nearest == "" {
				return trace(events, at, tau, including, every)
			}
			last := 0.0
			for _, e := range events {
				if e.At < at || including && e.At == at {
					last = math.Exp(-(at - e.At).Milliseconds() / tau)
				}
			}
			return last
		}
		for j := range testSources {
			targets, weights := b.Row(j)
			for k, i := range targets {
				h := synapseHistory{of(pre, j), of(post, int(i))}
				want := h.run(0.5, s.Bounds, 0, duration, duration, func(e spike.Event, isPre bool) float64 {
					if isPre {
						return -sum(h.post, e.At, 33.7, false) * (a2m + a3m*sum(h.pre, e.At, 101, false))
					}
					return sum(h.pre, e.At, 16.8, true) * (a2p + a3p*sum(h.post, e.At, 125, false))
				})
				if math.Abs(float64(weights[k])-want) > 1e-5 {
					t.Fatalf("synapse %d to %d: %g, want %g", j, i, weights[k], want)
				}
			}
		}
	}
}

func TestMistakesInRules(t *testing.T) {
	for _, c := range []struct {
		pre, statement, want string
	}{
		{"spike, 20 ms", "w += x", `did you mean "spikes"?`},
		{"spikes, 20 mV", "w += x", "time constant: must be in ms"},
		{"spikes, 20 ms", "w += y", "unknown name y"},
		{"spikes, 20 ms", "x += 1", "change w only"},
		{"spikes, 20 ms", "w += x*2 ms", "found ms"},
		{"spikes, 20 ms", "w +", "is needed after w"},
		{"spikes, 20 ms", "w += uniform()", "no random numbers"},
		{"low-pass(v), 20 ms", "w += x", "cannot be read by rules yet"},
	} {
		_, err := equations.CompileRule(&equations.RuleSource{Pre: named("x", c.pre), On: [6][]equations.Text{0: text(c.statement)}, Hi: 1})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v lacks %q", err, c.want)
		}
	}
}
