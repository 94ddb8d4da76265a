package neuron

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

const (
	us = spike.Microsecond
	ms = spike.Millisecond
)

// buildOf is the Build of a test population.
func buildOf(n int, step spike.Tick) Build {
	return Build{N: n, Key: rng.New(7, "test"), Step: step, Detector: spike.DefaultDetector()}
}

// blank returns an Input of zeros for neurons of r during w: all channels have cells and all ports own currents.
func blank(channels []Channel, ports int, r Range, w spike.Window, step spike.Tick) *Input {
	in := &Input{Len: r.Len(), Steps: int(w.Len() / step), Step: step, Touched: make([]uint64, (r.Len()+63)/64)}
	cells := in.Len * in.Steps
	for _, c := range channels {
		if c.Kernel == nil {
			in.Cells = append(in.Cells, Cells{Sums: make([]float32, cells)})
		} else {
			in.Cells = append(in.Cells, Cells{Pairs: make([]Pair, cells)})
		}
	}
	for range ports {
		in.Drives = append(in.Drives, Drive{Start: make([]float32, in.Steps), End: make([]float32, in.Steps),
			OwnStart: make([]float32, cells), OwnEnd: make([]float32, cells)})
	}
	return in
}

// pieces cuts the time from 0 to until into windows of cyclically repeated lengths.
func pieces(until spike.Tick, lengths ...spike.Tick) (ws []spike.Window) {
	for t, k := spike.Tick(0), 0; t < until; k++ {
		end := min(until, t+lengths[k%len(lengths)])
		ws = append(ws, spike.Window{From: t, To: end})
		t = end
	}
	return ws
}

// script is input that can be played to populations of any step and division into pieces and shards.
type script struct {
	n        int
	arrivals [][]Arrival                  // per neuron, in order of time; Target is the neuron
	current  func(t spike.Tick) float64   // into every port, pA
	private  func(i int, s int64) float32 // own current of neuron i in step s, pA; nil if none

	strongest float64 // the weight that decides whether arrivals are kept
}

// scriptOf draws private Poisson arrivals: one stream of the given rates (Hz) and weights per channel.
func scriptOf(n int, until spike.Tick, rates, weights []float64) *script {
	f := &script{n: n, arrivals: make([][]Arrival, n), current: func(spike.Tick) float64 { return 0 }}
	for c, rate := range rates {
		if rate == 0 {
			continue
		}
		for i := range n {
			draw := rng.New(11, "script").Stream(uint64(i), uint64(c)<<32)
			for t := draw.Exp() / rate; t < until.Seconds(); t += draw.Exp() / rate {
				f.arrivals[i] = append(f.arrivals[i], Arrival{At: spike.FromSeconds(t), Target: uint32(i), Channel: uint32(c),
					Weight: float32(weights[c])})
			}
		}
	}
	for _, a := range f.arrivals {
		slices.SortStableFunc(a, func(a, b Arrival) int { return cmp.Compare(a.At, b.At) })
	}
	return f
}

// input returns what reaches neurons of r during w.
func (f *script) input(pop Population, r Range, w spike.Window, step spike.Tick) *Input {
	channels := pop.Channels()
	in := blank(channels, len(pop.Ports()), r, w, step)
	if k, ok := pop.(Keeper); ok {
		in.Kept = k.KeepsArrivals(f.strongest)
	}
	for p := range in.Drives {
		d := &in.Drives[p]
		for s := range in.Steps {
			t := w.From + spike.Tick(s)*step
			d.Start[s], d.End[s] = float32(f.current(t)), float32(f.current(t+step-1))
			if f.private == nil {
				d.OwnStart, d.OwnEnd = nil, nil
				continue
			}
			for i := range in.Len {
				x := f.private(r.Lo+i, int64(t/step))
				d.OwnStart[s*in.Len+i], d.OwnEnd[s*in.Len+i] = x, x
			}
		}
	}
	for i := range in.Len {
		train := f.arrivals[r.Lo+i]
		from, _ := slices.BinarySearchFunc(train, w.From, func(a Arrival, t spike.Tick) int { return cmp.Compare(a.At, t) })
		for _, a := range train[from:] {
			if a.At >= w.To {
				break
			}
			s := int((a.At - w.From) / step)
			in.Touched[i/64] |= 1 << (i % 64)
			if in.Kept {
				own := a
				own.Target = uint32(i)
				in.Arrivals = append(in.Arrivals, own)
			}
			k := channels[a.Channel].Kernel
			if k == nil {
				in.Cells[a.Channel].Sums[s*in.Len+i] += a.Weight
				continue
			}
			end, area := k.At(w.From + spike.Tick(s+1)*step - a.At)
			cell := &in.Cells[a.Channel].Pairs[s*in.Len+i]
			cell.End += float32(a.Weight * end)
			cell.Area += float32(a.Weight * area)
		}
	}
	return in
}

// play advances all neurons in the given shards and pieces and returns the spike trains.
func (f *script) play(pop Population, shard int, step spike.Tick, ws []spike.Window) [][]spike.Tick {
	trains := make([][]spike.Tick, f.n)
	var out spike.Buffer
	for _, w := range ws {
		for lo := 0; lo < f.n; lo += shard {
			r := Range{lo, min(f.n, lo+shard)}
			out.Reset()
			pop.Advance(r, w, f.input(pop, r, w, step), &out)
			for _, e := range out.Events() {
				if !w.Contains(e.At) || int(e.Src) < r.Lo || int(e.Src) >= r.Hi {
					panic("spike outside of its window or shard")
				}
				trains[e.Src] = append(trains[e.Src], e.At)
			}
		}
	}
	return trains
}

func made(t testing.TB, s Spec, n int, step spike.Tick) Population {
	t.Helper()
	p, err := s.New(buildOf(n, step))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// compare matches spikes of two sets of trains within 1 ms and returns the sorted time differences (us) and the number
// of spikes without a partner.
func compare(a, b [][]spike.Tick) (differences []float64, lost int) {
	for i := range a {
		x, y := a[i], b[i]
		for len(x) > 0 && len(y) > 0 {
			switch d := y[0] - x[0]; {
			case d > ms:
				lost++
				x = x[1:]
			case d < -ms:
				lost++
				y = y[1:]
			default:
				differences = append(differences, math.Abs(float64(d))/1e3)
				x, y = x[1:], y[1:]
			}
		}
		lost += len(x) + len(y)
	}
	slices.Sort(differences)
	return differences, lost
}

func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[int(p*float64(len(sorted)-1))]
}
