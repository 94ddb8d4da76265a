package plasticity

import (
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/neuron/spike"
)

// sawtooth is a potential of which everything is known: it grows by 0.5 mV/ms, from 5 mV times the number of the
// neuron, and is reset to -20 mV at its spikes.
type sawtooth struct{ post []spike.Event }

func (s sawtooth) at(i int, t spike.Tick, after bool) float64 {
	x, since := 5*float64(i), spike.Tick(0)
	for _, e := range s.post {
		if int(e.Src) == i && (e.At < t || after && e.At == t) {
			x, since = -20, e.At
		}
	}
	return x + 0.5*(t-since).Milliseconds()
}

// fakeTarget lets a rule run over trains, with a potential v of the target and its jumps.
func fakeTarget(t *testing.T, s *Equations, b Build, pre, post []spike.Event, duration spike.Tick) Rule {
	t.Helper()
	const window, step = 4 * spike.Millisecond, spike.Millisecond
	v := sawtooth{post}
	c := &Course{Step: step}
	var emitted []spike.Event
	b.Step, b.Receptor, b.Target = step, "ampa", testTargets
	b.Watch = func([]string) (*Course, error) { c.Index("v"); return c, nil }
	b.Emitted = func() []spike.Event { return emitted }
	r, err := s.New(b)
	if err != nil {
		t.Fatal(err)
	}
	later := func(events []spike.Event, by, from, to spike.Tick) (out []spike.Event) {
		for _, e := range events {
			if e.At += by; e.At >= from && e.At < to {
				out = append(out, e)
			}
		}
		return out
	}
	for from := spike.Tick(0); from < duration; from += window {
		to := from + window
		emitted = later(post, 0, from, to)
		c.From, c.Rows, c.Jumps = from, [][][]float32{nil}, nil
		for k := range int(window/step) + 1 {
			row := make([]float32, testTargets)
			for i := range row {
				row[i] = float32(v.at(i, from+spike.Tick(k)*step, true))
			}
			c.Rows[0] = append(c.Rows[0], row)
		}
		for _, e := range emitted {
			c.Jumps = append(c.Jumps, neuron.Jump{Neuron: int(e.Src), At: e.At, Before: []float64{v.at(int(e.Src), e.At, false)},
				After: []float64{-20}})
		}
		c.SortJumps()
		r.Update(spike.Window{From: from, To: to}, later(pre, s.DelayPre, from, to), later(post, s.DelayPost, from, to), true)
	}
	return r
}

// shifted moves trains off the grid of steps.
func shifted(events []spike.Event) []spike.Event {
	for i := range events {
		events[i].At += spike.Tick(int(events[i].Src)*37+13)%97*10*spike.Microsecond + 5*spike.Microsecond
	}
	slices.SortFunc(events, spike.Compare)
	return events
}

// A rule that uses all that rules can read, beside the same integrated in steps of 10 us for every synapse by itself: a
// potential at spikes, low-passes of it, averages over the population, a variable of the synapse, drift, statements at
// intervals and at the times of a signal, and spikes that are seen later.
func TestRulesReadVariables(t *testing.T) {
	const duration = 400 * spike.Millisecond
	pre, post := shifted(burstTrains(5, testSources, duration-2*spike.Millisecond)),
		shifted(burstTrains(6, testTargets, duration-2*spike.Millisecond))
	source := &equations.RuleSource{Parameters: named("eta", "1e-3", "theta", "-5 mV", "tau_u", "30 ms"),
		Pre:    named("x", "spikes, 20 ms"),
		Post:   named("u", "low-pass(max(v - theta, 0)), tau_u", "y", "spikes, 40 ms", "over", "(v - theta)/mV"),
		Target: named("r", "spikes, 100 ms", "m", "v", "n", "low-pass(v), 50 ms"), Synapse: named("e", "60 ms", "c", "0.5"),
		Readable: []equations.Readable{millivolts("v")}, Drift: text("0.05 Hz*x*u/mV - 0.2 Hz*w*y + 0.01 Hz*m/mV")[0]}
	source.On[equations.AtPreSpike] = text("w += eta*(over - u/mV)", "e += y")
	source.On[equations.AtPostSpike] = text("w -= eta*over*x", "c += 0.1*x")
	source.On[equations.AtInterval] = text("w *= 1.01 - 0.1*r*(sum_w/10)", "c *= 0.9")
	source.On[equations.AtSignal] = text("w += 0.01*signal*e*c + 1e-3*n/mV")
	s := writtenRule(t, source, Bounds{Min: -5, Max: 5})
	s.Every, s.DelayPost = 50*spike.Millisecond, 1500*spike.Microsecond
	s.Signal = []Sample{{20 * spike.Millisecond, 1}, {111 * spike.Millisecond, -0.5}, {333 * spike.Millisecond, 2}}
	b := testBlock(t, 0.5)
	fakeTarget(t, s, Build{Block: b}, pre, post, duration)

	const h = 5 * spike.Microsecond
	ms := h.Milliseconds()
	v := sawtooth{post}
	places, sources, targets := 0, []int{}, []int{}
	for j := range testSources {
		row, _ := b.Row(j)
		for _, i := range row {
			sources, targets = append(sources, j), append(targets, int(i))
			places++
		}
	}
	w, e, c := make([]float64, places), make([]float64, places), make([]float64, places)
	x, y, u := make([]float64, testSources), make([]float64, testTargets), make([]float64, testTargets)
	for k := range w {
		w[k], c[k] = 0.5, 0.5
	}
	mean := func(t spike.Tick) (sum float64) {
		for i := range testTargets {
			sum += v.at(i, t, true) / testTargets
		}
		return sum
	}
	over := func(i int, at spike.Tick) float64 { return v.at(i, at, false) + 5 }
	for i := range u {
		u[i] = math.Max(over(i, 0), 0)
	}
	r, n, m := 0.0, mean(0), 0.0
	heldR, heldN := 0.0, n
	counted := 0
	ip, iq, is := 0, 0, 0
	for now := spike.Tick(0); now < duration; now += h {
		if now%(4*spike.Millisecond) == 0 { // a window begins
			m, heldR, heldN = mean(now), r, n
		}
		for ; ip < len(pre) && pre[ip].At == now; ip++ {
			for k := range w {
				if sources[k] == int(pre[ip].Src) {
					w[k] += 1e-3 * (over(targets[k], now) - u[targets[k]])
					e[k] += y[targets[k]]
				}
			}
			x[pre[ip].Src]++
		}
		for ; iq < len(post) && post[iq].At+1500*spike.Microsecond == now; iq++ {
			for k := range w {
				if targets[k] == int(post[iq].Src) {
					w[k] -= 1e-3 * over(targets[k], now) * x[sources[k]]
					c[k] += 0.1 * x[sources[k]]
				}
			}
			y[post[iq].Src]++
		}
		for ; counted < len(post) && post[counted].At == now; counted++ {
			r += 1.0 / testTargets
		}
		if now > 0 && now%(50*spike.Millisecond) == 0 {
			sums := make([]float64, testTargets)
			for k := range w {
				sums[targets[k]] += w[k]
			}
			for k := range w {
				w[k] *= 1.01 - 0.1*heldR*(sums[targets[k]]/10)
				c[k] *= 0.9
			}
		}
		if is < len(s.Signal) && s.Signal[is].At == now {
			for k := range w {
				w[k] += 0.01*s.Signal[is].Value*e[k]*c[k] + 1e-3*heldN
			}
			is++
		}
		for k := range w {
			w[k] += 1e-3 * ms * (0.05*x[sources[k]]*u[targets[k]] - 0.2*w[k]*y[targets[k]] + 0.01*m)
			e[k] *= 1 - ms/60
		}
		for j := range x {
			x[j] *= 1 - ms/20
		}
		for i := range y {
			y[i] *= 1 - ms/40
			u[i] += ms / 30 * (math.Max(over(i, now+h/2), 0) - u[i])
		}
		r *= 1 - ms/100
		n += ms / 50 * (mean(now) - n)
	}
	worst := 0.0
	for k, got := range b.Weights() {
		worst = max(worst, math.Abs(float64(got)-w[k]))
	}
	t.Logf("weights differ by up to %.2g", worst)
	if worst > 3e-4 {
		t.Errorf("weights differ by up to %.2g from %v", worst, w[:5])
	}
}
