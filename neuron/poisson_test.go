package neuron

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/burstplex/burstplex/neuron/spike"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// sourceTrains runs a population without inputs.
func sourceTrains(t testing.TB, s Spec, n int, ws []spike.Window) [][]spike.Tick {
	f := &script{n: n, arrivals: make([][]Arrival, n)}
	return f.play(made(t, s, n, 100*us), 64, 100*us, ws)
}

// exponential fails unless the values, less a shift, are exponentially distributed with the given mean.
func exponential(t *testing.T, name string, values []float64, shift, mean float64) {
	t.Helper()
	const bins = 50
	counts, want := make([]float64, bins), make([]float64, bins)
	for _, x := range values {
		if x < shift {
			t.Fatalf("%s: %g is below %g", name, x, shift)
		}
		counts[min(bins-1, int(bins*(1-math.Exp(-(x-shift)/mean))))]++
	}
	for k := range want {
		want[k] = float64(len(values)) / bins
	}
	if p := 1 - (distuv.ChiSquared{K: bins - 1}).CDF(stat.ChiSquare(counts, want)); p < 1e-4 {
		t.Errorf("%s: not exponential, probability %g for %d values", name, p, len(values))
	}
}

func intervalsOf(trains [][]spike.Tick) (ms []float64) {
	for _, train := range trains {
		for k := 1; k < len(train); k++ {
			ms = append(ms, (train[k] - train[k-1]).Milliseconds())
		}
	}
	return ms
}

func TestPoissonIsPoisson(t *testing.T) {
	const n = 200
	until := 20 * spike.Second
	plain := sourceTrains(t, &Poisson{Rate: Const(50)}, n, pieces(until, spike.Second))
	exponential(t, "intervals", intervalsOf(plain), 0, 20)
	dead := sourceTrains(t, &Poisson{Rate: Const(50), Dead: Const(5)}, n, pieces(until, spike.Second))
	exponential(t, "intervals with a dead time", intervalsOf(dead), 5, 20)

	counts := make([][]float64, n)
	var all []float64
	for i, train := range plain {
		counts[i] = make([]float64, 100)
		for _, at := range train {
			counts[i][at/(200*ms)]++
		}
		all = append(all, counts[i]...)
	}
	if mean := stat.Mean(all, nil); math.Abs(mean-10) > 4*math.Sqrt(10/float64(len(all))) {
		t.Errorf("mean count %g, want 10", mean)
	}
	if fano := stat.Variance(all, nil) / stat.Mean(all, nil); math.Abs(fano-1) > 5*math.Sqrt(2/float64(len(all))) {
		t.Errorf("Fano factor %g", fano)
	}
	var sum float64
	for i := range n - 1 {
		sum += stat.Correlation(counts[i], counts[i+1], nil)
	}
	if mean := sum / (n - 1); math.Abs(mean) > 5/math.Sqrt(100*n) {
		t.Errorf("neighbours are correlated: %g", mean)
	}
}

func TestPoissonRatesPerSource(t *testing.T) {
	trains := sourceTrains(t, &Poisson{Rate: Value{Shape: Uniform, A: 0, B: 100}}, 400, pieces(10*spike.Second,
		spike.Second))
	rates := make([]float64, len(trains))
	for i := range trains {
		rates[i] = float64(len(trains[i])) / 10
	}
	slices.Sort(rates)
	for _, p := range []float64{.1, .5, .9} {
		if got := quantile(rates, p); math.Abs(got-100*p) > 10 {
			t.Errorf("%.0f %% of sources are below %g Hz, want %g", 100*p, got, 100*p)
		}
	}
	if silent := sourceTrains(t, &Poisson{}, 5, pieces(100*spike.Second,
		spike.Second)); len(slices.Concat(silent...)) > 0 {
		t.Error("a rate of 0 gives spikes")
	}
}

// Dead times and rates that differ between sources are each source's own, also beyond the first block.
func TestPoissonParametersPerSource(t *testing.T) {
	const n, until = 1300, 20 * spike.Second
	spec := &Poisson{Rate: Value{Shape: Uniform, A: 10, B: 80}, Dead: Value{Shape: Uniform, A: 0, B: 30}}
	b := buildOf(n, 100*us)
	trains := sourceTrains(t, spec, n, pieces(until, spike.Second))
	chi, shortest := 0.0, math.Inf(1)
	for i, train := range trains {
		rate, dead := spec.Rate.Draw(b.Key.Sub("rate"), i), spec.Dead.Draw(b.Key.Sub("dead_time"), i)
		for _, isi := range intervalsOf(trains[i : i+1]) {
			shortest = min(shortest, isi-dead)
		}
		x := 1 + rate*dead/1000 // a renewal process: counts have the variance mean/x^2
		mean := rate * until.Seconds() / x
		chi += (float64(len(train)) - mean) * (float64(len(train)) - mean) / (mean / x / x)
	}
	if shortest < -1e-5 || shortest > 1 {
		t.Errorf("the shortest interval is %g ms longer than the dead time", shortest)
	}
	if math.Abs(chi-n) > 5*math.Sqrt(2*n) {
		t.Errorf("counts differ from the rates by chi^2 = %g of %d sources", chi, n)
	}
}

// Every source has the rate of its row; what is no rate, or not one for each source, is refused with its line.
func TestPoissonRatesOfAFile(t *testing.T) {
	files := fstest.MapFS{}
	for name, text := range map[string]string{"r": "rate_Hz\n0\n10\n200\n", "few": "rate_Hz\n0\n10\n",
		"negative": "rate_Hz\n0\n-10\n20\n", "nan": "rate_Hz\n0\n1\nNaN\n", "column": "rate\n0\n1\n2\n"} {
		files[name+".csv"] = &fstest.MapFile{Data: []byte(text)}
	}
	s := &Poisson{File: "r.csv", FS: files}
	if got := s.MeanRate(); got != 70 {
		t.Errorf("the mean rate is %g Hz, not 70 Hz", got)
	}
	for i, train := range sourceTrains(t, s, 3, pieces(20*spike.Second, spike.Second)) {
		want := []float64{0, 200, 4000}[i]
		if got := float64(len(train)); math.Abs(got-want) > 5*math.Sqrt(want) {
			t.Errorf("source %d: %g spikes, want %g", i, got, want)
		}
	}
	for name, want := range map[string]string{"few": "few.csv:1: rate_Hz: the number of rates, 2, is not that of neurons, 3",
		"negative": "negative.csv:3: ", "nan": "nan.csv:4: ", "column": "column.csv:1: "} {
		_, err := (&Poisson{File: name + ".csv", FS: files}).New(Build{N: 3, Step: 100 * us})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
