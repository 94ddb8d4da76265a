package sweep_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
	"github.com/burstplex/burstplex/sim/session"
	"github.com/burstplex/burstplex/sim/sweep"
)

// bursting draws trains of events, half of which are bursts of two to four spikes, in ticks of 0.1 ms.
func bursting(r *rand.Rand, neurons int) (trains [][]spike.Tick) {
	for i := range neurons {
		var train []spike.Tick
		at := 40.0
		for at < 2950 {
			for range 1 + r.IntN(2)*(1+r.IntN(2+i)) {
				train = append(train, spike.Tick(math.Round(at*10))*100*spike.Microsecond)
				at += 3 + 9*r.Float64()
			}
			at += 25 + 90*r.ExpFloat64()
		}
		trains = append(trains, train)
	}
	return trains
}

// cut returns what of trains lies in a span; burstsOf counts their bursts that begin in it, with all their spikes.
func cut(train []spike.Tick, span spike.Window) (in []spike.Tick) {
	for _, t := range train {
		if span.Contains(t) {
			in = append(in, t)
		}
	}
	return in
}

func burstsOf(trains [][]spike.Tick, span spike.Window) (rate, spikes, interval float64) {
	bursts, n, within := 0.0, 0.0, 0.0
	for _, train := range trains {
		for i := 0; i < len(train); {
			j := i
			for j+1 < len(train) && train[j+1]-train[j] < 16*spike.Millisecond {
				j++
			}
			if j > i && span.Contains(train[i]) {
				bursts, n, within = bursts+1, n+float64(j-i+1), within+(train[j]-train[i]).Milliseconds()
			}
			i = j + 1
		}
	}
	return bursts / float64(len(trains)) / span.Len().Seconds(), n / bursts, within / (n - bursts)
}

// Every measure is what its line in the manual says, computed again from the trains, the probe and the stimulus.
func TestMeasures(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(6, 7))
	mine, theirs := bursting(r, 3), bursting(r, 3)
	file := func(name, head string, trains [][]spike.Tick) string {
		var all []spike.Event
		for i, train := range trains {
			for _, at := range train {
				all = append(all, spike.Event{At: at, Src: spike.ID(i)})
			}
		}
		slices.SortFunc(all, spike.Compare)
		var b strings.Builder
		b.WriteString(head + "\n")
		for _, e := range all {
			fmt.Fprintf(&b, "%.1f,%d\n", e.At.Milliseconds(), e.Src)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file("mine.csv", "time_ms,unit", mine)
	target := file("theirs.csv", "time_ms,unit", theirs)
	course := filepath.Join(dir, "course.csv")
	text := `[experiment]
name = "m"
duration = "3 s"
settle = "200 ms"
bin = "40 ms"
[populations.a]
model = "replay"
size = 3
file = "mine.csv"
[populations.cell]
model = "lif"
size = 2
[stimuli.s]
population = "cell"
wave = "sine"
period = "200 ms"
amplitude = "90 pA"
[probes.v]
population = "cell"
variable = "v"
every = "7 ms"
`
	for name, content := range map[string]string{course: "time_s,value\n0.5,3\n1.5,9\n2,1\n", filepath.Join(dir,
		"m.toml"): text} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kinds := report.NewRegistries()
	x, err := experiment.Load(kinds, filepath.Join(dir, "m.toml"))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	if _, err := session.Run(context.Background(), x, session.Options{Dir: out}); err != nil {
		t.Fatal(err)
	}

	span := spike.Window{From: 200 * spike.Millisecond, To: 3 * spike.Second}
	var times, rate, current []float64
	for from := span.From; from < span.To; from += 40 * spike.Millisecond {
		n := 0
		for _, train := range mine {
			n += len(cut(train, spike.Window{From: from, To: from + 40*spike.Millisecond}))
		}
		times, rate = append(times, from.Seconds()+0.02), append(rate, float64(n)/3/0.04)
		a, b := 2*math.Pi*from.Seconds()/0.2, 2*math.Pi*(from.Seconds()+0.04)/0.2
		current = append(current, 90*(math.Cos(a)-math.Cos(b))/(b-a))
	}
	_, slope := stat.LinearRegression(current, rate, nil, false)
	w := analysis.NewWelch(20, 0.04) // four periods of 5 Hz
	w.Add(rate, current)
	coherence := w.Spectrum().Coherence[3]
	var v []float64
	rec, err := recordings.Open(filepath.Join(out, report.RecordingFile(1)))
	if err != nil {
		t.Fatal(err)
	}
	table, err := rec.Series("v")
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range table.Columns[0].Data.([]int64) {
		if spike.Tick(at) >= span.From {
			v = append(v, table.Columns[len(table.Columns)-1].Data.([]float64)[i])
		}
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	sum, n := 0.0, 0.0
	for i, at := range times {
		switch {
		case at < 0.5 || at > 2:
			continue
		case at <= 1.5:
			sum += math.Pow(rate[i]-(3+6*(at-0.5)), 2)
		default:
			sum += math.Pow(rate[i]-(9-16*(at-1.5)), 2)
		}
		n++
	}
	var gamma, distance float64
	for i := range mine {
		m, o := cut(mine[i], span), cut(theirs[i], span)
		gamma += analysis.Coincidence(m, o, 3*spike.Millisecond, span) / 3
		distance += analysis.VanRossum(m, o, 10*spike.Millisecond) / 3
	}
	b, s, in := burstsOf(mine, span)
	b2, s2, in2 := burstsOf(theirs, span)
	want := map[string]float64{
		"mean(a.spike_rate)": stat.Mean(rate, nil), "sd(a.spike_rate)": stat.StdDev(rate, nil),
		"mean(probes.v)": stat.Mean(v, nil),
		"sd(probes.v)":   stat.StdDev(v, nil), "slope(a.spike_rate, stimuli.s)": slope,
		"correlation(a.spike_rate, stimuli.s)":     stat.Correlation(rate, current, nil),
		"coherence(a.spike_rate, stimuli.s, 5 Hz)": coherence,
		"coincidence(a, " + target + ", 3 ms)":     gamma,
		"van-rossum(a, " + target + ")":            distance,
		"rms(a.spike_rate, " + course + ")":        math.Sqrt(sum / n),
		"bursts(a)":                                b,
		"burst-spikes(a)":                          s,
		"burst-interval(a)":                        in,
		"burst-distance(a, " + target + ")": math.Sqrt((math.Pow(b/b2-1, 2) + math.Pow(s/s2-1, 2) + math.Pow(in/in2-1,
			2)) / 3),
	}
	var names []string
	for name := range want {
		names = append(names, name)
	}
	got, err := sweep.Measure(kinds, out, names)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range want {
		if g := got[name][1]; g == nil || !(math.Abs(*g-x) <= 1e-6*max(1, math.Abs(x))) {
			t.Errorf("%s is %v, want %g", name, show(g), x)
		}
	}
	for _, line := range sweep.Measures() {
		name, _, _ := strings.Cut(line, "(")
		if !slices.ContainsFunc(names, func(s string) bool { return strings.HasPrefix(s, name+"(") }) {
			t.Errorf("%s is not measured here", name)
		}
	}
}

func show(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}
