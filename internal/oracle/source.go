package oracle

import (
	"cmp"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// checkSource compares the trains of a population without inputs, spike by spike.
func (r *run) checkSource(k int, p *sim.Population) {
	var want [][]spike.Tick
	switch s := p.Spec.(type) {
	case *neuron.Replay:
		want = r.replayed(s, p.Size)
	case *neuron.Poisson:
		key := r.c.key(p)
		rate := func(i int) float64 { return draw(s.Rate, key.Sub("rate"), i) }
		dead := func(i int) float64 { return draw(s.Dead, key.Sub("dead_time"), i) }
		if s.Rate.IsConst() {
			want = r.thinned(p, "spikes", rate, nil, dead)
		} else {
			want = r.thinned(p, "spikes", rate, func(i int, _ spike.Tick) float64 { return rate(i) }, dead)
		}
	case *neuron.ModulatedPoisson:
		most, rate := modulation(s)
		want = r.thinned(p, "candidates", func(int) float64 { return most },
			func(_ int, at spike.Tick) float64 { return rate(at) },
			func(int) float64 { return s.Dead })
	default:
		return
	}
	for i := range want {
		r.report.Spikes += len(want[i])
		if got := r.e.trains[k][i].at; !slices.Equal(got, want[i]) {
			r.report.differ("%s[%d] spikes at %v and not at %v", p.Name, i, got, want[i])
		}
	}
}

// replayed returns the trains of a replay: time t of the recording becomes (t - start) x scale, those before the
// start are left out, and what lies before the period comes again and again.
func (r *run) replayed(s *neuron.Replay, size int) [][]spike.Tick {
	all := make([][]spike.Tick, size)
	period := spike.Tick(math.Round(s.Repeat * 1e9))
	for i := range all {
		var once []spike.Tick
		for _, t := range s.Trains[i] {
			if t -= spike.Tick(math.Round(s.Start * 1e9)); t >= 0 {
				at := spike.Tick(math.Round(float64(t) * s.Scale))
				if n := len(once); n > 0 && at <= once[n-1] {
					at = once[n-1] + 1 // no two spikes in one tick
				}
				if period == 0 || at < period {
					once = append(once, at)
				}
			}
		}
		for from := spike.Tick(0); from < r.c.End; from += period {
			for _, at := range once {
				if from+at < r.c.End {
					all[i] = append(all[i], from+at)
				}
			}
			if period == 0 {
				break
			}
		}
	}
	return all
}

// thinned returns Poisson trains: candidates at the highest rate of a block of sources, each kept with the
// probability that its source's rate is of that, unless it comes within the dead time. A block has at most 1024
// sources and fewer where those would make more than 8192 candidates per second.
func (r *run) thinned(p *sim.Population, name string, most func(int) float64, rate func(int, spike.Tick) float64,
	dead func(int) float64) [][]spike.Tick {
	highest := func(lo, n int) (hz float64) {
		for i := range n {
			hz = max(hz, most(lo+i))
		}
		return hz
	}
	size := 1024
	for typical := highest(0, 1024); size > 1 && typical*float64(size) > 8192; {
		size /= 2
	}
	key := r.c.key(p)
	all := make([][]spike.Tick, p.Size)
	for b := 0; b*size < p.Size; b++ {
		hz := highest(0, size)
		if rate != nil {
			hz = highest(b*size, size)
		}
		if hz == 0 {
			continue
		}
		candidates := slices.Clone(r.superposition(key.Sub(name), b, size, hz*float64(size), 8))
		slices.SortStableFunc(candidates, func(x, y candidate) int {
			return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.neuron, y.neuron))
		})
		for _, c := range candidates {
			i := b*size + c.neuron
			if i >= p.Size || c.at >= r.c.End {
				continue
			}
			if rate != nil && rng.Unit(key.Sub("keep").Block(uint64(b), c.number)[0])*hz >= rate(i, c.at) {
				continue
			}
			if n := len(all[i]); n == 0 || c.at >= all[i][n-1]+max(1, ticks(dead(i))) {
				all[i] = append(all[i], c.at)
			}
		}
	}
	return all
}

// modulation returns the rate of modulated Poisson sources and a bound of it.
func modulation(s *neuron.ModulatedPoisson) (most float64, rate func(spike.Tick) float64) {
	if s.Shape == "steps" {
		return slices.Max(s.Rates), func(at spike.Tick) float64 {
			hz := 0.0
			for k, t := range s.Times {
				if ticks(t) <= at {
					hz = s.Rates[k]
				}
			}
			return hz
		}
	}
	return s.Mean + math.Abs(s.Amplitude), func(at spike.Tick) float64 {
		return s.Mean + s.Amplitude*math.Sin(2*math.Pi*(ms(at)/s.Period+s.Phase))
	}
}
