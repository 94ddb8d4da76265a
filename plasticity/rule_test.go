package plasticity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

const (
	testSources, testTargets = 12, 9
	testWindow               = 2 * spike.Millisecond
)

// testBlock returns a block of random synapses of weight w0.
func testBlock(t testing.TB, w0 float64) *synapse.Block {
	return testProjection(t, w0).Block(0, testTargets)
}

// testProjection returns a projection whose only block is that.
func testProjection(t testing.TB, w0 float64) *synapse.Projection {
	t.Helper()
	p, err := synapse.New(synapse.Spec{Name: "p", Connector: synapse.FixedProbability{P: 0.6}, Weight: neuron.Const(w0),
		Delay: neuron.Const(2), Plastic: true},
		0, synapse.Geometry{Sources: testSources, Targets: testTargets, Key: rng.New(1, "p")}, spike.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	p.SetShards(1)
	if err := p.Connect(0, 0, testTargets); err != nil {
		t.Fatal(err)
	}
	return p
}

// burstTrains returns labelled random trains in canonical order; some spikes of different neurons share a tick.
func burstTrains(seed uint64, n int, duration spike.Tick) []spike.Event {
	r := rand.New(rand.NewPCG(seed, 1))
	var all []spike.Event
	for i := range n {
		train := spike.NewTrain()
		for at := spike.Tick(0); ; {
			gap := spike.Tick(r.ExpFloat64()*40) * spike.Millisecond // on a grid of 1 ms, so that ties happen
			if r.IntN(3) == 0 {
				gap = spike.Tick(3+r.IntN(10)) * spike.Millisecond
			}
			if at += gap + spike.Millisecond; at >= duration {
				break
			}
			all = append(all, spike.Event{At: at, Src: spike.ID(i), Kind: spike.DefaultDetector().Label(&train, at)})
		}
	}
	slices.SortFunc(all, spike.Compare)
	return all
}

// teach runs a rule over trains in windows, with plasticity on in [on, off).
func teach(r Rule, pre, post []spike.Event, duration, on, off spike.Tick) {
	for from := spike.Tick(0); from < duration; from += testWindow {
		to := from + testWindow
		r.Update(spike.Window{From: from, To: to}, cut(pre, from, to), cut(post, from, to), from >= on && from < off)
	}
}

// teachFrom runs a rule over what is left of trains, with plasticity on.
func teachFrom(r Rule, pre, post []spike.Event, from, duration spike.Tick) {
	for ; from < duration; from += testWindow {
		to := from + testWindow
		r.Update(spike.Window{From: from, To: to}, cut(pre, from, to), cut(post, from, to), true)
	}
}

func before(events []spike.Event, t spike.Tick) []spike.Event { return cut(events, 0, t) }

func cut(events []spike.Event, from, to spike.Tick) []spike.Event {
	var part []spike.Event
	for _, e := range events {
		if e.At >= from && e.At < to {
			part = append(part, e)
		}
	}
	return part
}

// synapseHistory is the slow reference: one synapse, its two trains, every quantity in double precision and evaluated
// from the list of all earlier spikes.
type synapseHistory struct{ pre, post []spike.Event }

// trace sums exp(-(t-s)/tau) over spikes before t (or at t, if including) that match.
func trace(events []spike.Event, t spike.Tick, tau float64, including bool, match func(spike.Kind) bool) float64 {
	sum := 0.0
	for _, e := range events {
		if match(e.Kind) && (e.At < t || including && e.At == t) {
			sum += math.Exp(-(t - e.At).Milliseconds() / tau)
		}
	}
	return sum
}

func onset(k spike.Kind) bool { return k == spike.Onset }
func burst(k spike.Kind) bool { return k == spike.Burst }
func every(spike.Kind) bool   { return true }

// run applies the changes that f returns for every spike, in order, clipped each time, and decay in between and up
// to end.
func (h synapseHistory) run(w float64, b Bounds, on, off, end spike.Tick,
	f func(e spike.Event, isPre bool) float64) float64 {
	i, j, last := 0, 0, spike.Tick(0)
	pass := func(to spike.Tick) { // time, from last on
		w = max(b.Min, min(b.Max, w*math.Exp(-b.Decay*max(0, min(to, off)-max(last, on)).Seconds())))
		last = to
	}
	for i < len(h.pre) || j < len(h.post) {
		var e spike.Event
		isPre := j == len(h.post) || i < len(h.pre) && h.pre[i].At <= h.post[j].At
		if isPre {
			e = h.pre[i]
			i++
		} else {
			e = h.post[j]
			j++
		}
		pass(e.At)
		if e.At >= on && e.At < off {
			w = max(b.Min, min(b.Max, w+f(e, isPre)))
		}
	}
	pass(end)
	return w
}

func (s *BurstDependent) reference(h synapseHistory, e spike.Event, isPre bool) float64 {
	nu := func(t spike.Tick) float64 {
		return 1000/s.TauNu*trace(h.post, t, s.TauNu, false, every) + s.Nu0*math.Exp(-t.Milliseconds()/s.TauNu)
	}
	counts := onset
	if s.Trace == "spikes" {
		counts = every
	}
	if isPre {
		if s.EMin == 0 || !counts(e.Kind) {
			return 0
		}
		return s.Eta * max(0, s.EMin-nu(e.At))
	}
	if e.Kind == spike.Tail {
		return 0
	}
	x := trace(h.pre, e.At, s.TauPre, true, counts)
	if s.Trace == "none" {
		x = 1
	}
	fade := math.Exp(-e.At.Milliseconds() / s.TauMA)
	ev := trace(h.post, e.At, s.TauMA, false, onset) + s.E0*s.TauMA/1000*fade
	bu := trace(h.post, e.At, s.TauMA, false, burst) + s.B0*s.TauMA/1000*fade
	p := s.PB
	if s.Baseline == "moving" {
		if p = s.Prior; ev+s.Count > 0 {
			p = min(1, (bu+s.Count*s.Prior)/(ev+s.Count))
		}
	}
	hi := 0.0
	switch rate := ev * 1000 / s.TauMA; {
	case s.EMax == 0:
	case s.Homeostasis == "spikes":
		hi = -max(0, nu(e.At)-s.EMax)
	case rate > s.EMax:
		hi = -(rate - s.EMax) / rate
	}
	if e.Kind == spike.Burst {
		return s.Eta * (1 + hi) * x
	}
	return s.Eta * (-p + hi) * x
}

func (s *STDP) reference(h synapseHistory, e spike.Event, isPre bool) float64 {
	if isPre {
		return -s.AMinus * trace(h.post, e.At, s.TauMinus, false, every)
	}
	return s.APlus * trace(h.pre, e.At, s.TauPlus, true, every)
}

func (s *KolenPollack) reference(h synapseHistory, e spike.Event, isPre bool) float64 {
	y := trace(h.post, e.At, s.TauPost, false, onset)
	switch {
	case !isPre || e.Kind == spike.Tail:
		return 0
	case e.Kind == spike.Burst:
		return s.Eta * y
	}
	return -s.Eta * s.PB * y
}

func (s *ApicalBalance) reference(h synapseHistory, e spike.Event, isPre bool) float64 {
	counts := onset
	if s.Of == "bursts" {
		counts = burst
	}
	x := trace(h.pre, e.At, s.TauPre, true, counts)
	switch {
	case isPre || e.Kind == spike.Tail:
		return 0
	case e.Kind == spike.Burst:
		return -s.Eta * x
	}
	return s.Eta * s.PB * x
}

// TestRulesAgainstReference compares every rule with the slow reference on random trains that burst and tie.
func TestRulesAgainstReference(t *testing.T) {
	type referenced interface {
		Spec
		reference(h synapseHistory, e spike.Event, isPre bool) float64
	}
	with := func(change func(s *BurstDependent)) *BurstDependent {
		s := DefaultBurstprop()
		s.Eta = 0.01
		change(s)
		return s
	}
	decays := func(hz float64) Bounds { return Bounds{Max: 1, Decay: hz} }
	cases := map[string]referenced{
		"burstccn, decay": with(func(s *BurstDependent) { s.Baseline, s.PB, s.Bounds = "fixed", 0.4, decays(0.7) }),
		"homeostasis, decay": with(func(s *BurstDependent) {
			s.EMin, s.EMax, s.TauMA, s.Bounds = 30, 12, 300,
				decays(0.05)
		}),
		"slow decay":       with(func(s *BurstDependent) { s.Decay = 0.003 }),
		"decay to a bound": with(func(s *BurstDependent) { s.Bounds = Bounds{Min: 0.45, Max: 1, Decay: 0.3} }),
		"stdp, fast decay": &STDP{APlus: 1e-3, AMinus: 1e-3, TauPlus: 20, TauMinus: 30, Bounds: decays(20)},
		"kolen-pollack, decay": &KolenPollack{Eta: 4e-3, PB: 0.4, TauPost: 80, Bounds: Bounds{Min: -1, Max: 0.51,
			Decay: 0.1}},
		"apical balance, decay": &ApicalBalance{Eta: 1e-3, Signal: "bursts", Of: "events", PB: 0.3, TauPre: 50, TauA: 1,
			Bounds: decays(1)},
		"burstprop":     with(func(s *BurstDependent) { s.TauMA, s.E0, s.B0 = 500, 5, 0.75 }),
		"silent start":  with(func(s *BurstDependent) {}),
		"pseudo-counts": with(func(s *BurstDependent) { s.Count, s.Prior = 3, 0.4 }),
		"burstccn":      with(func(s *BurstDependent) { s.Baseline, s.PB = "fixed", 0.4 }),
		"homeostasis":   with(func(s *BurstDependent) { s.EMin, s.EMax, s.TauMA = 30, 12, 300 }),
		"first version": with(func(s *BurstDependent) {
			s.Trace, s.TauPre, s.Baseline, s.PB = "spikes", 20,
				"fixed", 0.15
		}),
		"first, bounded": with(func(s *BurstDependent) {
			s.Trace, s.Homeostasis, s.EMin, s.EMax, s.Nu0, s.TauNu = "spikes", "spikes", 15, 20, 10, 1000
		}),
		"bias":           with(func(s *BurstDependent) { s.Trace = "none" }),
		"clipped":        with(func(s *BurstDependent) { s.Eta, s.Min, s.Max = 0.2, 0.45, 0.55 }),
		"stdp":           DefaultSTDP(),
		"kolen-pollack":  DefaultKolenPollack(),
		"apical balance": DefaultApicalBalance(),
		"balance of Y": &ApicalBalance{Eta: 1e-3, Signal: "bursts", Of: "bursts", PB: 0.3, TauPre: 50, TauA: 1,
			Bounds: Bounds{Max: 1}},
	}
	const duration, on, off = 4 * spike.Second, 500 * spike.Millisecond, 3500 * spike.Millisecond
	pre, post := burstTrains(1, testSources, duration), burstTrains(2, testTargets, duration)
	for name, s := range cases {
		t.Run(name, func(t *testing.T) {
			p := testProjection(t, 0.5)
			r, err := s.New(Build{Block: p.Block(0, testTargets), Step: spike.Millisecond, Receptor: "ampa"})
			if err != nil {
				t.Fatal(err)
			}
			teach(r, pre, post, duration, on, off)
			changed := 0
			p.Each(func(j, i int, weight float64, _ spike.Tick) {
				h := synapseHistory{of(pre, j), of(post, i)}
				want := h.run(0.5, *boundsOf(s), on, off, duration,
					func(e spike.Event, isPre bool) float64 { return s.reference(h, e, isPre) })
				if math.Abs(weight-want) > 1e-5 {
					t.Errorf("synapse %d -> %d: %v, reference %v", j, i, weight, want)
				}
				if math.Abs(want-0.5) > 1e-3 {
					changed++
				}
			})
			if changed < 10 {
				t.Errorf("only %d synapses changed: the test shows nothing", changed)
			}
		})
	}
}

func boundsOf(s Spec) *Bounds {
	switch s := s.(type) {
	case *BurstDependent:
		return &s.Bounds
	case *STDP:
		return &s.Bounds
	case *KolenPollack:
		return &s.Bounds
	case *ApicalBalance:
		return &s.Bounds
	}
	panic(fmt.Sprintf("no bounds in %T", s))
}

func of(events []spike.Event, src int) []spike.Event {
	var part []spike.Event
	for _, e := range events {
		if int(e.Src) == src {
			part = append(part, e)
		}
	}
	return part
}

// TestRuleLaws holds for every rule that a file can name: Reset restores the start, all state is in the columns,
// silence and switched-off plasticity change nothing, no state is ever NaN.
func TestRuleLaws(t *testing.T) {
	const duration = 3 * spike.Second
	pre, post := burstTrains(3, testSources, duration), burstTrains(4, testTargets, duration)
	potential := make([]float32, testTargets)
	for i := range potential {
		potential[i] = float32(i) - 3
	}
	column := func(string) (neuron.Column, bool) { return neuron.Column{Name: "v_d", Data: potential}, true }
	specs := map[string]Spec{"apical potential": &ApicalBalance{Eta: 1e-3, Signal: "apical", Of: "events", PB: 0.5,
		TauPre: 50, TauA: 50, Effect: "receptor", Bounds: Bounds{Max: 1}}}
	for _, k := range Kinds() {
		specs[k.Name] = k.Default()
	}
	for name, s := range specs {
		t.Run(name, func(t *testing.T) {
			make := func() (Rule, *synapse.Block) {
				block := testBlock(t, 0.5)
				r, err := s.New(Build{Block: block, Step: spike.Millisecond, Receptor: "gaba", Column: column})
				if err != nil {
					t.Fatal(err)
				}
				return r, block
			}
			r, block := make()
			start := fmt.Sprint(r.Columns())
			teach(r, pre, nil, duration, 0, 0)
			teach(r, nil, post, duration, 0, 0)
			for _, w := range block.Weights() {
				if w != 0.5 {
					t.Fatalf("a weight changed to %v while plasticity was off", w)
				}
			}
			r.Reset()
			if again := fmt.Sprint(r.Columns()); again != start {
				t.Errorf("after Reset: %s, at the start: %s", again, start)
			}
			teach(r, pre, post, duration, 0, duration)
			first := slices.Clone(block.Weights())
			for _, c := range r.Columns() {
				for i := range columnLen(c) {
					if v := c.Float(i); v != v {
						t.Errorf("column %s holds NaN", c.Name)
					}
				}
			}
			// All state is in the weights and the columns: a rule that is given those of another goes on as it does. Wherever it
			// is divided: at the end of every window.
			for _, cut := range []spike.Tick{testWindow, duration / 3 / testWindow * testWindow, duration - testWindow} {
				one, oneBlock := make()
				teach(one, before(pre, cut), before(post, cut), cut, 0, cut)
				other, otherBlock := make()
				copy(otherBlock.Weights(), oneBlock.Weights())
				from, to := one.Columns(), other.Columns()
				for k, c := range from {
					if c.Name != to[k].Name {
						t.Fatalf("columns %s and %s", c.Name, to[k].Name)
					}
					copyColumn(to[k], c)
				}
				teachFrom(other, pre, post, cut, duration)
				if !slices.Equal(first, otherBlock.Weights()) {
					t.Errorf("a rule that goes on from the columns of another at %v learns other weights", cut)
				}
			}
		})
	}
}

func copyColumn(to, from neuron.Column) {
	switch d := from.Data.(type) {
	case []float32:
		copy(to.Data.([]float32), d)
	case []float64:
		copy(to.Data.([]float64), d)
	case []spike.Tick:
		copy(to.Data.([]spike.Tick), d)
	default:
		panic(fmt.Sprintf("%T", d))
	}
}

func columnLen(c neuron.Column) int {
	switch d := c.Data.(type) {
	case []float32:
		return len(d)
	case []float64:
		return len(d)
	case []spike.Tick:
		return len(d)
	}
	panic(fmt.Sprintf("%T", c.Data))
}

// TestClosedForm is BurstCCN Fig. 1B in miniature: with Poisson trains of rate r and the plain detector, the change
// of a weight is proportional to r² q (q - p_b), q = 1 - exp(-r 16 ms) being the probability that an event is a
// burst, so that it vanishes at r = ln 2 / 16 ms = 43.3 Hz for p_b = 1/2. The whole figure is the experiment
// plasticity-curve.
func TestClosedForm(t *testing.T) {
	change := func(rate float64) float64 {
		s := DefaultBurstCCN()
		s.Eta, s.Max, s.Min = 1e-6, 2, 0
		block := testBlock(t, 1)
		r, err := s.New(Build{Block: block, Step: spike.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		const duration = 200 * spike.Second
		var trains [2][]spike.Event
		for k, n := range []int{testSources, testTargets} {
			g := rand.New(rand.NewPCG(uint64(rate), uint64(k)))
			for i := range n {
				train := spike.NewTrain()
				for at := spike.Tick(0); ; {
					if at += spike.FromSeconds(g.ExpFloat64()/rate) + 1; at >= duration {
						break
					}
					trains[k] = append(trains[k], spike.Event{At: at, Src: spike.ID(i), Kind: spike.DefaultDetector().Label(&train,
						at)})
				}
			}
			slices.SortFunc(trains[k], spike.Compare)
		}
		for from, i, j := spike.Tick(0), 0, 0; from < duration; from += testWindow {
			ni, nj := i, j
			for ni < len(trains[0]) && trains[0][ni].At < from+testWindow {
				ni++
			}
			for nj < len(trains[1]) && trains[1][nj].At < from+testWindow {
				nj++
			}
			r.Update(spike.Window{From: from, To: from + testWindow}, trains[0][i:ni], trains[1][j:nj], true)
			i, j = ni, nj
		}
		sum := 0.0
		for _, w := range block.Weights() {
			sum += float64(w) - 1
		}
		return sum / float64(len(block.Weights())) / s.Eta / duration.Seconds()
	}
	for _, rate := range []float64{10, 25, 43.3, 60} {
		// An event starts after 16 ms of silence; it becomes a burst if the next spike comes within 16 ms.
		silence := math.Exp(-rate * 0.016)
		events, q := rate*silence, 1-silence
		want := events * (q - 0.5) * events * 0.1 // times the mean trace: event rate x tau_pre
		got := change(rate)
		t.Logf("%.1f Hz: %.4f per s, closed form %.4f", rate, got, want)
		if math.Abs(got-want) > 0.04*events*events*0.1*0.5 {
			t.Errorf("%g Hz: %v per s, closed form %v", rate, got, want)
		}
	}
}
