package plasticity

import (
	"math"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
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

// runWindows lets a rule learn from trains in windows of 10 ms; before each, the potential of target i is set to 20
// sin(0.01 t/ms + i) mV.
func runWindows(t *testing.T, s Spec, pre, post []spike.Event, duration spike.Tick) []float32 {
	t.Helper()
	const window, step = 10 * spike.Millisecond, spike.Millisecond
	b := testBlock(t, 0.6)
	v := make([]float32, b.Targets)
	c := &Course{Step: step}
	potential := func(i int, at spike.Tick) float32 { return float32(20 * math.Sin(0.01*at.Milliseconds()+float64(i))) }
	var emitted []spike.Event
	r, err := s.New(Build{Block: b, Step: step, Receptor: "ampa", Target: b.Targets,
		Column:  func(string) (neuron.Column, bool) { return neuron.Column{Name: "v_d", Data: v}, true },
		Watch:   func(names []string) (*Course, error) { c.Index("v_d"); return c, nil },
		Emitted: func() []spike.Event { return emitted }})
	if err != nil {
		t.Fatal(err)
	}
	i, j := 0, 0
	for from := spike.Tick(0); from < duration; from += window {
		to := from + window
		i0, j0 := i, j
		for ; i < len(pre) && pre[i].At < to; i++ {
		}
		for ; j < len(post) && post[j].At < to; j++ {
		}
		if c.From = from; len(c.Names) > 0 {
			c.Rows[0] = c.Rows[0][:0]
			for k := range int(window/step) + 1 {
				row := make([]float32, b.Targets)
				for n := range row {
					row[n] = potential(n, from+spike.Tick(k)*step)
				}
				c.Rows[0] = append(c.Rows[0], row)
			}
		}
		for n := range v {
			v[n] = potential(n, to)
		}
		emitted = post[j0:j]
		r.Update(spike.Window{From: from, To: to}, pre[i0:i], emitted, true)
	}
	return b.Weights()
}

// Built-in rules written as equations, with their options, give the same weights after 1e5 spikes.
func TestWrittenRulesAreTheBuiltIn(t *testing.T) {
	bounds, steady := Bounds{Min: 0.01, Max: 3, Decay: 0.002}, Bounds{Min: 0.01, Max: 3}
	stdp := DefaultSTDP()
	stdp.Bounds, stdp.TauMinus, stdp.APlus, stdp.AMinus = bounds, 35, 1e-4, 0.5e-4
	ccn := DefaultBurstCCN()
	ccn.Bounds, ccn.PB, ccn.Eta = bounds, 0.41, 1e-3
	prop := DefaultBurstprop()
	prop.Bounds, prop.Count, prop.Prior, prop.E0, prop.B0, prop.Eta = steady, 0.5, 0.3, 4, 1.5, 1e-3
	bounded := *prop
	bounded.EMin, bounded.EMax, bounded.TauNu, bounded.Nu0, bounded.Eta = 15, 11, 3000, 10, 4e-5
	first := bounded
	first.Homeostasis, first.Trace, first.EMax, first.Eta = "spikes", "spikes", 14, 1e-6
	bias := *prop
	bias.Trace, bias.Eta = "none", 4e-3
	balance := DefaultApicalBalance()
	balance.Bounds, balance.Eta, balance.PB = steady, 2e-4, 0.4
	y := *balance
	y.Of = "bursts"
	apical := *balance
	apical.Bounds, apical.Signal, apical.Rest, apical.TauA, apical.Eta = steady, "apical", 3, 80, 1e-5
	mirror := DefaultKolenPollack()
	mirror.Bounds, mirror.PB, mirror.Effect, mirror.Eta = bounds, 0.45, "inhibitory", 1e-4
	on := func(pairs ...any) (on [equations.RuleMoments][]equations.Text) {
		for i := 0; i < len(pairs); i += 2 {
			on[pairs[i].(int)] = text(pairs[i+1].(string))
		}
		return on
	}
	moving := func(more ...string) []equations.Named {
		return named(append([]string{"E", "events, 2 s, 8", "B", "bursts, 2 s, 3", "P", "min(1, (B + k*p_0)/(E + k))"},
			more...)...)
	}
	for name, c := range map[string]struct {
		builtin Spec
		source  *equations.RuleSource
		every   spike.Tick
	}{
		"stdp": {stdp, &equations.RuleSource{Parameters: named("a_plus", "1e-4", "a_minus", "0.5e-4"),
			Pre: named("x", "spikes, 20 ms"), Post: named("y", "spikes, 35 ms"),
			On: on(equations.AtPreSpike, "w -= a_minus*y", equations.AtPostSpike, "w += a_plus*x")}, 0},
		"burstccn": {ccn, &equations.RuleSource{Parameters: named("eta", "1e-3", "p_b", "0.41", "tau", "100 ms"),
			Pre: named("x", "events, tau"),
			On:  on(equations.AtPostEvent, "w -= eta*p_b*x", equations.AtPostBurst, "w += eta*x")}, 0},
		"burst-dependent": {prop, &equations.RuleSource{Parameters: named("eta", "1e-3", "k", "0.5", "p_0", "0.3"),
			Pre:  named("x", "events, 100 ms"),
			Post: moving(), On: on(equations.AtPostEvent, "w -= eta*P*x", equations.AtPostBurst, "w += eta*x")}, 0},
		"burst-dependent, bias": {&bias, &equations.RuleSource{Parameters: named("eta", "4e-3", "k", "0.5", "p_0", "0.3"),
			Post: moving(), On: on(equations.AtPostEvent, "w -= eta*P", equations.AtPostBurst, "w += eta")}, 0},
		"burst-dependent, homeostasis": {&bounded,
			&equations.RuleSource{Parameters: named("eta", "4e-5", "k", "0.5", "p_0", "0.3", "e_min", "15 Hz", "e_max", "11 Hz"),
				Pre:  named("x", "events, 100 ms"),
				Post: moving("N", "spikes, 3 s, 30", "h", "if(E/(2 s) > e_max, e_max*(2 s)/E - 1, 0)"),
				On: on(equations.AtPreEvent, "w += eta*max(0, (e_min - N/(3 s))/Hz)", equations.AtPostEvent, "w += eta*(h - P)*x",
					equations.AtPostBurst, "w += eta*(1 + h)*x")}, 0},
		"burst-dependent, first version": {&first,
			&equations.RuleSource{Parameters: named("eta", "1e-6", "k", "0.5", "p_0", "0.3", "e_min", "15 Hz", "e_max", "14 Hz"),
				Pre:  named("x", "spikes, 100 ms"),
				Post: moving("N", "spikes, 3 s, 30", "h", "-max(0, (N/(3 s) - e_max)/Hz)"),
				On: on(equations.AtPreSpike, "w += eta*max(0, (e_min - N/(3 s))/Hz)", equations.AtPostEvent, "w += eta*(h - P)*x",
					equations.AtPostBurst, "w += eta*(1 + h)*x")}, 0},
		"apical-balance": {balance, &equations.RuleSource{Parameters: named("eta", "2e-4", "p_b", "0.4"),
			Pre: named("x", "events, 100 ms"),
			On:  on(equations.AtPostEvent, "w += eta*p_b*x", equations.AtPostBurst, "w -= eta*x")}, 0},
		"apical-balance of bursts": {&y, &equations.RuleSource{Parameters: named("eta", "2e-4", "p_b", "0.4"),
			Pre: named("x", "bursts, 100 ms"),
			On:  on(equations.AtPostEvent, "w += eta*p_b*x", equations.AtPostBurst, "w -= eta*x")}, 0},
		// The built-in rule low-passes the potential once in a window; so does this one, synapse by synapse.
		"apical-balance, apical": {&apical,
			&equations.RuleSource{Parameters: named("eta", "1e-5", "rest", "3 mV", "f", "0.117503097415405"),
				Synapse: named("a", "0"), Readable: []equations.Readable{millivolts("v_d")},
				On: on(equations.AtInterval, "a += f*((v_d - rest)/mV - a)", equations.AtPreEvent, "w -= eta*a")},
			10 * spike.Millisecond},
		"kolen-pollack": {mirror, &equations.RuleSource{Parameters: named("eta", "1e-4", "p_b", "0.45"),
			Post: named("y", "events, 100 ms"),
			On:   on(equations.AtPreEvent, "w += eta*p_b*y", equations.AtPreBurst, "w -= eta*y")}, 0},
	} {
		duration := 220 * spike.Second
		pre, post := burstTrains(1, testSources, duration), burstTrains(2, testTargets, duration)
		if len(pre)+len(post) < 100_000 {
			t.Fatalf("only %d spikes", len(pre)+len(post))
		}
		for _, events := range [][]spike.Event{pre, post} {
			for i := range events {
				events[i].At += 300 * spike.Microsecond // not where windows begin
			}
		}
		s := writtenRule(t, c.source, *boundsOf(c.builtin))
		s.Every = c.every
		weights := [2][]float32{runWindows(t, c.builtin, pre, post, duration), runWindows(t, s, pre, post, duration)}
		worst, moved := 0.0, 0.0
		inside := 0
		for i, w := range weights[0] {
			if w > 0.02 && w < 2.9 {
				inside++
			}
			// Weights are stored in single precision after every change, which a small one feels most.
			worst = max(worst, math.Abs(float64(weights[1][i]-w))/max(0.1, float64(w)))
			moved = max(moved, math.Abs(float64(w)-0.6))
		}
		t.Logf("%s: weights moved by up to %.3g, differ by up to %.2g", name, moved, worst)
		if worst > 1e-5 || moved < 0.05 || inside < 10 {
			t.Errorf("%s: weights moved by up to %.3g, differ by up to %.2g; %d are within the bounds", name, moved, worst,
				inside)
		}
	}
}

func millivolts(name string) equations.Readable {
	r, err := equations.NewReadable(name, "mV")
	if err != nil {
		panic(err)
	}
	return r
}

// The triplet rule of Pfister & Gerstner (2006), all to all and with nearest spikes, against sums over all earlier
// spikes.
func TestTriplets(t *testing.T) {
	const a2p, a3p, a2m, a3m = 5e-3, 6e-3, 7e-3, 2e-3
	for _, nearest := range []string{"", ", nearest"} {
		s := writtenRule(t, &equations.RuleSource{Parameters: named("a2p", "5e-3", "a3p", "6e-3", "a2m", "7e-3", "a3m",
			"2e-3"),
			Pre:  named("r1", "spikes, 16.8 ms"+nearest, "r2", "spikes, 101 ms"+nearest),
			Post: named("o1", "spikes, 33.7 ms"+nearest, "o2", "spikes, 125 ms"+nearest),
			On:   [equations.RuleMoments][]equations.Text{0: text("w -= o1*(a2m + a3m*r2)"), 3: text("w += r1*(a2p + a3p*o2)")}},
			Bounds{Min: -10, Max: 10})
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

// Bounds hold after each statement, so that what follows starts from the bound; both sides of w.
func TestBoundsBetweenStatements(t *testing.T) {
	for _, c := range []struct {
		statements []string
		want       float64
	}{{[]string{"w += 5", "w -= 0.25"}, 0.75}, {[]string{"w -= 5", "w += 0.25"}, 0.35}, {[]string{"w *= 4", "w /= 4",
		"w = w^2"}, 0.1},
		{[]string{"w = 0.6", "w += w*w"}, 0.96}} {
		for moment := range 6 {
			src := &equations.RuleSource{}
			src.On[moment] = text(c.statements...)
			s := writtenRule(t, src, Bounds{Min: 0.1, Max: 1})
			b := testBlock(t, 0.5)
			r, err := s.New(Build{Block: b, Step: spike.Millisecond, Receptor: "ampa"})
			if err != nil {
				t.Fatal(err)
			}
			one := []spike.Event{{At: spike.Millisecond, Kind: []spike.Kind{spike.Tail, spike.Onset, spike.Burst}[moment%3]}}
			targets, weights := b.Row(0)
			if moment < 3 {
				r.Update(spike.Window{To: 2 * spike.Millisecond}, one, nil, true)
			} else {
				one[0].Src = spike.ID(targets[0])
				r.Update(spike.Window{To: 2 * spike.Millisecond}, nil, one, true)
			}
			if math.Abs(float64(weights[0])-c.want) > 1e-6 {
				t.Errorf("%q at moment %d: %g, want %g", c.statements, moment, weights[0], c.want)
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
		{"spikes, 20 ms", "x += 1", "change w and the variables of the synapse"},
		{"spikes, 20 ms", "w += x*2 ms", "found ms"},
		{"spikes, 20 ms", "w +", "is needed after w"},
		{"spikes, 20 ms", "w += uniform()", "no random numbers"},
		{"low-pass(v), 20 ms", "w += x", "those of the target can, in post"},
	} {
		_, err := equations.CompileRule(&equations.RuleSource{Pre: named("x", c.pre),
			On: [equations.RuleMoments][]equations.Text{0: text(c.statement)}, Hi: 1})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v lacks %q", err, c.want)
		}
	}
}
