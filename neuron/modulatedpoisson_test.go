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

// The rate of every shape is followed: counts in bins have the mean of the integrated rate and the variance of a
// Poisson process, and the rescaled intervals are exponential.
func TestModulatedPoissonFollowsItsRate(t *testing.T) {
	const n = 2000
	until := 2 * spike.Second
	table := fstest.MapFS{"r.csv": {Data: []byte("time_s,rate_Hz\n0.5,20\n1,100\n1.5,0\n")}}
	for _, c := range []struct {
		spec ModulatedPoisson
		rate func(s float64) float64
	}{
		{ModulatedPoisson{Shape: "sine", Mean: 20, Amplitude: 30, Period: 400, Phase: .1},
			func(s float64) float64 { return max(0, 20+30*math.Sin(2*math.Pi*(s/.4+.1))) }},
		{ModulatedPoisson{Shape: "sine", Mean: 20, Amplitude: -30, Period: 370, Phase: .4},
			func(s float64) float64 { return max(0, 20-30*math.Sin(2*math.Pi*(s/.37+.4))) }},
		{ModulatedPoisson{Shape: "steps", Times: []float64{100, 700, 1200}, Rates: []float64{50, 0, 10}},
			func(s float64) float64 {
				return map[bool]float64{true: 50}[s >= .1 && s < .7] + map[bool]float64{true: 10}[s >= 1.2]
			}},
		{ModulatedPoisson{Shape: "table", File: "r.csv", FS: table},
			func(s float64) float64 { return max(0, min(20+160*max(0, s-.5), 100-200*max(0, s-1))) }},
	} {
		counts := make([]float64, until/(25*ms))
		var rescaled []float64
		integral := make([]float64, until/us/100+1) // of the rate, every 100 us
		for k := range len(integral) - 1 {
			integral[k+1] = integral[k] + c.rate((float64(k)+.5)*1e-4)*1e-4
		}
		at := func(t spike.Tick) float64 {
			k := int(t / (100 * us))
			return integral[k] + c.rate(t.Seconds())*(t-spike.Tick(k)*100*us).Seconds()
		}
		for _, train := range sourceTrains(t, &c.spec, n, pieces(until, 10*ms)) {
			for k, s := range train {
				counts[s/(25*ms)]++
				if k == 1 { // the first interval of each train, rarely cut off by the end
					rescaled = append(rescaled, at(s)-at(train[0]))
				}
			}
		}
		chi, cells := 0.0, 0.0
		for k, got := range counts {
			want := n * (at(spike.Tick(k+1)*25*ms-1) - at(spike.Tick(k)*25*ms))
			if want < 1e-6 && got > 0 {
				t.Errorf("%s: spikes where the rate is 0", c.spec.Shape)
			} else if want > 10 {
				chi, cells = chi+(got-want)*(got-want)/want, cells+1
			}
		}
		if p := 1 - (distuv.ChiSquared{K: cells}).CDF(chi); p < 1e-4 {
			t.Errorf("%s: the counts do not follow the rate: probability %g", c.spec.Shape, p)
		}
		if mean := stat.Mean(rescaled, nil); math.Abs(mean-1) > .1 {
			t.Errorf("%s: mean rescaled interval %g", c.spec.Shape, mean)
		}
	}
}

// At a constant rate with dead time the process is that of Poisson with dead time.
func TestModulatedPoissonDeadTime(t *testing.T) {
	s := &ModulatedPoisson{Shape: "steps", Times: []float64{0}, Rates: []float64{50}, Dead: 5}
	exponential(t, "intervals", intervalsOf(sourceTrains(t, s, 200, pieces(20*spike.Second, spike.Second))), 5, 20)
}

func TestModulatedPoissonRefusesNonsense(t *testing.T) {
	files := fstest.MapFS{"back.csv": {Data: []byte("time_s,rate_Hz\n1,1\n0,2\n")},
		"minus.csv": {Data: []byte("time_s,rate_Hz\n1,-1\n")},
		"none.csv":  {Data: []byte("time_s,rate_Hz\n")}, "word.csv": {Data: []byte("time_s,rate_Hz\n1,many\n")}}
	for want, s := range map[string]ModulatedPoisson{
		"period = 0":                                  {Shape: "sine", Mean: 1},
		"mean = -1":                                   {Shape: "sine", Mean: -1, Period: 1},
		"rates = 1":                                   {Shape: "steps", Times: []float64{1, 2}, Rates: []float64{1}},
		"rates = -3":                                  {Shape: "steps", Times: []float64{1, 2}, Rates: []float64{1, -3}},
		"times = 2 ms: times must ascend":             {Shape: "steps", Times: []float64{2, 2}, Rates: []float64{1, 1}},
		"dead_time = -1":                              {Shape: "steps", Times: []float64{2}, Rates: []float64{1}, Dead: -1},
		"needs a file":                                {Shape: "table"},
		"back.csv:3: time_s: times must ascend":       {Shape: "table", File: "back.csv"},
		"minus.csv:2: rate_Hz: -1 is not":             {Shape: "table", File: "minus.csv"},
		"none.csv holds no rates":                     {Shape: "table", File: "none.csv"},
		`word.csv:2: rate_Hz: "many" is not a number`: {Shape: "table", File: "word.csv"},
	} {
		s.FS = files
		if _, err := s.New(buildOf(1, 100*us)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	silent := &ModulatedPoisson{Shape: "steps", Times: []float64{0}, Rates: []float64{0}}
	if len(slices.Concat(sourceTrains(t, silent, 3, pieces(spike.Second, spike.Second))...)) > 0 {
		t.Error("a rate of 0 gives spikes")
	}
}
