package neuron

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// stiffCase is a model under conductances of any strength.
type stiffCase struct {
	name     string
	spec     Spec
	channels [][2]int // excitation and inhibition, -1 for none
	current  float64  // into every port, pA
	most     float64  // largest conductance, leaks
	lo, hi   float64  // hull of reversal potentials and what currents add, mV; not a number: that of the reference
}

func stiffCases() []stiffCase {
	two := func(change func(*TwoCompartment)) *TwoCompartment {
		s := DefaultTwoCompartment()
		change(s)
		return s
	}
	burst := func(change func(*BurstPoisson)) *BurstPoisson {
		s := DefaultBurstPoisson()
		change(s)
		return s
	}
	lif := func(refractory float64) *LIF {
		s := DefaultLIF()
		s.TRef = Const(refractory)
		return s
	}
	both := [][2]int{{somaAMPA, -1}, {-1, somaGABA}, {apicalAMPA, -1}, {-1, apicalGABA}, {somaAMPA, somaGABA},
		{apicalNMDA, somaGABA},
		{somaAMPA, apicalGABA}, {somaNMDA, apicalGABA}, {apicalAMPA, apicalGABA}}
	one := [][2]int{{0, -1}, {-1, 1}, {0, 1}}
	nan := math.NaN()
	return []stiffCase{
		{"two-compartment", DefaultTwoCompartment(), both, 250, 1e5, nan, nan},
		{"two-compartment, soma drives", two(func(s *TwoCompartment) { s.Driving = "soma" }), both, 250, 1e4, nan, nan},
		{"two-compartment, 2018",
			two(func(s *TwoCompartment) { s.DTh, s.TRef, s.BapDelay, s.BapSum = Const(0), Const(3), .5, "add" }), both, 250, 1e5,
			nan, nan},
		{"two-compartment, held", two(func(s *TwoCompartment) { s.TRef, s.Hold, s.Driving = Const(2.05), true, "soma" }),
			both, 250, 1e4, nan, nan},
		{"two-compartment, never refractory", two(func(s *TwoCompartment) { s.DTh = Const(0) }), both, 250, 100, nan, nan},
		{"burst-poisson", DefaultBurstPoisson(), both, 400, 1e5, -130, 30},
		{"burst-poisson, soma drives", burst(func(s *BurstPoisson) { s.Driving = "soma" }), both, 400, 1e5, math.Inf(-1),
			math.Inf(1)},
		{"burst-poisson, escape", burst(func(s *BurstPoisson) { s.Spiking, s.Theta = "escape", Const(-52) }), both, 400, 1e5,
			-130, 30},
		{"burst-poisson, dead from event", burst(func(s *BurstPoisson) { s.Dead, s.ED = "event", Const(-65) }), both, 400,
			1e5, -130, 30},
		{"lif", lif(5), one, 250, 1e5, -80, -50},
		{"lif, never refractory", lif(0), one, 250, 100, -80, -50},
		{"adex", DefaultAdEx(), one, 300, 1e5, -80, 0},
		{"adex, som", somAdEx(), one, 100, 1e5, -95, 0},
		{"adex, never refractory", func() Spec { s := DefaultAdEx(); s.TRef = Const(0); return s }(), one, 300, 100, -80, 0},
	}
}

// stiffScript is input of strength g: one volley (rate 0), or arrivals at a rate, 1/ms.
func stiffScript(n int, until spike.Tick, channels [2]int, rate, g, current float64) *script {
	f := &script{n: n, arrivals: make([][]Arrival, n), current: func(spike.Tick) float64 { return current }}
	for i := range n {
		draw := rng.New(5, "stiff").Stream(uint64(i), 0)
		put := func(side int, ms, w float64) {
			if c := channels[side]; c >= 0 && spike.Tick(ms*1e6) < until {
				f.arrivals[i] = append(f.arrivals[i], Arrival{At: spike.Tick(ms * 1e6), Target: uint32(i), Channel: uint32(c),
					Weight: float32(w)})
			}
		}
		if rate == 0 {
			a, b := draw.Float64(), draw.Float64()
			put(0, 4+a, g)
			put(1, 5+b, g/3)
		} else {
			for t := 0.; t < until.Milliseconds(); t += draw.Exp() / rate {
				side, w := 0, g/5*2/rate
				if draw.Float64() < .5 {
					side, w = 1, g/10*2/rate
				}
				put(side, t, w)
			}
		}
		slices.SortStableFunc(f.arrivals[i], func(a, b Arrival) int { return int(a.At - b.At) })
		for _, a := range f.arrivals[i] {
			f.strongest = max(f.strongest, float64(a.Weight))
		}
	}
	return f
}

// judge returns what the reference of a model says, and between which potentials it stayed (of the two-compartment
// neuron).
func (c *stiffCase) judge(t *testing.T, f *script, until spike.Tick) (trains [][]spike.Tick, lo, hi float64) {
	trains, lo, hi = make([][]spike.Tick, f.n), c.lo, c.hi
	if s, ok := c.spec.(*TwoCompartment); ok {
		z := &frozen{neurons: f.n, arrivals: slices.Concat(f.arrivals...),
			current: [2]func(spike.Tick) float64{f.current, f.current}}
		slices.SortStableFunc(z.arrivals, func(a, b Arrival) int { return int(a.At - b.At) })
		p := build(t, s, "reference", f.n, 50*us)
		lo, hi = math.Inf(1), math.Inf(-1)
		for _, w := range pieces(until, 50*us) { // the shortest step that is compared
			for i, x := range z.run(p, 50*us, []spike.Window{w}) {
				trains[i] = append(trains[i], x...)
			}
			a, b := reach(p)
			lo, hi = min(lo, a), max(hi, b)
		}
		return trains, lo, hi
	}
	for i := range trains {
		switch s := c.spec.(type) {
		case *LIF:
			trains[i] = lifReference(s, f.arrivals[i], c.current, until.Milliseconds())
		case *AdEx:
			trains[i] = adexReference(s, f.arrivals[i], f.current, until.Milliseconds())
		case *BurstPoisson:
			trains[i] = burstReference(s, buildOf(1, ms).Key.Sub("events"), i, f.arrivals[i], c.current, until.Milliseconds())
		}
		slices.Sort(trains[i])
		last, _ := slices.BinarySearch(trains[i], until)
		trains[i] = trains[i][:last]
	}
	return trains, lo, hi
}

// reach returns the lowest and the highest potential of a population.
func reach(p Population) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, c := range p.Columns() {
		if c.Name == "v" || c.Name == "v_s" || c.Name == "v_d" {
			for i := range p.Len() {
				if x := c.Float(i); !(x >= lo && x <= hi) {
					lo, hi = min(lo, x), max(hi, x) // not a number stays
				}
			}
		}
	}
	return lo, hi
}

// fast runs the model itself.
func (c *stiffCase) fast(t *testing.T, f *script, step, until spike.Tick) (trains [][]spike.Tick, lo, hi float64) {
	trains, lo, hi = make([][]spike.Tick, f.n), math.Inf(1), math.Inf(-1)
	p := made(t, c.spec, f.n, step)
	for _, w := range pieces(until, step) {
		for i, x := range f.play(p, f.n, step, []spike.Window{w}) {
			trains[i] = append(trains[i], x...)
		}
		a, b := reach(p)
		lo, hi = min(lo, a), max(hi, b)
	}
	return trains, lo, hi
}

// stiffSum collects what several runs of a model at one step show.
type stiffSum struct {
	want, got  int       // spikes
	errors     []float64 // us
	lost       int
	outside    float64 // of the reference's potentials or the hull, as a share of their range, at most
	unequal    []string
	worst      float64 // median of a single run
	worstWhere string
}

// add compares a run with the reference.
func (m *stiffSum) add(where string, want, got [][]spike.Tick, lo, hi, l, h float64) {
	d, lost := compare(want, got)
	n0, n1 := len(slices.Concat(want...)), len(slices.Concat(got...))
	if n0 != n1 {
		m.unequal = append(m.unequal, fmt.Sprintf("%s: %d for %d", where, n1, n0))
	}
	if median := quantile(d, .5); median > m.worst {
		m.worst, m.worstWhere = median, where
	}
	m.want, m.got, m.lost, m.errors = m.want+n0, m.got+n1, m.lost+lost, append(m.errors, d...)
	if l != l || h != h {
		m.outside = math.Inf(1)
	}
	if hi > lo {
		m.outside = max(m.outside, (lo-l)/(hi-lo), (h-hi)/(hi-lo))
	}
}

// Under conductances of every strength, single volleys, sustained and dense ones (two and twenty arrivals a
// millisecond), excitation, inhibition and both, in every compartment, each model does what its reference does: the
// same spikes, within 10 us at 0.1 ms and a tenth of longer steps, and potentials between the same bounds. The table of
// docs/accuracy.md comes from
//
//	BURSTPLEX_LONG=1 go test ./neuron -run TestStrongConductances -v
func TestStrongConductances(t *testing.T) {
	const until = 30 * ms
	long := os.Getenv("BURSTPLEX_LONG") != ""
	strengths, steps := []float64{8, 30, 1000, 1e5}, []spike.Tick{100 * us, ms, 5 * ms}
	if long {
		strengths = []float64{1, 3, 6, 10, 17, 25, 35, 60, 100, 300, 1000, 1e4, 1e5}
		steps = []spike.Tick{50 * us, 100 * us, 200 * us, 500 * us, ms, 2 * ms, 5 * ms}
	}
	rows := make([]string, len(stiffCases()))
	t.Run("cases", func(t *testing.T) {
		for k, c := range stiffCases() {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				sums := map[spike.Tick]*stiffSum{}
				for _, h := range steps {
					sums[h] = &stiffSum{}
				}
				for j, channels := range c.channels {
					for i, g := range strengths {
						for l, rate := range []float64{0, 2, 20} {
							brief := g < 1e4 && (i+j+k+l)%4 == 0 || g > 1e4 && rate == 0 && channels[0] == 0 && channels[1] > 0 ||
								len(c.channels) < 4 && rate == 0
							if g > c.most || !long && !brief {
								continue
							}
							n := 8
							if g > 1000 || !long {
								n = 1
							}
							f := stiffScript(n, until, channels, rate, g, c.current)
							want, lo, hi := c.judge(t, f, until)
							for _, h := range steps {
								got, l, u := c.fast(t, f, h, until)
								sums[h].add(fmt.Sprintf("channels %v, %g leaks, %g arrivals/ms", channels, g, rate), want, got, lo, hi, l, u)
							}
						}
					}
				}
				var row strings.Builder
				for _, h := range steps {
					m := sums[h]
					slices.Sort(m.errors)
					goal := max(10, h.Milliseconds()*100)
					fmt.Fprintf(&row, "| %s | %g | %d | %d | %.3f | %.1f | %.1f |\n", c.name, h.Milliseconds(), m.want, m.got,
						quantile(m.errors, .5), quantile(m.errors, .99), m.worst)
					if lost := float64(m.lost); lost > 2e-3*float64(m.want) {
						t.Errorf("at %v: %d spikes for %d, %d without partner, %v", h, m.got, m.want, m.lost, m.unequal)
					}
					leave := 2e-3
					if h > 100*us {
						leave = .01 // the plateau, which a long step extrapolates
					}
					if m.worst > goal || m.outside > leave {
						t.Errorf("at %v: worst median %g us (%s), potentials leave their range by %.2g of it", h, m.worst, m.worstWhere,
							m.outside)
					}
				}
				rows[k] = row.String()
			})
		}
	})
	t.Log("\n| model | h, ms | spikes | found | median, us | 99 %, us | worst median of a run, us " +
		"|\n|---|---|---|---|---|---|---|\n" + strings.Join(rows, ""))
}
