package neuron

import (
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

var exponentialChannel = Channel{"soma", "ampa", &conductanceKernel{5, 16}}

func poissonBackground(t testing.TB, n int, rate float64, sources int, step spike.Tick, kernel Kernel) Background {
	t.Helper()
	spec := &PoissonBackground{Rate: rate, Weight: 0.35, Sources: sources}
	b, err := spec.New(buildOf(n, step), Target{Kernel: Tabulate(kernel, step)})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Campbell's theorem: shot noise of rate r, weight w and kernel exp(-t/tau) has mean w r tau and variance w^2 r tau/2,
// below and above the switch from arrivals to counts. The integral that the membrane sees has the mean w r h area.
func TestBackgroundFollowsCampbell(t *testing.T) {
	const n, tau, step = 512, 5e-3, 100 * us
	k := exponentialChannel.Kernel
	meanArea := 0.0
	for j := range 1000 {
		_, area := k.At(step * spike.Tick(2*j+1) / 2000)
		meanArea += float64(area) / 1000
	}
	for _, c := range []struct {
		rate    float64
		sources int
	}{{20, 1}, {500, 1}, {500, 9}, {600, 10}, {8, 1600}, {60_000, 1}} {
		b := poissonBackground(t, n, c.rate, c.sources, step, k)
		rate := c.rate * float64(c.sources)
		decay := math.Exp(-step.Seconds() / tau)
		g := make([]float64, n)
		for i := range g {
			g[i] = .35 * rate * tau
		}
		var sum, square, areas, count float64
		ws := pieces(400*ms, 800*us)
		for k, w := range ws {
			in := blank([]Channel{exponentialChannel}, 0, Range{0, n}, w, step)
			b.Fill(Range{0, n}, w, in)
			for s := range in.Steps {
				for i := range g {
					cell := in.Cells[0].Pairs[s*n+i]
					g[i] = g[i]*decay + float64(cell.End)
					areas += float64(cell.Area)
				}
			}
			if k > len(ws)/4 { // beyond several tau, sampled every 0.8 ms
				for _, x := range g {
					sum, square, count = sum+x, square+x*x, count+1
				}
			}
		}
		mean := sum / count
		variance := square/count - mean*mean
		wantMean, wantVar := .35*rate*tau, .35*.35*rate*tau/2
		independent := count * .0008 / (2 * tau)
		if e := math.Abs(mean-wantMean) / math.Sqrt(wantVar/independent); e > 4 {
			t.Errorf("%g Hz: mean %g, want %g (%.1f standard errors)", rate, mean, wantMean, e)
		}
		if e := math.Abs(variance/wantVar - 1); e > 5*math.Sqrt((2+1/(rate*tau))/independent) {
			t.Errorf("%g Hz: variance %g, want %g", rate, variance, wantVar)
		}
		steps := 400e-3 / step.Seconds() * n
		if got, want := areas/steps, .35*rate*step.Seconds()*meanArea; math.Abs(got/want-1) > 5/math.Sqrt(rate*.4*n)+1e-4 {
			t.Errorf("%g Hz: area %g per step, want %g", rate, got, want)
		}
	}
}

// trainsOf returns the single arrivals of every neuron, with the neurons cut into shards and the time into pieces.
func trainsOf(b Background, n, shard int, step spike.Tick, ws []spike.Window) [][]spike.Tick {
	trains := make([][]spike.Tick, n)
	for lo := 0; lo < n; lo += shard {
		r := Range{lo, min(n, lo+shard)}
		for _, w := range ws {
			in := blank([]Channel{exponentialChannel}, 0, r, w, step)
			in.Single = true
			b.Fill(r, w, in)
			for _, a := range in.Arrivals {
				if !w.Contains(a.At) {
					panic("arrival outside of its piece")
				}
				trains[lo+int(a.Target)] = append(trains[lo+int(a.Target)], a.At)
			}
		}
	}
	for _, train := range trains { // the order of arrivals within a piece is not promised
		slices.Sort(train)
	}
	return trains
}

// Every neuron has its own Poisson train: exponential intervals, counts without correlation to any other neuron of
// the block that it shares a train with.
func TestBackgroundTrainsArePoisson(t *testing.T) {
	const n, rate, until = 128, 1000.0, 4 * spike.Second
	trains := trainsOf(poissonBackground(t, n, rate, 1, 100*us, exponentialChannel.Kernel), n, 64, 100*us,
		pieces(until, 100*ms))
	const bins = 40
	intervals, want := make([]float64, bins), make([]float64, bins)
	counts := make([][]float64, n)
	var total float64
	for i, train := range trains {
		counts[i] = make([]float64, until/(20*ms))
		for k, at := range train {
			counts[i][at/(20*ms)]++
			if k > 0 {
				p := 1 - math.Exp(-rate*(at-train[k-1]).Seconds())
				intervals[min(bins-1, int(p*bins))]++
				total++
			}
		}
	}
	for k := range want {
		want[k] = total / bins
	}
	if p := 1 - (distuv.ChiSquared{K: bins - 1}).CDF(stat.ChiSquare(intervals, want)); p < 1e-4 {
		t.Errorf("intervals are not exponential: probability %g", p)
	}
	var worst, sum float64
	for i := range counts {
		fano := stat.Variance(counts[i], nil) / stat.Mean(counts[i], nil)
		if math.Abs(fano-1) > 5*math.Sqrt(2/float64(len(counts[i]))) {
			t.Errorf("neuron %d: Fano factor %g", i, fano)
		}
		for j := range i {
			c := stat.Correlation(counts[i], counts[j], nil)
			worst, sum = math.Max(worst, math.Abs(c)), sum+c
		}
	}
	pairs := float64(n * (n - 1) / 2)
	sd := 1 / math.Sqrt(float64(len(counts[0])))
	if worst > 5.5*sd || math.Abs(sum/pairs) > 5*sd/math.Sqrt(pairs) {
		t.Errorf("correlations up to %g, mean %g, where chance is %g", worst, sum/pairs, sd)
	}
}

// Neither pieces, nor shards, nor the size of the population change an arrival; Reset starts again.
func TestBackgroundDoesNotDependOnPiecesShardsOrSize(t *testing.T) {
	const step, until = 100 * us, 40 * ms
	for _, rate := range []float64{300, 12_000} {
		b := poissonBackground(t, 300, rate, 1, step, exponentialChannel.Kernel)
		want := trainsOf(b, 300, 320, step, pieces(until, until))
		b.Reset()
		if got := trainsOf(b, 300, 64, step, pieces(until, step, 800*us, 300*us)); !slices.EqualFunc(got, want,
			slices.Equal) {
			t.Errorf("%g Hz: arrivals depend on pieces or shards", rate)
		}
		small := trainsOf(poissonBackground(t, 90, rate, 1, step, exponentialChannel.Kernel), 90, 128, step,
			pieces(until, until))
		if !slices.EqualFunc(small, want[:90], slices.Equal) {
			t.Errorf("%g Hz: arrivals depend on the size of the population", rate)
		}
	}
}

// The sums per step are the sums over the single arrivals, for every kind of channel.
func TestBackgroundSumsAreThoseOfItsArrivals(t *testing.T) {
	const n, step = 70, 100 * us
	w := spike.Window{From: 0, To: 20 * ms}
	for _, rate := range []float64{1000, 12_000} {
		for _, c := range []Channel{exponentialChannel, {"soma", "delta", nil}} {
			trains := trainsOf(poissonBackground(t, n, rate, 1, step, c.Kernel), n, 128, step, []spike.Window{w})
			in := blank([]Channel{c}, 0, Range{0, n}, w, step)
			poissonBackground(t, n, rate, 1, step, c.Kernel).Fill(Range{0, n}, w, in)
			for i, train := range trains {
				want := make([]Pair, in.Steps)
				for _, at := range train {
					s := at / step
					if c.Kernel == nil {
						want[s].End += .35
						continue
					}
					end, area := c.Kernel.At((s+1)*step - at)
					want[s].End += .35 * end
					want[s].Area += .35 * area
				}
				for s, x := range want {
					var got Pair
					if c.Kernel == nil {
						got.End = in.Cells[0].Sums[s*n+i]
					} else {
						got = in.Cells[0].Pairs[s*n+i]
					}
					if math.Abs(float64(got.End-x.End)) > 2e-6 || math.Abs(float64(got.Area-x.Area)) > 1e-7 {
						t.Fatalf("%g Hz, %s: neuron %d, step %d: %v, want %v", rate, c.Receptor, i, s, got, x)
					}
				}
				if len(train) > 0 && in.Touched[i/64]>>(i%64)&1 == 0 {
					t.Fatalf("neuron %d is not marked as touched", i)
				}
			}
		}
	}
}

func TestBackgroundRefusesNonsense(t *testing.T) {
	for _, s := range []*PoissonBackground{{Rate: -1, Sources: 1}, {Rate: math.NaN(), Sources: 1}, {Rate: 1, Sources: -1},
		{Rate: 1e6, Sources: 1e6}} {
		if _, err := s.New(buildOf(1, 100*us), Target{}); err == nil {
			t.Errorf("%+v was accepted", s)
		}
	}
	if b := poissonBackground(t, 64, 0, 1, 100*us,
		nil); len(trainsOf(b, 64, 64, 100*us, pieces(spike.Second, spike.Second))[0]) > 0 {
		t.Error("a rate of 0 gives arrivals")
	}
}

func TestBackgroundsDoNotAllocate(t *testing.T) {
	w := spike.Window{From: 0, To: 800 * us}
	in := blank([]Channel{exponentialChannel}, 1, Range{0, 256}, w, 100*us)
	ou, _ := DefaultOrnsteinUhlenbeck().New(buildOf(256, 100*us), Target{Channel: -1})
	for _, b := range []Background{ou, poissonBackground(t, 256, 500, 1, 100*us, exponentialChannel.Kernel),
		poissonBackground(t, 256, 9000, 1, 100*us, exponentialChannel.Kernel)} {
		if n := testing.AllocsPerRun(20, func() {
			b.Fill(Range{0, 256}, w, in)
			w.From, w.To = w.To, w.To+800*us
		}); n != 0 {
			t.Errorf("%T: %g allocations", b, n)
		}
	}
}

func BenchmarkBackground(b *testing.B) {
	const n = 4096
	for _, c := range []struct {
		name string
		rate float64
	}{{"arrivals", 500}, {"counts", 12_000}} {
		b.Run(c.name, func(b *testing.B) {
			bg := poissonBackground(b, n, c.rate, 1, 100*us, exponentialChannel.Kernel)
			in := blank([]Channel{exponentialChannel}, 0, Range{0, n}, spike.Window{From: 0, To: 800 * us}, 100*us)
			in.Touched = nil // populations with a background do not sleep
			for k := range b.N {
				bg.Fill(Range{0, n}, spike.Window{From: spike.Tick(k) * 800 * us, To: spike.Tick(k+1) * 800 * us}, in)
			}
			perWindow := n * c.rate * 800e-6
			if c.rate > 5000 {
				perWindow = n * 8
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/perWindow, "ns/item")
		})
	}
}

func BenchmarkOrnsteinUhlenbeck(b *testing.B) {
	const n = 4096
	ou, _ := DefaultOrnsteinUhlenbeck().New(buildOf(n, 100*us), Target{Channel: -1})
	in := blank(nil, 1, Range{0, n}, spike.Window{From: 0, To: 800 * us}, 100*us)
	for k := range b.N {
		ou.Fill(Range{0, n}, spike.Window{From: spike.Tick(k) * 800 * us, To: spike.Tick(k+1) * 800 * us}, in)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n/8, "ns/normal")
}

// ouValues samples n neurons at the ends of steps and checks that the current is continuous.
func ouValues(t *testing.T, s *OrnsteinUhlenbeck, n, shard int, step spike.Tick, ws []spike.Window) (rows [][]float32) {
	b, err := s.New(buildOf(n, step), Target{Channel: -1})
	if err != nil {
		t.Fatal(err)
	}
	last := make([]float32, n)
	for _, w := range ws {
		steps := int(w.Len() / step)
		at := len(rows)
		for range steps {
			rows = append(rows, make([]float32, n))
		}
		for lo := 0; lo < n; lo += shard {
			r := Range{lo, min(n, lo+shard)}
			in := blank(nil, 1, r, w, step)
			b.Fill(r, w, in)
			for s := range steps {
				for i := range r.Len() {
					if start := in.Drives[0].OwnStart[s*in.Len+i]; w.From > 0 && start != last[lo+i] {
						t.Fatal("the current jumps")
					}
					last[lo+i] = in.Drives[0].OwnEnd[s*in.Len+i]
					rows[at+s][lo+i] = last[lo+i]
				}
			}
		}
	}
	return rows
}

// The process is Gaussian with the stated mean and standard deviation from the first step, and its autocorrelation is
// exponential.
func TestOrnsteinUhlenbeckLaw(t *testing.T) {
	const n, step = 2000, 500 * us
	s := &OrnsteinUhlenbeck{Mean: 70, Sigma: 450, Tau: 2}
	rows := ouValues(t, s, n, 2048, step, pieces(100*ms, 10*ms))
	for _, k := range []int{0, 1, 199} {
		var cells, want [32]float64
		normal := distuv.Normal{Mu: 70, Sigma: 450}
		for _, x := range rows[k] {
			cells[int(normal.CDF(float64(x))*32)]++
		}
		for j := range want {
			want[j] = n / 32.0
		}
		if p := 1 - (distuv.ChiSquared{K: 31}).CDF(stat.ChiSquare(cells[:], want[:])); p < 1e-4 {
			t.Errorf("step %d: not normal, probability %g", k, p)
		}
	}
	for lag := range 9 {
		var sum, count float64
		for k := range len(rows) - lag {
			for i := range n {
				sum += float64(rows[k][i]-70) * float64(rows[k+lag][i]-70)
				count++
			}
		}
		got, want := sum/count/(450*450), math.Exp(-float64(lag)*step.Milliseconds()/2)
		if math.Abs(got-want) > 5*math.Sqrt(2*8/count) {
			t.Errorf("lag %d: autocorrelation %g, want %g", lag, got, want)
		}
	}
	var cross, count float64
	for _, row := range rows {
		for i := 1; i < n; i++ {
			cross += float64(row[i]-70) * float64(row[i-1]-70) / (450 * 450)
			count++
		}
	}
	if math.Abs(cross/count) > 5*math.Sqrt(4/count) {
		t.Errorf("neighbours are correlated: %g", cross/count)
	}
}

func TestOrnsteinUhlenbeckDoesNotDependOnPieces(t *testing.T) {
	s := DefaultOrnsteinUhlenbeck()
	a := ouValues(t, s, 150, 192, 100*us, pieces(5*ms, 5*ms))
	b := ouValues(t, s, 150, 64, 100*us, pieces(5*ms, 100*us, 700*us))
	if !slices.EqualFunc(a, b, slices.Equal) {
		t.Error("currents depend on pieces or shards")
	}
}

func TestNormal4(t *testing.T) {
	key := rng.New(3)
	var cells, want [64]float64
	for k := range uint64(100_000) {
		for _, z := range normal4(key.Block(1, k)) {
			cells[min(63, int(distuv.UnitNormal.CDF(float64(z))*64))]++
		}
	}
	for j := range want {
		want[j] = 400_000 / 64.0
	}
	if p := 1 - (distuv.ChiSquared{K: 63}).CDF(stat.ChiSquare(cells[:], want[:])); p < 1e-4 {
		t.Errorf("not normal: probability %g", p)
	}
	for k := range uint64(10_000) {
		w := key.Word(2, k)
		s, c := sinCos32(w)
		ws, wc := math.Sincos(2 * math.Pi * float64(w) / (1 << 32))
		if math.Abs(float64(s)-ws) > 4e-7 || math.Abs(float64(c)-wc) > 4e-7 {
			t.Fatalf("angle %g: %g %g, want %g %g", float64(w)/(1<<32), s, c, ws, wc)
		}
	}
}
