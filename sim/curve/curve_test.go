package curve

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/task"
)

// run does the task and returns its curves.
func run(t *testing.T, s *Spec, workers int) (map[string][]point, string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "figures"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), &task.Run{Dir: dir, Seed: 4, Workers: workers}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "plasticity-curve.csv"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "plasticity-curve.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	curves := map[string][]point{}
	for _, row := range rows[1:] {
		var v [3]float64
		for k := range v {
			v[k], _ = strconv.ParseFloat(row[k+1], 64)
		}
		curves[row[0]] = append(curves[row[0]], point{v[0], v[1], v[2]})
	}
	return curves, string(text)
}

// The rate protocol follows its closed form, whatever the baseline and the trace; feedback weights have the sign of the
// imbalance; bursting trains cross zero at the baseline; any number of workers gives the same numbers.
func TestCurves(t *testing.T) {
	s := Default()
	s.Duration, s.Repeats = 40*spike.Second, 40
	curves, text := run(t, s, 2)
	if _, again := run(t, s, 1); again != text {
		t.Error("the numbers depend on the workers")
	}
	for _, pb := range s.PB {
		for _, trace := range []string{"spikes", "events"} {
			chi, n := 0.0, 0
			for _, p := range curves[fmt.Sprintf("rate p_b=%g trace=%s", pb, trace)] {
				z := (p.mean - s.ClosedForm(p.x, pb, trace)*s.Duration.Seconds()) / p.sem
				chi += z * z
				n++
			}
			if n < 10 || chi > 2.5*float64(n) {
				t.Errorf("p_b %g, trace of %s: squared deviation %.1f standard errors over %d points", pb, trace, chi, n)
			}
		}
	}
	for k := range 9 {
		for i, p := range curves[fmt.Sprintf("balance row %d", k)] {
			if i != k && (p.mean > 0) != (i > k) {
				t.Errorf("Yb = %g, row %d: the feedback weight changes by %g", p.x, k, p.mean)
			}
		}
	}
	for _, rate := range []string{"5", "10"} {
		if c := crossing(curves["pairing burst-poisson "+rate+" Hz"]); math.Abs(c-0.2) > 0.05 {
			t.Errorf("%s Hz: bursting trains cross zero at %g", rate, c)
		}
	}
	low, high := curves["pairing burst-poisson 5 Hz"], curves["pairing burst-poisson 10 Hz"]
	if high[9].mean < 2*low[9].mean {
		t.Errorf("the change at 10 Hz, %g, should be about four times that at 5 Hz, %g", high[9].mean, low[9].mean)
	}
	if p := curves["pairing periodic"]; p[0].mean > 0 || p[len(p)-1].mean < 0 {
		t.Errorf("periodic pairings: %g at 1 Hz, %g at 100 Hz", p[0].mean, p[len(p)-1].mean)
	}
}
