package report

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
)

const judged = `
[experiment]
name = "judged"
[populations.out]
model = "lif"
size = 2
[teachers.t]
population = "out"
port = "soma"
kind = "cross-entropy"
[patterns.a]
targets = { t = 0 }
[patterns.b]
targets = { t = 1 }
[protocol.train]
repeats = 12
hold = "100 ms"
teacher_from = "10 ms"
[protocol.test]
repeats = 2
hold = "100 ms"
`

// diary makes presentations of training, repeat by repeat, of which those in right are on the right sides, and a test.
func diary(right string, last [4]float64) (l presentations) {
	l.seed = 3
	row := func(stage, pattern string, repeat int, rate, cost float64) {
		l.rows = append(l.rows, presentation{stage: stage, pattern: pattern, repeat: repeat,
			values: map[string]float64{"out event_rate_hz": rate, "t cost": cost}})
	}
	for k, c := range right {
		b := 9.0
		if c != '+' {
			b = 5.9 // the threshold is 6 Hz
		}
		row("train", "a", k, 3, 1+float64(k))
		row("train", "b", k, b, 10*float64(k))
	}
	row("test", "a", 0, last[0], math.NaN())
	row("test", "b", 0, last[1], math.NaN())
	row("test", "a", 1, last[2], math.NaN())
	row("test", "b", 1, last[3], math.NaN())
	return l
}

// Solved is where the first five correct repeats in a row begin, in presentations; costs are sums over patterns, of
// the first repeat and the mean of the last five; what is correct is the mean over the last stage.
func TestOutcomeByHand(t *testing.T) {
	x, err := experiment.LoadText(NewRegistries(), "judged.toml", []byte(judged))
	if err != nil {
		t.Fatal(err)
	}
	for right, solved := range map[string]int{"++++-+++++++": 10, "+++++-------": 1, "-++++-++++-+": 0,
		"-------+++++": 14, "--+++++-+++++": 4} {
		o := outcome(x, diary(right, [4]float64{5, 6, 6.5, 7}))
		n := len(right)
		var cost float64
		for k := n - 5; k < n; k++ {
			cost += (1 + float64(k) + 10*float64(k)) / 5
		}
		if o.Seed != 3 || o.Solved != solved || o.Trained != 2*n || o.FirstCost != 1 || math.Abs(o.LastCost-cost) > 1e-9 {
			t.Errorf("%s: %+v, want solved at %d, costs 1 and %g", right, o, solved, cost)
		}
		if o.Rates[0] != 5.75 || o.Rates[1] != 6.5 || o.Correct != 2 || !o.Taught || o.Helped || o.Learning {
			t.Errorf("%s: %+v", right, o)
		}
	}
	if o := outcome(x, diary("+++", [4]float64{7, 5, 7, 5})); o.Correct != 0 || o.Solved != 0 ||
		math.Abs(o.LastCost-(1+12+23)/3.) > 1e-9 {
		t.Errorf("%+v", o)
	}
}

// A course over seeds is as long as the shortest.
func TestCoursesEndWithTheShortest(t *testing.T) {
	band := courseOf([]presentations{diary("++++", [4]float64{}), diary("--", [4]float64{})}, "train", "b",
		"out event_rate_hz")
	if len(band.Mean) != 2 || math.Abs(band.Mean[1]-(9+5.9)/2) > 1e-12 || band.N[1] != 2 {
		t.Errorf("%+v", band)
	}
}
